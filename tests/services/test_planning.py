"""How a job goes about its work: folders walked ahead, questions put aside, times kept, many moved at once."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from odtui.demo import copies
from odtui.graph.errors import Forbidden, InvalidRequest
from odtui.graph.models import Drive
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind
from odtui.services.local_place import LocalPlace
from odtui.services.transfers import TransferService, branches, routes
from odtui.services.transfers.conflicts import _newer, _resolved
from odtui.services.transfers.job import Choice, Conflict, Job, JobState
from tests.services.conftest import Live
from tests.services.test_transfers import Transfers, grow, states

OLD, NEW = 1_500_000_000, 1_600_000_000


@pytest.fixture
async def transfers(live: Live) -> AsyncIterator[Transfers]:
    made = Transfers(live)
    running = asyncio.ensure_future(made.service.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def put(path: Path, data: bytes, modified: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (modified, modified))


# walking


async def test_several_folders_are_walked_at_once_and_not_all(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    for number in range(30):
        (live.disk / "t" / str(number) / "deep").mkdir(parents=True)
    await transfers.up("t")
    now = most = 0
    pages = DrivePlace.pages

    async def counted(self: DrivePlace, folder: Entry) -> AsyncIterator[list[Entry]]:
        nonlocal now, most
        now += 1
        most = max(most, now)
        try:
            async for page in pages(self, folder):
                yield page
        finally:
            now -= 1

    monkeypatch.setattr(DrivePlace, "pages", counted)
    to = live.disk / "to"
    to.mkdir()
    entry = (await live.remote())["t"]
    (job,) = await transfers.do([entry], live.place, live.local, await live.local.locate("to"))
    assert job.state is JobState.DONE
    assert most == branches.AT_ONCE
    assert len(list((to / "t").rglob("deep"))) == 30


async def test_the_first_file_moves_while_the_rest_is_not_listed_yet(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    folder = await live.place.create_folder(live.folder, "t")
    await live.put("first", b"1", folder)
    await live.put("later", b"2", await live.place.create_folder(folder, "sub"))
    arrived = asyncio.Event()
    transfers.service.watch_arrivals(lambda place, at, entry: arrived.set() if entry.name == "first" else None)
    pages = DrivePlace.pages

    async def held(self: DrivePlace, at: Entry) -> AsyncIterator[list[Entry]]:
        if at.name == "sub":
            await arrived.wait()
        async for page in pages(self, at):
            yield page

    monkeypatch.setattr(DrivePlace, "pages", held)
    (job,) = await transfers.down("t")
    assert (job.state, job.files_done) == (JobState.DONE, 2)


async def test_the_total_of_a_tree_of_this_computer_is_known_before_its_first_byte(transfers: Transfers) -> None:
    live = transfers.live
    grow(live.disk)
    await transfers.up("t")
    moving = [job for job in transfers.seen if job.done]
    assert {(job.total, job.files_total) for job in moving} == {(6, 3)}


# times


async def test_times_of_files_and_folders_are_kept_both_ways(transfers: Transfers) -> None:
    live = transfers.live
    put(live.disk / "t" / "sub" / "a", b"a", OLD)
    (live.disk / "t" / "empty").mkdir()
    for path, time in (("t/sub", OLD + 1), ("t/empty", OLD + 2), ("t", OLD + 3)):
        os.utime(live.disk / path, (time, time))
    await transfers.up("t")
    top = (await live.remote())["t"]
    inside = await live.remote(top)
    assert (top.modified, inside["sub"].modified, inside["empty"].modified) == (OLD + 3, OLD + 1, OLD + 2)
    to = live.disk / "to"
    to.mkdir()
    await transfers.do([top], live.place, live.local, await live.local.locate("to"))
    found = [int((to / path).stat().st_mtime) for path in ("t/sub/a", "t/sub", "t/empty", "t")]
    assert found == [OLD, OLD + 1, OLD + 2, OLD + 3]


async def test_a_folder_that_was_there_before_keeps_its_own_time(transfers: Transfers) -> None:
    live = transfers.live
    put(live.disk / "t" / "a", b"a", OLD)
    os.utime(live.disk / "t", (OLD, OLD))
    there = await live.place.create_folder(live.folder, "t")
    await transfers.up("t")
    assert (await live.remote())["t"].modified != OLD
    assert there.modified != OLD


async def test_times_of_folders_that_cannot_be_set_are_no_failure(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "t").mkdir()
    live.fail(kind="status", path="batch", status=403, code="accessDenied", times=0)
    (job,) = await transfers.up("t")
    assert (job.state, job.problem) == (JobState.DONE, "")


async def test_a_copy_on_the_drive_keeps_the_time_of_its_file(transfers: Transfers) -> None:
    live = transfers.live
    put(live.disk / "a", b"a", OLD)
    await transfers.up("a")
    to = await live.place.create_folder(live.folder, "to")
    await transfers.do([(await live.remote())["a"]], live.place, live.place, to)
    assert (await live.remote(to))["a"].modified == OLD


# taken names


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [(NEW, OLD, "replace"), (OLD, NEW, "skip"), (NEW + 2, NEW, "skip"), (NEW + 3, NEW, "replace"), (None, OLD, "skip")],
)
def test_newer_is_what_is_known_to_be_more_than_two_seconds_newer(
    ours: int | None, theirs: int | None, expected: str
) -> None:
    source = Entry("", "/a", "a", Kind.FILE, 1, ours)
    there = Entry("d", "1", "a", Kind.FILE, 1, theirs)
    assert _resolved("newer", source, there) == expected
    assert _newer(source, there) is (expected == "replace")


async def test_only_newer_files_replace_when_that_was_chosen_for_all(transfers: Transfers) -> None:
    live = transfers.live
    for name, time in (("old", OLD), ("new", NEW + 100), ("same", NEW)):
        put(live.disk / name, b"disk", NEW)
        await transfers.up(name)
        put(live.disk / name, b"ours", time)
    transfers.answers = [("newer", True)]
    (job,) = await transfers.up("old", "new", "same")
    assert (job.state, job.problem) == (JobState.DONE, "2 files were skipped.")
    assert len(transfers.asked) == 1
    assert await live.tree() == {"old": b"disk", "new": b"ours", "same": b"disk"}


async def test_files_that_wait_for_an_answer_hold_up_no_other_of_their_job(live: Live) -> None:
    made = Transfers(live, concurrency=2)
    running = asyncio.ensure_future(made.service.run())
    (live.disk / "t").mkdir()
    there = await live.place.create_folder(live.folder, "t")
    for number in range(5):
        (live.disk / "t" / f"taken {number}").write_bytes(b"new")
        await live.put(f"taken {number}", b"old", there)
    for number in range(20):
        (live.disk / "t" / f"free {number}").write_bytes(b"x")
    others = asyncio.Event()
    arrived: set[str] = set()

    def note(place: object, folder: Entry, entry: Entry) -> None:
        arrived.add(entry.name)
        if len([name for name in arrived if name.startswith("free")]) == 20:
            others.set()

    made.service.watch_arrivals(note)
    asked: list[str] = []

    async def ask(conflict: Conflict) -> tuple[Choice, bool]:
        await others.wait()
        asked.append(conflict.name)
        return ("replace", False) if len(asked) < 3 else ("skip", True)

    made.service._shared.ask = ask
    (job,) = await made.up("t")
    assert (job.state, job.problem, job.files_done) == (JobState.DONE, "3 files were skipped.", 25)
    assert len(asked) == 3
    assert sorted((await live.tree(there)).values(), key=str).count(b"new") == 2
    running.cancel()


async def test_what_stops_the_whole_job_takes_its_question_away(live: Live) -> None:
    made = Transfers(live, concurrency=2)
    running = asyncio.ensure_future(made.service.run())
    for name in ("a", "b"):
        (live.disk / name).write_bytes(b"new")
    await live.put("a", b"old")
    open_question = asyncio.Event()
    left: list[bool] = []

    async def ask(conflict: Conflict) -> tuple[Choice, bool]:
        open_question.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.append(True)
        raise AssertionError

    made.service._shared.ask = ask
    carry = routes.Streamed.carry

    async def full(self: routes.Streamed, entry: Entry, *args: object) -> object:
        if entry.name == "b":
            await open_question.wait()
            raise OSError(28, "No space left on device")
        return await carry(self, entry, *args)  # type: ignore[arg-type]

    routes.Streamed.carry = full  # type: ignore[assignment,method-assign]
    try:
        (job,) = await made.up("a", "b")
    finally:
        routes.Streamed.carry = carry  # type: ignore[method-assign]
    assert (job.state, left) == (JobState.FAILED, [True])
    running.cancel()


async def test_a_listener_that_fails_ends_the_job_and_hangs_nothing(
    transfers: Transfers, caplog: pytest.LogCaptureFixture
) -> None:
    live = transfers.live
    grow(live.disk)

    def break_down(place: object, folder: Entry, entry: Entry) -> None:
        if entry.name == "c.txt":
            raise RuntimeError("a bug of the screen")

    transfers.service.watch_arrivals(break_down)
    (job,) = await transfers.up("t")
    assert job.state is JobState.FAILED
    assert "a transfer failed" in caplog.text


# very many


async def test_fifty_thousand_chosen_files_are_queued_at_once() -> None:
    place = LocalPlace("/")
    entries = [Entry("", f"/none/{number}", f"{number}", Kind.FILE, 1) for number in range(50_000)]

    async def never(conflict: Conflict) -> tuple[Choice, bool]:
        raise AssertionError

    ticks = count()
    service = TransferService(ask=never, clock=lambda: float(next(ticks)))
    (job_id,) = service.start(entries, place, place, Entry("", "/to", "to", Kind.FOLDER))
    (job,) = service.jobs
    assert (job.id, job.files_total, job.name) == (job_id, 50_000, "0 and 49,999 more")
    assert next(ticks) < 20, "what it costs is not a step per file"


async def test_many_are_moved_in_batches_and_those_with_taken_names_are_asked_about(transfers: Transfers) -> None:
    live = transfers.live
    entries = [await live.put(f"{number:02}", str(number).encode()) for number in range(45)]
    to = await live.place.create_folder(live.folder, "to")
    await live.put("07", b"there", to)
    transfers.answers = [("keep_both", False)]
    live.demo.state.log.clear()
    (job,) = await transfers.do(entries, live.place, live.place, to, move=True)
    assert (job.state, job.files_done, job.files_total) == (JobState.DONE, 45, 45)
    assert len(live.requests(r"\$batch")) == 6, "two rounds for each twenty"
    assert len(await live.remote(to)) == 46
    assert (await live.tree(to))["07 1"] == b"7"
    assert len(transfers.departures) == 45
    assert set(await live.remote()) == {"to"}


async def test_of_a_batch_the_failed_ones_are_told_and_the_others_moved(transfers: Transfers) -> None:
    live = transfers.live
    entries = [await live.put(f"{number:02}", b"x") for number in range(25)]
    to = await live.place.create_folder(live.folder, "to")
    await live.place.client.rename(entries[3].drive_id, entries[3].id, "03 again")  # another version now
    (job,) = await transfers.do(entries, live.place, live.place, to, move=True)
    assert job.state is JobState.FAILED
    assert "1 file of 25" in job.problem
    assert len(transfers.departures) == 24
    assert set(await live.remote()) == {"03 again", "to"}


async def test_what_was_moved_just_before_a_crash_is_not_called_skipped(transfers: Transfers) -> None:
    live = transfers.live
    entry = await live.put("a", b"x")
    to = await live.place.create_folder(live.folder, "to")
    moved = await live.place.move(entry, to)
    (job_id,) = transfers.service.start([moved], live.place, live.place, to, move=True)
    record = transfers.service._line.find(job_id)
    assert record is not None
    record.trail.again = True
    await transfers.ended.wait()
    (job,) = transfers.service.jobs
    assert (job.state, transfers.departures, transfers.arrivals) == (JobState.DONE, ["a"], ["a"])


async def test_a_folder_is_not_moved_into_itself_with_others(transfers: Transfers) -> None:
    live = transfers.live
    entries = [await live.put(f"{number}", b"x") for number in range(4)]
    to = await live.place.create_folder(live.folder, "to")
    (job,) = await transfers.do([*entries, to], live.place, live.place, to, move=True)
    assert job.state is JobState.FAILED
    assert "itself" in job.problem
    assert len(await live.remote(to)) == 4


async def test_two_of_one_name_from_two_folders_both_arrive(transfers: Transfers) -> None:
    live = transfers.live
    for folder in ("a", "b"):
        put(live.disk / folder / "x.txt", folder.encode(), OLD)
    (job,) = await transfers.up("a/x.txt", "b/x.txt")
    assert (job.state, job.problem) == (JobState.DONE, "1 item was renamed.")
    assert await live.tree() == {"x.txt": b"a", "x 1.txt": b"b"}


# copies by the service


async def test_a_folder_that_is_too_much_for_one_copy_is_copied_in_parts(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    expected = grow(live.disk) | {"t/sub/more.txt": b"more"}
    (live.disk / "t" / "sub" / "more.txt").write_bytes(b"more")
    await transfers.up("t")
    to = await live.place.create_folder(live.folder, "to")
    monkeypatch.setattr(copies, "MAX_ITEMS", 5)
    live.demo.state.log.clear()
    (job,) = await transfers.do([(await live.remote())["t"]], live.place, live.place, to)
    assert job.state is JobState.DONE, job
    assert await live.tree(to) == expected
    assert len(live.requests("/copy$")) == 4, "the whole, a.txt, empty and sub"
    assert not [each for each in live.requests() if each.method == "PUT"]


# stopping


@pytest.mark.parametrize("moment", range(1, 30, 2))
@pytest.mark.parametrize("move", [False, True])
async def test_cancelling_at_any_moment_ends_cleanly_and_a_retry_completes(
    transfers: Transfers, moment: int, move: bool
) -> None:
    live = transfers.live
    expected = grow(live.disk)
    (live.disk / "single").write_bytes(b"1")
    seen = count(1)

    def cancel(job: Job) -> None:
        if next(seen) == moment:
            transfers.service.cancel(job.id)

    stop = transfers.service.watch(cancel)
    (job,) = await transfers.up("t", "single", move=move)
    stop()
    if job.state is JobState.CANCELLED:
        transfers.answers = [("replace", True)]
        job = await transfers.again(job)
    assert job.state is JobState.DONE
    assert await live.tree() == expected | {"single": b"1"}
    assert bool(live.local_tree()) is not move


# across drives


def across(monkeypatch: pytest.MonkeyPatch, live: Live) -> None:
    """Takes the folder named `to` for one of another drive of work."""
    key = routes.drive_key
    monkeypatch.setattr(routes, "drive_key", lambda drive_id: f"{key(drive_id)} {next(calls)}")
    calls = count()
    live.place.drive = Drive(id=live.place.drive.id, drive_type="business")


@pytest.mark.parametrize("move", [False, True])
async def test_files_go_to_another_drive_of_the_account_without_their_bytes(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch, move: bool
) -> None:
    live = transfers.live
    await live.put("a", b"x", await live.place.create_folder(live.folder, "t"))
    to = await live.place.create_folder(live.folder, "to")
    entry = (await live.remote())["t"]
    across(monkeypatch, live)
    live.demo.state.log.clear()
    (job,) = await transfers.do([entry], live.place, live.place, to, move=move)
    assert job.state is JobState.DONE, job
    assert not [each for each in live.requests() if each.method == "PUT"]
    assert await live.tree(to) == {"t": None, "t/a": b"x"}
    assert ("t" in await live.remote()) is not move


@pytest.mark.parametrize("error", [InvalidRequest, Forbidden])
async def test_what_the_service_does_not_copy_across_drives_is_streamed(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    live = transfers.live
    await live.put("a", b"x", await live.place.create_folder(live.folder, "t"))
    to = await live.place.create_folder(live.folder, "to")
    entry = (await live.remote())["t"]
    across(monkeypatch, live)
    refused: list[str] = []

    async def refuse(drive_id: str, item_id: str, *args: object, **more: object) -> None:
        refused.append(item_id)
        raise error("not here", codes=("notSupported",))

    monkeypatch.setattr(live.place.client, "copy", refuse)
    (job,) = await transfers.do([entry], live.place, live.place, to)
    assert job.state is JobState.DONE, job
    assert refused == [entry.id], "once is enough"
    assert await live.tree(to) == {"t": None, "t/a": b"x"}


async def test_personal_drives_are_not_asked_for_a_copy_across(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    entry = await live.put("a", b"x")
    to = await live.place.create_folder(live.folder, "to")
    across(monkeypatch, live)
    live.place.drive = Drive(id=live.place.drive.id, drive_type="personal")
    live.demo.state.log.clear()
    assert states(await transfers.do([entry], live.place, live.place, to)) == [JobState.DONE]
    assert not live.requests("/copy$")


async def test_a_source_is_kept_when_the_copy_on_the_other_drive_differs(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    entry = await live.put("a", b"x")
    to = await live.place.create_folder(live.folder, "to")
    across(monkeypatch, live)
    monkeypatch.setattr(routes.CrossCopy, "_faithful", lambda self, entry, arrived: False)
    (job,) = await transfers.do([entry], live.place, live.place, to, move=True)
    assert job.state is JobState.DONE
    assert "kept" in job.problem
    assert set(await live.remote()) == {"a", "to"}
