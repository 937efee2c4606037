"""What to do about names that are taken: the standing answer of a request, or the user's."""

from __future__ import annotations

from odtui.services.entry import Entry
from odtui.services.transfers.job import Choice, Conflict, JobState
from odtui.services.transfers.job_run import JobCancelled, JobRun
from odtui.services.transfers.record import words_for


async def decide(job: JobRun, entry: Entry, existing: Entry, folder: Entry) -> Choice:
    """What to do with an entry whose name is taken. A thing is never replaced by itself. Raises JobCancelled."""
    same = existing.key == entry.key
    if same and job.order.move:
        return "skip"
    choice = await _choice(job, entry, existing, folder)
    if choice == "cancel":
        raise JobCancelled
    return "skip" if same and choice == "replace" else choice


async def _choice(job: JobRun, entry: Entry, existing: Entry, folder: Entry) -> Choice:
    """Others may run while this job waits for the answer."""
    request = job.order.request
    if request.standing is not None:
        return request.standing
    async with job.parked(), request.asking:
        if request.standing is not None:
            return request.standing
        job.record.enter(JobState.ASKING)
        where = words_for(job.order.destination[0], folder)
        choice, for_all = await job.shared.ask(Conflict(existing.name, entry, existing, where))
        if for_all:
            request.standing = choice
            job.record.retell()
        job.record.enter(JobState.RUNNING)
        return choice
