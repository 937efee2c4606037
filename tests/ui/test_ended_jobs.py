"""Which ends of transfers are told, and how many at once."""

from dataclasses import replace

from odtui.services.transfers import Job, JobState
from odtui.ui.ended_jobs import APART, LONG, EndedJobs
from tests.services.conftest import Clock
from tests.ui.scenes.transfers import job

FILM = job(1, "upload", "film.mkv", JobState.RUNNING, 0, 100)
DONE = replace(FILM, state=JobState.DONE, done=100)


def failed(id: int = 1, name: str = "film.mkv") -> Job:
    return replace(FILM, id=id, name=name, state=JobState.FAILED, problem="The drive is full.")


def test_a_long_job_is_told_and_a_short_one_is_not() -> None:
    clock = Clock()
    ended = EndedJobs(clock)
    for seconds, told in ((LONG, False), (LONG + 1, True)):
        ended.see([FILM])
        clock.now += seconds
        ended.see([DONE])
        assert (ended.long_ones(running=0) is not None) is told


def test_a_job_is_told_once() -> None:
    clock = Clock()
    ended = EndedJobs(clock)
    ended.see([FILM])
    clock.now += 100
    ended.see([DONE])
    words = ended.long_ones(running=0)
    assert words is not None
    assert (words.title, words.words) == ("All transfers have ended", "film.mkv is done.")
    ended.see([DONE])
    assert ended.long_ones(running=0) is None


def test_waiting_in_the_queue_makes_no_job_long() -> None:
    clock = Clock()
    ended = EndedJobs(clock)
    ended.see([replace(FILM, state=JobState.QUEUED)])
    clock.now += 1000
    ended.see([FILM])
    ended.see([DONE])
    assert ended.long_ones(running=0) is None


def test_while_others_run_long_ones_are_told_now_and_then() -> None:
    clock = Clock()
    ended = EndedJobs(clock)
    jobs = [replace(FILM, id=number) for number in range(4)]
    ended.see(jobs)
    clock.now += 100
    jobs[0] = replace(jobs[0], state=JobState.DONE)
    ended.see(jobs)
    assert ended.long_ones(running=3) is not None
    jobs[1:3] = [replace(each, state=JobState.DONE) for each in jobs[1:3]]
    ended.see(jobs)
    assert ended.long_ones(running=1) is None
    clock.now += APART
    words = ended.long_ones(running=1)
    assert words is not None
    assert (words.title, words.words) == ("Transfer done", "2 transfers are done.")


def test_a_cancelled_job_is_not_told() -> None:
    clock = Clock()
    ended = EndedJobs(clock)
    ended.see([FILM])
    clock.now += 100
    ended.see([replace(FILM, state=JobState.CANCELLED)])
    assert ended.long_ones(running=0) is None
    assert not ended.has_failures


def test_failures_are_told_together_and_name_the_first() -> None:
    ended = EndedJobs(Clock())
    ended.see([failed(1, "\x1b[31m[b]a.txt"), failed(2, "b.txt")])
    assert ended.has_failures
    words = ended.failures(running=0)
    assert words is not None
    assert words.title == "2 transfers failed"
    assert words.words == "␛[31m[b]a.txt: The drive is full. w shows them."
    assert ended.failures(running=0) is None


def test_a_job_that_fails_again_is_told_again() -> None:
    ended = EndedJobs(Clock())
    ended.see([failed()])
    assert ended.failures(running=0) is not None
    ended.see([FILM])
    ended.see([failed()])
    assert ended.failures(running=0) is not None
