"""What all transfers come to, for the head of their list, the status line and the question before quitting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from odtui.services.transfers import Job, JobState
from odtui.ui.formats import share


def part_of(job: Job) -> float | None:
    """How much of a job is done, 0 to 1; None if not known. Of a deletion the items count: no bytes move."""
    if job.kind == "delete":
        return share(job.files_done, job.files_total or None)
    return share(job.done, job.total)


@dataclass(frozen=True, slots=True)
class JobSums:
    """Jobs by state, and the bytes of those that have not ended."""

    unended: int = 0
    ended: int = 0
    running: int = 0
    """Those that move or are being counted."""
    paused: int = 0
    asking: int = 0
    failed: int = 0
    done: int = 0
    skipped: int = 0
    cancelled: int = 0
    part: float | None = None
    """How much of the bytes that are to move is there, 0 to 1; None if not known."""
    left: int | None = None
    """Bytes still to come; None while one of them is not counted."""
    longest: float = 0.0
    """Seconds that the slowest of them still takes, as far as known."""

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> JobSums:
        states = Counter(job.state for job in jobs)
        unended = [job for job in jobs if not job.state.ended]
        moving = [job for job in unended if job.kind != "delete"]
        total = sum(job.total or 0 for job in moving)
        done = sum(job.done for job in moving if job.total is not None)
        counted = all(job.total is not None for job in moving)
        return cls(
            unended=len(unended),
            ended=len(jobs) - len(unended),
            running=states[JobState.RUNNING] + states[JobState.PLANNING],
            paused=states[JobState.PAUSED],
            asking=states[JobState.ASKING],
            failed=states[JobState.FAILED],
            done=states[JobState.DONE],
            skipped=states[JobState.SKIPPED],
            cancelled=states[JobState.CANCELLED],
            part=done / total if total else None,
            left=total - done if counted else None,
            longest=max((job.eta or 0.0 for job in moving), default=0.0),
        )

    def eta(self, speed: float) -> float | None:
        """Seconds until all have ended at this speed in bytes per second; None if not known."""
        return max(self.left / speed, self.longest) if self.left and speed >= 1 else None
