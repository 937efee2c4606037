"""What the user can do to transfers that run, over real HTTP against the demo drive."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import count

import httpx
import pytest

from odtui.demo.control import Expiry, expire
from odtui.graph.uploads import UploadSession
from odtui.net.aiohttp_transport import AiohttpTransport
from odtui.services.entry import Entry, Kind
from odtui.services.transfers import TransferService, part
from odtui.services.transfers.job import Choice, Conflict, Flow, Job, JobState
from odtui.services.transfers.upload import SMALL
from tests.services.conftest import Clock, Live
from tests.services.fakes import FakePlace

LARGE = os.urandom(30 * 1024 * 1024)
STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""


class Sleeper:
    """Time passes only when the test says so, for the client, too; `asleep` is set while somebody sleeps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.asleep = asyncio.Event()
        self._sleepers: dict[asyncio.Future[None], float] = {}

    def clock(self) -> float:
        return self._clock.now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[future] = self._clock.now + seconds
        self.asleep.set()
        try:
            await future
        finally:
            self._sleepers.pop(future, None)
            if not self._sleepers:
                self.asleep.clear()

    def pass_time(self, seconds: float) -> None:
        self._clock.now += seconds
        for future, end in list(self._sleepers.items()):
            if end <= self._clock.now and not future.done():
                future.set_result(None)


class Control:
    """A running service, and a way to wait for what it tells."""

    def __init__(
        self,
        live: Live,
        *,
        concurrency: int = 4,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self.live = live
        self.service = TransferService(
            ask=self.ask,
            concurrency=concurrency,
            clock=clock or count(step=1).__next__,
            sleep=sleep or live.clock.sleep,
        )
        self.asked = asyncio.Event()
        self.answer: asyncio.Future[tuple[Choice, bool]] = asyncio.get_running_loop().create_future()
        self.seen: list[Job] = []
        self._news = asyncio.Event()
        self.service.watch(self._note)
        self.running = asyncio.ensure_future(self.service.run())

    async def ask(self, conflict: Conflict) -> tuple[Choice, bool]:
        self.asked.set()
        return await self.answer

    def _note(self, job: Job) -> None:
        assert job.total is None or 0 <= job.done <= job.total
        self.seen.append(job)
        self._news.set()

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Looks at each news of the service."""
        while not wanted():
            self._news.clear()
            await self._news.wait()

    def job(self, job_id: int) -> Job:
        return next(job for job in self.service.jobs if job.id == job_id)

    def start(self, entry: Entry, *, down: bool = False) -> int:
        live = self.live
        if down:
            (job_id,) = self.service.start([entry], live.place, live.local, live.here)
        else:
            (job_id,) = self.service.start([entry], live.local, live.place, live.folder)
        return job_id

    async def up(self, name: str, data: bytes | None = None) -> int:
        if data is not None:
            (self.live.disk / name).write_bytes(data)
        return self.start(await self.live.local.locate(name))

    def puts(self) -> int:
        return len([entry for entry in self.live.requests(STORES) if entry.method == "PUT"])

    @property
    def idle(self) -> bool:
        shared = self.service._shared
        return shared.slots.used == 0 and shared.gate.used == 0

    async def stop(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running


@pytest.fixture
async def control(live: Live) -> AsyncIterator[Control]:
    made = Control(live)
    yield made
    await made.stop()


# pausing


async def test_a_paused_upload_keeps_its_place_and_sends_no_byte_twice(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = control.service
    sent: list[tuple[int, int]] = []
    send = UploadSession._put

    async def noted(self: UploadSession, data: bytes) -> httpx.Response:
        answer = await send(self, data)
        sent.append((self.next_offset, len(data)))
        return answer

    monkeypatch.setattr(UploadSession, "_put", noted)
    began = asyncio.Event()
    service.watch(
        lambda job: (service.pause(job.id), began.set())[1] if 0 < job.done < 1e7 and not began.is_set() else None
    )
    job_id = await control.up("a.bin", LARGE)
    await began.wait()
    await control.until(lambda: control.idle)
    paused = control.job(job_id)
    assert (paused.state, paused.speed, paused.eta, paused.waiting) == (JobState.PAUSED, 0.0, None, "")
    assert 0 < paused.done < len(LARGE)
    assert sum(length for _, length in sent) < len(LARGE)
    service.resume(job_id)
    await service.drain()
    assert control.job(job_id).state is JobState.DONE
    assert await control.live.tree() == {"a.bin": LARGE}
    assert [start for start, _ in sent] == [sum(length for _, length in sent[:number]) for number in range(len(sent))]
    assert sum(length for _, length in sent) == len(LARGE)
    done = [job.done for job in control.seen]
    assert done == sorted(done)


async def test_a_paused_download_keeps_its_part_and_fetches_no_byte_twice(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, live = control.service, control.live
    written: list[int] = []
    write = part.Part.write

    def counted(self: part.Part, chunks: list[bytes]) -> None:
        written.append(sum(map(len, chunks)))
        write(self, chunks)

    monkeypatch.setattr(part.Part, "write", counted)
    entry = await live.put("a.bin", LARGE[:SMALL])
    began = asyncio.Event()
    service.watch(lambda job: (service.pause(job.id), began.set())[1] if job.done and not began.is_set() else None)
    job_id = control.start(entry, down=True)
    await began.wait()
    await control.until(lambda: control.idle)
    assert control.job(job_id).state is JobState.PAUSED
    assert 0 < sum(written) < SMALL
    assert len(live.local_tree()) == 1
    service.resume(job_id)
    await service.drain()
    assert live.local_tree() == {"a.bin": LARGE[:SMALL]}
    assert sum(written) == SMALL


async def test_a_session_that_dies_during_a_long_pause_starts_again_by_itself(control: Control) -> None:
    service = control.service
    began = asyncio.Event()
    service.watch(lambda job: (service.pause(job.id), began.set())[1] if job.done and not began.is_set() else None)
    job_id = await control.up("a.bin", LARGE)
    await began.wait()
    await control.until(lambda: control.idle)
    expire(control.live.demo.state, Expiry(uploads=True))
    service.resume(job_id)
    await service.drain()
    assert control.job(job_id).state is JobState.DONE
    assert await control.live.tree() == {"a.bin": LARGE}


@pytest.mark.parametrize("down", [False, True])
async def test_cancelling_a_paused_job_leaves_nothing(control: Control, down: bool) -> None:
    service, live = control.service, control.live
    began = asyncio.Event()
    service.watch(lambda job: (service.pause(job.id), began.set())[1] if job.done and not began.is_set() else None)
    if down:
        job_id = control.start(await live.put("a.bin", LARGE[:SMALL]), down=True)
    else:
        job_id = await control.up("a.bin", LARGE)
    await began.wait()
    await control.until(lambda: control.idle)
    service.cancel(job_id)
    await service.drain()
    assert control.job(job_id).state is JobState.CANCELLED
    if down:
        assert live.local_tree() == {}
    else:
        assert await live.tree() == {}
        assert any(entry.method == "DELETE" for entry in live.requests(STORES))


async def test_stopping_the_service_while_a_job_is_paused_leaves_nothing(live: Live) -> None:
    control = Control(live)
    began = asyncio.Event()
    service = control.service
    service.watch(lambda job: (service.pause(job.id), began.set())[1] if job.done and not began.is_set() else None)
    await control.up("a.bin", LARGE)
    await began.wait()
    await control.until(lambda: control.idle)
    await control.stop()
    assert [job.state for job in service.jobs] == [JobState.CANCELLED]
    assert await live.tree() == {}
    assert any(entry.method == "DELETE" for entry in live.requests(STORES))


async def test_others_run_while_one_is_paused(live: Live) -> None:
    control = Control(live, concurrency=1)
    service = control.service
    first = await control.up("a", b"a")
    service.pause(first)
    second = await control.up("b", b"b")
    await control.until(lambda: control.job(second).state.ended)
    assert control.job(first).state is JobState.PAUSED
    assert set(await live.tree()) == {"b"}
    service.resume(first)
    service.resume(first)
    await service.drain()
    assert set(await live.tree()) == {"a", "b"}
    await control.stop()


async def test_in_a_paused_folder_nothing_more_begins(control: Control) -> None:
    service, live = control.service, control.live
    (live.disk / "t").mkdir()
    for number in range(60):
        (live.disk / "t" / f"{number}.txt").write_bytes(b"x" * number)
    began = asyncio.Event()
    service.watch(
        lambda job: (service.pause(job.id), began.set())[1] if job.files_done and not began.is_set() else None
    )
    job_id = control.start(await live.local.locate("t"))
    await began.wait()
    await control.until(lambda: control.idle)
    asked = len(live.requests())
    assert 0 < control.job(job_id).files_done < 60
    await asyncio.sleep(0)
    assert len(live.requests()) == asked
    service.resume(job_id)
    await service.drain()
    assert (control.job(job_id).state, control.job(job_id).files_done) == (JobState.DONE, 60)


async def test_a_job_that_asks_can_be_paused_and_is_after_the_answer(control: Control) -> None:
    service, live = control.service, control.live
    await live.put("a", b"old")
    job_id = await control.up("a", b"new")
    await control.asked.wait()
    service.pause(job_id)
    assert control.job(job_id).state is JobState.ASKING
    control.answer.set_result(("replace", False))
    await control.until(lambda: control.job(job_id).state is JobState.PAUSED)
    assert (await live.tree())["a"] == b"old"
    service.resume(job_id)
    await service.drain()
    assert (await live.tree())["a"] == b"new"


async def test_everything_can_be_paused_and_let_go_on(control: Control) -> None:
    service = control.service
    flows: list[Flow] = []
    stop = service.watch_flow(flows.append)
    ids = [await control.up(name, b"x") for name in "abc"]
    service.pause_all()
    assert service.flow.paused
    assert {control.job(each).state for each in ids} == {JobState.PAUSED}
    service.resume_all()
    assert not service.flow.paused
    await service.drain()
    assert {control.job(each).state for each in ids} == {JobState.DONE}
    assert [flow.paused for flow in flows].count(True) >= 1
    assert flows[-1].unended == 0
    stop()


# order


def queued(*names: str) -> tuple[TransferService, list[int]]:
    """A service that does not run, with jobs in its queue."""

    async def never(conflict: object) -> object:
        raise AssertionError

    service = TransferService(ask=never, clock=lambda: 0.0)  # type: ignore[arg-type]
    local, drive = FakePlace(id="local", is_local=True), FakePlace()
    ids = []
    for name in names:
        ids += service.start([Entry("", f"/{name}", name, Kind.FILE, 10)], local, drive, drive.entries["/"])
    return service, ids


def names(service: TransferService) -> str:
    return "".join(job.name for job in service.jobs)


async def test_queued_jobs_can_be_moved_and_are_shown_in_their_order() -> None:
    service, (a, b, c) = queued("a", "b", "c")
    service.move_up(c)
    assert names(service) == "acb"
    service.move_down(a)
    assert names(service) == "cab"
    service.move_down(b)
    service.move_up(c)
    service.move_up(99)
    assert names(service) == "cab"
    assert [service._line.take().id for _ in range(3)] == [c, a, b]  # type: ignore[union-attr]


async def test_a_job_is_moved_past_those_that_have_ended_and_none_that_has_is_moved() -> None:
    service, (_, b, c) = queued("a", "b", "c")
    service.cancel(b)
    service.move_up(c)
    assert names(service) == "cba"
    service.move_up(b)
    assert names(service) == "cba"


async def test_the_jobs_run_in_the_order_that_they_were_given(live: Live) -> None:
    control = Control(live, concurrency=1)
    for name in "abc":
        (live.disk / name).write_bytes(b"x")
    entries = {name: await live.local.locate(name) for name in "abc"}
    ids = {name: control.start(entry) for name, entry in entries.items()}
    control.service.move_up(ids["c"])
    control.service.move_up(ids["c"])
    await control.service.drain()
    ended = [job.name for job in control.seen if job.state is JobState.DONE]
    assert ended == ["c", "a", "b"]
    await control.stop()


# all at once


async def test_all_can_be_cancelled_and_the_failed_ones_tried_again(control: Control) -> None:
    service, live = control.service, control.live
    for name in "abc":
        await control.up(name, b"x")
    service.cancel_all()
    await service.drain()
    assert {job.state for job in service.jobs} == {JobState.CANCELLED}
    service.retry_failed()
    assert service.running == 0
    service.clear_ended()
    live.fail(kind="status", status=403, code="accessDenied", method="PUT", times=2)
    for name in "def":
        await control.up(name, b"x")
    await service.drain()
    assert service.flow.failed == 2
    service.retry_failed()
    assert service.flow.failed == 0
    await service.drain()
    assert {job.state for job in service.jobs} == {JobState.DONE}
    assert set(await live.tree()) >= {"d", "e", "f"}


async def test_draining_an_idle_service_returns_at_once(control: Control) -> None:
    await control.service.drain()


# waiting


class Slow(Control):
    """Its clock stands still until the test lets time pass."""

    def __init__(self, live: Live) -> None:
        self.sleeper = Sleeper(live.clock)
        super().__init__(live, clock=self.sleeper.clock, sleep=self.sleeper.sleep)

    async def waits(self) -> None:
        await self.sleeper.asleep.wait()

    def pass_time(self, seconds: float) -> None:
        self.sleeper.pass_time(seconds)
        self.service.tick()

    async def sleep_through(self, *, at_most: float = float("inf")) -> None:
        """Lets so much time pass, or as much as the jobs take."""
        drained = asyncio.ensure_future(self.service.drain())
        end = self.sleeper.clock() + at_most
        while not drained.done() and self.sleeper.clock() < end:
            asleep = asyncio.ensure_future(self.waits())
            await asyncio.wait({drained, asleep}, return_when=asyncio.FIRST_COMPLETED)
            asleep.cancel()
            self.pass_time(1)
            await asyncio.sleep(0)
        drained.cancel()


@pytest.fixture
async def slow(live: Live) -> AsyncIterator[Slow]:
    made = Slow(live)
    yield made
    await made.stop()


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Takes the network away, or brings it back."""
    gone = False
    ask = AiohttpTransport.handle_async_request

    async def maybe(self: AiohttpTransport, request: httpx.Request) -> httpx.Response:
        if gone:
            raise httpx.ConnectError("Name or service not known")
        return await ask(self, request)

    def switch(off: bool) -> None:
        nonlocal gone
        gone = off

    monkeypatch.setattr(AiohttpTransport, "handle_async_request", maybe)
    yield switch
    switch(False)


async def test_a_throttled_job_counts_down_and_fewer_files_move_afterwards(slow: Slow) -> None:
    live, service = slow.live, slow.service
    live.fail(kind="status", status=429, code="activityLimitReached", retry_after=37, method="PUT")
    job_id = await slow.up("a", b"x")
    assert service.flow.width == 4
    await slow.waits()
    assert slow.job(job_id).state is JobState.WAITING
    assert slow.job(job_id).waiting == "OneDrive asks for a pause: 37 s"
    slow.pass_time(30)
    assert slow.job(job_id).waiting == service.flow.waiting == "OneDrive asks for a pause: 7 s"
    assert service.flow.width == 2
    slow.pass_time(7)
    await service.drain()
    assert (slow.job(job_id).state, slow.job(job_id).waiting, service.flow.waiting) == (JobState.DONE, "", "")


async def test_a_pause_of_half_an_hour_is_waited_out(slow: Slow) -> None:
    slow.live.fail(kind="status", status=503, code="serviceNotAvailable", retry_after=1800, method="PUT")
    job_id = await slow.up("a", b"x")
    await slow.waits()
    slow.pass_time(1800)
    await slow.service.drain()
    assert slow.job(job_id).state is JobState.DONE


async def test_without_a_connection_a_job_waits_and_goes_on_by_itself(
    slow: Slow, cut_off: Callable[[bool], None]
) -> None:
    service, live = slow.service, slow.live
    cut_off(True)
    job_id = await slow.up("a.bin", LARGE)
    await slow.sleep_through(at_most=1800)
    await slow.waits()
    assert slow.job(job_id).state is JobState.WAITING
    assert "cannot be reached" in slow.job(job_id).waiting
    assert "cannot be reached" in service.flow.waiting
    cut_off(False)
    await slow.sleep_through()
    assert slow.job(job_id).state is JobState.DONE
    assert await live.tree() == {"a.bin": LARGE}


async def test_after_more_than_an_hour_without_a_connection_a_job_fails(
    slow: Slow, cut_off: Callable[[bool], None]
) -> None:
    cut_off(True)
    job_id = await slow.up("a", b"x")
    began = slow.sleeper.clock()
    await slow.sleep_through()
    assert 3500 < slow.sleeper.clock() - began < 4000
    assert slow.job(job_id).state is JobState.FAILED
    assert slow.job(job_id).advice


async def test_who_waits_for_a_connection_can_be_told_to_try_at_once(
    slow: Slow, cut_off: Callable[[bool], None]
) -> None:
    cut_off(True)
    job_id = await slow.up("a", b"x")
    await slow.sleep_through(at_most=70)
    slow.pass_time(30)
    await asyncio.sleep(0)
    await slow.waits()
    slow.pass_time(2)
    await asyncio.sleep(0)
    await slow.waits()
    cut_off(False)
    before = slow.sleeper.clock()
    slow.service.retry(job_id)
    await slow.service.drain()
    assert slow.sleeper.clock() == before
    assert slow.job(job_id).state is JobState.DONE


@pytest.mark.parametrize("cancel", [True, False])
async def test_who_waits_can_be_cancelled_and_paused(slow: Slow, cut_off: Callable[[bool], None], cancel: bool) -> None:
    service = slow.service
    cut_off(True)
    job_id = await slow.up("a", b"x")
    await slow.waits()
    if cancel:
        service.cancel(job_id)
        await service.drain()
        assert slow.job(job_id).state is JobState.CANCELLED
        return
    service.pause(job_id)
    assert slow.job(job_id).state is JobState.PAUSED
    cut_off(False)
    slow.pass_time(60)
    await slow.until(lambda: slow.idle)
    assert slow.puts() == 0
    service.resume(job_id)
    await service.drain()
    assert slow.job(job_id).state is JobState.DONE


async def test_one_waiting_file_of_a_folder_does_not_make_the_others_wait(slow: Slow) -> None:
    live, service = slow.live, slow.service
    (live.disk / "t").mkdir()
    for name in "abcdefgh":
        (live.disk / "t" / name).write_bytes(b"x")
    live.fail(kind="status", status=500, method="PUT", path="/a:/")
    arrived: set[str] = set()
    others = asyncio.Event()

    def note(place: object, folder: Entry, entry: Entry) -> None:
        arrived.add(entry.name)
        if arrived >= set("bcdefgh"):
            others.set()

    service.watch_arrivals(note)
    job_id = slow.start(await live.local.locate("t"))
    await others.wait()
    await slow.waits()
    assert slow.job(job_id).state is JobState.WAITING
    assert slow.job(job_id).files_done == 7
    await slow.sleep_through()
    assert slow.job(job_id).files_done == 8


# sums


async def test_what_a_change_costs_does_not_depend_on_the_number_of_jobs() -> None:
    service, ids = queued(*(f"{number}" for number in range(20_000)))
    looked = 0

    class Counted(dict[int, object]):
        def values(self) -> object:  # type: ignore[override]
            nonlocal looked
            looked += 1
            return super().values()

    service._line._records = Counted(service._line._records)  # type: ignore[assignment]
    record = service._line.find(ids[500])
    assert record is not None
    record.enter(JobState.RUNNING)
    for _ in range(1000):
        record.moved(0)
    assert (service.running, service.flow.unended, looked) == (20_000, 20_000, 0)
    assert service.jobs[500].state is JobState.RUNNING
    assert looked == 0


async def test_what_ends_takes_no_progress_away() -> None:
    service, (a, b) = queued("a", "b")
    first, second = service._line.find(a), service._line.find(b)
    assert first is not None
    assert second is not None
    first.enter(JobState.RUNNING)
    first.moved(10)
    assert (service.flow.done, service.flow.total) == (10, 20)
    first.enter(JobState.DONE)
    assert (service.flow.done, service.flow.total) == (10, 20)
    second.enter(JobState.RUNNING)
    second.moved(5)
    second.enter(JobState.FAILED)
    assert (service.flow.unended, service.flow.failed, service.flow.done, service.flow.total) == (0, 1, 0, 0)
    service.clear_ended()
    assert (service.flow.failed, service.jobs) == (0, ())


async def test_the_speed_of_a_job_that_stands_still_sinks_with_time_alone() -> None:
    now = 0.0

    async def never(conflict: object) -> object:
        raise AssertionError

    service = TransferService(ask=never, clock=lambda: now)  # type: ignore[arg-type]
    local, drive = FakePlace(id="local", is_local=True), FakePlace()
    (job_id,) = service.start([Entry("", "/a", "a", Kind.FILE, 10_000)], local, drive, drive.entries["/"])
    record = service._line.find(job_id)
    assert record is not None
    record.enter(JobState.RUNNING)
    for second in range(5):
        now = float(second)
        record.moved(100)
    assert service.jobs[0].speed == service.flow.speed == 100
    now = 8.0
    service.tick()
    assert 0 < service.jobs[0].speed < 60
    now = 30.0
    service.tick()
    assert service.jobs[0].speed == service.flow.speed == 0


async def test_a_limit_is_shown_and_lets_fewer_files_move(live: Live) -> None:
    control = Control(live)
    flows: list[Flow] = []
    control.service.watch_flow(flows.append)
    control.service.set_limit(100 * 1024)
    assert (flows[-1].limit, flows[-1].width) == (100 * 1024, 2)
    control.service.set_limit(None)
    assert (flows[-1].limit, flows[-1].width) == (None, 4)
    await control.stop()


@pytest.mark.parametrize("down", [False, True])
async def test_a_transfer_takes_as_long_as_its_limit_says(live: Live, down: bool) -> None:
    control = Control(live, clock=live.clock, sleep=live.clock.sleep)
    control.service.set_limit(100 * 1024)
    entry = await live.put("a.bin", LARGE[:1_000_000])
    (live.disk / "b.bin").write_bytes(LARGE[:1_000_000])
    began = live.clock.now
    job_id = control.start(entry, down=True) if down else await control.up("b.bin")
    await control.service.drain()
    assert control.job(job_id).state is JobState.DONE
    assert live.clock.now - began == pytest.approx(1_000_000 / 100 / 1024, rel=0.1)
    await control.stop()


# what it costs


async def _folder(live: Live, count: int) -> Entry:
    folder = await live.place.create_folder(live.folder, "t")
    for number in range(count):
        await live.put(f"{number}.txt", b"x" * number, folder)
    return folder


async def test_a_file_of_a_folder_is_fetched_with_one_request(control: Control) -> None:
    live = control.live
    folder = await _folder(live, 5)
    live.demo.state.log.clear()
    control.start(folder, down=True)
    await control.service.drain()
    assert len(live.local_tree()) == 6
    assert not [entry for entry in live.requests() if entry.path.endswith("/content")]
    assert len(live.requests(STORES)) <= 5


async def test_a_link_that_came_with_the_listing_and_died_is_asked_for_anew(control: Control) -> None:
    live = control.live
    folder = await _folder(live, 5)
    live.fail(kind="expired_link", path=STORES, times=4)
    job_id = control.start(folder, down=True)
    await control.service.drain()
    assert control.job(job_id).state is JobState.DONE
    assert live.local_tree() == {"t": None, **{f"t/{number}.txt": b"x" * number for number in range(5)}}
