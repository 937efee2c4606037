"""OneDrive in the terminal: a dual-pane tree browser over Microsoft Graph."""

__version__ = "0.1.0"
