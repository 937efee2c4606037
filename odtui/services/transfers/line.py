"""The jobs in their order, and which of them runs next."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count

from odtui.services.transfers.job import Job, JobState
from odtui.services.transfers.record import Record


class Line:
    """Every job that is known. What one change costs does not depend on how many there are."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}
        """In order."""
        self._places: dict[int, int] = {}
        """By id: smaller ones come first."""
        self._free = count()
        self._queue: list[tuple[int, int]] = []
        """A heap of (place, id); some are stale: see `_next`."""
        self._shown: list[Job] = []
        self._index: dict[int, int] = {}
        self._newer: set[Record] = set()
        self._jobs: tuple[Job, ...] | None = ()

    def __iter__(self) -> Iterator[Record]:
        """All of them as they are now, in order."""
        return iter(tuple(self._records.values()))

    def find(self, job_id: int) -> Record | None:
        return self._records.get(job_id)

    def add(self, record: Record) -> None:
        """A new one at the end, or one that is to run again at its old place."""
        if record.id not in self._records:
            self._records[record.id] = record
            self._places[record.id] = next(self._free)
            self._index[record.id] = len(self._shown)
            self._shown.append(record.snapshot)
            self._jobs = None
        self.queue(record)

    def queue(self, record: Record) -> None:
        """It may run when its turn comes."""
        heappush(self._queue, (self._places[record.id], record.id))

    @property
    def waiting(self) -> bool:
        """Whether one may run."""
        return self._next() is not None

    def take(self) -> Record | None:
        """The one that runs next; it is in the queue no more."""
        record = self._next()
        if record is not None:
            heappop(self._queue)
        return record

    def _next(self) -> Record | None:
        while self._queue:
            place, job_id = self._queue[0]
            record = self._records.get(job_id)
            if record is not None and self._places[job_id] == place and _may_run(record):
                return record
            heappop(self._queue)
        return None

    def swap(self, record: Record, by: int) -> Record | None:
        """Change places with the next queued one before (-1) or behind it (1); None if there is none."""
        if not _queued(record):
            return None
        order = list(self._records.values())
        at = order.index(record)
        rest = order[:at][::-1] if by < 0 else order[at + 1 :]
        other = next((each for each in rest if _queued(each)), None)
        if other is None:
            return None
        places = self._places
        places[record.id], places[other.id] = places[other.id], places[record.id]
        self._arrange(sorted(order, key=lambda each: places[each.id]))
        self.queue(record)
        self.queue(other)
        return other

    def clear_ended(self) -> list[Record]:
        """Forget the jobs that have ended; which they were."""
        ended = [record for record in self._records.values() if record.state.ended]
        self._arrange([record for record in self._records.values() if not record.state.ended])
        for record in ended:
            del self._places[record.id]
        return ended

    def _arrange(self, order: list[Record]) -> None:
        self._records = {record.id: record for record in order}
        self._shown = [record.snapshot for record in order]
        self._index = {record.id: index for index, record in enumerate(order)}
        self._newer.clear()
        self._jobs = None

    def touched(self, record: Record) -> None:
        """It has a newer snapshot."""
        self._newer.add(record)
        self._jobs = None

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The newest snapshots, in order."""
        if self._jobs is None:
            for record in self._newer:
                self._shown[self._index[record.id]] = record.snapshot
            self._newer.clear()
            self._jobs = tuple(self._shown)
        return self._jobs


def _queued(record: Record) -> bool:
    return record.stage is JobState.QUEUED and record.task is None


def _may_run(record: Record) -> bool:
    return _queued(record) and not record.paused
