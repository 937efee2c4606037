"""What all transfers come to."""

from odtui.ui.job_sums import JobSums
from tests.ui.scenes.transfers import FAST, MANY


def test_jobs_are_counted_by_state() -> None:
    sums = JobSums.of(MANY)
    assert (sums.unended, sums.ended, sums.running, sums.asking, sums.paused, sums.failed, sums.done) == (
        7, 4, 3, 1, 1, 1, 1,
    )  # fmt: skip


def test_the_share_leaves_out_what_is_not_counted() -> None:
    counted = [job for job in MANY if job.total is not None and not job.state.ended]
    assert JobSums.of(MANY).part == sum(job.done for job in counted) / sum(job.total or 0 for job in counted)
    assert JobSums.of(()).part is None


def test_there_is_a_time_left_only_when_all_is_counted_and_something_moves() -> None:
    assert JobSums.of(MANY).eta(FAST.speed) is None
    assert JobSums.of(MANY[:2]).eta(0.0) is None
    left = sum((job.total or 0) - job.done for job in MANY[:2])
    assert JobSums.of(MANY[:2]).eta(1024.0) == left / 1024


def test_all_together_take_no_less_time_than_the_slowest() -> None:
    assert JobSums.of(MANY[:2]).eta(1024.0**3) == MANY[1].eta
