"""Transfers: long jobs in the background, owned by one service, shown by the panel."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.job import Ask, Job, JobKind, JobState
from odtui.services.transfers.record import Order, Record, Request
from odtui.services.transfers.shared import Shared

NOTICE = 0.1
"""Seconds between two snapshots of a job that only moves on."""

Listener = TypeVar("Listener")


class TransferService:
    """Runs jobs, a few at a time. `run()` is one worker of the app; cancelling it stops every job cleanly."""

    def __init__(
        self,
        *,
        ask: Ask,
        concurrency: int = 4,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """
        Args:
            concurrency: Jobs that run, and files that move, at the same time. A job that waits for an answer counts
                not as one.
            clock: Seconds, monotonic.
        """
        self._clock = clock
        self._records: dict[int, Record] = {}
        self._pending: deque[Record] = deque()
        self._wake = asyncio.Event()
        self._next_id = 1
        self._unended = 0
        self._listeners: list[Callable[[Job], None]] = []
        self._arrivals: list[Callable[[Place, Entry, Entry], None]] = []
        self._departures: list[Callable[[Place, Entry], None]] = []
        self._shared = Shared(
            ask, asyncio.Semaphore(concurrency), asyncio.Semaphore(concurrency), concurrency, sleep,
            self._arrived, self._departed,
        )  # fmt: skip

    # running

    async def run(self) -> None:
        """Runs jobs as they come, for ever. Cancelled, it ends them all: no half file and no upload session stays."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            while True:
                while not self._pending:
                    self._wake.clear()
                    await self._wake.wait()
                from odtui.services.transfers.job_run import (
                    JobRun,  # brings the HTTP client along, which no first frame needs
                )

                await self._shared.gate.acquire()
                job = JobRun(self._pending.popleft(), self._shared)
                if job.record.state is not JobState.QUEUED or job.record.task is not None:
                    self._shared.gate.release()  # cancelled meanwhile, or queued twice by cancel and retry
                    continue
                job.record.task = asyncio.create_task(job.run())
                tasks.add(job.record.task)
                job.record.task.add_done_callback(tasks.discard)
                job.record.task.add_done_callback(job.ended)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for record in self._pending:
                if not record.state.ended:
                    record.enter(JobState.CANCELLED)
            self._pending.clear()

    # commands

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

    def _queue(self, order: Order) -> Record:
        record = Record(self._next_id, order, clock=self._clock, notify=self._changed)
        self._next_id += 1
        self._unended += 1
        self._records[record.id] = record
        self._enqueue(record)
        return record

    def _enqueue(self, record: Record) -> None:
        self._pending.append(record)
        self._wake.set()
        record.changed(now=True)

    def cancel(self, job_id: int) -> None:
        """Ends a job; what it has not finished leaves no trace. Unknown and ended ones are left as they are."""
        record = self._records.get(job_id)
        if record is None or record.state.ended:
            return
        if record.task is not None:
            record.task.cancel()
        else:
            record.enter(JobState.CANCELLED)

    def retry(self, job_id: int) -> None:
        """Queue a failed or cancelled job again; of a folder only what is missing."""
        record = self._records.get(job_id)
        if record is None or record.state not in (JobState.FAILED, JobState.CANCELLED):
            return
        record.reset()
        record.task = None
        self._unended += 1
        record.state = JobState.QUEUED
        self._enqueue(record)

    def clear_ended(self) -> None:
        """Forget the jobs that have ended."""
        self._records = {key: record for key, record in self._records.items() if not record.state.ended}

    # what there is

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Newest snapshots, oldest job first."""
        return tuple(record.snapshot for record in self._records.values())

    @property
    def running(self) -> int:
        """Jobs that have not ended."""
        return self._unended

    def watch(self, listener: Callable[[Job], None]) -> Callable[[], None]:
        """Called with each new snapshot, at most ten times a second per job; returns the way to stop it.

        A new state is told at once.
        """
        return _added(self._listeners, listener)

    def watch_arrivals(self, listener: Callable[[Place, Entry, Entry], None]) -> Callable[[], None]:
        """Called with (place, folder, entry) when an entry has arrived in a folder."""
        return _added(self._arrivals, listener)

    def watch_departures(self, listener: Callable[[Place, Entry], None]) -> Callable[[], None]:
        """Called with (place, entry) when a move took an entry away."""
        return _added(self._departures, listener)

    def _arrived(self, place: Place, folder: Entry, entry: Entry) -> None:
        for listener in tuple(self._arrivals):
            listener(place, folder, entry)

    def _departed(self, place: Place, entry: Entry) -> None:
        for listener in tuple(self._departures):
            listener(place, entry)

    def _changed(self, record: Record, now: bool) -> None:
        if now and record.state.ended and record.id in self._records:
            self._unended -= 1
        time = self._clock()
        if not now and time - record.shown_at < NOTICE:
            return
        record.shown_at = time
        for listener in tuple(self._listeners):
            listener(record.snapshot)


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
