"""Transfers over real HTTP against the demo drive, with its faults and those of the disk."""

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from odtui.config.scopes import Capability
from odtui.services.capabilities import Reason
from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import TransferService, download, routes
from odtui.services.transfers.fragments import FIRST as FRAGMENT
from odtui.services.transfers.job import Choice, Conflict, Job, JobState
from odtui.services.transfers.upload import SMALL
from tests.services.conftest import Live

LARGE = os.urandom(FRAGMENT + 1_000_000)
STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""


class Transfers:
    """A running service whose questions get prepared answers."""

    def __init__(self, live: Live, concurrency: int = 4) -> None:
        self.live = live
        self.answers: list[tuple[Choice, bool]] = []
        self.asked: list[Conflict] = []
        self.seen: list[Job] = []
        self.arrivals: list[str] = []
        self.departures: list[str] = []
        self.on_ask: Callable[[Conflict], None] = lambda conflict: None
        self.service = TransferService(
            ask=self.ask, concurrency=concurrency, clock=count(step=1).__next__, sleep=live.clock.sleep
        )
        self.ended = asyncio.Event()
        self.service.watch(self.note)
        self.sizes: list[int | None] = []
        self.service.watch_arrivals(self.arrived)
        self.service.watch_departures(lambda place, entry: self.departures.append(entry.name))

    def arrived(self, place: Place, folder: Entry, entry: Entry) -> None:
        self.arrivals.append(entry.name)
        self.sizes.append(entry.size)

    async def ask(self, conflict: Conflict) -> tuple[Choice, bool]:
        self.asked.append(conflict)
        self.on_ask(conflict)
        return self.answers.pop(0)

    def note(self, job: Job) -> None:
        assert job.total is None or 0 <= job.done <= job.total
        assert job.files_done <= job.files_total
        self.seen.append(job)
        if not self.service.running:
            self.ended.set()

    async def do(
        self, entries: list[Entry], source: Place, target: Place, folder: Entry, *, move: bool = False
    ) -> list[Job]:
        """Start, and wait until nothing runs."""
        self.ended.clear()
        ids = self.service.start(entries, source, target, folder, move=move)
        await self.ended.wait()
        return [job for job in self.service.jobs if job.id in ids]

    async def again(self, job: Job) -> Job:
        self.ended.clear()
        self.service.retry(job.id)
        await self.ended.wait()
        return next(found for found in self.service.jobs if found.id == job.id)

    async def up(self, *names: str, move: bool = False) -> list[Job]:
        entries = [await self.live.local.locate(name) for name in names]
        return await self.do(entries, self.live.local, self.live.place, self.live.folder, move=move)

    async def down(self, *names: str, move: bool = False) -> list[Job]:
        found = await self.live.remote()
        entries = [found[name] for name in names]
        return await self.do(entries, self.live.place, self.live.local, self.live.here, move=move)


@pytest.fixture
async def transfers(live: Live) -> AsyncIterator[Transfers]:
    made = Transfers(live)
    running = asyncio.ensure_future(made.service.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def states(jobs: list[Job]) -> list[JobState]:
    return [job.state for job in jobs]


# one file


@pytest.mark.parametrize("data", [b"", b"hello", LARGE], ids=["empty", "small", "large"])
async def test_a_file_goes_up_and_comes_down_again_the_same(transfers: Transfers, data: bytes) -> None:
    live = transfers.live
    (live.disk / "a.bin").write_bytes(data)
    os.utime(live.disk / "a.bin", (1_600_000_000, 1_600_000_000))
    (job,) = await transfers.up("a.bin")
    assert (job.state, job.kind, job.done, job.total, job.files_done) == (
        JobState.DONE,
        "upload",
        len(data),
        len(data),
        1,
    )
    assert (await live.remote())["a.bin"].modified == 1_600_000_000
    assert transfers.arrivals == ["a.bin"]
    os.unlink(live.disk / "a.bin")
    (job,) = await transfers.down("a.bin")
    assert (job.state, job.kind, job.done) == (JobState.DONE, "download", len(data))
    assert live.local_tree() == {"a.bin": data}
    assert (live.disk / "a.bin").stat().st_mtime == 1_600_000_000


async def test_a_cut_upload_goes_on_where_the_service_says(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a.bin").write_bytes(LARGE)
    live.fail(kind="reset", method="PUT", path=STORES, skip=1, times=7)
    (job,) = await transfers.up("a.bin")
    assert job.state is JobState.DONE
    assert await live.tree() == {"a.bin": LARGE}


async def test_a_cut_download_goes_on_from_the_last_byte(transfers: Transfers) -> None:
    live = transfers.live
    await live.put("a.bin", LARGE[:SMALL])
    live.fail(kind="cut", method="GET", path=STORES, after=2_500_000)
    (job,) = await transfers.down("a.bin")
    assert job.state is JobState.DONE, job
    assert live.local_tree() == {"a.bin": LARGE[:SMALL]}


async def test_a_download_that_changed_between_two_parts_starts_again(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    await live.put("a.bin", b"1" * SMALL)
    live.fail(kind="cut", method="GET", path=STORES, after=2_500_000)

    async def change(seconds: float) -> None:
        await live.put("a.bin", b"2" * SMALL)

    transfers.service._shared.sleep = change
    (job,) = await transfers.down("a.bin")
    assert job.state is JobState.DONE
    assert live.local_tree() == {"a.bin": b"2" * SMALL}


async def test_a_download_that_is_cut_for_ever_fails_and_leaves_nothing(transfers: Transfers) -> None:
    live = transfers.live
    await live.put("a.bin", LARGE[:SMALL])
    live.fail(kind="cut", method="GET", path=STORES, after=0, times=0)
    (job,) = await transfers.down("a.bin")
    assert (job.state, live.local_tree()) == (JobState.FAILED, {})
    assert job.problem
    assert job.advice
    live.demo.state.faults.clear()
    assert (await transfers.again(job)).state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE[:SMALL]}


async def test_a_full_drive_fails_with_words_and_no_session_stays(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a.bin").write_bytes(LARGE)
    live.fail(kind="quota_full", method="PUT", path=STORES, times=0)
    (job,) = await transfers.up("a.bin")
    assert job.state is JobState.FAILED
    assert "full" in job.problem
    assert await live.tree() == {}


async def test_a_source_that_changes_while_it_is_sent_fails_and_leaves_nothing(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    path = live.disk / "a.bin"
    path.write_bytes(LARGE)
    transfers.service.watch(lambda job: path.write_bytes(LARGE[::-1]) if job.done >= FRAGMENT else None)
    (job,) = await transfers.up("a.bin")
    assert job.state is JobState.FAILED
    assert "changed while" in job.problem
    assert await live.tree() == {}
    assert any(entry.method == "DELETE" for entry in live.requests())


async def test_an_unreadable_file_fails_with_words(transfers: Transfers, monkeypatch: pytest.MonkeyPatch) -> None:
    live = transfers.live
    (live.disk / "a").write_bytes(b"x")
    entry = await live.local.locate("a")

    def refuse(*args: object) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("odtui.services.transfers.content._read_at", refuse)
    (job,) = await transfers.do([entry], live.local, live.place, live.folder)
    assert job.state is JobState.FAILED
    assert "does not allow" in job.problem


async def test_a_disk_that_runs_full_fails_and_leaves_nothing(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    await live.put("a.bin", LARGE[:SMALL])

    def full(self: download.Part, chunks: list[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download.Part, "write", full)
    (job,) = await transfers.down("a.bin")
    assert (job.state, live.local_tree()) == (JobState.FAILED, {})
    assert "disk is full" in job.problem


async def test_too_little_space_is_noticed_before_the_first_byte(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    await live.put("a.bin", b"x" * 100)
    live.demo.state.log.clear()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 100, 0))  # type: ignore[attr-defined]
    entry = (await live.remote())["a.bin"]
    live.demo.state.log.clear()
    (job,) = await transfers.do([entry], live.place, live.local, live.here)
    assert job.state is JobState.FAILED
    assert not live.requests("content")


async def test_a_name_that_the_target_refuses_is_replaced_by_the_nearest(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a:b").write_bytes(b"x")
    (job,) = await transfers.up("a:b")
    assert (job.state, job.problem, job.details) == (
        JobState.DONE,
        "1 item was renamed.",
        "a:b: renamed to a\uff1ab",
    )
    assert await live.tree() == {"a\uff1ab": b"x"}


async def test_what_is_neither_file_nor_folder_is_left_out(transfers: Transfers) -> None:
    live = transfers.live
    os.mkfifo(live.disk / "pipe")
    (live.disk / "broken").symlink_to("nowhere")
    (job,) = await transfers.up("pipe", "broken")
    assert (job.state, job.problem) == (JobState.SKIPPED, "2 items were left out.")
    assert job.details.splitlines() == [
        "pipe: left out. It is neither a file nor a folder, but something like a pipe or a device.",
        "broken: left out. This link leads nowhere.",
    ]


async def test_one_that_cannot_go_over_at_all_fails_and_says_why(transfers: Transfers) -> None:
    os.mkfifo(transfers.live.disk / "pipe")
    (job,) = await transfers.up("pipe")
    assert job.state is JobState.FAILED
    assert "pipe or a device" in job.problem


async def test_an_upload_whose_time_cannot_be_set_is_done_with_a_word(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a").write_bytes(b"x")
    live.fail(kind="status", method="PATCH", status=403, code="accessDenied", times=0)
    (job,) = await transfers.up("a")
    assert job.state is JobState.DONE
    assert "time" in job.problem


async def test_the_times_of_many_small_files_are_set_together_and_one_refused_costs_no_other(
    transfers: Transfers,
) -> None:
    live = transfers.live
    (live.disk / "many").mkdir()
    for number in range(30):
        (live.disk / "many" / f"{number}").write_bytes(b"x")
        os.utime(live.disk / "many" / f"{number}", (1_500_000_000 + number,) * 2)
    live.fail(kind="status", method="PATCH", status=403, code="accessDenied", times=1)
    before = len(live.requests("batch$"))
    (job,) = await transfers.up("many")
    assert (job.state, job.files_done, job.files_total) == (JobState.DONE, 30, 30)
    assert "time" in job.problem
    assert 1 <= len(live.requests("batch$")) - before <= 15, "never one alone"
    arrived = await live.remote((await live.remote())["many"])
    own = [name for name, entry in arrived.items() if entry.modified == 1_500_000_000 + int(name)]
    assert len(own) == 29


# taken names


async def test_a_taken_name_is_asked_about_and_replaced(transfers: Transfers) -> None:
    live = transfers.live
    old = await live.put("A.txt", b"old")
    (live.disk / "a.txt").write_bytes(b"new")
    transfers.answers = [("replace", False)]
    (job,) = await transfers.up("a.txt")
    assert job.state is JobState.DONE
    assert [conflict.existing.name for conflict in transfers.asked] == ["A.txt"]
    assert JobState.ASKING in states(transfers.seen)
    assert [(entry.id, await live.place.read(entry, 0, 9)) for entry in (await live.remote()).values()] == [
        (old.id, b"new")
    ]


@pytest.mark.parametrize("up", [True, False])
async def test_both_are_kept_under_the_next_free_name(transfers: Transfers, up: bool) -> None:
    live = transfers.live
    for name in ("a.txt", "a 1.txt"):
        (live.disk / name).write_bytes(b"disk")
        await live.put(name, b"drive")
    transfers.answers = [("keep_both", False)]
    (job,) = await (transfers.up("a.txt") if up else transfers.down("a.txt"))
    assert job.state is JobState.DONE
    if up:
        assert await live.tree() == {"a.txt": b"drive", "a 1.txt": b"drive", "a 2.txt": b"disk"}
    else:
        assert live.local_tree() == {"a.txt": b"disk", "a 1.txt": b"disk", "a 2.txt": b"drive"}


async def test_a_local_file_is_overwritten_only_when_that_was_chosen(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a").write_bytes(b"old")
    await live.put("a", b"new")
    transfers.answers = [("skip", False)]
    assert states(await transfers.down("a")) == [JobState.SKIPPED]
    assert live.local_tree() == {"a": b"old"}
    transfers.answers = [("cancel", False)]
    assert states(await transfers.down("a")) == [JobState.CANCELLED]
    transfers.answers = [("replace", False)]
    assert states(await transfers.down("a")) == [JobState.DONE]
    assert live.local_tree() == {"a": b"new"}


async def test_a_file_that_appears_meanwhile_is_not_overwritten(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    await live.put("a", b"new")
    finish = download.Part.finish

    def appear(self: download.Part, modified: int | None, mode: int | None) -> None:
        finish(self, modified, mode)
        (live.disk / "a").write_bytes(b"somebody's")

    monkeypatch.setattr(download.Part, "finish", appear)
    transfers.answers = [("skip", False)]
    assert states(await transfers.down("a")) == [JobState.SKIPPED]
    assert live.local_tree() == {"a": b"somebody's"}


async def test_one_answer_can_stand_for_the_whole_request(transfers: Transfers) -> None:
    live = transfers.live
    names = [f"{number}.txt" for number in range(6)]
    for name in names:
        await live.put(name, b"old")
        (live.disk / name).write_bytes(b"new")
    transfers.answers = [("skip", False), ("replace", True)]
    (job,) = await transfers.up(*names)
    assert (job.state, job.problem, job.files_done) == (JobState.DONE, "1 file was skipped.", 6)
    assert len(transfers.asked) == 2
    assert sorted((await live.tree()).values(), key=bytes) == [b"new"] * 5 + [b"old"]  # type: ignore[arg-type]


async def test_others_go_on_while_a_question_is_open(live: Live) -> None:
    transfers = Transfers(live, concurrency=1)
    running = asyncio.ensure_future(transfers.service.run())
    await live.put("a", b"old")
    for name in ("a", "b"):
        (live.disk / name).write_bytes(b"new")
    gate = asyncio.Event()

    async def ask(conflict: Conflict) -> tuple[Choice, bool]:
        await gate.wait()
        return "replace", False

    transfers.service._shared.ask = ask
    transfers.service.watch(lambda job: gate.set() if (job.name, job.state) == ("b", JobState.DONE) else None)
    first, second = [await live.local.locate(name) for name in ("a", "b")]
    transfers.service.start([first], live.local, live.place, live.folder)
    await transfers.do([second], live.local, live.place, live.folder)
    assert states(list(transfers.service.jobs)) == [JobState.DONE, JobState.DONE]
    running.cancel()


async def test_a_file_does_not_replace_a_folder(transfers: Transfers) -> None:
    live = transfers.live
    await live.place.create_folder(live.folder, "a")
    (live.disk / "a").write_bytes(b"x")
    transfers.answers = [("replace", False)]
    (job,) = await transfers.up("a")
    assert job.state is JobState.FAILED
    assert "same name" in job.problem


# folders

TREE = {"t/a.txt": b"a", "t/empty/": None, "t/sub/b.txt": b"bb", "t/sub/deep/c.txt": b"ccc"}


def grow(disk: Path) -> dict[str, bytes | None]:
    for path, data in TREE.items():
        target = disk / path
        (target if data is None else target.parent).mkdir(parents=True, exist_ok=True)
        if data is not None:
            target.write_bytes(data)
    return {str(path.relative_to(disk)): path.read_bytes() if path.is_file() else None for path in disk.rglob("*")}


async def test_a_folder_goes_up_and_comes_down_again_the_same(transfers: Transfers) -> None:
    live = transfers.live
    expected = grow(live.disk)
    (job,) = await transfers.up("t")
    assert (job.state, job.files_done, job.files_total, job.done, job.total) == (JobState.DONE, 3, 3, 6, 6)
    assert await live.tree() == expected
    shutil.rmtree(live.disk / "t")
    (job,) = await transfers.down("t")
    assert (job.state, job.files_done) == (JobState.DONE, 3)
    assert live.local_tree() == expected


async def test_a_folder_that_went_up_is_shown_with_its_size(transfers: Transfers) -> None:
    tree = transfers.live.disk / "tree"
    tree.mkdir()
    (tree / "a").write_bytes(b"12345")
    (job,) = await transfers.up("tree")
    assert job.state is JobState.DONE
    assert list(zip(transfers.arrivals, transfers.sizes, strict=True)) == [("tree", 0), ("a", 5), ("tree", 5)]


async def test_a_folder_is_merged_into_one_of_the_same_name(transfers: Transfers) -> None:
    live = transfers.live
    expected = grow(live.disk)
    there = await live.place.create_folder(live.folder, "T")
    await live.put("A.txt", b"old", there)
    await live.put("other", b"other", there)
    transfers.answers = [("replace", False)]
    (job,) = await transfers.up("t")
    assert job.state is JobState.DONE
    found = {path.casefold(): data for path, data in (await live.tree()).items()}
    assert found == dict(expected) | {"t/other": b"other"}


async def test_a_file_that_fails_stops_no_other_and_a_retry_carries_just_it(transfers: Transfers) -> None:
    live = transfers.live
    expected = grow(live.disk)
    bad = live.disk / "t" / "sub" / "bad"
    bad.write_bytes(b"bad")
    live.fail(kind="status", method="PUT", path="/bad:/content", status=403, code="accessDenied", times=0)
    (job,) = await transfers.up("t")
    assert (job.state, job.files_done, job.files_total) == (JobState.FAILED, 4, 4)
    assert "1 file of 4" in job.problem
    assert "sub/bad" in job.problem
    assert await live.tree() == expected
    bad.unlink()
    live.demo.state.faults.clear()
    live.demo.state.log.clear()
    assert (await transfers.again(job)).state is JobState.DONE
    assert transfers.asked == []
    assert not [entry for entry in live.requests() if entry.method == "PUT"]


async def test_a_folder_that_may_not_be_read_fails_and_is_not_empty(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = transfers.live
    grow(live.disk)
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (job,) = await transfers.up("t")
    assert job.state is JobState.FAILED
    assert "sub" in job.problem


async def test_a_full_drive_stops_the_folder(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "t").mkdir()
    for number in range(50):
        (live.disk / "t" / str(number)).write_bytes(b"x")
    live.fail(kind="quota_full", method="PUT", times=0)
    (job,) = await transfers.up("t")
    assert job.state is JobState.FAILED
    assert "full" in job.problem
    assert len([entry for entry in live.requests() if entry.method == "PUT"]) < 10


async def test_links_are_followed_but_never_in_a_circle(transfers: Transfers) -> None:
    live = transfers.live
    grow(live.disk)
    (live.disk / "t" / "sub" / "up").symlink_to("..")
    (live.disk / "t" / "file link").symlink_to("a.txt")
    (job,) = await transfers.up("t")
    why = "1 item was left out. This link leads to a folder that it is in itself."
    assert (job.state, job.problem) == (JobState.DONE, why)
    assert job.details == "t/sub/up: left out. This link leads to a folder that it is in itself."
    assert (await live.tree())["t/file link"] == b"a"


async def test_links_that_lead_to_each_other_end_where_they_began(transfers: Transfers) -> None:
    live = transfers.live
    for name, other in (("a", "b"), ("b", "a")):
        (live.disk / "t" / name).mkdir(parents=True)
        (live.disk / "t" / name / "x").symlink_to(f"../{other}")
    (job,) = await transfers.up("t")
    assert job.state is JobState.DONE
    assert sorted(await live.tree()) == ["t", "t/a", "t/a/x", "t/b", "t/b/x"]


# several at once


async def test_what_was_chosen_together_is_one_job(transfers: Transfers) -> None:
    live = transfers.live
    expected = grow(live.disk)
    for number in range(20):
        (live.disk / str(number)).write_bytes(b"x")
        expected[str(number)] = b"x"
    (job,) = await transfers.up("t", *map(str, range(20)))
    assert (job.state, job.name, job.files_done, job.files_total, job.done, job.total) == (
        JobState.DONE,
        "t and 20 more",
        23,
        23,
        26,
        26,
    )
    assert await live.tree() == expected


async def test_failures_of_several_are_told_by_name_and_a_retry_carries_just_them(transfers: Transfers) -> None:
    live = transfers.live
    expected = grow(live.disk) | {"a": b"a", "c": b"c"}
    for name in "abc":
        (live.disk / name).write_bytes(name.encode())
    live.fail(kind="status", method="PUT", path=r"/b(.txt)?:/content", status=403, code="accessDenied", times=0)
    (job,) = await transfers.up("t", "a", "b", "c")
    assert (job.state, job.files_done, job.files_total) == (JobState.FAILED, 6, 6)
    assert "2 files of 6" in job.problem
    assert sorted(line.partition(":")[0] for line in job.details.splitlines()[1:]) == ["b", "t/sub/b.txt"]
    live.demo.state.faults.clear()
    live.demo.state.log.clear()
    assert (await transfers.again(job)).state is JobState.DONE
    assert len([entry for entry in live.requests() if entry.method == "PUT"]) == 2
    assert transfers.asked == []
    assert await live.tree() == expected | {"b": b"b"}


async def test_the_first_fifty_failures_are_named_and_the_others_counted(transfers: Transfers) -> None:
    live = transfers.live
    live.fail(kind="status", method="PUT", path="/content", status=403, code="accessDenied", times=0)
    for number in range(60):
        (live.disk / f"{number}").touch()
    (job,) = await transfers.up(*map(str, range(60)))
    assert "60 files of 60" in job.problem
    lines = job.details.splitlines()[1:]
    assert (len(lines), lines[-1]) == (51, "and 10 more")


async def test_of_several_that_are_moved_those_that_arrived_leave_and_the_others_stay(transfers: Transfers) -> None:
    live = transfers.live
    grow(live.disk)
    await live.put("taken", b"drive")
    for name in ("taken", "free"):
        (live.disk / name).write_bytes(b"disk")
    (live.disk / "t" / "bad").touch()
    live.fail(kind="status", method="PUT", path="/bad:/content", status=403, code="accessDenied", times=0)
    transfers.answers = [("skip", False)]
    (job,) = await transfers.up("t", "taken", "free", move=True)
    assert job.state is JobState.FAILED
    assert (sorted(os.listdir(live.disk)), transfers.departures) == (["t", "taken"], ["free"])
    live.demo.state.faults.clear()
    transfers.answers = [("skip", False)]
    assert (await transfers.again(job)).state is JobState.DONE
    assert (sorted(os.listdir(live.disk)), transfers.departures) == (["taken"], ["free", "t"])


async def test_the_last_step_of_a_move_can_be_tried_again(transfers: Transfers) -> None:
    live = transfers.live
    await live.put("a", b"x")
    live.fail(kind="status", method="DELETE", status=403, code="accessDenied", times=0)
    (job,) = await transfers.down("a", move=True)
    assert "still there" in job.problem
    live.demo.state.faults.clear()
    live.demo.state.log.clear()
    assert (await transfers.again(job)).state is JobState.DONE
    assert not live.requests("content")
    assert (await live.tree(), live.local_tree()) == ({}, {"a": b"x"})


async def test_a_retry_does_not_look_again_at_what_is_whole(transfers: Transfers) -> None:
    live = transfers.live
    grow(live.disk)
    live.fail(kind="status", method="PUT", path="/a.txt:/content", status=403, code="accessDenied", times=0)
    (job,) = await transfers.up("t")
    assert job.state is JobState.FAILED
    record = transfers.service._line.find(job.id)
    assert record is not None
    assert set(record.finished) == {"0/sub/", "0/empty/"}
    live.demo.state.faults.clear()
    live.demo.state.log.clear()
    job = await transfers.again(job)
    assert (job.state, job.files_done, job.files_total, job.done, job.total) == (JobState.DONE, 3, 3, 6, 6)
    assert (set(record.finished), record.finished["0/"]) == ({"0/"}, (3, 6))
    assert not live.requests("sub|empty")


# copies and moves


async def test_a_local_copy_keeps_content_time_and_mode(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a").write_bytes(b"x" * 3_000_000)
    os.utime(live.disk / "a", (1, 1_600_000_000))
    (live.disk / "a").chmod(0o740)
    (live.disk / "to").mkdir()
    (job,) = await transfers.do([await live.local.locate("a")], live.local, live.local, await live.local.locate("to"))
    assert (job.state, job.kind) == (JobState.DONE, "copy")
    copied = (live.disk / "to" / "a").stat()
    assert (copied.st_size, copied.st_mtime, copied.st_mode & 0o777) == (3_000_000, 1_600_000_000, 0o740)


async def test_a_folder_is_not_copied_into_itself(transfers: Transfers) -> None:
    live = transfers.live
    grow(live.disk)
    await transfers.up("t")
    there = (await live.remote())["t"]
    sub = (await live.remote(there))["sub"]
    for job in (
        *await transfers.do([there], live.place, live.place, sub),
        *await transfers.do([there], live.place, live.place, there),
        *await transfers.do([await live.local.locate("t")], live.local, live.local, await live.local.locate("t/sub")),
    ):
        assert job.state is JobState.FAILED
        assert "into itself" in job.problem


@pytest.mark.parametrize("kind", ["drive", "local"])
async def test_a_copy_in_the_same_folder_gets_another_name_and_never_replaces_itself(
    transfers: Transfers, kind: str
) -> None:
    live = transfers.live
    entry = await live.put("a.txt", b"x")
    (live.disk / "a.txt").write_bytes(b"x")
    here = (live.place, live.folder) if kind == "drive" else (live.local, live.here)
    entry = entry if kind == "drive" else await live.local.locate("a.txt")
    transfers.answers = [("replace", False), ("keep_both", False)]
    assert states(await transfers.do([entry], here[0], here[0], here[1])) == [JobState.SKIPPED]
    assert states(await transfers.do([entry], here[0], here[0], here[1])) == [JobState.DONE]
    found = await live.tree() if kind == "drive" else live.local_tree()
    assert found == {"a.txt": b"x", "a 1.txt": b"x"}


async def test_a_copy_on_the_drive_moves_no_bytes(transfers: Transfers) -> None:
    live = transfers.live
    grow(live.disk)
    await transfers.up("t")
    to = await live.place.create_folder(live.folder, "to")
    live.demo.state.log.clear()
    (job,) = await transfers.do([(await live.remote())["t"]], live.place, live.place, to)
    assert job.state is JobState.DONE, job
    assert set(await live.tree(to)) == {
        "t",
        "t/a.txt",
        "t/empty",
        "t/sub",
        "t/sub/b.txt",
        "t/sub/deep",
        "t/sub/deep/c.txt",
    }


@pytest.mark.parametrize("move", [False, True])
async def test_replacing_on_the_drive_keeps_the_old_one_until_the_new_one_is_there(
    transfers: Transfers, move: bool
) -> None:
    live = transfers.live
    new = await live.put("a", b"new")
    to = await live.place.create_folder(live.folder, "to")
    await live.put("a", b"old", to)
    live.fail(kind="status", method="PATCH" if move else "POST", path=f"{new.id}", status=403, code="accessDenied")
    transfers.answers = [("replace", False), ("replace", False)]
    (job,) = await transfers.do([new], live.place, live.place, to, move=move)
    assert job.state is JobState.FAILED
    assert await live.tree(to) == {"a": b"old"}
    assert (await transfers.again(job)).state is JobState.DONE
    assert await live.tree(to) == {"a": b"new"}
    assert ("a" in await live.remote()) is not move


async def test_a_move_on_the_drive_keeps_the_item(transfers: Transfers) -> None:
    live = transfers.live
    entry = await live.put("a", b"x")
    to = await live.place.create_folder(live.folder, "to")
    (job,) = await transfers.do([entry], live.place, live.place, to, move=True)
    assert (job.state, job.kind) == (JobState.DONE, "move")
    assert (await live.remote(to))["a"].id == entry.id
    assert (transfers.arrivals, transfers.departures) == (["a"], ["a"])
    (job,) = await transfers.do([(await live.remote(to))["a"]], live.place, live.place, to, move=True)
    assert job.state is JobState.SKIPPED


@pytest.mark.parametrize("up", [True, False])
async def test_a_move_between_places_deletes_the_source_when_all_has_arrived(transfers: Transfers, up: bool) -> None:
    live = transfers.live
    expected = grow(live.disk)
    if up:
        (job,) = await transfers.up("t", move=True)
        assert live.trashed == [str(live.disk / "t")]
        assert (await live.tree(), live.local_tree()) == (expected, {})
    else:
        await transfers.up("t")
        shutil.rmtree(live.disk / "t")
        (job,) = await transfers.down("t", move=True)
        assert (await live.tree(), live.local_tree()) == ({}, expected)
    assert (job.state, job.kind) == (JobState.DONE, "move")
    assert transfers.departures == ["t"]


@pytest.mark.parametrize("up", [True, False])
async def test_a_file_that_comes_after_its_folder_was_looked_through_is_not_deleted_by_a_move(
    transfers: Transfers, up: bool
) -> None:
    live, late = transfers.live, "t/late.txt"
    expected = grow(live.disk)
    entry = await live.local.locate("t")
    if not up:
        await transfers.up("t")
        shutil.rmtree(live.disk / "t")
        entry = (await live.remote())["t"]
    source, target = (live.local, live.place) if up else (live.place, live.local)
    folder = live.folder if up else live.here
    pages, looked = type(source).pages, set[str]()

    async def meddle(place: Place, top: Entry) -> AsyncIterator[list[Entry]]:
        async for page in pages(place, top):  # type: ignore[arg-type]  # the place's own
            yield page
        if top.name == "t" and top.id not in looked:
            looked.add(top.id)
            if up:
                (live.disk / late).write_bytes(b"came late")
            else:
                await live.put(late.removeprefix("t/"), b"came late", top)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(source), "pages", meddle)
        (job,) = await transfers.do([entry], source, target, folder, move=True)
    assert job.state is JobState.FAILED
    assert "nothing was deleted" in job.problem
    there = live.local_tree() if up else await live.tree()
    assert there == dict(sorted((expected | {late: b"came late"}).items()))
    assert not live.trashed

    transfers.answers = [("replace", True)]
    job = await transfers.again(job)
    assert job.state is JobState.DONE, job
    arrived = await live.tree() if up else live.local_tree()
    assert arrived == expected | {late: b"came late"}
    assert (live.local_tree() if up else await live.tree()) == {}


async def test_a_move_that_fails_in_part_keeps_the_source(transfers: Transfers) -> None:
    live = transfers.live
    before = grow(live.disk) | {"t/bad": b""}
    (live.disk / "t" / "bad").touch()
    live.fail(kind="status", method="PUT", path="/bad:/content", status=403, code="accessDenied", times=0)
    (job,) = await transfers.up("t", move=True)
    assert job.state is JobState.FAILED
    assert (live.local_tree(), live.trashed, transfers.departures) == (dict(sorted(before.items())), [], [])


async def test_a_move_whose_source_cannot_be_deleted_says_so(transfers: Transfers) -> None:
    live = transfers.live
    await live.put("a", b"x")
    live.fail(kind="status", method="DELETE", status=403, code="accessDenied", times=0)
    (job,) = await transfers.down("a", move=True)
    assert job.state is JobState.FAILED
    assert "still there" in job.problem
    assert live.local_tree() == {"a": b"x"}
    live.demo.state.faults.clear()


@pytest.mark.parametrize("other_disk", [False, True])
async def test_a_local_move_merges_and_crosses_disks(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch, other_disk: bool
) -> None:
    live = transfers.live
    expected = grow(live.disk)
    (live.disk / "to" / "t").mkdir(parents=True)
    (live.disk / "to" / "t" / "a.txt").write_bytes(b"old")
    if other_disk:

        def refuse(source: str, target: str) -> None:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr(routes, "rename_new", refuse)
    transfers.answers = [("keep_both", False)]
    (job,) = await transfers.do(
        [await live.local.locate("t")], live.local, live.local, await live.local.locate("to"), move=True
    )
    assert job.state is JobState.DONE, job
    expected["t/a 1.txt"], expected["t/a.txt"] = b"a", b"old"
    assert live.local_tree() == {"to": None} | {f"to/{path}": data for path, data in sorted(expected.items())}
    assert transfers.departures == ["t"]


async def test_a_file_is_relayed_between_accounts(transfers: Transfers, live: Live) -> None:
    other = type(live.place)(live.client(), live.place.drive, granted=("Files.ReadWrite.All",))
    (live.disk / "a.bin").write_bytes(LARGE)
    await transfers.up("a.bin")
    to = await live.place.create_folder(live.folder, "to")
    live.fail(kind="cut", method="GET", path=STORES, after=1_000_000, skip=1, times=2)
    (job,) = await transfers.do([(await live.remote())["a.bin"]], live.place, other, to, move=True)
    assert job.state is JobState.DONE, job
    assert await live.tree() == {"to": None, "to/a.bin": LARGE}


# stopping


async def test_cancelling_leaves_no_half_file_and_no_session(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a.bin").write_bytes(LARGE)
    transfers.service.watch(lambda job: transfers.service.cancel(job.id) if job.done >= FRAGMENT else None)
    (job,) = await transfers.up("a.bin")
    assert job.state is JobState.CANCELLED
    assert await live.tree() == {}
    assert any(entry.method == "DELETE" for entry in live.requests())


async def test_cancelling_a_download_leaves_nothing(transfers: Transfers) -> None:
    live = transfers.live
    await live.put("a.bin", LARGE[:SMALL])
    transfers.service.watch(lambda job: transfers.service.cancel(job.id) if job.done else None)
    (job,) = await transfers.down("a.bin")
    assert job.state is JobState.CANCELLED
    assert live.local_tree() == {}


async def test_stopping_the_service_cancels_everything(live: Live) -> None:
    transfers = Transfers(live, concurrency=1)
    running = asyncio.ensure_future(transfers.service.run())
    await live.put("a.bin", LARGE[:SMALL])
    await live.put("b", b"b")
    begun = asyncio.Event()
    transfers.service.watch(lambda job: begun.set() if job.done else None)
    found = await live.remote()
    for name in ("a.bin", "b"):
        transfers.service.start([found[name]], live.place, live.local, live.here)
    await begun.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert states(list(transfers.service.jobs)) == [JobState.CANCELLED] * 2
    assert (transfers.service.running, live.local_tree()) == (0, {})


async def test_a_queued_job_can_be_cancelled_retried_and_forgotten(live: Live) -> None:
    transfers = Transfers(live)
    (live.disk / "a").write_bytes(b"x")
    (job_id,) = transfers.service.start([await live.local.locate("a")], live.local, live.place, live.folder)
    transfers.service.cancel(job_id)
    assert (transfers.service.running, states(list(transfers.service.jobs))) == (0, [JobState.CANCELLED])
    transfers.service.retry(job_id)
    transfers.service.retry(job_id)
    assert transfers.service.running == 1
    running = asyncio.ensure_future(transfers.service.run())
    await transfers.ended.wait()
    while transfers.service.running:
        transfers.ended.clear()
        await transfers.ended.wait()
    assert states(list(transfers.service.jobs)) == [JobState.DONE]
    assert len([entry for entry in live.requests() if entry.method == "PUT"]) == 1
    transfers.service.retry(job_id)
    transfers.service.cancel(job_id)
    transfers.service.cancel(99)
    transfers.service.clear_ended()
    assert transfers.service.jobs == ()
    running.cancel()


async def test_no_more_files_move_at_once_than_allowed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    transfers = Transfers(live, concurrency=2)
    running = asyncio.ensure_future(transfers.service.run())
    now = most = 0
    carry = routes.Streamed.carry

    async def counted(self: routes.Streamed, *args: object) -> object:
        nonlocal now, most
        now += 1
        most = max(most, now)
        try:
            return await carry(self, *args)  # type: ignore[arg-type]
        finally:
            now -= 1

    monkeypatch.setattr(routes.Streamed, "carry", counted)
    grow(live.disk)
    for number in range(5):
        (live.disk / str(number)).write_bytes(b"x")
    jobs = await transfers.up("t") + await transfers.up(*map(str, range(5)))
    assert set(states(jobs)) == {JobState.DONE}
    assert most == 2
    running.cancel()


async def test_a_refused_upload_is_remembered_for_its_folder(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "a.bin").write_bytes(b"hello")
    live.fail(kind="status", method="PUT", status=403, code="accessDenied")
    (job,) = await transfers.up("a.bin")
    assert job.state is JobState.FAILED
    refusal = live.place.refusal(Capability.WRITE, folders=[live.folder])
    assert refusal is not None
    assert refusal.reason is Reason.REFUSED
