"""Opaque strings that the server gives out and recognises later: tokens, codes, page marks and links."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from secrets import token_bytes
from typing import Any

import msgspec


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of URL-safe base64 with or without padding. Raises ValueError if it is none."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Signer:
    """Seals values with a key that only this server's state folder holds, so that nothing can be guessed or altered."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def kept_in(cls, folder: Path) -> Signer:
        """The signer whose key lies in a folder; made on first use, so that tokens survive a restart."""
        path = folder / "key"
        if not path.exists():
            path.touch(0o600)
            path.write_bytes(token_bytes(32))
        return cls(path.read_bytes())

    def mac(self, text: str) -> str:
        """32 characters that prove that the text came from here."""
        return blake2b(text.encode(), digest_size=16, key=self._key).hexdigest()

    def matches(self, text: str, mac: str) -> bool:
        return compare_digest(self.mac(text).encode(), mac.encode())

    def seal(self, kind: str, value: Any) -> str:
        body = b64(msgspec.json.encode(value))
        return f"{body}.{self.mac(f'{kind}:{body}')}"

    def unseal(self, kind: str, sealed: str) -> Any:
        """The sealed value, or None if it is not one of that kind from this server."""
        body, _, mac = sealed.rpartition(".")
        if not body or not self.matches(f"{kind}:{body}", mac):
            return None
        return msgspec.json.decode(unb64(body))
