"""What the transfer service tells of a job, and what it asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from odtui.services.entry import Entry
from odtui.services.words import Step

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
    """Files that are settled: carried, skipped or failed."""
    files_total: int = 1
    """Grows while a folder is still counted."""
    speed: float = 0.0
    """Bytes per second over the last seconds."""
    eta: float | None = None
    """Seconds; None if not known."""
    problem: str = ""
    """Why it failed or waits, or what was not perfect about a job that is done, as a sentence."""
    advice: str = ""
    details: str = ""
    steps: tuple[Step, ...] = ()
    """What helps with the problem, the best first."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A name that is taken at the target."""

    name: str
    source: Entry
    existing: Entry
    folder: str


Ask = Callable[[Conflict], Awaitable[tuple[Choice, bool]]]
"""Asks the user; the flag applies the choice to all later conflicts of the same request."""
