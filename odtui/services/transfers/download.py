"""Writing a file of this computer so that no half file ever bears its name."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

from odtui.graph.errors import Cut, GraphError
from odtui.services.disk import on_disk, on_disk_to_end, rename_new
from odtui.services.transfers.content import PIECE, Content, Stream
from odtui.services.transfers.persist import Persistence, Sleep
from odtui.services.transfers.problems import SourceChanged

SUFFIX = ".odtui-part"
RESERVE = 1024 * 1024
"""Bytes that stay free on the disk."""


async def write_file(
    content: Content, path: str, *, replace: bool, report: Callable[[int], None], sleep: Sleep
) -> None:
    """Write a content beside its final name, check its length, then give it the name.

    Args:
        replace: Whether an existing file may be overwritten; FileExistsError otherwise.
        report: Told how many bytes are there.

    Leaves nothing behind when it fails or is cancelled.
    """
    await on_disk(_check_space, os.path.dirname(path), content.size)
    part = Part()
    try:
        await on_disk_to_end(part.create, path)
        await _fill(part, content, report, sleep)
        await on_disk_to_end(part.finish, content.modified, content.mode)
        await content.check_unchanged()
        await on_disk_to_end(part.publish, path, replace)
    except BaseException:
        await _discard(part)
        raise


async def _discard(part: Part) -> None:
    """Also while the task is being cancelled."""
    cleaning = asyncio.ensure_future(on_disk(part.discard))
    with suppress(asyncio.CancelledError):
        await asyncio.shield(cleaning)
    if not cleaning.done():
        await asyncio.wait({cleaning})
    cleaning.exception()


async def _fill(part: Part, content: Content, report: Callable[[int], None], sleep: Sleep) -> None:
    persistence = Persistence(sleep)
    if content.empty:
        return  # some services have no content for an empty file (QUIRKS 158)
    while True:
        try:
            async with content.stream(part.length) as stream:
                await _pour(stream, part, report)
            return
        except GraphError as error:
            await persistence.after(error, part.length)
            if not await content.may_resume():
                await on_disk_to_end(part.cut, 0)
                report(0)


async def _pour(stream: Stream, part: Part, report: Callable[[int], None]) -> None:
    if stream.start != part.length:  # the server ignored the range (QUIRKS 154)
        await on_disk_to_end(part.cut, stream.start)
        report(part.length)
    waiting: list[bytes] = []
    size = 0
    async with aclosing(stream.chunks()) as chunks:
        async for chunk in chunks:
            waiting.append(chunk)
            size += len(chunk)
            if size >= PIECE:
                await on_disk_to_end(part.write, waiting)
                waiting, size = [], 0
                report(part.length)
    await on_disk_to_end(part.write, waiting)
    report(part.length)
    if stream.size is not None and part.length < stream.size:
        raise Cut(f"{part.length} of {stream.size} bytes arrived")
    if stream.size is not None and part.length > stream.size:
        raise SourceChanged


def _check_space(folder: str, size: int) -> None:
    """Raises OSError with ENOSPC before the first byte is fetched."""
    if size + RESERVE > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)


class Part:
    """The unfinished file. Its methods block."""

    def __init__(self) -> None:
        self.path = ""
        self.length = 0
        """Bytes written."""
        self._file: Any = None

    def create(self, final: str) -> None:
        """Beside the final name, under a hidden one that nobody uses."""
        folder, name = os.path.split(final)
        for number in range(1000):
            middle = f".{number}" if number else ""
            self.path = os.path.join(folder, f".{_shortened(name, middle)}{middle}{SUFFIX}")
            try:
                self._file = open(self.path, "xb", buffering=0)  # noqa: SIM115 - closed by finish or discard
                return
            except FileExistsError:
                continue
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), self.path)

    def write(self, chunks: list[bytes]) -> None:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                written = self._file.write(rest)
                self.length += written
                rest = rest[written:]

    def cut(self, length: int) -> None:
        self._file.seek(length)
        self._file.truncate()
        self.length = length

    def finish(self, modified: int | None, mode: int | None) -> None:
        """On the disk, with its time and permissions."""
        if mode is not None:
            with suppress(OSError):  # a disk without permissions
                os.chmod(self.path, mode)
        os.fsync(self._file.fileno())
        self._file.close()
        if os.path.getsize(self.path) != self.length:
            raise OSError(errno.EIO, "the disk holds another length than was written", self.path)
        if modified is not None:
            with suppress(OSError, OverflowError):  # a disk that keeps no such times
                os.utime(self.path, (modified, modified))

    def publish(self, final: str, replace: bool) -> None:
        if replace and not os.path.isdir(final):
            os.replace(self.path, final)
        else:
            rename_new(self.path, final)

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
            with suppress(FileNotFoundError):
                os.unlink(self.path)


def _shortened(name: str, middle: str) -> str:
    """So much of a name that dot, name and suffix stay within 255 bytes."""
    room = 255 - 1 - len(middle) - len(SUFFIX)
    return os.fsdecode(os.fsencode(name)[:room])
