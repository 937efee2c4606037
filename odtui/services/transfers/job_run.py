"""Running one job: a file, or a folder with all that is in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, InvalidRequest
from odtui.services.entry import Entry, Kind
from odtui.services.transfers.job import Choice, Conflict, JobState
from odtui.services.transfers.naming import free_name
from odtui.services.transfers.problems import KindDiffers, NameRefused, NotCarried, TransferError
from odtui.services.transfers.record import FileProgress, Record, words_for
from odtui.services.transfers.routes import (
    Carried,
    Route,
    Streamed,
    find,
    is_taken,
    needs_copy,
    refuse_into_itself,
    route,
)
from odtui.services.transfers.shared import Shared
from odtui.services.words import explain

log = logging.getLogger(__name__)

_ATTEMPTS = 20
"""Names that turn out to be taken before a file is given up."""


class JobCancelled(Exception):
    """The user answered a question with cancel."""


class JobRun:
    """One attempt at a job. `run` ends with the record in its final state; only a cancellation is raised."""

    def __init__(self, record: Record, shared: Shared) -> None:
        self.record = record
        self.order = record.order
        self.shared = shared
        self.skipped = 0
        self.warning = ""
        self.faithful = True
        self._asking = 0
        self._has_gate = True
        self.route: Route | None = None
        self.moved_whole = False
        """The folder itself went over, so nothing of it is left at the source."""

    async def run(self) -> None:
        """Called with the gate taken; `ended` gives it back."""
        record = self.record
        try:
            await self._carry()
        except JobCancelled:
            record.enter(JobState.CANCELLED)
        except asyncio.CancelledError:
            record.enter(JobState.CANCELLED)
            raise
        except Exception as error:  # the boundary that shows it
            if not isinstance(error, GraphError | OSError | TransferError | AuthError):
                log.exception("a transfer failed")
            self._fail(error)

    def ended(self, task: asyncio.Task[None]) -> None:
        """The task is over; one that was cancelled before its first step has not even begun."""
        if self._has_gate:
            self.shared.gate.release()
        if self.record.task is task and not self.record.state.ended:  # another task: it was queued again at once
            self.record.enter(JobState.CANCELLED)

    def _fail(self, error: Exception) -> None:
        told = explain(error, doing=f"transfer {self.order.entry.name}")
        problem = f"{told.title}. {told.why}"
        self.record.enter(JobState.FAILED, problem=problem, advice=told.advice, details=told.details, steps=told.steps)

    async def _carry(self) -> None:
        order, record = self.order, self.record
        if (problem := order.target.name_problem(order.entry.name, order.folder)) is not None:
            raise NameRefused(problem)
        await refuse_into_itself(order.source, order.target, order.entry, order.folder)
        self.route = route(
            order.source, order.target, order.entry, order.folder, move=order.move, sleep=self.shared.sleep
        )
        if order.entry.is_folder:
            from odtui.services.transfers.folder_run import FolderRun

            await FolderRun(self).run()
        else:
            progress = FileProgress(record, order.entry.size or 0)
            arrived = await self.carry_file(order.entry, order.folder, progress, look=self.route.looks_first)
            self.skipped = int(arrived is None)
            progress.settle()
        await self._depart()
        record.total = record.done if record.total is None else record.total
        if self.skipped and self.skipped == record.files_total:
            record.enter(JobState.SKIPPED)
        else:
            record.enter(JobState.DONE, problem=self._note())

    def _note(self) -> str:
        if self.skipped:
            return "1 file was skipped." if self.skipped == 1 else f"{self.skipped:,} files were skipped."
        return self.warning

    async def _depart(self) -> None:
        """The last step of a move: the source goes to the recycle bin or trash, if all of it arrived as it was."""
        order = self.order
        if not order.move or self.skipped:
            return
        if not self.faithful:
            self.warning = "What arrived has another size than the source, so the source was kept as well."
            return
        assert self.route is not None  # noqa: S101 - chosen before anything is carried
        if not (self.moved_whole if order.entry.is_folder else self.route.leaves):
            try:
                await order.source.delete(await self._left_behind(order.entry))
            except (GraphError, AuthError, OSError) as error:
                told = explain(error)
                raise TransferError(
                    "It was copied, but the source is still there",
                    told.why,
                    "Delete the source yourself.",
                    told.details,
                ) from error
        self.shared.departed(order.source, order.entry)

    async def _left_behind(self, entry: Entry) -> Entry:
        """As it is now, if moving its children has changed it; else as it was listed, so that a newer one is kept."""
        if entry.is_folder and self.route is not None and self.route.leaves:
            return await self.order.source.refetch(entry)
        return entry

    async def carry_file(self, entry: Entry, folder: Entry, progress: FileProgress, *, look: bool) -> Entry | None:
        """Carry one file; None if it was skipped. Asks when its name is taken.

        Args:
            look: Whether to look for the name first; else the attempt itself finds out.
        """
        self._check(entry, folder)
        name, existing = entry.name, None
        for _ in range(_ATTEMPTS):
            if look:
                existing = await find(self.order.target, folder, name)
            if existing is not None:
                choice = await self._decide(entry, existing, folder)
                if choice == "skip":
                    return None
                if choice == "keep_both":
                    name, existing = await free_name(self.order.target, folder, entry.name), None
                elif existing.is_folder:
                    raise KindDiffers
            try:
                carried = await self._attempt(entry, folder, name, existing, progress)
            except (GraphError, OSError) as error:
                progress.begin_again()
                if existing is not None or not await self._was_taken(error, folder, name, look=look):
                    raise
                look = True
                continue
            return self._note_arrival(carried, folder)
        raise TransferError(
            "No free name was found", "Other programs take every name that odtui tries.", "Try again later."
        )

    async def _was_taken(self, error: Exception, folder: Entry, name: str, *, look: bool) -> bool:
        """Whether an attempt failed over its name; a file that meets a folder may be refused in other words."""
        if is_taken(error):
            return True
        unseen = isinstance(error, InvalidRequest) and not look
        return unseen and await find(self.order.target, folder, name) is not None

    def _check(self, entry: Entry, folder: Entry) -> None:
        on_the_spot = self.route is not None and not isinstance(self.route, Streamed)
        if entry.kind is not Kind.FILE and not on_the_spot:
            raise NotCarried(
                "A notebook can be opened in the browser only."
                if entry.kind is Kind.NOTEBOOK
                else "It is neither a file nor a folder that odtui can read."
            )
        if (problem := self.order.target.name_problem(entry.name, folder)) is not None:
            raise NameRefused(problem)

    async def _attempt(
        self, entry: Entry, folder: Entry, name: str, existing: Entry | None, progress: FileProgress
    ) -> Carried:
        way = self.route
        assert way is not None  # noqa: S101 - chosen before anything is carried
        async with self.shared.slots:
            if self.record.state is not JobState.ASKING:
                self.record.enter(JobState.RUNNING)
            try:
                return await way.carry(entry, folder, name, existing, progress.reached)
            except (GraphError, OSError) as error:
                return await self.instead(way, error).carry(entry, folder, name, existing, progress.reached)

    def instead(self, way: Route, error: Exception) -> Route:
        """A copy in place of a move that the system refuses; then the way for the whole job. Raises any other error."""
        if not needs_copy(error) or isinstance(way, Streamed):
            raise error
        order = self.order
        if not isinstance(self.route, Streamed):
            self.route = Streamed(order.source, order.target, sleep=self.shared.sleep)
        return self.route

    def _note_arrival(self, carried: Carried, folder: Entry) -> Entry:
        self.warning = self.warning or carried.warning
        self.faithful = self.faithful and carried.faithful
        self.shared.arrived(self.order.target, folder, carried.entry)
        return carried.entry

    async def _decide(self, entry: Entry, existing: Entry, folder: Entry) -> Choice:
        """What to do about a taken name. A thing is never replaced by itself."""
        same = existing.key == entry.key
        if same and self.order.move:
            return "skip"
        choice = await self.choose(entry, existing, folder)
        if choice == "cancel":
            raise JobCancelled
        return "skip" if same and choice == "replace" else choice

    async def choose(self, entry: Entry, existing: Entry, folder: Entry) -> Choice:
        """The standing answer, or the user's. Others may run while this job waits for it."""
        request = self.order.request
        if request.standing is not None:
            return request.standing
        async with self._parked(), request.asking:
            if request.standing is not None:
                return request.standing
            self.record.enter(JobState.ASKING)
            where = words_for(self.order.target, folder)
            choice, for_all = await self.shared.ask(Conflict(existing.name, entry, existing, where))
            if for_all:
                request.standing = choice
            self.record.enter(JobState.RUNNING)
            return choice

    @asynccontextmanager
    async def _parked(self) -> AsyncIterator[None]:
        """Gives the gate back while the job waits, for as long as any part of it does."""
        self._asking += 1
        if self._asking == 1 and self._has_gate:
            self._has_gate = False
            self.shared.gate.release()
        try:
            yield
        finally:
            self._asking -= 1
        if self._asking == 0 and not self._has_gate:
            await self.shared.gate.acquire()
            self._has_gate = True
