"""Carrying what was chosen: trees are walked, files go as they are found, and one that fails stops no other."""

from __future__ import annotations

import asyncio
import errno
import logging
from contextlib import suppress
from dataclasses import dataclass

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, ItemNotFound, QuotaExceeded, SignInRequired
from odtui.services.disk import on_disk
from odtui.services.entry import Entry, drive_key
from odtui.services.local_place import is_within
from odtui.services.transfers.carry import Carrier
from odtui.services.transfers.conflicts import decide
from odtui.services.transfers.job import JobState
from odtui.services.transfers.job_run import JobCancelled, JobRun, Outcome
from odtui.services.transfers.naming import free_name
from odtui.services.transfers.problems import (
    KindDiffers,
    NameRefused,
    NotCarried,
    SomeFailed,
    SourceKept,
    TransferError,
)
from odtui.services.transfers.record import FileProgress
from odtui.services.transfers.routes import Carried, Into, find, is_taken
from odtui.services.transfers.turn import Turn
from odtui.services.words import explain

log = logging.getLogger(__name__)

AHEAD = 1000
"""Files that the walk may be ahead of the transfers."""
TOLD = 50
"""Failures that are told one by one."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_FAILURES = (GraphError, OSError, TransferError, AuthError)


class Root:
    """One of the entries that were chosen, and what has become of it so far."""

    def __init__(self, number: int, entry: Entry) -> None:
        self.number = number
        self.entry = entry
        self.target: Entry | None = None
        """The folder that it went to, if it is one that was walked."""
        self.open = 1
        """Files of it that are not settled, and one for the walk."""
        self.stays = False
        """Some of it was skipped or failed, or is not what it was: nothing may be deleted."""
        self.gone = False
        """It went over by itself, as when the service moves it."""
        self.changed = False
        """Some of what was in it went over by itself."""

    @property
    def key_gone(self) -> str:
        """For retries: it was moved, and nothing of it is left at the source."""
        return f"-{self.number}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A source folder and where its children go."""

    root: Root
    source: Entry
    target: Entry
    path: str
    """For failures: names joined by slashes, from the chosen entry on."""
    key: str
    """For retries: the number of the root and the path below it."""
    fresh: bool
    """This job made the target, so nothing in it is taken."""
    above: frozenset[tuple[str, str]]
    """The folders that this one is in: a shortcut to one of them would never end."""


@dataclass(frozen=True, slots=True)
class File:
    root: Root
    entry: Entry
    folder: Entry
    """Where it goes."""
    path: str
    key: str
    fresh: bool


class TreeRun:
    """One attempt at carrying the entries of a job."""

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self.record = job.record
        self.order = job.order
        self.target, self.folder = job.order.destination
        self.carrier = Carrier(job)
        self._into = Into(job.order.source, self.target, self.folder)
        self._single = len(job.order.entries) == 1
        self._failed = self._skipped = self._found_size = 0
        self._told: list[str] = []
        self._whole_failed: Exception | None = None
        """The only one that was chosen failed itself, not something in it."""
        self._fatal: Exception | None = None
        self._warning = ""
        self._queue: asyncio.Queue[File | None] = asyncio.Queue(AHEAD)

    async def run(self) -> Outcome:
        """Raises what stops the whole job, and what went wrong with a single file; else SomeFailed if any failed."""
        if any(entry.is_folder for entry in self.order.entries):
            self.record.enter(JobState.PLANNING)
        workers = [asyncio.ensure_future(self._work()) for _ in range(self.job.shared.concurrency)]
        try:
            for number, entry in enumerate(self.order.entries):
                if self._fatal is None:
                    await self._begin(Root(number, entry))
            if self.record.total is None:
                self.record.total = self._found_size
                self.record.retell()
            for _ in workers:
                await self._queue.put(None)
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return self._conclude()

    def _conclude(self) -> Outcome:
        self.record.total = self.record.done
        if self._fatal is not None:
            raise self._fatal
        if self._whole_failed is not None:
            raise self._whole_failed
        if self._failed:
            total = max(self.record.files_total, self._failed)
            raise SomeFailed(self._failed, total, self._told)
        if self._skipped:
            note = "1 file was skipped." if self._skipped == 1 else f"{self._skipped:,} files were skipped."
            return Outcome(note, skipped=self._skipped == self.record.files_total)
        return Outcome(self._warning)

    # what was chosen

    async def _begin(self, root: Root) -> None:
        entry = root.entry
        if root.key_gone in self.record.finished:
            self._found_size += entry.size or 0
            self.record.files_done += not entry.is_folder
            self.record.moved(entry.size or 0)
            return
        try:
            if not entry.is_folder:
                self._found_size += entry.size or 0
                await self._put(File(root, entry, self.folder, entry.name, str(root.number), fresh=False))
            elif (top := await self._known_top(root) or await self._top(root)) is not None:
                root.target = top.target
                self.record.trail.top(root.number, top.target)
                await self._walk(top)
        except JobCancelled as cancelled:
            self._fatal = cancelled
        except _FAILURES as error:
            self._fail(root, entry.name, error)
        await self._settled(root)

    async def _put(self, file: File) -> None:
        if file.key in self.record.finished:
            self.record.files_done += 1
            self.record.moved(file.entry.size or 0)
            return
        file.root.open += 1
        await self._queue.put(file)

    async def _known_top(self, root: Root) -> Pair | None:
        """Where an earlier attempt put it; if that is gone, so is what had arrived."""
        known = self.record.trail.tops.get(root.number)
        if known is None:
            return None
        try:
            return _top_pair(root, await self.target.refetch(known), fresh=False)
        except (ItemNotFound, FileNotFoundError):
            gone = f"{root.number}/"
            self.record.finished = {key for key in self.record.finished if not key.startswith(gone)}
            return None

    async def _top(self, root: Root) -> Pair | None:
        """The target folder of a chosen one: made, merged with, or None when nothing is left to be walked."""
        entry, name = root.entry, root.entry.name
        if (problem := self.target.name_problem(name, self.folder)) is not None:
            raise NameRefused(problem)
        await self._into.refuse(entry)
        for _ in range(20):
            existing = await find(self.target, self.folder, name)
            same = existing is not None and existing.key == entry.key
            if existing is not None and (same or not existing.is_folder):
                choice = await decide(self.job, entry, existing, self.folder)
                if choice == "skip":
                    self._skip(root)
                    self.record.files_total += 1
                    self.record.files_done += 1
                    return None
                if choice == "replace":
                    raise KindDiffers
                name, existing = await free_name(self.target, self.folder, name), None
            if existing is not None:
                return _top_pair(root, existing, fresh=False)
            try:
                if await self._whole(root, name):
                    return None
                made = await self.target.create_folder(self.folder, name)
            except (GraphError, OSError) as error:
                if not is_taken(error):
                    raise
                continue
            self.job.shared.arrived(self.target, self.folder, made)
            return _top_pair(root, made, fresh=True)
        raise TransferError("No free name was found", "Other programs take every name that odtui tries.", "Try again.")

    async def _whole(self, root: Root, name: str) -> bool:
        """Let the service or the system carry it at once, where it can."""
        entry = root.entry
        way = self.carrier.way(entry, self.folder)
        size = entry.size or 0
        if self._single:
            self.record.total = size
        progress = FileProgress(self.record, size)
        async with Turn(self.job, progress):
            try:
                arrived = await way.carry_whole(entry, self.folder, name, progress.reached)
            except (GraphError, OSError) as error:
                self.carrier.instead(way, error)
                arrived = None
        if arrived is None:
            self.record.total = None
            return False
        self.record.files_total += 1
        self._found_size += size
        progress.settle()
        self.job.shared.arrived(self.target, self.folder, arrived.entry)
        self._note(root, arrived)
        root.gone = arrived.left
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
                self._fail(pair.root, pair.path, error)

    async def _found(self, entry: Entry, pair: Pair, stack: list[Pair]) -> None:
        path, key = f"{pair.path}/{entry.name}", f"{pair.key}/{entry.name}"
        if entry.is_folder:
            try:
                stack.append(await self._child(entry, pair, path, key))
            except _FAILURES as error:
                self._fail(pair.root, path, error)
            return
        self.record.files_total += 1
        self._found_size += entry.size or 0
        await self._put(File(pair.root, entry, pair.target, path, key, pair.fresh))

    async def _child(self, entry: Entry, pair: Pair, path: str, key: str) -> Pair:
        """The pair of a folder within; its target is made if need be."""
        if (problem := self.target.name_problem(entry.name, pair.target)) is not None:
            raise NameRefused(problem)
        if _place_of(entry) in pair.above or (
            self.order.source.is_local and entry.link and await on_disk(is_within, pair.source.id, entry.id)
        ):
            raise NotCarried("This link leads to a folder that it is in itself.")
        made, fresh = await self._folder_at(pair, entry.name)
        return Pair(pair.root, entry, made, path, key, fresh, pair.above | {_place_of(entry)})

    async def _folder_at(self, pair: Pair, name: str) -> tuple[Entry, bool]:
        existing = None if pair.fresh else await find(self.target, pair.target, name)
        if existing is None:
            try:
                made = await self.target.create_folder(pair.target, name)
            except (GraphError, OSError) as error:
                existing = await find(self.target, pair.target, name) if is_taken(error) else None
                if existing is None:
                    raise
            else:
                self.job.shared.arrived(self.target, pair.target, made)
                return made, True
        if not existing.is_folder:
            raise KindDiffers
        return existing, False

    # carrying files

    async def _work(self) -> None:
        """One of several: takes files until there are no more. After what stops the whole it only empties the queue."""
        while (file := await self._queue.get()) is not None:
            if self._fatal is None:
                await self._carry(file)

    async def _carry(self, file: File) -> None:
        progress = FileProgress(self.record, file.entry.size or 0)
        try:
            carried = await self.carrier.carry(file.entry, file.folder, progress, fresh=file.fresh)
        except JobCancelled as cancelled:
            self._fatal = cancelled
            return
        except Exception as error:  # told with the others at the end
            self._fail(file.root, file.path, error)
        else:
            if carried is None:
                self._skip(file.root)
            else:
                self._note(file.root, carried)
                file.root.gone = carried.left and file.entry is file.root.entry
            if not self.order.move or (carried is not None and carried.faithful):  # else the source must stay next time
                self.record.finish(file.key, file.entry.size)
        progress.settle()
        await self._settled(file.root)

    # what came of it

    def _skip(self, root: Root) -> None:
        self._skipped += 1
        root.stays = True

    def _note(self, root: Root, carried: Carried) -> None:
        self._warning = self._warning or carried.warning
        root.changed = root.changed or carried.left
        if not carried.faithful:
            root.stays = True
            if self.order.move:
                self._warning = "What arrived has another size than the source, so the source was kept as well."

    def _fail(self, root: Root, path: str, error: Exception) -> None:
        root.stays = True
        if _stops_all(error):
            self._fatal = error
            return
        if not isinstance(error, _FAILURES):
            log.error("a file of a transfer failed", exc_info=error)
        told = explain(error)
        self._failed += 1
        if self._single and path == root.entry.name:
            self._whole_failed = error
        if len(self._told) < TOLD:
            self._told.append(f"{path}: {told.title}. {told.why}")

    async def _settled(self, root: Root) -> None:
        """After its last part a moved one goes to the recycle bin or trash, if all of it arrived as it was."""
        root.open -= 1
        if root.open or self._fatal is not None:
            return
        if root.target is not None:  # once more, with the size that it has now; else the old row stays
            with suppress(GraphError, AuthError, OSError):
                self.job.shared.arrived(self.target, self.folder, await self.target.refetch(root.target))
        if root.stays or not self.order.move:
            return
        if not root.gone:
            try:
                await self.order.source.delete(await self._left_behind(root))
            except (GraphError, AuthError, OSError) as error:
                told = explain(error)
                self._fail(root, root.entry.name, SourceKept(told.why, told.details))
                return
        self.record.finish(root.key_gone, 0)
        self.job.shared.departed(self.order.source, root.entry)

    async def _left_behind(self, root: Root) -> Entry:
        """As it is now, if moving its children has changed it; else as it was listed, so that a newer one is kept."""
        if root.entry.is_folder and root.changed:
            return await self.order.source.refetch(root.entry)
        return root.entry


def _top_pair(root: Root, target: Entry, *, fresh: bool) -> Pair:
    entry = root.entry
    return Pair(root, entry, target, entry.name, str(root.number), fresh, frozenset({_place_of(entry)}))


def _stops_all(error: Exception) -> bool:
    """What would meet every other file as well (QUIRKS 136)."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, QuotaExceeded | SignInRequired | AuthError)


def _place_of(entry: Entry) -> tuple[str, str]:
    return drive_key(entry.content.drive_id), entry.content.id
