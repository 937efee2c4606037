import pytest

from odtui.services.entry import Entry, Kind
from odtui.services.transfers import TransferService
from odtui.services.transfers.job import Job, JobState
from odtui.services.transfers.record import MOST_DEEDS, Deed, FileProgress, Order, Record, Request
from tests.services.fakes import FakePlace


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def record(watch: Watch, *entries: Entry) -> Record:
    place = FakePlace(id="local", is_local=True)
    folder = Entry("", "/to", "to", Kind.FOLDER)
    order = Order("upload", entries, place, FakePlace(), folder, Request())
    return Record(1, order, clock=watch, notify=lambda record, now: None)


FILE = Entry("", "/from/a", "a", Kind.FILE, 1000)


def test_speed_is_that_of_the_last_seconds() -> None:
    watch = Watch()
    job = record(watch, FILE)
    job.enter(JobState.RUNNING)
    for second in range(20):
        watch.now = second
        job.moved(10 if second < 10 else 40)
    assert job.snapshot.speed == 40


def test_the_time_that_is_left_goes_by_a_longer_while_than_the_speed() -> None:
    watch = Watch()
    job = record(watch, FILE)
    job.enter(JobState.RUNNING)
    for second in range(21):
        watch.now = second
        job.moved(10 if second < 11 else 30)
    assert job.snapshot.speed == 30
    assert job.snapshot.eta == (1000 - job.done) / 20


def test_many_small_files_are_not_foretold_by_their_bytes_alone() -> None:
    watch = Watch()
    job = record(watch, FILE)
    job.enter(JobState.RUNNING)
    job.counted(1000, 10_000)
    for second in range(11):
        watch.now = second
        FileProgress(job, 0).settle()
    eta = job.snapshot.eta
    assert eta is not None
    assert eta == pytest.approx(1000 - 11, rel=0.01), "a file a second"


def test_speed_is_not_known_before_there_are_two_measurements() -> None:
    job = record(Watch(), FILE)
    job.enter(JobState.RUNNING)
    job.moved(10)
    assert (job.snapshot.speed, job.snapshot.eta) == (0.0, None)


def test_a_file_that_starts_again_gives_its_bytes_back() -> None:
    job = record(Watch(), FILE)
    progress = FileProgress(job, 1000)
    progress.reached(600)
    progress.begin_again()
    assert job.snapshot.done == 0
    progress.reached(1200)
    assert (job.snapshot.done, job.snapshot.total) == (1200, 1200)
    progress.settle()
    assert (job.snapshot.done, job.snapshot.files_done) == (1200, 1)


def test_places_are_told_in_words() -> None:
    job = record(Watch(), FILE).snapshot
    assert (job.source, job.target) == ("/from", "OneDrive: to")


def test_several_entries_are_one_job_with_one_name() -> None:
    others = [Entry("", f"/from/{number}", str(number), Kind.FILE, 10) for number in range(1200)]
    job = record(Watch(), FILE, *others).snapshot
    assert (job.name, job.source, job.files_total, job.total) == ("a and 1,200 more", "/from", 1201, 13_000)


def test_the_size_of_a_job_with_a_folder_or_with_unknown_sizes_is_not_known_before_it_was_counted() -> None:
    folder = Entry("", "/from/f", "f", Kind.FOLDER, 77)
    unknown = Entry("", "/from/u", "u", Kind.FILE)
    assert [record(Watch(), FILE, other).snapshot.total for other in (folder, unknown)] == [None, None]


async def test_progress_is_told_ten_times_a_second_at_most_and_states_at_once() -> None:
    watch = Watch()
    seen: list[Job] = []

    async def never(conflict: object) -> object:
        raise AssertionError

    service = TransferService(ask=never, clock=watch)  # type: ignore[arg-type]
    stop = service.watch(seen.append)
    service.start([FILE], FakePlace(id="local", is_local=True), FakePlace(), FakePlace().entries["/"])
    running = service._line.find(1)
    assert running is not None
    running.enter(JobState.RUNNING)
    for tick in range(100):
        watch.now = tick / 100
        running.moved(1)
    running.enter(JobState.DONE)
    assert [job.state for job in seen[:2]] == [JobState.QUEUED, JobState.RUNNING]
    assert 10 <= len(seen) <= 13
    assert (seen[-1].state, seen[-1].done) == (JobState.DONE, 100)
    stop()
    stop()
    running.enter(JobState.FAILED)
    assert seen[-1].state is JobState.DONE


def test_deeds_beyond_what_can_be_taken_back_are_not_kept() -> None:
    job = record(Watch(), FILE)
    for _ in range(MOST_DEEDS + 10):
        job.did(Deed("made", FakePlace(), FILE))
    assert len(job.deeds) == MOST_DEEDS + 1
