"""Signing in with Microsoft: MSAL, tokens, accounts."""
