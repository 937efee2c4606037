"""What to do about names that are taken: the standing answer of a request, or the user's."""

from __future__ import annotations

from odtui.services.entry import Entry
from odtui.services.transfers.branches import Resolution
from odtui.services.transfers.job import Choice, Conflict, JobState
from odtui.services.transfers.job_run import JobCancelled, JobRun
from odtui.services.transfers.record import words_for

TOLERANCE = 2
"""Seconds by which times may differ that mean the same (QUIRKS 258, 260)."""


def known(job: JobRun, entry: Entry, existing: Entry) -> Resolution | None:
    """What needs no question; None if the user must be asked. Raises JobCancelled."""
    if job.order.move and existing.key == entry.key:
        return "skip"
    standing = job.order.request.standing
    return None if standing is None else _resolved(standing, entry, existing)


async def resolve(job: JobRun, entry: Entry, existing: Entry, folder: Entry) -> Resolution:
    """What to do with an entry whose name is taken. Others may run while this job waits.

    Raises JobCancelled or Withdrawn.
    """
    request = job.order.request
    if (resolution := known(job, entry, existing)) is not None:
        return resolution
    async with job.parked(), request.asking:
        if (resolution := known(job, entry, existing)) is not None:
            return resolution
        job.record.enter(JobState.ASKING)
        where = words_for(job.order.destination[0], folder)
        choice, for_all = await job.answer(job.shared.ask(Conflict(existing.name, entry, existing, where)))
        job.record.enter(JobState.RUNNING)
        if for_all:
            request.standing = choice
            job.record.retell()
    return _resolved(choice, entry, existing)


def _resolved(choice: Choice, entry: Entry, existing: Entry) -> Resolution:
    """A thing is never replaced by itself."""
    if choice == "cancel":
        raise JobCancelled
    if choice in ("replace", "newer") and existing.key == entry.key:
        return "skip"
    if choice == "newer":
        return "replace" if _newer(entry, existing) else "skip"
    return choice


def _newer(entry: Entry, existing: Entry) -> bool:
    """Whether it is known to be."""
    if entry.modified is None or existing.modified is None:
        return False
    return entry.modified > existing.modified + TOLERANCE
