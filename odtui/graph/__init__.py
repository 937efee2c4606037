"""The wire: Microsoft Graph over httpx."""
