"""Which commands of the transfers work on which job, and why not."""

import pytest

from odtui.services.transfers import Job, JobState
from odtui.ui.commands import COMMANDS
from odtui.ui.job_sums import JobSums
from odtui.ui.transfer_rules import Transfers, why_not
from tests.ui.scenes.transfers import MANY

BY_STATE = {job.state: job for job in MANY}


def now(job: Job | None, *jobs: Job, saved: int = 0) -> Transfers:
    return Transfers(job, JobSums.of(jobs or MANY), saved)


@pytest.mark.parametrize(
    ("command", "works_on"),
    [
        ("pause", {"queued", "counting", "running", "waiting for your answer", "waiting", "paused"}),
        ("cancel", {"queued", "counting", "running", "waiting for your answer", "waiting", "paused"}),
        ("retry", {"failed", "cancelled", "waiting"}),
        ("move_up", {"queued", "paused"}),
        ("move_down", {"queued", "paused"}),
        ("details", {state.value for state in JobState}),
    ],
)
def test_a_command_works_on_the_states_it_makes_sense_for(command: str, works_on: set[str]) -> None:
    works = {state.value for state, job in BY_STATE.items() if why_not(f"transfers.{command}", now(job)) is None}
    assert works == works_on


def test_without_transfers_only_the_limit_works() -> None:
    nothing = Transfers(None, JobSums(), 0)
    commands = [command.id for command in COMMANDS if command.where == "transfers"]
    assert [each for each in commands if why_not(each, nothing) is None] == ["transfers.limit"]


def test_commands_for_all_need_something_to_do() -> None:
    ended = (BY_STATE[JobState.DONE],)
    assert why_not("transfers.pause_all", now(ended[0], *ended)) == "All transfers have ended already."
    assert why_not("transfers.cancel_all", now(ended[0], *ended)) is not None
    assert why_not("transfers.retry_failed", now(ended[0], *ended)) == "No transfer has failed."
    assert why_not("transfers.clear", now(MANY[0], MANY[0])) == "No transfer has ended yet."
    for command in ("pause_all", "cancel_all", "retry_failed", "clear"):
        assert why_not(f"transfers.{command}", now(MANY[0])) is None


def test_what_an_earlier_run_left_can_be_seen_without_a_transfer() -> None:
    assert why_not("transfers.saved", Transfers(None, JobSums(), 2)) is None
    assert why_not("transfers.saved", now(MANY[0])) is not None


def test_without_a_visible_cursor_no_single_transfer_is_touched() -> None:
    for command in ("pause", "cancel", "retry", "details", "move_up", "move_down"):
        assert why_not(f"transfers.{command}", now(None)) == "Choose a transfer first: w goes to the list."
