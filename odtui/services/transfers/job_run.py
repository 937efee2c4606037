"""Running one job: its states, the gate that it passes, and what it ends with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError
from odtui.services.transfers.job import JobState
from odtui.services.transfers.problems import TransferError
from odtui.services.transfers.record import Record
from odtui.services.transfers.shared import Shared
from odtui.services.transfers.turn import JobErrand
from odtui.services.words import explain

log = logging.getLogger(__name__)

T = TypeVar("T")


class JobCancelled(Exception):
    """The user answered a question with cancel."""


class Withdrawn(Exception):
    """Something else has ended the job while the user was asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job has ended that did not fail."""

    note: str = ""
    """What was not perfect, as a sentence."""
    details: str = ""
    """Lines that name it."""
    skipped: bool = False
    """Nothing of it was carried."""


class Work(Protocol):
    """What a kind of job does. Raises JobCancelled, GraphError, AuthError, OSError, TransferError."""

    async def run(self) -> Outcome: ...


class JobRun:
    """One attempt at a job. `run` ends with the record in its final state; only a cancellation is raised."""

    def __init__(self, record: Record, shared: Shared) -> None:
        self.record = record
        self.order = record.order
        self.shared = shared
        self._parked = 0
        self._has_gate = True
        self._questions: set[asyncio.Future[Any]] = set()
        self._withdrawn = False

    async def run(self) -> None:
        """Called with the gate taken; `ended` gives it back."""
        record = self.record
        try:
            async with JobErrand(self):
                outcome = await _work_of(self).run()
            record.total = record.done if record.total is None else record.total
            state = JobState.SKIPPED if outcome.skipped else JobState.DONE
            record.enter(state, problem=outcome.note, details=outcome.details)
        except JobCancelled:
            record.enter(JobState.CANCELLED)
        except asyncio.CancelledError:
            if not record.trail.keep:
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
        if self.record.task is not task:  # it was queued again at once
            return
        if not self.record.state.ended and not self.record.trail.keep:
            self.record.enter(JobState.CANCELLED)

    def _fail(self, error: Exception) -> None:
        told = explain(error, doing=f"transfer {self.order.name}")
        problem = f"{told.title}. {told.why}"
        self.record.enter(JobState.FAILED, problem=problem, advice=told.advice, details=told.details, steps=told.steps)

    @asynccontextmanager
    async def parked(self) -> AsyncIterator[None]:
        """Gives the gate back while the job waits for the user, for as long as any part of it does."""
        self._parked += 1
        if self._parked == 1 and self._has_gate:
            self._has_gate = False
            self.shared.gate.release()
        try:
            yield
        finally:
            self._parked -= 1
        if self._parked == 0 and not self._has_gate:
            await self.shared.gate.acquire()
            self._has_gate = True

    async def answer(self, question: Awaitable[T]) -> T:
        """What the user says. Raises Withdrawn if the job ends before."""
        asking = asyncio.ensure_future(question)
        self._questions.add(asking)
        try:
            if self._withdrawn:
                raise Withdrawn
            await asyncio.wait({asking})
        finally:
            asking.cancel()
            self._questions.discard(asking)
        if asking.cancelled():
            raise Withdrawn
        return asking.result()

    def withdraw(self) -> None:
        """Take all questions away, also those that are not asked yet."""
        self._withdrawn = True
        for asking in self._questions:
            asking.cancel()


def _work_of(job: JobRun) -> Work:
    """By the kind of the job; each module is loaded when it is needed."""
    if job.order.kind == "delete":
        from odtui.services.transfers.delete_run import DeleteRun

        return DeleteRun(job)
    from odtui.services.transfers.tree_run import TreeRun

    return TreeRun(job)
