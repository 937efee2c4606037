"""A Graph and OAuth server on loopback that stands in for OneDrive."""
