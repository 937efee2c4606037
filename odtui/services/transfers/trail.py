"""What a job leaves behind while it runs: files in flight, noted before they are begun, and files that are done."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Literal, Protocol

from odtui.auth.errors import AuthError
from odtui.graph.errors import NotGraph, ReadOnlyMode, SignInRequired
from odtui.services.entry import Entry
from odtui.services.transfers.persist import PASSING

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Mark:
    """One large file in flight."""

    kind: Literal["upload", "part"]
    where: str = field(repr=False)
    """The upload session's URL, a secret, or the path of the part file."""
    name: str
    """That it will have at the target: hostile."""
    size: int
    """Bytes."""
    version: str
    """Of the source, as `Content.version`."""
    replaces: bool
    """Whether what has that name is to be replaced."""
    done: int = 0
    """Of an upload: bytes that the service had acknowledged when it last told."""
    state: bytes = b""
    """Of an upload: the hash of those bytes, to be gone on with; empty if not known."""


class Notes(Protocol):
    """Where a trail is written down, so that a later run finds it. Nothing of it raises."""

    async def begin(self, job: str, file: str, mark: Mark) -> None:
        """Kept on the disk when it returns."""

    async def part_folder(self, job: str, folder: str) -> None:
        """Noted when it returns."""

    def progress(self, job: str, file: str, done: int, state: bytes) -> None: ...
    def end(self, job: str, file: str) -> None: ...
    def finished(self, job: str, key: str, size: int) -> None: ...
    def top(self, job: str, number: int, folder: Entry) -> None: ...
    def ended(self, job: str) -> None: ...
    async def flush(self) -> None:
        """All of it is on the disk when it returns."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Files that an earlier run has settled, as they were then."""

    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes, by key."""
    since: int = 0
    """Seconds since the epoch, UTC: when the job began."""

    def differs(self, key: str, entry: Entry) -> bool:
        """Whether a file may be another version now: it is carried again, which tells what is there already by its
        hash, and asks about the rest."""
        size = self.sizes.get(key)
        if size is None:
            return False
        return size != (entry.size or 0) or (entry.modified is not None and entry.modified >= self.since)


class Trail:
    """Of one job; it outlives the attempts at it."""

    def __init__(
        self,
        key: str = "",
        notes: Notes | None = None,
        *,
        marks: dict[str, Mark] | None = None,
        folders: set[str] | None = None,
        tops: dict[int, Entry] | None = None,
        settled: Settled | None = None,
    ) -> None:
        """`marks`, `folders`, `tops` and `settled` are what an earlier run has left."""
        self.key = key or token_hex(6)
        """Of the journal; part files bear it in their names."""
        self.notes = notes
        self.marks = marks or {}
        self.settled = settled or Settled()
        self.again = marks is not None
        """Whether an attempt came before: then a file may have arrived already."""
        self.keep = False
        """Whether a cancelled task is to leave its files in flight for later, as when odtui is left."""
        self.folders = folders or set()
        """Of this computer, in which part files were made."""
        self.tops = tops or {}
        """Where chosen folders go to, by their number: made or merged with, it stays the same in later attempts."""

    def file(self, entry: Entry, folder: Entry) -> FileTrail:
        return FileTrail(self, file_key(entry, folder))

    def finished(self, key: str, size: int) -> None:
        """A file is settled; `key` as in `Record.finished`."""
        if self.notes is not None:
            self.notes.finished(self.key, key, size)

    async def kept(self) -> None:
        """Returns when a later run would know all that was noted."""
        if self.notes is not None:
            await self.notes.flush()

    def top(self, number: int, folder: Entry) -> None:
        """Where the chosen folder of that number goes to."""
        self.tops[number] = folder
        if self.notes is not None:
            self.notes.top(self.key, number, folder)

    def ended(self) -> None:
        """The job is over, and nothing of it is in flight."""
        if self.notes is not None:
            self.notes.ended(self.key)
            self.notes = None

    async def part_in(self, folder: str) -> None:
        if folder not in self.folders:
            if self.notes is not None:
                await self.notes.part_folder(self.key, folder)
            self.folders.add(folder)


def file_key(entry: Entry, folder: Entry) -> str:
    """Of a file on its way; NUL is in no name and no id."""
    at = entry.content
    return "\0".join((entry.id, folder.id, at.drive_id, at.id))


def source_of(key: str) -> tuple[str, str]:
    """Drive and id of what a file on its way is read from; both empty if the key is none of `file_key`."""
    parts = key.split("\0")
    return (parts[2], parts[3]) if len(parts) == 4 else ("", "")


class FileTrail:
    """Of one file on its way to one folder."""

    def __init__(self, trail: Trail, key: str) -> None:
        self._trail = trail
        self._key = key

    @property
    def token(self) -> str:
        """Tells the job's part files from those of others."""
        return self._trail.key

    @property
    def mark(self) -> Mark | None:
        """What an earlier attempt has left of it."""
        return self._trail.marks.get(self._key)

    async def begin(self, mark: Mark) -> None:
        """Before a part file is made; after a session was made, before it is used."""
        self._trail.marks[self._key] = mark
        if self._trail.notes is not None:
            await self._trail.notes.begin(self._trail.key, self._key, mark)

    async def part_in(self, folder: str) -> None:
        """Before a part file without a mark is made there."""
        await self._trail.part_in(folder)

    async def progress(self, url: str, done: int, state: bytes) -> None:
        """Of an upload; its address may have changed (QUIRKS 133)."""
        mark = self.mark
        if mark is None:
            return
        newer = replace(mark, where=url, done=done, state=state)
        if url != mark.where:
            await self.begin(newer)
            return
        self._trail.marks[self._key] = newer
        if self._trail.notes is not None:
            self._trail.notes.progress(self._trail.key, self._key, done, state)

    def end(self) -> None:
        """It has arrived, or nothing of it is left."""
        if self._trail.marks.pop(self._key, None) is not None and self._trail.notes is not None:
            self._trail.notes.end(self._trail.key, self._key)

    def keeps(self, error: BaseException) -> bool:
        """Whether what is in flight stays for the next attempt: if it was noted, and what failed may pass."""
        if self.mark is None:
            return False
        if isinstance(error, asyncio.CancelledError):
            return self._trail.keep
        if isinstance(error, OSError):
            return error.errno in _FULL
        return isinstance(error, (*PASSING, NotGraph, ReadOnlyMode, SignInRequired, AuthError))
