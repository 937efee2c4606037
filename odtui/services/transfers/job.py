"""What the transfer service tells of a job, and what it asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from odtui.services.entry import Entry
from odtui.services.words import Step

Choice = Literal["replace", "newer", "skip", "keep_both", "cancel"]
"""`newer` replaces what is older than the source and skips the rest."""
JobKind = Literal["upload", "download", "copy", "move", "delete"]


class JobState(StrEnum):
    QUEUED = "queued"
    PLANNING = "counting"
    RUNNING = "running"
    ASKING = "waiting for your answer"
    WAITING = "waiting"
    PAUSED = "paused"
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
    """Of the file or folder, or of the first of several and how many more: hostile."""
    source: str
    target: str
    """Places and folders in words, for the screen: hostile. The target is empty for a deletion."""
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
    """Why it failed, or what was not perfect about a job that is done, as a sentence."""
    advice: str = ""
    details: str = ""
    steps: tuple[Step, ...] = ()
    """What helps with the problem, the best first."""
    waiting: str = ""
    """Why nothing of it moves just now, such as `OneDrive asks for a pause: 37 s`; empty if it moves."""


@dataclass(frozen=True, slots=True)
class Flow:
    """All transfers together, for the status line and the head of the panel."""

    moving: int = 0
    """Files that move just now."""
    width: int = 0
    """Files that may move at the same time; it adapts to the service."""
    speed: float = 0.0
    """Bytes per second."""
    limit: int | None = None
    """Bytes per second that the user allows; None: no limit."""
    paused: bool = False
    """Everything is paused."""
    waiting: str = ""
    """Why nothing moves, as a sentence; empty if something does or nothing is to do."""
    unended: int = 0
    """Jobs that have not ended."""
    failed: int = 0
    """Jobs that failed and are still shown."""
    done: int = 0
    total: int | None = None
    """Bytes of all jobs since nothing was left to do, those that ended included; None while one is counted."""
    eta: float | None = None
    """Seconds until all have ended; None if not known."""


@dataclass(frozen=True, slots=True)
class SavedJob:
    """A job of an earlier run that can go on."""

    key: str
    """Of the journal."""
    kind: JobKind
    name: str
    """Hostile."""
    source: str
    target: str
    """In words: hostile."""
    done: int
    total: int | None
    """Bytes; None if they were not all counted."""
    saved_at: int
    """Seconds since the epoch, UTC."""
    changed: int = 0
    """Files in flight whose source is another version now, so that they are sent anew; those of which it could be told
    soon."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A name that is taken at the target."""

    name: str
    source: Entry
    existing: Entry
    folder: str


Ask = Callable[[Conflict], Awaitable[tuple[Choice, bool]]]
"""Asks the user; the flag applies the choice to all later conflicts of the same request."""

Remedy = Literal["rename", "skip"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What cannot go over as it is."""

    path: str
    """Below what was chosen, names joined by slashes: hostile."""
    problem: str
    """A sentence."""
    remedy: Remedy
    """What will be done about it unless the user decides otherwise."""
    new_name: str = ""
    """With `rename`: the name at the target."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found before the first byte of these files moves."""

    name: str
    """Of the job: hostile."""
    target: str
    """In words: hostile."""
    files: int
    folders: int
    size: int
    """Bytes of all files."""
    counted: bool
    """Whether all is counted; else it still grows."""
    troubles: tuple[Trouble, ...]
    """The first thousand of them."""
    more: int = 0
    """Troubles beyond those."""
    free: int | None = None
    """Bytes that the target has left; None if not known."""


PreflightAnswer = Literal["go", "skip_all", "cancel"]
"""Do as proposed; leave out everything that has trouble; give the job up."""

AskPreflight = Callable[[Preflight], Awaitable[PreflightAnswer]]
