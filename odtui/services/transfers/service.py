"""Transfers: long jobs in the background, owned by one service, shown by the panel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.flow import FlowSums
from odtui.services.transfers.job import Ask, AskPreflight, Flow, Job, JobKind, JobState, SavedJob
from odtui.services.transfers.line import Line
from odtui.services.transfers.pace import Pace
from odtui.services.transfers.record import Deed, Order, Record, Request
from odtui.services.transfers.shared import Shared
from odtui.services.transfers.slots import Slots, Width
from odtui.services.transfers.waits import Waits

if TYPE_CHECKING:
    from odtui.services.transfers.journal import Journal
    from odtui.services.transfers.saved import Home
    from odtui.services.transfers.shelf import Shelf, Taken

NOTICE = 0.1
"""Seconds between two snapshots of a job that only moves on."""

Listener = TypeVar("Listener")


class TransferService:
    """Runs jobs, a few at a time. `run()` is one worker of the app; cancelling it stops every job cleanly."""

    def __init__(
        self,
        *,
        ask: Ask,
        ask_preflight: AskPreflight | None = None,
        concurrency: int = 8,
        bandwidth_limit: int | None = None,
        journal: Callable[[], Journal | None] = lambda: None,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """
        Args:
            ask_preflight: Asks about what cannot go over as it is; None: what would be proposed is done at once.
            concurrency: The most files that ever move, and jobs that run, at the same time: it begins with four of
                them. A job that waits for an answer or is paused counts not as one.
            bandwidth_limit: Bytes per second, both directions together.
            journal: Makes what keeps jobs for a later run, when it is first needed; it may say that there is none.
            clock: Seconds, monotonic.
        """
        self._clock = clock
        self._line = Line()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._next_id = 1
        self._untold: set[Record] = set()
        self._listeners: list[Callable[[Job], None]] = []
        self._flow_listeners: list[Callable[[Flow], None]] = []
        self._arrivals: list[Callable[[Place, Entry, Entry], None]] = []
        self._departures: list[Callable[[Place, Entry], None]] = []
        self._flow_told_at = float("-inf")
        width, pace = Width(concurrency, clock=clock), Pace(clock=clock, sleep=sleep)
        pace.set_limit(bandwidth_limit)
        self._shared = Shared(
            ask, width, Slots(self._allowed), Slots(self._allowed), pace, Waits(clock),
            clock, sleep, self._arrived, self._departed, ask_preflight,
        )  # fmt: skip
        self._sums = FlowSums(clock)
        self._journal = journal
        self._tidying: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None

    @cached_property
    def _shelf(self) -> Shelf:
        """Brings the HTTP client and SQLite along, which no first frame needs."""
        from odtui.services.transfers.shelf import Shelf

        return Shelf(self._journal())

    def _allowed(self) -> int:
        """Files that may move at this moment."""
        width, files = self._shared.width.value, self._shared.pace.most_files
        return width if files is None else min(width, files)

    # running

    async def run(self) -> None:
        """Runs jobs as they come, for ever. Cancelled, it ends them all: no half file and no upload session stays."""
        try:
            while True:
                while not self._line.waiting:
                    self._wake.clear()
                    await self._wake.wait()
                from odtui.services.transfers.job_run import (
                    JobRun,  # brings the HTTP client along, which no first frame needs
                )

                await self._shared.gate.acquire()
                record = self._line.take()
                if record is None:
                    self._shared.gate.release()  # cancelled or paused meanwhile
                    continue
                job = JobRun(record, self._shared)
                record.task = asyncio.create_task(job.run())
                record.task.add_done_callback(job.ended)
        finally:
            await self.close()

    async def close(self) -> None:
        """The end: jobs that run are cancelled, and nothing stays that no later run is to go on with. That is what was
        shelved, and what failed in the middle of a large file. To be awaited while the sessions are still open; a
        second time does nothing."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        kept = False
        tasks = [record.task for record in self._line if record.task is not None]
        for record in self._line:
            if record.state is JobState.FAILED:  # it may go on where it was
                record.trail.keep = record.trail.notes is not None and bool(record.trail.marks)
            kept = kept or record.trail.keep
            record.paused = record.trail.keep  # what cleans up must not be held
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for record in self._line:
            if not record.trail.keep:
                if not record.state.ended:
                    record.enter(JobState.CANCELLED)
                await self._shelf.clear(record)
        await asyncio.gather(*self._tidying, return_exceptions=True)
        if "_shelf" in vars(self):  # else nothing was ever noted
            await self._shelf.close(keep=kept)

    async def shelve(self) -> None:
        """Stop all, for a later run to go on with: sessions, part files and the journal stay. What cannot be kept so
        is cancelled. The last thing to be asked of a service."""
        for record in self._line:
            record.trail.keep = record.trail.notes is not None and not record.state.ended
            record.pause()
        await self.close()

    async def drain(self) -> None:
        """Wait until every job has ended."""
        await self._idle.wait()

    # starting

    def start(
        self, entries: list[Entry], source: Place, target: Place, folder: Entry, *, move: bool = False
    ) -> list[int]:
        """Queue one job for all of them: upload, download, copy within a place, or relay across drives.

        Returns job ids: one, or none if there are no entries.
        """
        if not entries:
            return []
        order = Order(_kind(source, target, move=move), tuple(entries), source, target, folder, Request())
        return [self._queue(order).id]

    def delete(self, entries: list[Entry], place: Place) -> list[int]:
        """Queue one job that puts them all into the recycle bin or trash. Returns job ids, as `start`."""
        if not entries:
            return []
        return [self._queue(Order("delete", tuple(entries), place, None, None, Request())).id]

    def _queue(self, order: Order, taken: Taken | None = None) -> Record:
        record = Record(self._next_id, order, clock=self._clock, notify=self._changed)
        self._next_id += 1
        if taken is not None:
            record.trail, record.finished = taken.trail, taken.finished
        self._shelf.note(record)
        self._enqueue(record)
        return record

    # jobs of an earlier run

    async def saved(self, sessions: Iterable[Home]) -> list[SavedJob]:
        """What an earlier run has left that can go on with these sessions, oldest first; without one only what needs
        none."""
        return await self._shelf.saved(sessions)

    async def go_on(self, keys: Iterable[str], sessions: Iterable[Home]) -> list[int]:
        """Queue saved jobs again, each to go on where it was. Returns job ids; what another instance has taken
        meanwhile is left out. Raises GraphError or AuthError when a place cannot be opened: all is kept then."""
        return [self._queue(taken.order, taken).id for taken in await self._shelf.take(keys, sessions)]

    async def discard(self, keys: Iterable[str], sessions: Iterable[Home]) -> None:
        """Give saved jobs up: upload sessions are cancelled, unfinished files deleted; what has arrived stays."""
        await self._shelf.discard(keys, sessions)

    @property
    def notice(self) -> str:
        """What the user should know of the journal, such as that it was damaged; empty if nothing."""
        return self._shelf.notice

    def _enqueue(self, record: Record) -> None:
        self._line.add(record)
        self._wake.set()
        record.changed(now=True)

    # control of one job; unknown ones are left as they are

    def cancel(self, job_id: int) -> None:
        """Ends a job; what it has not finished leaves no trace. One that has ended is left as it is."""
        record = self._line.find(job_id)
        if record is None or record.state.ended:
            return
        if record.task is not None:
            record.paused = False  # what cleans up must not be held
            record.task.cancel()
        else:
            record.enter(JobState.CANCELLED)

    def pause(self, job_id: int) -> None:
        """Holds a job: what is on its way goes through, nothing more begins, and nothing that is there is lost."""
        record = self._line.find(job_id)
        if record is not None:
            record.pause()

    def resume(self, job_id: int) -> None:
        """Lets a paused job go on from where it was."""
        record = self._line.find(job_id)
        if record is not None and record.paused:
            record.resume()
            if record.state is JobState.QUEUED and record.task is None:
                self._line.queue(record)
                self._wake.set()

    def retry(self, job_id: int) -> None:
        """Queue a failed or cancelled job again, of a folder only what is missing; let one that waits try at once."""
        record = self._line.find(job_id)
        if record is None:
            return
        if record.state is JobState.WAITING:
            self._shared.reconnected()
        elif record.state in (JobState.FAILED, JobState.CANCELLED):
            record.reset()
            record.task = None
            record.stage = JobState.QUEUED
            self._shelf.note(record)
            self._enqueue(record)

    def move_up(self, job_id: int) -> None:
        """Before the queued job that is next before it; the first stays. So does one that has begun."""
        self._move(job_id, -1)

    def move_down(self, job_id: int) -> None:
        """Behind the queued job that is next behind it; the last stays. So does one that has begun."""
        self._move(job_id, 1)

    def _move(self, job_id: int, by: int) -> None:
        record = self._line.find(job_id)
        other = self._line.swap(record, by) if record is not None else None
        if record is not None and other is not None:
            record.changed(now=True)
            other.changed(now=True)

    # control of all

    def cancel_all(self) -> None:
        """Ends every job that has not ended. What failed ones had in flight goes too."""
        for record in self._line:
            self.cancel(record.id)
            if record.state is JobState.FAILED:
                self._tidy(record)

    def pause_all(self) -> None:
        """Pauses every job that has not ended. What is started later runs."""
        for record in self._line:
            record.pause()

    def resume_all(self) -> None:
        """Lets every paused job go on."""
        for record in self._line:
            self.resume(record.id)

    def retry_failed(self) -> None:
        """Queue all failed jobs again."""
        for record in self._line:
            if record.state is JobState.FAILED:
                self.retry(record.id)

    def clear_ended(self) -> None:
        """Forget the jobs that have ended."""
        for record in self._line.clear_ended():
            self._sums.forget(record)
            self._untold.discard(record)
            self._tidy(record)
        self._flow_changed(now=True)

    def _tidy(self, record: Record) -> None:
        """Nothing goes on where a job was. One that failed leaves what was in flight until then."""
        if not record.trail.marks:
            record.trail.ended()
        else:
            task = asyncio.ensure_future(self._shelf.clear(record))
            self._tidying.add(task)
            task.add_done_callback(self._tidying.discard)

    def set_limit(self, bytes_per_second: int | None) -> None:
        """The most that all transfers together move; None for as much as there is. In force at once."""
        self._shared.pace.set_limit(bytes_per_second)
        self._shared.widened()
        self._flow_changed(now=True)

    def take_deeds(self, job_id: int) -> list[Deed]:
        """What a job has done since this was last asked: to be asked when it has ended."""
        record = self._line.find(job_id)
        if record is None:
            return []
        deeds, record.deeds = record.deeds, []
        return deeds

    # what there is

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Newest snapshots in the order of the queue, oldest first."""
        return self._line.jobs

    @property
    def running(self) -> int:
        """Jobs that have not ended."""
        return self._sums.unended

    @property
    def flow(self) -> Flow:
        """All of them together; costs the same however many there are."""
        shared = self._shared
        return self._sums.flow(
            moving=shared.slots.used, width=self._allowed(), limit=shared.pace.limit, waits=shared.waits
        )

    def watch(self, listener: Callable[[Job], None]) -> Callable[[], None]:
        """Called with each new snapshot, at most ten times a second per job; returns the way to stop it.

        A new state is told at once.
        """
        return _added(self._listeners, listener)

    def watch_flow(self, listener: Callable[[Flow], None]) -> Callable[[], None]:
        """Called with what all jobs come to, at most ten times a second while they only move on."""
        return _added(self._flow_listeners, listener)

    def watch_arrivals(self, listener: Callable[[Place, Entry, Entry], None]) -> Callable[[], None]:
        """Called with (place, folder, entry) when an entry has arrived in a folder."""
        return _added(self._arrivals, listener)

    def watch_departures(self, listener: Callable[[Place, Entry], None]) -> Callable[[], None]:
        """Called with (place, entry) when a move took an entry away."""
        return _added(self._departures, listener)

    def tick(self) -> None:
        """To be called about once a second: tells what changes with time alone, such as countdowns and speeds."""
        for record in self._sums.begun:
            record.tick()
        for record in tuple(self._untold):
            self._tell(record)
        if self._sums.unended:
            self._flow_changed(now=True)

    # hearing from below

    def _arrived(self, place: Place, folder: Entry, entry: Entry) -> None:
        for listener in tuple(self._arrivals):
            listener(place, folder, entry)

    def _departed(self, place: Place, entry: Entry) -> None:
        for listener in tuple(self._departures):
            listener(place, entry)

    def _changed(self, record: Record, now: bool) -> None:
        if self._line.find(record.id) is not record:
            return  # forgotten
        self._line.touched(record)
        if record.stage.ended and record.stage is not JobState.FAILED:
            self._tidy(record)
        carried, files = self._sums.note(record)
        if carried or files:
            self._shared.width.moved(carried, files, full=self._shared.slots.full)
            self._shared.widened()
        if now or self._clock() - record.shown_at >= NOTICE:
            self._tell(record)
        else:
            self._untold.add(record)
        if self._sums.unended:
            self._idle.clear()
        else:
            self._idle.set()
        self._flow_changed(now=now)

    def _tell(self, record: Record) -> None:
        record.shown_at = self._clock()
        self._untold.discard(record)
        for listener in tuple(self._listeners):
            listener(record.snapshot)

    def _flow_changed(self, *, now: bool) -> None:
        time = self._clock()
        if self._flow_listeners and (now or time - self._flow_told_at >= NOTICE):
            self._flow_told_at = time
            flow = self.flow
            for listener in tuple(self._flow_listeners):
                listener(flow)


def _kind(source: Place, target: Place, *, move: bool) -> JobKind:
    if move:
        return "move"
    if source.is_local != target.is_local:
        return "upload" if source.is_local else "download"
    return "copy"


def _added(listeners: list[Listener], listener: Listener) -> Callable[[], None]:
    listeners.append(listener)

    def stop() -> None:
        if listener in listeners:
            listeners.remove(listener)

    return stop
