"""Whether what arrived is what was sent: hashes computed on the way, compared with the service's own.

Sources: QUIRKS 138-141, 157, 240-245.
"""

from __future__ import annotations

import hashlib
import os.path

from odtui.graph.models import DriveItem
from odtui.services.drive_entries import digest_of
from odtui.services.quickxor import QuickXor

REWRITTEN = frozenset({".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".pdf", ".html", ".htm", ".aspx"})
"""SharePoint writes properties of its own into these after the upload: size and hash differ (QUIRKS 139, 244)."""
CONVERTED = frozenset({".heic", ".heif"})
"""The service may deliver another form than the one that it lists (QUIRKS 157, 244)."""
INLINE = 64 * 1024
"""Bytes that are hashed at once, for a thread would cost more."""


class Hasher:
    """The hash of a content that is read or written in order, in pieces. Its methods may take long: see INLINE."""

    def __init__(self, digest: str = "") -> None:
        """`digest`: what it will be compared with; its length tells the kind, quickXorHash if there is none."""
        self._digest = digest
        self.reset()

    def reset(self) -> None:
        self._algorithm: QuickXor | hashlib._Hash = _new(self._digest)
        self.length = 0
        """Bytes taken in."""

    def feed(self, data: bytes | memoryview, start: int | None = None) -> None:
        """Take in bytes that begin at this offset. What was taken in before, as by a repeated fragment, is left out
        (QUIRKS 141). Raises ValueError for a gap."""
        known = self.length - (self.length if start is None else start)
        if known < 0:
            raise ValueError("bytes between are missing")
        view = memoryview(data)[known:]
        self._algorithm.update(view)
        self.length += len(view)

    @property
    def text(self) -> str:
        """As `Entry.digest` writes it."""
        return self._algorithm.text() if isinstance(self._algorithm, QuickXor) else self._algorithm.hexdigest()

    def differs(self, digest: str) -> bool:
        """Whether both are known, of the same kind, and not equal."""
        return bool(digest) and self.length > 0 and len(digest) == len(self.text) and digest != self.text

    def equals(self, digest: str) -> bool:
        """Whether it is certain. A hash that is not known is never equal (QUIRKS 242)."""
        return self.length > 0 and digest == self.text


def _new(digest: str) -> QuickXor | hashlib._Hash:
    match len(digest):
        case 64:
            return hashlib.sha256()
        case 40:
            return hashlib.sha1(usedforsecurity=False)
    return QuickXor()


def item_digest(item: DriveItem) -> str:
    """The hash that the service gives for an item; empty if none."""
    return digest_of(item.file, item.size)


def is_rewritten(name: str) -> bool:
    return os.path.splitext(name)[1].casefold() in REWRITTEN


def may_differ(name: str) -> bool:
    """Whether another content than the listed one may be delivered without any fault."""
    return is_rewritten(name) or os.path.splitext(name)[1].casefold() in CONVERTED


def file_digest(path: str, like: str) -> str:
    """The hash of a file of this computer, of the kind of `like`. Blocks. Raises OSError."""
    hasher = Hasher(like)
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(1024 * 1024):
            hasher.feed(piece)
    return hasher.text
