"""A keyring in memory that can be missing, locked, forgetful or silent."""

from __future__ import annotations

import threading

import keyring
import pytest
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError

from odtui.auth import vault


class FakeKeyring:
    """Stands behind keyring's three functions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None
        self.forgetful = False
        self.hanging: threading.Event | None = None
        self.asked = 0
        for name in ("get_password", "set_password", "delete_password"):
            monkeypatch.setattr(keyring, name, getattr(self, name))
        self._monkeypatch = monkeypatch

    def missing(self) -> None:
        self.error = NoKeyringError("No recommended backend was available.")

    def locked(self) -> None:
        self.error = KeyringLocked("Failed to unlock the collection!")

    def broken(self) -> None:
        self.error = RuntimeError("dbus said secret things")

    def hang(self) -> None:
        """Answer nothing from now on; odtui's patience is over at once."""
        self.hanging = threading.Event()
        self._monkeypatch.setattr(vault, "_PATIENCE", 0)

    def release(self) -> None:
        if self.hanging is not None:
            self.hanging.set()

    def get_password(self, service: str, name: str) -> str | None:
        self._trouble()
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self._trouble()
        if not self.forgetful:
            self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        self._trouble()
        if (service, name) not in self.kept:
            raise PasswordDeleteError("not found")
        del self.kept[service, name]

    def _trouble(self) -> None:
        self.asked += 1
        if self.hanging is not None:
            self.hanging.wait(30)
        if self.error is not None:
            raise self.error


TROUBLES = ("missing", "locked", "broken", "hang")
"""Names of FakeKeyring's methods after which no keyring is of use."""
