"""Carrying a folder: its tree is walked, files go as they are found, and one that fails stops no other."""

from __future__ import annotations

import asyncio
import errno
import logging
from contextlib import suppress
from dataclasses import dataclass

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, QuotaExceeded, SignInRequired
from odtui.services.disk import on_disk
from odtui.services.entry import Entry, drive_key
from odtui.services.local_place import is_within
from odtui.services.transfers.job import JobState
from odtui.services.transfers.job_run import JobCancelled, JobRun
from odtui.services.transfers.naming import free_name
from odtui.services.transfers.problems import KindDiffers, NameRefused, NotCarried, SomeFailed, TransferError
from odtui.services.transfers.record import FileProgress
from odtui.services.transfers.routes import find, is_taken
from odtui.services.words import explain

log = logging.getLogger(__name__)

AHEAD = 1000
"""Files that the walk may be ahead of the transfers."""
TOLD = 50
"""Failures that are told one by one."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True, slots=True)
class Pair:
    """A source folder and where its children go."""

    source: Entry
    target: Entry
    path: str
    """Below the job's folder, for retries and failures; names joined by slashes."""
    fresh: bool
    """This job made the target, so nothing in it is taken."""
    above: frozenset[tuple[str, str]]
    """The folders that this one is in: a shortcut to one of them would never end."""


@dataclass(frozen=True, slots=True)
class File:
    entry: Entry
    pair: Pair
    path: str


class FolderRun:
    """One folder of a job."""

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self.record = job.record
        self.order = job.order
        self._failed = 0
        self._told: list[str] = []
        self._fatal: Exception | None = None
        self._queue: asyncio.Queue[File | None] = asyncio.Queue(AHEAD)

    async def run(self) -> None:
        """Raises what stops the whole folder, else SomeFailed if any file failed."""
        self.record.enter(JobState.PLANNING)
        top = await self._top()
        if top is None:
            return
        workers = [asyncio.ensure_future(self._work()) for _ in range(self.job.shared.concurrency)]
        try:
            await self._walk(top)
            for _ in workers:
                await self._queue.put(None)
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        await self._show_filled(top)
        self._conclude()

    async def _show_filled(self, top: Pair) -> None:
        """The folder once more, with the size that it has now; a place that cannot say leaves the old row."""
        target = self.order.target
        with suppress(GraphError, AuthError, OSError):
            self.job.shared.arrived(target, self.order.folder, await target.refetch(top.target))

    def _conclude(self) -> None:
        self.record.total = self.record.done
        if self._fatal is not None:
            raise self._fatal
        if self._failed:
            details = "\n".join(self._told)
            raise SomeFailed(self._failed, self.record.files_total, self._told[0], details)

    async def _top(self) -> Pair | None:
        """The target folder of the whole: made, merged with, or None when nothing is left to be walked."""
        entry, target, folder = self.order.entry, self.order.target, self.order.folder
        name = entry.name
        for _ in range(20):
            existing = await find(target, folder, name)
            same = existing is not None and existing.key == entry.key
            if existing is not None and (same or not existing.is_folder):
                choice = "skip" if same and self.order.move else await self.job.choose(entry, existing, folder)
                if choice == "cancel":
                    raise JobCancelled
                if choice == "skip" or (same and choice == "replace"):
                    self.job.skipped = self.record.files_total = 1
                    return None
                if choice == "replace":
                    raise KindDiffers
                name, existing = await free_name(target, folder, name), None
            if existing is not None:
                return self._pair(existing, fresh=False)
            try:
                whole = await self._whole(name)
                if whole:
                    return None
                made = await target.create_folder(folder, name)
            except (GraphError, OSError) as error:
                if not is_taken(error):
                    raise
                continue
            self.job.shared.arrived(target, folder, made)
            return self._pair(made, fresh=True)
        raise TransferError("No free name was found", "Other programs take every name that odtui tries.", "Try again.")

    def _pair(self, target: Entry, *, fresh: bool) -> Pair:
        return Pair(self.order.entry, target, "", fresh, frozenset({_place_of(self.order.entry)}))

    async def _whole(self, name: str) -> bool:
        """Let the service or the system carry it at once, where it can."""
        route, entry, folder = self.job.route, self.order.entry, self.order.folder
        assert route is not None  # noqa: S101 - chosen before a folder is run
        self.record.total = entry.size
        progress = FileProgress(self.record, entry.size or 0)
        async with self.job.shared.slots:
            try:
                arrived = await route.carry_whole(entry, folder, name, progress.reached)
            except (GraphError, OSError) as error:
                self.job.instead(route, error)
                arrived = None
        if arrived is None:
            self.record.total = None
            return False
        self.record.files_total = 1
        progress.settle()
        self.job.shared.arrived(self.order.target, folder, arrived)
        self.job.moved_whole = route.leaves
        return True

    # finding files

    async def _walk(self, top: Pair) -> None:
        stack = [top]
        while stack and self._fatal is None:
            pair = stack.pop()
            try:
                async for page in self.order.source.pages(pair.source):
                    for entry in page:
                        await self._found(entry, pair, stack)
                    if self._fatal is not None:
                        return
            except (GraphError, OSError, AuthError) as error:
                self._fail(pair.path or pair.source.name, error)

    async def _found(self, entry: Entry, pair: Pair, stack: list[Pair]) -> None:
        path = f"{pair.path}/{entry.name}" if pair.path else entry.name
        if entry.is_folder:
            try:
                stack.append(await self._child(entry, pair, path))
            except (GraphError, OSError, TransferError, AuthError) as error:
                self._fail(path, error)
            return
        self.record.files_total += 1
        if path in self.record.finished:
            self.record.done += entry.size or 0
            self.record.files_done += 1
        else:
            await self._queue.put(File(entry, pair, path))

    async def _child(self, entry: Entry, pair: Pair, path: str) -> Pair:
        """The pair of a folder within; its target is made if need be."""
        target = self.order.target
        if (problem := target.name_problem(entry.name, pair.target)) is not None:
            raise NameRefused(problem)
        if _place_of(entry) in pair.above or (
            self.order.source.is_local and entry.link and await on_disk(is_within, pair.source.id, entry.id)
        ):
            raise NotCarried("This link leads to a folder that it is in itself.")
        made, fresh = await self._folder_at(pair, entry.name)
        return Pair(entry, made, path, fresh, pair.above | {_place_of(entry)})

    async def _folder_at(self, pair: Pair, name: str) -> tuple[Entry, bool]:
        target = self.order.target
        existing = None if pair.fresh else await find(target, pair.target, name)
        if existing is None:
            try:
                made = await target.create_folder(pair.target, name)
            except (GraphError, OSError) as error:
                existing = await find(target, pair.target, name) if is_taken(error) else None
                if existing is None:
                    raise
            else:
                self.job.shared.arrived(target, pair.target, made)
                return made, True
        if not existing.is_folder:
            raise KindDiffers
        return existing, False

    # carrying files

    async def _work(self) -> None:
        """One of several: takes files until there are no more. After what stops the whole it only empties the queue."""
        while (file := await self._queue.get()) is not None:
            if self._fatal is not None:
                continue
            progress = FileProgress(self.record, file.entry.size or 0)
            try:
                look = self.job.route is not None and self.job.route.looks_first and not file.pair.fresh
                arrived = await self.job.carry_file(file.entry, file.pair.target, progress, look=look)
            except JobCancelled as cancelled:
                self._fatal = cancelled
                continue
            except Exception as error:  # told with the others at the end
                self._fail(file.path, error)
            else:
                self.record.finished.add(file.path)
                self.job.skipped += arrived is None
            progress.settle()

    def _fail(self, path: str, error: Exception) -> None:
        if _stops_all(error):
            self._fatal = error
            return
        if not isinstance(error, GraphError | OSError | TransferError | AuthError):
            log.error("a file of a transfer failed", exc_info=error)
        told = explain(error)
        self._failed += 1
        self.record.files_total = max(self.record.files_total, 1)
        if len(self._told) < TOLD:
            self._told.append(f"{path}: {told.title}. {told.why}")


def _stops_all(error: Exception) -> bool:
    """What would meet every other file as well (QUIRKS 136)."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, QuotaExceeded | SignInRequired | AuthError)


def _place_of(entry: Entry) -> tuple[str, str]:
    return drive_key(entry.content.drive_id), entry.content.id
