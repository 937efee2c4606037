"""Writing a file of this computer so that no half file ever bears its name."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from odtui.graph.errors import Cut, GraphError
from odtui.services.disk import on_disk, on_disk_to_end
from odtui.services.transfers.content import PIECE, Content, Stream
from odtui.services.transfers.part import Part
from odtui.services.transfers.persist import Persistence, Report, Sleep
from odtui.services.transfers.problems import HashDiffers, SourceChanged
from odtui.services.transfers.trail import FileTrail, Mark
from odtui.services.transfers.verify import may_differ

LARGE = 4 * 1024 * 1024
"""Bytes from which on a part file is kept for the next attempt."""
RESERVE = 1024 * 1024
"""Bytes that stay free on the disk."""
_CHECKS = 2
"""Times that a file may arrive with a wrong hash before it is given up."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    warning: str = ""
    """A sentence; empty if all is as it should be."""
    exact: bool = True
    """Whether it is what the source holds, as far as that can be known."""


async def write_file(
    content: Content, path: str, *, replace: bool, report: Report, sleep: Sleep, trail: FileTrail
) -> Written:
    """Write a content beside its final name, check it, then give it the name.

    Args:
        replace: Whether an existing file may be overwritten; FileExistsError otherwise.
        report: Told how many bytes are there.

    Leaves nothing behind when it fails or is cancelled, but for what the trail keeps.
    """
    return await _Writing(content, path, replace, report, sleep, trail).run()


class _Writing:
    """One file on its way to this computer."""

    def __init__(
        self,
        content: Content,
        path: str,
        replace: bool,
        report: Report,
        sleep: Sleep,
        trail: FileTrail,
    ) -> None:
        self._content = content
        self._path = path
        self._replace = replace
        self._report = report
        self._sleep = sleep
        self._trail = trail
        self._part = Part()
        self._answers = 0
        """Of the service, that the content was put together from."""
        self._word = ""

    async def run(self) -> Written:
        try:
            await self._open()
            written = await self._fill_checked()
            await self._check_version()
            await on_disk_to_end(self._complete)
        except BaseException as error:
            if self._trail.keeps(error):
                await _shielded(self._part.leave)
            else:
                await _shielded(self._remove)
                self._trail.end()
            raise
        self._trail.end()
        return written

    def _complete(self) -> None:
        """Blocks."""
        self._part.finish(self._content.modified, self._content.mode)
        self._part.publish(self._path, self._replace)

    def _remove(self) -> None:
        """The part file, opened by this attempt or not."""
        self._part.discard()
        mark = self._trail.mark
        if mark is not None and mark.kind == "part":
            with suppress(OSError):
                os.unlink(mark.where)

    async def _open(self) -> None:
        content, mark = self._content, self._trail.mark
        large = content.size > LARGE
        if large:
            await content.identify()
        self._part = Part(content.digest)
        folder = os.path.dirname(self._path)
        if mark is not None and await self._reopened(mark):
            await on_disk(_check_space, folder, content.size - self._part.length)
        elif large:
            beside = await on_disk(self._place)
            name = os.path.basename(self._path)
            await self._trail.begin(Mark("part", beside, name, content.size, content.version, self._replace))
            await on_disk_to_end(self._part.create, beside)
        else:
            await self._trail.part_in(folder)
            await on_disk_to_end(lambda: self._part.create(self._place()))

    def _place(self) -> str:
        """Where the part file is to be, if there is space enough; blocks."""
        _check_space(os.path.dirname(self._path), self._content.size)
        return self._part.path_beside(self._path, self._trail.token)

    async def _reopened(self, mark: Mark) -> bool:
        """Go on with what an earlier attempt left; what belongs to another version of the file is deleted."""
        content = self._content
        if mark.kind == "part" and mark.version and (mark.version, mark.size) == (content.version, content.size):
            with suppress(OSError):
                await on_disk_to_end(self._part.reopen, mark.where, content.size)
                self._answers = 1 if self._part.length else 0
                self._report(self._part.length, really=False)
                return True
        await on_disk(self._part.leave)
        self._part = Part(content.digest)
        self._trail.end()
        if mark.kind == "part":
            if mark.version != content.version:
                self._word = _CHANGED
            with suppress(OSError):
                await on_disk_to_end(os.unlink, mark.where)
        return False

    async def _fill_checked(self) -> Written:
        for check in range(1, _CHECKS + 1):
            await self._fill()
            hasher = self._part.hasher
            if hasher is None or not hasher.differs(self._content.digest):
                break
            newer = await self._content.digest_like(self._content.digest)
            if newer != self._content.digest and hasher.equals(newer):
                break  # it was another version than the listed one from the first byte on
            if check == _CHECKS:
                if may_differ(self._path):
                    return Written(_OTHER_FORM, exact=False)
                raise HashDiffers.received()
            self._answers = 0
            await on_disk_to_end(self._part.expect, newer or self._content.digest)
            self._report(0)
        return Written(self._word)

    async def _fill(self) -> None:
        persistence = Persistence(self._sleep)
        content, part = self._content, self._part
        if content.empty:
            return  # some services have no content for an empty file (QUIRKS 158)
        while True:
            try:
                if self._answers and not await content.may_resume():
                    await on_disk_to_end(part.expect, content.digest)
                    self._answers = 0
                    self._word = _CHANGED
                    self._report(0)
                async with content.stream(part.length) as stream:
                    await self._pour(stream)
                return
            except GraphError as error:
                await persistence.after(error, part.length)

    async def _pour(self, stream: Stream) -> None:
        part = self._part
        self._answers += 1
        if stream.start != part.length:  # the server ignored the range (QUIRKS 154)
            await on_disk_to_end(part.cut, stream.start)
            self._report(part.length)
            self._answers = 1
        waiting: list[bytes] = []
        size = 0
        try:
            async with aclosing(stream.chunks()) as chunks:
                async for chunk in chunks:
                    waiting.append(chunk)
                    size += len(chunk)
                    if size >= PIECE:
                        await on_disk_to_end(part.write, waiting)
                        waiting, size = [], 0
                        self._report(part.length)
        except GraphError:  # what came before a cut or a pause is not fetched again
            await on_disk_to_end(part.write, waiting)
            self._report(part.length)
            raise
        await on_disk_to_end(part.write, waiting)
        self._report(part.length)
        if stream.size is not None and part.length < stream.size:
            raise Cut(f"{part.length} of {stream.size} bytes arrived")
        if stream.size is not None and part.length > stream.size:
            raise SourceChanged

    async def _check_version(self) -> None:
        """Never two versions in one file: where no hash has shown it, the version must be the one of the beginning."""
        content, hasher = self._content, self._part.hasher
        certain = hasher is not None and hasher.equals(content.digest)
        if self._answers > 1 and not certain and not await content.may_resume():
            raise SourceChanged
        await content.check_unchanged()


_CHANGED = "The file changed after it was interrupted on its way, so it was fetched anew."
_OTHER_FORM = (
    "What OneDrive delivered differs from what it lists; with files of this kind that happens without a fault."
)


async def _shielded(work: Callable[[], None]) -> None:
    """To the end, also while the task is being cancelled."""
    cleaning = asyncio.ensure_future(on_disk(work))
    with suppress(asyncio.CancelledError):
        await asyncio.shield(cleaning)
    if not cleaning.done():
        await asyncio.wait({cleaning})
    cleaning.exception()


def _check_space(folder: str, size: int) -> None:
    """Raises OSError with ENOSPC before the first byte is fetched."""
    if size + RESERVE > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)
