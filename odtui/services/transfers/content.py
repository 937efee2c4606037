"""The content of one file to be carried somewhere, from this computer or from a drive."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from odtui.graph.client import GraphClient
from odtui.graph.errands import ERRAND
from odtui.graph.errors import MalwareBlocked
from odtui.graph.models import DriveItem
from odtui.services.disk import on_disk, on_disk_to_end
from odtui.services.drive_entries import from_drive_item
from odtui.services.entry import Entry
from odtui.services.transfers.problems import NotCarried, SourceChanged
from odtui.services.transfers.verify import file_digest, item_digest

PIECE = 1024 * 1024
"""Bytes that are read from or written to a disk at once: smaller ones cost CPU."""


class Stream(Protocol):
    """An open content."""

    size: int | None
    """Whole size in bytes, None if not known."""
    start: int
    """Offset of the first byte that will come."""

    def chunks(self) -> AsyncGenerator[bytes, None]: ...


class Content(Protocol):
    """A file's bytes. Raises GraphError or OSError, or SourceChanged."""

    size: int
    """Bytes."""
    modified: int | None
    mode: int | None
    """Permission bits to keep; None for the usual ones."""
    empty: bool
    """Known to hold nothing, so that it need not be read."""
    block: int
    """Bytes to be read at once by `read_at`."""
    version: str
    """Which version of the file it is: another text for another one. Empty if not known."""
    digest: str
    """Its hash as `Entry.digest` writes it; empty if nobody has told."""

    async def identify(self) -> None:
        """Find out version and digest, if the listing did not tell them."""

    async def digest_like(self, digest: str) -> str:
        """Its hash of the same kind as another, as it is now; empty if it cannot be told."""

    def stream(self, start: int) -> AbstractAsyncContextManager[Stream]: ...
    async def read_at(self, start: int, length: int) -> bytes:
        """Exactly these bytes; SourceChanged if there are fewer."""

    async def check_unchanged(self) -> None:
        """Raises SourceChanged if it is not the file any more that it was at first."""

    async def may_resume(self) -> bool:
        """After a cut: whether the bytes that are there already belong to the file as it is now (QUIRKS 156).

        If not, what is known of a drive's file is then as it is now.
        """


@dataclass(slots=True)
class _LocalStream:
    size: int | None
    start: int
    file: BinaryIO

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        errand = ERRAND.get()
        while chunk := await on_disk_to_end(self.file.read, PIECE):
            if errand is not None:
                await errand.ready()
            yield chunk


class LocalContent:
    """A file of this computer."""

    empty = False
    block = PIECE
    digest = ""

    def __init__(self, path: str, found: os.stat_result) -> None:
        self.path = path
        self.size = found.st_size
        self.modified: int | None = int(found.st_mtime)
        self.mode: int | None = stat.S_IMODE(found.st_mode)
        self.version = local_version(found)

    @classmethod
    async def of(cls, entry: Entry) -> LocalContent:
        found = await on_disk(os.stat, entry.id)
        if not stat.S_ISREG(found.st_mode):
            raise NotCarried("It is neither a file nor a folder.")
        return cls(entry.id, found)

    async def identify(self) -> None:
        return

    async def digest_like(self, digest: str) -> str:
        return await on_disk(file_digest, self.path, digest)

    @asynccontextmanager
    async def stream(self, start: int) -> AsyncIterator[Stream]:
        file = await on_disk_to_end(_open, self.path, start)
        with file:
            yield _LocalStream(self.size, start, file)

    async def read_at(self, start: int, length: int) -> bytes:
        data = await on_disk(_read_at, self.path, start, length)
        if len(data) < length:
            raise SourceChanged
        return data

    async def check_unchanged(self) -> None:
        if not await self.may_resume():
            raise SourceChanged

    async def may_resume(self) -> bool:
        return local_version(await on_disk(os.stat, self.path)) == self.version


def local_version(found: os.stat_result) -> str:
    """As `Content.version`."""
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"


def _open(path: str, start: int) -> BinaryIO:
    file = open(path, "rb", buffering=0)  # noqa: SIM115 - whoever asked closes it
    file.seek(start)
    return file


def _read_at(path: str, start: int, length: int) -> bytes:
    with open(path, "rb", buffering=0) as file:
        file.seek(start)
        pieces = []
        while length > 0 and (piece := file.read(length)):
            pieces.append(piece)
            length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class DriveContent:
    """A file of a drive. The listed size may be wrong (QUIRKS 113, 157): `measure` asks for the true one."""

    mode: int | None = None
    block = 16 * PIECE

    def __init__(self, client: GraphClient, entry: Entry) -> None:
        if entry.blocked:
            raise MalwareBlocked("reported as malware in the listing", codes=("malwareDetected",))
        at = entry.content
        self.size = entry.size or 0
        self.modified = entry.modified
        self.empty = entry.size == 0
        self._client = client
        self._drive_id, self._id = at.drive_id, at.id
        self.version = (entry.e_tag or "") if entry.target is None else ""
        self.digest = entry.digest
        self._measured = False

    async def identify(self) -> None:
        if not (self.version and self.digest):
            self._adopt(await self._client.item(self._drive_id, self._id))

    def _adopt(self, item: DriveItem) -> None:
        self.version, self.digest = item.e_tag or "", item_digest(item)
        self.size = self.size if item.size is None else item.size
        self.modified = from_drive_item(item, self._drive_id).modified or self.modified

    async def digest_like(self, digest: str) -> str:
        found = item_digest(await self._client.item(self._drive_id, self._id))
        return found if len(found) == len(digest) else ""

    async def measure(self) -> None:
        """Reads the size from the content itself, and notes which version it is."""
        self._adopt(await self._client.item(self._drive_id, self._id))
        self._measured = True
        if self.size:
            async with self._client.download(self._drive_id, self._id, start=0, end=1) as download:
                self.size = self.size if download.size is None else download.size

    def stream(self, start: int) -> AbstractAsyncContextManager[Stream]:
        return self._client.download(self._drive_id, self._id, start=start)

    async def read_at(self, start: int, length: int) -> bytes:
        data = await self._client.read(self._drive_id, self._id, start, length)
        if len(data) < length:
            raise SourceChanged
        return data

    async def check_unchanged(self) -> None:
        """A whole download in one answer is one version; only one that was measured is read in several."""
        if self._measured and not await self.may_resume():
            raise SourceChanged

    async def may_resume(self) -> bool:
        item = await self._client.item(self._drive_id, self._id)
        if self.version and self.version == item.e_tag:
            return True
        self._adopt(item)
        return False
