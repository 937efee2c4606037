"""Accounts that have signed in, and where they are remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from odtui.auth.errors import AuthError
from odtui.auth.locks import file_lock
from odtui.config.files import write_atomic

log = logging.getLogger(__name__)


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
    """Scopes that were granted, prefix stripped: what the account may do."""
    spelled: tuple[str, ...] = ()
    """The same scopes exactly as they were returned; ask silently for exactly these (AUTH rule 3)."""
    client_kind: Literal["public", "confidential"] = "public"
    """Refresh with the same kind of client that signed in (AUTH rule 6)."""
    personal: bool = False
    """A personal Microsoft account (tenant 9188040d-...)."""
    registration: str = ""
    """Fingerprint of the profile's client ID, directory, cloud and kind: another one means signing in again."""


class AccountStore:
    """A small JSON file of accounts, the last one to sign in first; without a path, a list in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._in_memory: list[Account] = []

    def all(self) -> list[Account]:
        """Every known account. A damaged file counts as none: signing in again writes a new one."""
        if self._path is None:
            return list(self._in_memory)
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Account])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError, ValueError) as error:
            log.warning("The list of accounts cannot be read: %s", type(error).__name__)
            return []

    def put(self, account: Account) -> list[Account]:
        """Remember the account, first of all. Returns those of its profile that an older registration left behind."""
        stale: list[Account] = []

        def change(accounts: list[Account]) -> list[Account]:
            mine = [known for known in accounts if known.profile == account.profile]
            stale.extend(known for known in mine if known.registration != account.registration)
            same = [known for known in mine if known.id == account.id]
            return [account, *(known for known in accounts if known not in stale and known not in same)]

        self._change(change)
        return stale

    def update(self, account: Account, *, granted: tuple[str, ...], spelled: tuple[str, ...]) -> Account:
        """The account with the scopes of its latest token, kept in its place; nothing if it has been signed out."""
        newer = replace(account, granted=granted, spelled=spelled)
        if newer != account:
            try:
                self._change(lambda accounts: [newer if _same(known, account) else known for known in accounts])
            except (AuthError, OSError) as error:  # the token is good all the same
                log.warning("The granted permissions cannot be kept: %s", type(error).__name__)
        return newer

    def remove(self, account: Account) -> None:
        self._change(lambda accounts: [known for known in accounts if not _same(known, account)])

    def _change(self, change: Callable[[list[Account]], list[Account]]) -> None:
        """Read, change and write while no other instance does."""
        if self._path is None:
            self._in_memory = change(self._in_memory)
            return
        with file_lock(self._path.with_suffix(".lock")):
            write_atomic(self._path, msgspec.json.encode(change(self.all())))


def _same(one: Account, other: Account) -> bool:
    return (one.profile, one.id) == (other.profile, other.id)
