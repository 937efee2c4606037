"""Sealing what is stored: with a random key in the system's keyring where one works."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.locks import file_lock
from odtui.auth.threads import within

Storage = Literal["sealed", "file", "memory"]
"""Sealed with a keyring's key; a plain file that only its owner can read; nothing kept."""

SERVICE = "odtui"
_KEY_NAME = "token cache key"
_PATIENCE = 20.0
"""Seconds for a keyring to answer; it may be asking the user for a password."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class KeyringUnavailable(Exception):
    """There is no keyring, or it is locked, or it does not answer. The text says which."""


class Unreadable(Exception):
    """Sealed with another key, or damaged."""


def ask_keyring(name: str) -> str | None:
    """The password of that name; None if there is none. Raises KeyringUnavailable."""

    def ask() -> str | None:
        import keyring

        return keyring.get_password(SERVICE, name)

    return _guarded(ask)


def keyring_name() -> str:
    """Which keyring there is, once it has answered; it may ask the user for a password. Raises KeyringUnavailable."""

    def ask() -> str:
        import keyring

        backend = keyring.get_keyring()
        backend.get_password(SERVICE, _KEY_NAME)
        return f"{type(backend).__module__}.{type(backend).__qualname__}"

    name = _guarded(ask)
    if name.startswith("keyring.backends.null."):
        raise KeyringUnavailable("the keyring keeps nothing")
    return name.removeprefix("keyring.backends.").removesuffix(".Keyring")


def tell_keyring(name: str, value: str) -> None:
    """Keep a password, and make sure that it was kept. Raises KeyringUnavailable."""

    def tell() -> bool:
        import keyring

        keyring.set_password(SERVICE, name, value)
        return keyring.get_password(SERVICE, name) == value

    if not _guarded(tell):
        raise KeyringUnavailable("the keyring keeps nothing")


def forget_in_keyring(name: str) -> None:
    """Delete a password if it is there. Raises KeyringUnavailable."""

    def forget() -> None:
        import keyring
        from keyring.errors import PasswordDeleteError

        try:
            keyring.delete_password(SERVICE, name)
        except PasswordDeleteError:
            return

    _guarded(forget)


def _guarded(work: Callable[[], T]) -> T:
    """Ask the keyring, but not for ever, and with one kind of failure."""
    from keyring.errors import KeyringError, NoKeyringError

    try:
        return within(_PATIENCE, work)
    except NoKeyringError:
        raise KeyringUnavailable("this system has no keyring") from None
    except TimeoutError:
        raise KeyringUnavailable("the keyring does not answer") from None
    except KeyringError as error:
        raise KeyringUnavailable(f"the keyring refuses: {type(error).__name__}") from None
    except Exception as error:  # noqa: BLE001, RUF100  # backends raise what their system raises
        log.warning("The keyring failed with %s", type(error).__name__)
        raise KeyringUnavailable(f"the keyring fails: {type(error).__name__}") from None


class Vault:
    """Seals and opens bytes with the key of this user."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / "key.lock"

    def seal(self, data: bytes) -> bytes:
        """Raises KeyringUnavailable."""
        from cryptography.fernet import Fernet

        return Fernet(self._key()).encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """Raises KeyringUnavailable, or Unreadable when the key is another one or gone."""
        from cryptography.fernet import Fernet, InvalidToken

        key = ask_keyring(_KEY_NAME)
        if key is None:
            raise Unreadable("the key is not in the keyring any more")
        try:
            return Fernet(key).decrypt(sealed)
        except (InvalidToken, ValueError):
            raise Unreadable("the key does not fit") from None

    def _key(self) -> bytes:
        """The key in the keyring, made there if it is missing or of no use."""
        from cryptography.fernet import Fernet

        with file_lock(self._lock):
            known = ask_keyring(_KEY_NAME)
            try:
                Fernet(known or "")
            except ValueError:
                known = Fernet.generate_key().decode()
                tell_keyring(_KEY_NAME, known)
        return known.encode() if known else b""


def store_error(details: str, *, interactive: bool = False) -> AuthError:
    """The stored sign-in cannot be used."""
    return AuthError(AuthProblem.STORE, details=details, interactive=interactive)
