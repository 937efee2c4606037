"""What people and administrators have allowed the programs that sign in. Source: REFERENCE §12, §13.1."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec


class _Kept(msgspec.Struct):
    """The file."""

    given: dict[str, list[str]] = {}
    """Scopes by client id and user, such as `1111…:ada`."""
    approved: dict[str, list[str]] = {}
    """Scopes that an administrator has allowed for everybody, by client id."""
    taken_back: int = 0
    """How often everything was taken back: refresh tokens from before have lost their scopes."""


class Consents:
    """Each person's consent to each program. A later, wider request adds to it; declining takes nothing away."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "consents.json"
        self._kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept) if self._path.exists() else _Kept()
        self.admin_only: set[str] = set()
        """Scopes that a work account's user cannot allow alone, lower case."""

    @property
    def taken_back(self) -> int:
        """How often everything was taken back."""
        return self._kept.taken_back

    def given(self, user: str, client_id: str) -> list[str]:
        """What the person has allowed, and what an administrator has for them."""
        own = self._kept.given.get(f"{client_id}:{user}", [])
        approved = self._kept.approved.get(client_id, [])
        return list(dict.fromkeys([*own, *approved]))

    def give(self, user: str, client_id: str, scopes: Iterable[str]) -> None:
        self._add(self._kept.given, f"{client_id}:{user}", scopes)

    def approve(self, client_id: str, scopes: Iterable[str]) -> None:
        """What an administrator does."""
        self._add(self._kept.approved, client_id, scopes)

    def needs_admin(self, client_id: str, scopes: Iterable[str]) -> list[str]:
        """Those of the scopes that only an administrator can allow, and none has."""
        approved = self._kept.approved.get(client_id, [])
        return [scope for scope in scopes if scope.lower() in self.admin_only and scope not in approved]

    def forget(self) -> None:
        """Take every consent back, as people do on their account's pages."""
        self._kept = _Kept(taken_back=self._kept.taken_back + 1)
        self._save()

    def _add(self, where: dict[str, list[str]], key: str, scopes: Iterable[str]) -> None:
        where[key] = list(dict.fromkeys([*where.get(key, []), *scopes]))
        self._save()

    def _save(self) -> None:
        part = self._path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(self._kept))
        os.replace(part, self._path)
