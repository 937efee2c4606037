"""One job as the transfer service keeps it: progress, speed and its latest snapshot."""

from __future__ import annotations

import os
from asyncio import Lock, Task
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.job import Choice, Job, JobKind, JobState
from odtui.services.transfers.trail import Trail
from odtui.services.words import Step

WINDOW = 5.0
"""Seconds over which speed is measured."""
STEP = 0.25
"""Seconds between two measurements."""


@dataclass(slots=True)
class Request:
    """What one command of the user started."""

    standing: Choice | None = None
    """The answer for all later conflicts."""
    asking: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Order:
    """What a job is to do."""

    kind: JobKind
    entries: tuple[Entry, ...]
    """At least one; none lies in another."""
    source: Place
    target: Place | None
    """None if nothing arrives anywhere, as with a deletion."""
    folder: Entry | None
    """Of the target; None if that is."""
    request: Request

    @property
    def move(self) -> bool:
        return self.kind == "move"

    @property
    def destination(self) -> tuple[Place, Entry]:
        """Where all arrives: only for a job that has such a place."""
        assert self.target is not None  # noqa: S101 - a programming error
        assert self.folder is not None  # noqa: S101
        return self.target, self.folder

    @property
    def name(self) -> str:
        """What stands for the job on the screen: hostile."""
        first, others = self.entries[0].name, len(self.entries) - 1
        return f"{first} and {others:,} more" if others else first


class Record:
    """A job's changing state. Every change makes the snapshot anew, at no other cost."""

    def __init__(
        self,
        id: int,
        order: Order,
        *,
        clock: Callable[[], float],
        notify: Callable[[Record, bool], None],
    ) -> None:
        """`notify` is told of each change; the flag says that it must not wait, as for a new state."""
        self.id = id
        self.order = order
        self.state = JobState.QUEUED
        self.task: Task[None] | None = None
        self.trail = Trail()
        self.finished: set[str] = set()
        """What need not be done again after a failure: the number of the chosen entry, and the path below it; with a
        minus before it one that a move took away as a whole."""
        self.shown_at = float("-inf")
        """When a listener last heard of it, by the clock."""
        self._clock = clock
        self._notify = notify
        self._samples: deque[tuple[float, int]] = deque()
        self._snapshot: Job | None = None
        self._name = order.name
        self._source = words_for(order.source, order.entries[0], parent=True)
        self._target = words_for(*order.destination) if order.target is not None else ""
        self.reset()

    def reset(self) -> None:
        """As before its first run, what is finished apart."""
        self.done = 0
        files = [entry.size for entry in self.order.entries if not entry.is_folder]
        known = len(files) == len(self.order.entries) and None not in files
        self.total: int | None = sum(size or 0 for size in files) if known else None
        self.files_done = 0
        self.files_total = len(files)
        self.problem = self.advice = self.details = ""
        self.steps: tuple[Step, ...] = ()
        self._samples.clear()
        self._snapshot = None

    @property
    def snapshot(self) -> Job:
        if self._snapshot is None:
            speed, eta = self._pace()
            done = self.done if self.total is None else min(self.done, self.total)
            self._snapshot = Job(
                self.id,
                self.order.kind,
                self._name,
                self._source,
                self._target,
                self.state,
                max(done, 0),
                self.total,
                self.files_done,
                max(self.files_total, self.files_done),
                speed,
                eta,
                self.problem,
                self.advice,
                self.details,
                self.steps,
            )
        return self._snapshot

    def _pace(self) -> tuple[float, float | None]:
        if self.state is not JobState.RUNNING or len(self._samples) < 2:
            return 0.0, None
        (start, first), (end, last) = self._samples[0], self._samples[-1]
        speed = max(0.0, (last - first) / (end - start)) if end > start else 0.0
        eta = max(0, self.total - self.done) / speed if self.total is not None and speed > 0 else None
        return speed, eta

    def moved(self, count: int) -> None:
        """So many more bytes; fewer than none when some have to be moved again."""
        self.done += count
        now = self._clock()
        if not self._samples or now - self._samples[-1][0] >= STEP:
            self._samples.append((now, self.done))
            while now - self._samples[0][0] > WINDOW:
                self._samples.popleft()
        self.changed()

    def enter(
        self,
        state: JobState,
        *,
        problem: str = "",
        advice: str = "",
        details: str = "",
        steps: tuple[Step, ...] = (),
    ) -> None:
        if (state, problem) == (self.state, self.problem):
            return
        self.state, self.problem, self.advice, self.details, self.steps = state, problem, advice, details, steps
        if state is not JobState.RUNNING:
            self._samples.clear()
        self.changed(now=True)

    def changed(self, *, now: bool = False) -> None:
        self._snapshot = None
        self._notify(self, now)


class FileProgress:
    """The share of one file in a job's progress."""

    def __init__(self, record: Record, size: int) -> None:
        self._record = record
        self._size = size
        self._done = 0

    def reached(self, done: int) -> None:
        """So many bytes of this file are there; fewer than before if it had to start again."""
        if done > self._size:  # the listing was wrong about its size (QUIRKS 113)
            if self._record.total is not None:
                self._record.total += done - self._size
            self._size = done
        change, self._done = done - self._done, done
        self._record.moved(change)

    def settle(self) -> None:
        """Carried, skipped or failed: nothing more will come of it."""
        self._record.files_done += 1
        change, self._done = self._size - self._done, self._size
        self._record.moved(change)

    def begin_again(self) -> None:
        self.reached(0)


def words_for(place: Place, entry: Entry, *, parent: bool = False) -> str:
    """Where something is, in words: a path on this computer, else the place and the folder."""
    if place.is_local:
        return os.path.dirname(entry.id) if parent else entry.id
    if parent or entry.name == place.label:
        return place.label
    return f"{place.label}: {entry.name}"
