"""Transfers that a test moves by hand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import Flow, Job, SavedJob
from odtui.services.transfers.record import Deed


class FakeTransfers:
    """Keeps what was asked of it; `put` sets a job's snapshot, `arrive` and `depart` tell the listeners."""

    def __init__(self) -> None:
        self.started: list[tuple[list[str], str, str, str, bool]] = []
        """Names, source place, target place, target folder, whether it is a move."""
        self.deleted: list[tuple[list[str], str]] = []
        """Names and place."""
        self.asked: list[tuple[str, Any]] = []
        """Commands in order, each with the job or what else it is about."""
        self.earlier: list[SavedJob] = []
        """What an earlier run has left."""
        self.notice = ""
        self.refusals: list[Exception] = []
        """What the next attempts to go on raise."""
        self.drained = asyncio.Event()
        self._flow = Flow()
        self._flow_listeners: list[Callable[[Flow], None]] = []
        self._jobs: dict[int, Job] = {}
        self._listeners: list[Callable[[Job], None]] = []
        self._arrivals: list[Callable[[Place, Entry, Entry], None]] = []
        self._departures: list[Callable[[Place, Entry], None]] = []

    def start(
        self, entries: list[Entry], source: Place, target: Place, folder: Entry, *, move: bool = False
    ) -> list[int]:
        self.started.append(([entry.name for entry in entries], source.id, target.id, folder.name, move))
        return []

    def delete(self, entries: list[Entry], place: Place) -> list[int]:
        self.deleted.append(([entry.name for entry in entries], place.id))
        return []

    def put(self, *jobs: Job) -> None:
        for job in jobs:
            self._jobs[job.id] = job
            for listener in self._listeners:
                listener(job)

    def arrive(self, place: Place, folder: Entry, entry: Entry) -> None:
        for listener in self._arrivals:
            listener(place, folder, entry)

    def depart(self, place: Place, entry: Entry) -> None:
        for listener in self._departures:
            listener(place, entry)

    def pour(self, flow: Flow) -> None:
        """The flow is another now."""
        self._flow = flow
        for listener in self._flow_listeners:
            listener(flow)

    def pause(self, job_id: int) -> None:
        self.asked.append(("pause", job_id))

    def resume(self, job_id: int) -> None:
        self.asked.append(("resume", job_id))

    def pause_all(self) -> None:
        self.asked.append(("pause_all", None))

    def resume_all(self) -> None:
        self.asked.append(("resume_all", None))

    def cancel(self, job_id: int) -> None:
        self.asked.append(("cancel", job_id))

    def cancel_all(self) -> None:
        self.asked.append(("cancel_all", None))

    def retry(self, job_id: int) -> None:
        self.asked.append(("retry", job_id))

    def retry_failed(self) -> None:
        self.asked.append(("retry_failed", None))

    def move_up(self, job_id: int) -> None:
        self.asked.append(("move_up", job_id))

    def move_down(self, job_id: int) -> None:
        self.asked.append(("move_down", job_id))

    def set_limit(self, limit: int | None) -> None:
        self.asked.append(("set_limit", limit))

    async def saved(self, _sessions: object) -> list[SavedJob]:
        return list(self.earlier)

    async def go_on(self, keys: Sequence[str], _sessions: object) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.asked.append(("go_on", tuple(keys)))
        self.earlier = [job for job in self.earlier if job.key not in keys]

    async def discard(self, keys: Sequence[str], _sessions: object) -> None:
        self.asked.append(("discard", tuple(keys)))
        self.earlier = [job for job in self.earlier if job.key not in keys]

    async def shelve(self) -> None:
        self.asked.append(("shelve", None))

    async def drain(self) -> None:
        """The jobs end when a test lets them."""
        await self.drained.wait()

    async def close(self) -> None:
        pass

    async def run(self) -> None:
        await asyncio.Event().wait()

    def tick(self) -> None:
        pass

    def clear_ended(self) -> None:
        self._jobs = {job.id: job for job in self._jobs.values() if not job.state.ended}

    @property
    def flow(self) -> Flow:
        return self._flow

    def watch_flow(self, listener: Callable[[Flow], None]) -> Callable[[], None]:
        self._flow_listeners.append(listener)
        return lambda: self._flow_listeners.remove(listener)

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(self._jobs.values())

    @property
    def running(self) -> int:
        return sum(not job.state.ended for job in self._jobs.values())

    def take_deeds(self, job_id: int) -> list[Deed]:
        return []

    def watch(self, listener: Callable[[Job], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch_arrivals(self, listener: Callable[[Place, Entry, Entry], None]) -> Callable[[], None]:
        self._arrivals.append(listener)
        return lambda: self._arrivals.remove(listener)

    def watch_departures(self, listener: Callable[[Place, Entry], None]) -> Callable[[], None]:
        self._departures.append(listener)
        return lambda: self._departures.remove(listener)
