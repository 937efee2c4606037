"""A job, or one file of it, on its errands: it can be held, waits for hours if need be, and shares the line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING

from odtui.graph.errands import ERRAND, Errand, Why
from odtui.services.transfers.job import JobState

if TYPE_CHECKING:
    from odtui.services.transfers.job_run import JobRun
    from odtui.services.transfers.record import FileProgress

PATIENCE: dict[Why, float] = {"throttled": 3600.0, "offline": 3600.0, "busy": 120.0}
"""Seconds of waiting that one request of a transfer may cost: a tunnel is no error."""

AT_LEAST = 2.0
"""Seconds that a request without a connection waits even if another one has got through: its host may be another."""


class JobErrand:
    """What a job asks for beside its files: listings, folders. `async with` it around the whole job."""

    def __init__(self, job: JobRun) -> None:
        self._job = job
        self._record = job.record
        self._shared = job.shared
        self._token: Token[Errand | None] | None = None

    async def __aenter__(self) -> JobErrand:
        self._token = ERRAND.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._token is not None  # noqa: S101 - it was entered
        ERRAND.reset(self._token)

    @property
    def held(self) -> bool:
        return self._record.paused

    def now(self) -> float:
        return self._shared.clock()

    def room(self) -> int:
        return self._shared.room()

    def patience(self, why: Why) -> float:
        return PATIENCE[why]

    async def ready(self) -> None:
        while self._record.paused:
            async with self._job.parked():
                await self._record.resumed.wait()

    async def wait(self, seconds: float, why: Why) -> float:
        shared, began = self._shared, self._shared.clock()
        if why == "throttled":
            shared.throttled(seconds)
        with self._record.waits.waiting(why, seconds), shared.waits.waiting(why, seconds):
            self._record.changed(now=True)
            await shared.sleep(seconds if why != "offline" else min(seconds, AT_LEAST))
            if why == "offline" and seconds > AT_LEAST:
                await first(shared.connected.wait(), shared.sleep(seconds - AT_LEAST))
        self._record.changed(now=True)
        return shared.clock() - began

    def answered(self) -> None:
        self._shared.reconnected()

    async def receive(self, count: int) -> None:
        await self._shared.pace.pay(count)

    async def send(self, wanted: int) -> int:
        return await self._shared.pace.take(wanted)


class Turn(JobErrand):
    """A file on its way: it has one of the places of those that move, except while it is held or waits."""

    def __init__(self, job: JobRun, progress: FileProgress) -> None:
        super().__init__(job)
        self._progress = progress
        self._inside = False
        self._large = False
        self._owner: asyncio.Task[object] | None = None
        """The task that carries the file: what others read ahead for it takes no place and leaves none."""

    async def __aenter__(self) -> Turn:
        self._owner = asyncio.current_task()
        await self._take_place()
        try:
            await self.ready()
        except BaseException:
            self._leave_place()
            raise
        if self._record.stage is not JobState.ASKING:
            self._record.enter(JobState.RUNNING)
        await super().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await super().__aexit__(kind, error, trace)
        self._shared.large -= self._large
        self._leave_place()

    def room(self) -> int:
        if not self._large:
            self._large = True
            self._shared.large += 1
        return super().room()

    async def _take_place(self) -> None:
        if not self._inside and asyncio.current_task() is self._owner:
            await self._shared.slots.acquire()
            self._inside = True
            self._record.moving += 1

    def _leave_place(self) -> None:
        if self._inside and asyncio.current_task() is self._owner:
            self._inside = False
            self._record.moving -= 1
            self._shared.slots.release()
            if not self._record.moving:
                self._record.stood_still()

    async def ready(self) -> None:
        while self._record.paused:
            self._leave_place()
            self._record.changed(now=True)
            await super().ready()
            await self._take_place()

    async def wait(self, seconds: float, why: Why) -> float:
        self._leave_place()
        waited = await super().wait(seconds, why)
        await self._take_place()
        return waited

    async def send(self, wanted: int) -> int:
        count = await super().send(wanted)
        self._progress.left(count)
        return count


async def first(*waits: Awaitable[object]) -> None:
    """Until one of them is over."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
