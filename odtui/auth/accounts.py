"""Accounts that have signed in, and where they are remembered."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One signed-in account of one profile. No secret is part of it."""

    id: str
    """MSAL's home_account_id."""
    profile: str
    """Name of the profile that it signed in with."""
    username: str
    """Mail address or user principal name, for the screen and as login hint."""
    name: str = ""
    """Display name; may be empty."""
    granted: tuple[str, ...] = ()
    """Scopes as they were returned, prefix stripped; ask silently for exactly these (AUTH rule 3)."""
    client_kind: Literal["public", "confidential"] = "public"
    """Refresh with the same kind of client that signed in (AUTH rule 6)."""
    personal: bool = False
    """A personal Microsoft account (tenant 9188040d-...)."""
