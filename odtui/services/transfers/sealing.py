"""Sealing upload addresses in the journal: they are secrets, and the keyring is asked once only."""

from __future__ import annotations

import logging
from collections.abc import Callable

from odtui.auth.vault import KeyringUnavailable, Unreadable, Vault

log = logging.getLogger(__name__)

_SEALED, _PLAIN = b"s", b"p"


class Sealer:
    """Seals with a key of its own, which the vault seals. Its methods may block; use them in one thread.

    Without a keyring the file's mode 0600 has to do, as for the stored sign-in. A key that was sealed once is never
    done without: while the keyring cannot be reached, nothing is kept (AUTH.md).
    """

    def __init__(self, vault: Vault | None) -> None:
        """None: there is no keyring."""
        self._vault = vault
        self._key: bytes | None = None
        self._asked = False

    def prepare(self, stored: bytes | None, store: Callable[[bytes], None]) -> None:
        """Find or make the key. `stored` is what an earlier run has stored of it, None if nothing."""
        if self._asked:
            return
        self._asked = True
        if self._vault is None:
            return
        from cryptography.fernet import Fernet

        try:
            if stored is not None:
                self._key = self._vault.open(stored)
                return
        except Unreadable:
            log.warning("the journal's key cannot be opened any more")
        except KeyringUnavailable as error:
            log.warning("the journal cannot be unsealed: %s", error)
            return
        key = Fernet.generate_key()
        try:
            store(self._vault.seal(key))
        except KeyringUnavailable:
            self._vault = None
        else:
            self._key = key

    def seal(self, text: str) -> bytes | None:
        """None if it must not be kept."""
        data = text.encode("utf-8", "surrogatepass")
        if self._key is not None:
            from cryptography.fernet import Fernet

            return _SEALED + Fernet(self._key).encrypt(data)
        return _PLAIN + data if self._vault is None else None

    def open(self, data: bytes) -> str | None:
        """None if it cannot be read any more."""
        kind, body = data[:1], data[1:]
        if kind == _SEALED and self._key is not None:
            from cryptography.fernet import Fernet, InvalidToken

            try:
                body = Fernet(self._key).decrypt(body)
            except InvalidToken:
                return None
        elif kind != _PLAIN:
            return None
        try:
            return body.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return None
