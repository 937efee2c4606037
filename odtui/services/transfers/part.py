"""The unfinished file beside its final name."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import Any

from odtui.services.disk import rename_new
from odtui.services.transfers.content import PIECE
from odtui.services.transfers.verify import Hasher

SUFFIX = ".odtui-part"
SYNCED = 64 * 1024 * 1024
"""Bytes after which what was written is forced onto the disk, so that a power loss cannot spoil what lies before."""
_OWN_FILE = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Part:
    """Its methods block. What is written is hashed on the way."""

    def __init__(self, digest: str = "") -> None:
        """`digest`: what the hash will be compared with; none is computed without it."""
        self.path = ""
        self.length = 0
        """Bytes written."""
        self.hasher = Hasher(digest) if digest else None
        self._file: Any = None
        self._closed = False

    def path_beside(self, final: str, token: str) -> str:
        """A hidden name that nobody uses."""
        folder, name = os.path.split(final)
        for number in range(1000):
            tail = f".{token}{f'.{number}' if number else ''}{SUFFIX}"
            path = os.path.join(folder, f".{_shortened(name, tail)}{tail}")
            if not os.path.lexists(path):
                return path
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), final)

    def create(self, path: str) -> None:
        self.path = path
        self._file = open(path, "xb", buffering=0)  # noqa: SIM115 - closed by finish, leave or discard

    def reopen(self, path: str, most: int) -> None:
        """Go on with a file that an earlier attempt has left, of at most so many bytes. Raises OSError.

        Without a hash to be compared at the end, only what is certain to be on the disk counts.
        """
        self._file = os.fdopen(os.open(path, _OWN_FILE), "r+b", buffering=0)
        self.path = path
        found = os.fstat(self._file.fileno()).st_size
        if self.hasher is None:
            found = max(found - 1, 0) // SYNCED * SYNCED
        self.cut(found if found <= most else 0)

    def expect(self, digest: str) -> None:
        """Another content will be written than was thought: from the first byte on."""
        self.hasher = Hasher(digest) if digest else None
        self.cut(0)

    def write(self, chunks: list[bytes]) -> None:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                written = self._file.write(rest)
                if self.hasher is not None:
                    self.hasher.feed(rest[:written])
                before, self.length = self.length, self.length + written
                rest = rest[written:]
                if before // SYNCED != self.length // SYNCED:
                    os.fsync(self._file.fileno())

    def cut(self, length: int) -> None:
        self._file.truncate(length)
        self.length = length
        if self.hasher is not None:
            self.hasher.reset()
            self._file.seek(0)
            while self.hasher.length < length:
                piece = self._file.read(min(PIECE, length - self.hasher.length))
                if not piece:
                    raise OSError(errno.EIO, "the disk holds fewer bytes than it says", self.path)
                self.hasher.feed(piece)
        self._file.seek(length)

    def finish(self, modified: int | None, mode: int | None) -> None:
        """On the disk, with its time and permissions."""
        if mode is not None:
            with suppress(OSError):  # a disk without permissions
                os.chmod(self.path, mode)
        os.fsync(self._file.fileno())
        self.leave()
        if os.path.getsize(self.path) != self.length:
            raise OSError(errno.EIO, "the disk holds another length than was written", self.path)
        if modified is not None:
            with suppress(OSError, OverflowError):  # a disk that keeps no such times
                os.utime(self.path, (modified, modified))

    def publish(self, final: str, replace: bool) -> None:
        """Give it its name, for good: the folder is forced onto the disk too."""
        if replace and not os.path.isdir(final):
            os.replace(self.path, final)
        else:
            rename_new(self.path, final)
        sync_folder(os.path.dirname(final))

    def leave(self) -> None:
        """Close it, for another attempt to go on with."""
        if self._file is not None and not self._closed:
            self._closed = True
            self._file.close()

    def discard(self) -> None:
        if self._file is not None:
            self.leave()
            with suppress(FileNotFoundError):
                os.unlink(self.path)


def sync_folder(path: str) -> None:
    """Force a folder's names onto the disk, where the system knows how."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_part(name: str, token: str) -> bool:
    """Whether a file is a part file of the job with this token."""
    stem = name.removesuffix(SUFFIX)
    head, _, last = stem.rpartition(".")
    mine = last == token or (last.isdigit() and head.endswith(f".{token}"))
    return mine and name.startswith(".") and name.endswith(SUFFIX)


def _shortened(name: str, tail: str) -> str:
    """So much of a name that dot, name and tail stay within 255 bytes."""
    room = 255 - 1 - len(tail)
    return os.fsdecode(os.fsencode(name)[:room])
