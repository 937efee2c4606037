"""Sign-ins that are under way: authorization codes and device codes that wait to be redeemed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pending:
    """One code and what it will be worth."""

    client_id: str
    scopes: list[str]
    expires: float
    """Seconds since the epoch."""
    user: str = ""
    """Key of who signed in; empty so far."""
    redirect: str = ""
    challenge: str = ""
    """PKCE challenge; empty if the client sent none."""
    method: str = ""
    nonce: str = ""
    claims: str = ""
    """What the program was told to bring, as JSON; empty for nothing."""
    declined: bool = False
    used: bool = False


@dataclass(slots=True)
class Codes:
    """All that have been given out."""

    authorization: dict[str, Pending] = field(default_factory=dict)
    device: dict[str, Pending] = field(default_factory=dict)
    user_codes: dict[str, str] = field(default_factory=dict)
    """Device code by user code."""
