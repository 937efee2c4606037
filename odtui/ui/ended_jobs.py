"""Which ends of transfers are worth a word, gathered so that many of them are one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from odtui.services.transfers import Job, JobState
from odtui.ui.formats import count
from odtui.ui.text import clean, cut, shorten

LONG = 30.0
"""Seconds from which a job is one that people leave alone."""
APART = 60.0
"""Seconds between two words about long jobs while others still run."""
GATHER = 1.5
"""Seconds in which failures are gathered while other transfers run."""
_NAME_CELLS, _WHY_CELLS = 60, 120


@dataclass(frozen=True, slots=True)
class Ended:
    """Jobs that have ended, to be told together."""

    jobs: tuple[Job, ...]
    all_ended: bool
    """Nothing runs any more."""

    @property
    def failed(self) -> int:
        return sum(job.state is JobState.FAILED for job in self.jobs)

    @property
    def title(self) -> str:
        if self.failed:
            return "A transfer failed" if self.failed == 1 else f"{self.failed:,} transfers failed"
        return "All transfers have ended" if self.all_ended else "Transfer done"

    @property
    def words(self) -> str:
        """One sentence, safe to show."""
        if self.failed:
            first = next(job for job in self.jobs if job.state is JobState.FAILED)
            problem = f"{shorten(clean(first.name), _NAME_CELLS)}: {cut(clean(first.problem), _WHY_CELLS)}".rstrip(": ")
            return f"{problem} w shows them." if self.failed > 1 else f"{problem} w shows it."
        if len(self.jobs) == 1:
            return f"{shorten(clean(self.jobs[0].name), _NAME_CELLS)} is done."
        return f"{count(len(self.jobs), 'transfer')} are done."


@dataclass(slots=True)
class EndedJobs:
    """Sees every snapshot, and says when something has ended that the user should hear of."""

    clock: Callable[[], float]
    """Seconds, monotonic."""
    _begun: dict[int, float] = field(default_factory=dict)
    _ended: set[int] = field(default_factory=set)
    _long: dict[int, Job] = field(default_factory=dict)
    _failed: dict[int, Job] = field(default_factory=dict)
    _told_at: float = float("-inf")

    def see(self, jobs: Iterable[Job]) -> None:
        """Newer snapshots of all jobs."""
        now = self.clock()
        known = set()
        for job in jobs:
            known.add(job.id)
            if not job.state.ended:
                self._ended.discard(job.id)
                if job.state in (JobState.RUNNING, JobState.PLANNING):
                    self._begun.setdefault(job.id, now)
            elif job.id not in self._ended:
                self._ended.add(job.id)
                self._end(job, now)
        self._ended &= known

    def _end(self, job: Job, now: float) -> None:
        took = now - self._begun.pop(job.id, now)
        if job.state is JobState.FAILED:
            self._failed[job.id] = job
        if took > LONG and job.state in (JobState.DONE, JobState.FAILED):
            self._long[job.id] = job

    @property
    def has_failures(self) -> bool:
        return bool(self._failed)

    def failures(self, *, running: int) -> Ended | None:
        """The failures since the last time; None if there are none."""
        failed, self._failed = tuple(self._failed.values()), {}
        return Ended(failed, not running) if failed else None

    def long_ones(self, *, running: int) -> Ended | None:
        """Long jobs that ended, when it is time for a word about them: when nothing runs any more, or now and then.

        `running`: jobs that have not ended.
        """
        now = self.clock()
        if not self._long or (running and now - self._told_at < APART):
            return None
        self._told_at = now
        ended, self._long = tuple(self._long.values()), {}
        return Ended(ended, not running)
