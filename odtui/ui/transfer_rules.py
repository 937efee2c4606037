"""Which commands of the transfers panel work now, and why not."""

from __future__ import annotations

from dataclasses import dataclass

from odtui.services.transfers import Job, JobState
from odtui.ui.job_sums import JobSums

_OF_A_JOB = ("pause", "cancel", "retry", "details", "move_up", "move_down")
_ALWAYS = ("limit", "saved")


@dataclass(frozen=True, slots=True)
class Transfers:
    """What the rules look at."""

    job: Job | None
    """The one under the cursor, if the list has the focus: nobody sees a cursor elsewhere."""
    sums: JobSums
    saved: int
    """Transfers of an earlier run that can go on."""


def why_not(command_id: str, now: Transfers) -> str | None:
    """Why a command does not work, as a sentence; None if it does."""
    name = command_id.removeprefix("transfers.")
    if name == "saved":
        return None if now.saved else "No transfer of an earlier run is unfinished."
    if name in _ALWAYS:
        return None
    if not now.sums.unended + now.sums.ended:
        return "There are no transfers."
    if name not in _OF_A_JOB:
        return _reason(name, now.sums)
    return _job_reason(name, now.job) if now.job is not None else "Choose a transfer first: w goes to the list."


def _job_reason(name: str, job: Job) -> str | None:
    if name in ("pause", "cancel") and job.state.ended:
        return "This transfer has ended already."
    if name == "retry" and job.state not in (JobState.FAILED, JobState.CANCELLED, JobState.WAITING):
        return "Only a transfer that failed, was stopped or waits can be tried again."
    if name in ("move_up", "move_down") and job.state not in (JobState.QUEUED, JobState.PAUSED):
        return "Only a transfer that waits for its turn can be moved."
    return None


def _reason(name: str, sums: JobSums) -> str | None:
    if name in ("pause_all", "cancel_all") and not sums.unended:
        return "All transfers have ended already."
    if name == "retry_failed" and not sums.failed:
        return "No transfer has failed."
    if name == "clear" and not sums.ended:
        return "No transfer has ended yet."
    return None
