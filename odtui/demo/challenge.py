"""Continuous access evaluation: Graph refuses tokens until one brings the claims that it demands."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Challenge:
    """One demand. A token meets it if the `claims` parameter was sent when it, or what it came from, was asked for."""

    value: int
    """Seconds since the epoch before which tokens do not count; no two demands of a server have the same."""
    interactive: bool = False
    """Whether only a sign-in in the browser meets it, because the session itself was revoked."""

    @property
    def claims(self) -> str:
        """The demand as JSON."""
        return f'{{"access_token":{{"nbf":{{"essential":true,"value":"{self.value}"}}}}}}'

    @property
    def encoded(self) -> str:
        """The demand as a WWW-Authenticate header carries it."""
        return b64encode(self.claims.encode()).decode()

    def met_by(self, claims: str) -> bool:
        """Whether a `claims` parameter, to which clients may add claims of their own, has the demand in it."""
        try:
            asked = msgspec.json.decode(claims)
            return str(asked["access_token"]["nbf"]["value"]) == str(self.value)
        except (msgspec.DecodeError, KeyError, TypeError):
            return False
