"""Carrying one file: under a free name or in place of another, by the best way there is."""

from __future__ import annotations

from typing import Literal

from odtui.graph.errors import GraphError, Held, InvalidRequest
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind
from odtui.services.transfers.already import is_same
from odtui.services.transfers.branches import File
from odtui.services.transfers.conflicts import known
from odtui.services.transfers.job_run import JobRun
from odtui.services.transfers.naming import free_name
from odtui.services.transfers.problems import KindDiffers, NoFreeName, NotCarried
from odtui.services.transfers.record import Deed, FileProgress
from odtui.services.transfers.routes import Carried, Route, Streamed, find, is_taken, needs_stream, route, timed
from odtui.services.transfers.turn import Turn

_ATTEMPTS = 20
"""Names that turn out to be taken before a file is given up."""


class Taken(Exception):
    """A name is taken, and nobody has said yet what to do about it."""

    def __init__(self, existing: Entry) -> None:
        super().__init__("a name is taken")
        self.existing = existing


class Carrier:
    """Carries the files of one job."""

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self.order = job.order
        self.target = job.order.destination[0]
        self._refused: set[type[Route]] = set()
        """Ways that the system or the service does not offer for this job."""

    def way(self, entry: Entry, folder: Entry) -> Route:
        """The best way for an entry into a folder. Raises NotCarried if there is none."""
        order, sleep, trail = self.order, self.job.shared.sleep, self.job.record.trail
        best = route(order.source, self.target, entry, folder, move=order.move, sleep=sleep, trail=trail)
        return self._streamed() if type(best) in self._refused else best

    def _streamed(self) -> Streamed:
        job = self.job
        return Streamed(self.order.source, self.target, sleep=job.shared.sleep, trail=job.record.trail)

    async def carry(self, file: File, progress: FileProgress) -> Carried | None:
        """Carry one file; None if it is skipped. Raises Taken if the user must be asked about its name.

        Of what is still without its time, `note` is left to the caller.
        """
        entry, folder, trail = file.entry, file.folder, self.job.record.trail
        self._check(entry)
        mark = trail.file(entry, folder).mark
        settled = mark is not None or file.resolution is not None
        look = self.way(entry, folder).looks_first and not file.fresh and not settled
        name, existing, resolution = file.name, file.existing, file.resolution
        if mark is not None:  # the name was settled before
            name, resolution = mark.name, "replace"
            existing = await find(self.target, folder, name) if mark.replaces else None
        for _ in range(_ATTEMPTS):
            if look:
                existing = await find(self.target, folder, name)
            if existing is not None:
                if resolution is None and trail.again:
                    if self.order.move and existing.key == entry.key:  # it went just before the end of an earlier run
                        return Carried(existing, left=True)
                    if await is_same(entry, existing):
                        return Carried(await self._settled(entry, existing))
                resolution = resolution or known(self.job, entry, existing)
                if resolution is None:
                    raise Taken(existing)
                if resolution == "skip":
                    return None
                if resolution == "keep_both":
                    name, existing = await free_name(self.target, folder, file.name), None
                elif existing.is_folder:
                    raise KindDiffers
            try:
                carried = await self._attempt(entry, folder, name, existing, progress)
            except (GraphError, OSError) as error:
                progress.begin_again()
                if existing is not None or not await self._was_taken(error, folder, name, look=look):
                    raise
                if resolution == "keep_both":
                    name = await free_name(self.target, folder, file.name)
                else:
                    look, resolution = True, None
            else:
                if existing is None and carried.untimed is None:
                    self.note(entry, carried, folder)
                return carried
        raise NoFreeName

    async def _settled(self, entry: Entry, existing: Entry) -> Entry:
        """It arrived just before the end of an earlier run, perhaps before its time was set."""
        return await timed(self.target.client, entry, existing) if isinstance(self.target, DrivePlace) else existing

    def note(self, entry: Entry, carried: Carried, folder: Entry) -> None:
        """Something new is there, or was moved."""
        kind: Literal["made", "moved"] = "moved" if carried.left else "made"
        before = entry if carried.left else None
        self.job.record.did(Deed(kind, self.target, carried.entry, folder, before, whole=carried.entry.is_folder))

    async def _was_taken(self, error: Exception, folder: Entry, name: str, *, look: bool) -> bool:
        """Whether an attempt failed over its name; a file that meets a folder may be refused in other words."""
        if is_taken(error):
            return True
        unseen = isinstance(error, InvalidRequest) and not look
        return unseen and await find(self.target, folder, name) is not None

    def _check(self, entry: Entry) -> None:
        """Where a way was refused, another one may be left that does less."""
        if entry.kind is not Kind.FILE and isinstance(self.way(entry, self.job.order.destination[1]), Streamed):
            raise NotCarried(
                "A notebook can be opened in the browser only."
                if entry.kind is Kind.NOTEBOOK
                else "It is neither a file nor a folder that odtui can read."
            )

    async def _attempt(
        self, entry: Entry, folder: Entry, name: str, existing: Entry | None, progress: FileProgress
    ) -> Carried:
        way = self.way(entry, folder)
        async with Turn(self.job, progress) as turn:
            while True:
                try:
                    return await way.carry(entry, folder, name, existing, progress.reached)
                except Held:  # where it could not just go on
                    progress.begin_again()
                    await turn.ready()
                except (GraphError, OSError) as error:
                    if existing is None:
                        self._learn(error, folder)
                    way = self.instead(way, error)

    def _learn(self, error: GraphError | OSError, folder: Entry) -> None:
        """A new file that is refused says that nothing new is taken there, for the rest of the session (QUIRKS 204)."""
        order = self.job.order
        if order.source.is_local and isinstance(order.target, DrivePlace) and isinstance(error, GraphError):
            order.target.rights.learn(error, inside=folder)

    def instead(self, way: Route, error: Exception) -> Route:
        """A stream in place of a way that was refused, from now on for the whole job. Raises any other error."""
        if not needs_stream(way, error):
            raise error
        self._refused.add(type(way))
        return self._streamed()
