"""One job as the transfer service keeps it: progress, speed and its latest snapshot."""

from __future__ import annotations

import os
import time
from asyncio import Event, Lock, Task
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.job import Choice, Job, JobKind, JobState
from odtui.services.transfers.meter import LONG_WINDOW, Meter
from odtui.services.transfers.trail import Trail
from odtui.services.transfers.waits import Waits
from odtui.services.words import Step

LONGEST_ETA = 10 * 24 * 3600.0
"""Seconds beyond which nobody believes a forecast."""
FILE_COST = 128 * 1024
"""Bytes that take about as long as opening and closing a file: what the forecast for many small ones is made of."""

MOST_DEEDS = 5000
"""Deeds of a job that can be taken back at once; a job may have millions."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a job has done to one entry, for whoever wants to take it back."""

    kind: Literal["made", "moved", "deleted"]
    place: Place
    """Where it is or was."""
    entry: Entry
    """As it arrived; of a deletion as it was."""
    folder: Entry | None = None
    """Where it arrived; None for a deletion."""
    before: Entry | None = None
    """Of a move: as it was."""
    whole: bool = False
    """A folder that was made with all that is in it, as by a copy of the service."""
    when: float = field(default_factory=time.time)
    """Seconds since the epoch."""


@dataclass(slots=True)
class Request:
    """What one command of the user started."""

    standing: Choice | None = None
    """The answer for all later conflicts."""
    troubles: Literal["go", "skip_all"] | None = None
    """The answer about what cannot go over as it is; None if nobody was asked."""
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
        return name_of(self.entries)


def name_of(entries: tuple[Entry, ...]) -> str:
    """What stands for them on the screen: hostile."""
    first, others = entries[0].name, len(entries) - 1
    return f"{first} and {others:,} more" if others else first


def nothing() -> None:
    """Nobody wants to hear."""


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
        self.stage = JobState.QUEUED
        """How far it is, whatever holds it up: see `state`."""
        self.paused = False
        """The user holds it."""
        self.resumed = Event()
        """Set unless it is paused."""
        self.resumed.set()
        self.moving = 0
        """Files of it that have a place among those that move."""
        self.stood_still: Callable[[], None] = nothing
        """To be called when none of them has one any more."""
        self.waits = Waits(clock)
        """Requests of it that wait."""
        self.through = 0
        """Files that ended to move, whatever became of them, all runs together."""
        self.carried = 0
        """Bytes that really went over a line or a disk, all runs together."""
        self.task: Task[None] | None = None
        self.trail = Trail()
        self.retell: Callable[[], None] = nothing
        """To be called when more is known that another run would need: a standing answer, or the total."""
        self.finished: dict[str, tuple[int, int]] = {}
        """What need not be done again after a failure, and how many files and bytes that were. The key is the number of
        the chosen entry, and the path below it; with a minus before it one that a move took away as a whole."""
        self.deeds: list[Deed] = []
        """What it has done since they were last taken, in order. What it replaced is not among them."""
        self.newer: dict[int, Entry] = {}
        """By number: chosen entries that were found changed, as they were found. The next attempt means these."""
        self.shown_at = float("-inf")
        """When a listener last heard of it, by the clock."""
        self._clock = clock
        self._notify = notify
        self._meter = Meter(clock)
        self._work = Meter(clock)
        """Bytes and `FILE_COST` of each file: many small files take longer than their bytes."""
        self._snapshot: Job | None = None
        self._name = order.name
        self.source_words = words_for(order.source, order.entries[0], parent=True)
        self.target_words = words_for(*order.destination) if order.target is not None else ""
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
        self._meter.clear()
        self._work.clear()
        self._snapshot = None

    @property
    def state(self) -> JobState:
        """What the user is told."""
        if self.stage.ended or self.stage is JobState.ASKING:
            return self.stage
        if self.paused:
            return JobState.PAUSED
        if self.stage is not JobState.QUEUED and self.waits.hold(self.moving):
            return JobState.WAITING
        return self.stage

    def did(self, deed: Deed) -> None:
        """One more than can be taken back is kept, to tell that there are too many."""
        if len(self.deeds) <= MOST_DEEDS:
            self.deeds.append(deed)

    def finish(self, key: str, size: int | None) -> None:
        """Nothing more need be done about this one; see `finished`."""
        self.finished[key] = (1, size or 0)
        self.trail.finished(key, size or 0)

    def fold(self, key: str, parts: list[str]) -> None:
        """All of a folder is finished: from now on one key stands for those of its parts."""
        shares = [self.finished.pop(part, (0, 0)) for part in parts]
        self.finished[key] = (sum(files for files, _ in shares), sum(size for _, size in shares))
        self.trail.finished(key, 0)

    def pause(self) -> None:
        if not self.paused and not self.stage.ended:
            self.paused = True
            self.resumed.clear()
            self._meter.clear()
            self._work.clear()
            self.changed(now=True)

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            self.resumed.set()
            self.changed(now=True)

    @property
    def snapshot(self) -> Job:
        if self._snapshot is None:
            speed, eta = self._pace()
            done = self.done if self.total is None else min(self.done, self.total)
            self._snapshot = Job(
                self.id,
                self.order.kind,
                self._name,
                self.source_words,
                self.target_words,
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
                self._waiting(),
            )
        return self._snapshot

    def _waiting(self) -> str:
        state = self.state
        if state is JobState.PAUSED and self.moving:
            return "What is on its way goes through first."
        return self.waits.words if state is JobState.WAITING else ""

    def tick(self) -> None:
        """Time has passed: speed and countdown may be others."""
        if self.state in (JobState.RUNNING, JobState.WAITING):
            self.changed(now=self.state is JobState.WAITING)

    def _pace(self) -> tuple[float, float | None]:
        if self.state is not JobState.RUNNING:
            return 0.0, None
        lasting = self._work.speed(LONG_WINDOW)
        if self.total is None or lasting < 1:
            return self._meter.speed(), None
        left = max(0, self.total - self.done)
        if self.files_total > 1:
            left += FILE_COST * max(0, self.files_total - self.files_done)
        eta = left / lasting
        return self._meter.speed(), eta if eta < LONGEST_ETA else None

    def counted(self, files: int, size: int | None) -> None:
        """What is known of the whole: at least so many files, and their bytes if all are counted."""
        self.files_total = max(self.files_total, files)
        self.total = size if size is not None else self.total
        self.changed()

    def moved(self, count: int, *, really: bool = True) -> None:
        """So many more bytes; fewer than none when some have to be moved again.

        Args:
            really: They were carried; else they are settled some other way, such as skipped or carried in another run.
        """
        self.done += count
        if really:
            self.carried += count
            self._meter.add(count)
            self._work.add(count)
        self.changed()

    def file_settled(self) -> None:
        """One file more of which nothing more will come in this attempt."""
        self.files_done += 1
        if self.files_total > 1:
            self._work.add(FILE_COST)
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
        if (state, problem) == (self.stage, self.problem):
            return
        self.stage, self.problem, self.advice, self.details, self.steps = state, problem, advice, details, steps
        if state is not JobState.RUNNING:
            self._meter.clear()
            self._work.clear()
        if state.ended:
            self.paused = False
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
        self._through = False

    def reached(self, done: int, *, really: bool = True) -> None:
        """So many bytes of this file are there; fewer than before if it had to start again. See `Record.moved`."""
        if done > self._size:  # the listing was wrong about its size (QUIRKS 113)
            if self._record.total is not None:
                self._record.total += done - self._size
            self._size = done
        change, self._done = done - self._done, done
        if change:
            self._record.moved(change, really=really)

    def left(self, count: int) -> None:
        """So many bytes more have left, though nobody has acknowledged them: `reached` will say what became of them."""
        change = min(count, self._size - self._done)
        self._done += change
        if change > 0:
            self._record.moved(change)

    def through(self) -> None:
        """It moves no more, though something is still to be done about it."""
        if not self._through:
            self._through = True
            self._record.through += 1

    def settle(self) -> None:
        """Carried, skipped or failed: nothing more will come of it."""
        self.through()
        self._record.file_settled()
        change, self._done = self._size - self._done, self._size
        self._record.moved(change, really=False)

    def begin_again(self) -> None:
        self.reached(0)


def words_for(place: Place, entry: Entry, *, parent: bool = False) -> str:
    """Where something is, in words: a path on this computer, else the place and the folder."""
    if place.is_local:
        return os.path.dirname(entry.id) if parent else entry.id
    if parent or entry.name == place.label:
        return place.label
    return f"{place.label}: {entry.name}"
