"""Transfers: long jobs in the background, owned by one service, shown by the panel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from odtui.services.entry import Entry
from odtui.services.place import Place

Choice = Literal["replace", "skip", "keep_both", "cancel"]
JobKind = Literal["upload", "download", "copy", "move"]


class JobState(StrEnum):
    QUEUED = "queued"
    PLANNING = "counting"
    RUNNING = "running"
    ASKING = "waiting for your answer"
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (JobState.DONE, JobState.SKIPPED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Job:
    """A snapshot of one job; a new value at every change."""

    id: int
    kind: JobKind
    name: str
    """Of the file or folder: hostile."""
    source: str
    target: str
    """Places and folders in words, for the screen: hostile."""
    state: JobState
    done: int = 0
    """Bytes moved and accounted for; never beyond total."""
    total: int | None = None
    """Bytes; None while still counting."""
    files_done: int = 0
    files_total: int = 1
    speed: float = 0.0
    """Bytes per second over the last seconds."""
    eta: float | None = None
    """Seconds; None if not known."""
    problem: str = ""
    """Why it failed or waits, as a sentence."""
    advice: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A name that is taken at the target."""

    name: str
    source: Entry
    existing: Entry
    folder: str


Ask = Callable[[Conflict], Awaitable[tuple[Choice, bool]]]
"""Asks the user; the flag applies the choice to all later conflicts of the same request."""


class TransferService:
    """Runs jobs, a few at a time. `run()` is one worker of the app; cancelling it stops every job cleanly."""

    def __init__(self, *, ask: Ask, concurrency: int = 4, clock: Callable[[], float]) -> None: ...
    async def run(self) -> None: ...
    def start(self, entries: list[Entry], source: Place, target: Place, folder: Entry, *, move: bool = False) -> list[int]:
        """Queue one job per entry: upload, download, copy within a place, or relay across drives. Returns job ids."""
    def cancel(self, job_id: int) -> None: ...
    def retry(self, job_id: int) -> None: ...
    def clear_ended(self) -> None: ...
    @property
    def jobs(self) -> tuple[Job, ...]:
        """Newest snapshots, oldest job first."""
    @property
    def running(self) -> int:
        """Jobs that have not ended."""
    def watch(self, listener: Callable[[Job], None]) -> Callable[[], None]:
        """Called with each new snapshot, at most ten times a second per job; returns the way to stop it."""
    def watch_arrivals(self, listener: Callable[[Place, Entry, Entry], None]) -> Callable[[], None]:
        """Called with (place, folder, entry) when an entry has arrived in a folder, and `watch_departures` likewise when a move took one away."""
    def watch_departures(self, listener: Callable[[Place, Entry], None]) -> Callable[[], None]: ...
