"""The folders that a job makes or fills at the target."""

from __future__ import annotations

import logging
import os
from contextlib import suppress

from odtui.auth.errors import AuthError
from odtui.graph.client import ItemVersion
from odtui.graph.errors import GraphError, InvalidRequest, ItemNotFound
from odtui.services.disk import on_disk_to_end
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.transfers.branches import Branch
from odtui.services.transfers.carry import Carrier
from odtui.services.transfers.conflicts import resolve
from odtui.services.transfers.job_run import JobRun
from odtui.services.transfers.naming import free_name
from odtui.services.transfers.problems import KindDiffers, NoFreeName
from odtui.services.transfers.record import Deed, FileProgress
from odtui.services.transfers.routes import Carried, Into, ServerCopy, find, is_taken
from odtui.services.transfers.turn import Turn

log = logging.getLogger(__name__)

_ATTEMPTS = 20
"""Names that turn out to be taken before a folder is given up."""
_TIMES = 20
"""Folders whose times are set together."""


class Folders:
    """Of one attempt at a job. Raises GraphError, OSError, TransferError, JobCancelled."""

    def __init__(self, job: JobRun, carrier: Carrier) -> None:
        self.job = job
        self.order = job.order
        self.target, self.folder = job.order.destination
        self._carrier = carrier
        self._into = Into(job.order.source, self.target, self.folder)
        self._split = False
        """A folder was too much for one copy by the service (QUIRKS 172), so those in it are tried one by one."""
        self._untimed: list[Branch] = []
        self._again = bool(job.record.finished) or job.record.trail.again
        """An attempt came before, so that a folder that is there may have been made by it."""

    async def refuse_into_itself(self, entry: Entry) -> None:
        """Raises FolderTurnedAround if a folder would go into itself."""
        if entry.is_folder:
            await self._into.refuse(entry)

    async def open(self, branch: Branch) -> Carried | None:
        """Make the target of a folder, or find it if there is one; it is in `branch.target` then.

        It may go over as a whole: then what arrived is returned. If it is skipped, both are None.
        """
        if branch.above is None:
            whole = None if await self._known(branch) else await self._open_top(branch)
            if branch.target is not None:
                self.job.record.trail.top(int(branch.key), branch.target)
            return whole
        return await self._open_below(branch, branch.above)

    async def _known(self, branch: Branch) -> bool:
        """Whether it is where an earlier attempt put it; if that is gone, so is what had arrived."""
        record = self.job.record
        known = record.trail.tops.get(int(branch.key))
        if known is None:
            return False
        try:
            branch.target = await self.target.refetch(known)
        except (ItemNotFound, FileNotFoundError):
            gone = f"{branch.key}/"
            record.finished = {key: share for key, share in record.finished.items() if not key.startswith(gone)}
            return False
        return True

    async def _open_top(self, branch: Branch) -> Carried | None:
        entry, name = branch.entry, branch.name
        await self.refuse_into_itself(entry)
        for _ in range(_ATTEMPTS):
            existing = await find(self.target, self.folder, name)
            if existing is not None and (existing.key == entry.key or not existing.is_folder):
                resolution = await resolve(self.job, entry, existing, self.folder)
                if resolution == "skip":
                    return None
                if resolution == "replace":
                    raise KindDiffers
                name, existing = await free_name(self.target, self.folder, name, of_folder=True), None
            if existing is not None:
                branch.target = existing
                return None
            try:
                if (whole := await self._carry_whole(branch, self.folder, name)) is not None:
                    return whole
                branch.target, branch.fresh = await self.target.create_folder(self.folder, name), True
            except (GraphError, OSError) as error:
                if not is_taken(error):
                    raise
                continue
            self._made(branch.target, self.folder)
            return None
        raise NoFreeName

    async def _carry_whole(self, branch: Branch, folder: Entry, name: str) -> Carried | None:
        """By the service or the system, where it can."""
        entry, record = branch.entry, self.job.record
        way = self._carrier.way(entry, folder)
        progress = FileProgress(record, entry.size or 0)
        alone = len(self.order.entries) == 1 and branch.above is None and record.total is None
        if alone:
            record.total = entry.size
        async with Turn(self.job, progress):
            try:
                whole = await way.carry_whole(entry, folder, name, progress.reached)
            except (GraphError, OSError) as error:
                if type(way) is ServerCopy and isinstance(error, InvalidRequest):
                    self._split = True
                else:
                    self._carrier.instead(way, error)
                progress.begin_again()
                whole = None
        if whole is not None:
            self._carrier.note(entry, whole, folder)
            progress.settle()
        elif alone:
            record.total = None
        return whole

    async def _open_below(self, branch: Branch, above: Branch) -> Carried | None:
        parent, name = above.target, branch.name
        assert parent is not None  # noqa: S101 - a folder is opened before those in it
        existing = None if above.fresh else await find(self.target, parent, name)
        if existing is None:
            try:
                if self._split and (whole := await self._carry_whole(branch, parent, name)) is not None:
                    return whole
                branch.target, branch.fresh = await self.target.create_folder(parent, name), True
            except (GraphError, OSError) as error:
                existing = await find(self.target, parent, name) if is_taken(error) else None
                if existing is None:
                    raise
            else:
                self._made(branch.target, parent)
                return None
        if not existing.is_folder:
            raise KindDiffers
        branch.target = existing
        return None

    def _made(self, folder: Entry, parent: Entry) -> None:
        self.job.shared.arrived(self.target, parent, folder)
        self.job.record.did(Deed("made", self.target, folder, parent))

    # what comes after their content

    async def close(self, branch: Branch) -> None:
        """Nothing more will come into a folder: one that this job made gets the time of its source."""
        if branch.target is None:
            return
        if (branch.fresh or self._again) and branch.entry.modified is not None:
            self._untimed.append(branch)
            if len(self._untimed) >= _TIMES:
                await self.set_times()
        if branch.above is None:  # once more, with the size that it has now; else the old row stays
            with suppress(GraphError, AuthError, OSError):
                self.job.shared.arrived(self.target, self.folder, await self.target.refetch(branch.target))

    async def set_times(self) -> None:
        """Of all folders that are closed. One that keeps the time of today is worth no word to the user."""
        branches, self._untimed = self._untimed, []
        try:
            if isinstance(self.target, DrivePlace):  # never in the creation: it is ignored there (QUIRKS 107)
                items = [_version(branch) for branch in branches]
                outcomes = await self.target.client.set_modified_many(items, [_time(branch) for branch in branches])
                for error in outcomes:
                    if isinstance(error, GraphError):
                        log.warning("the time of a folder was not set: %s", type(error).__name__)
            elif self.target.is_local:
                await on_disk_to_end(_set_local_times, branches)
        except (GraphError, AuthError) as error:
            log.warning("times of folders were not set: %s", type(error).__name__)


def _time(branch: Branch) -> int:
    assert branch.entry.modified is not None  # noqa: S101 - else it has no time to be set
    return branch.entry.modified


def _version(branch: Branch) -> ItemVersion:
    assert branch.target is not None  # noqa: S101 - it was opened
    at = branch.target.content
    return ItemVersion(at.drive_id, at.id)


def _set_local_times(branches: list[Branch]) -> None:
    for branch in branches:
        if branch.target is not None:
            try:
                os.utime(branch.target.id, (_time(branch), _time(branch)))
            except OSError as error:
                log.warning("the time of a folder was not set: %s", error.strerror)
