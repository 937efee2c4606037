"""Transfers that go on after the program was killed, left, or cut off, over real HTTP against the demo drive."""

import asyncio
import errno
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from odtui.auth.accounts import Account
from odtui.demo.thread import DemoThread
from odtui.graph.errors import Forbidden
from odtui.services.drive_place import DrivePlace
from odtui.services.session import Session
from odtui.services.transfers import TransferService, changed, download
from odtui.services.transfers.fragments import FIRST as FRAGMENT
from odtui.services.transfers.job import Choice, Conflict, Job, JobState, SavedJob
from odtui.services.transfers.journal import Journal
from odtui.services.transfers.part import SUFFIX, Part
from odtui.services.transfers.shelf import LIFE
from tests.services.conftest import GRANTED, Live
from tests.services.meddling import Meddler

HOME = ("work", "ada")
STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""
MIB = 1024 * 1024
LARGE = os.urandom(22 * MIB)


class Run:
    """One run of the program, with a journal that it shares with the next."""

    def __init__(self, live: Live, folder: Path, *, home: tuple[str, str] = HOME) -> None:
        self.live = live
        self.meddler = Meddler()
        client = live.client(home=home, meddle=self.meddler.around)
        place = DrivePlace(client, live.place.drive, granted=GRANTED)
        account = Account(id=home[1], profile=home[0], username="ada@example.com", granted=GRANTED)
        self.session = Session(account, client, place.drive, place, place.rights)
        self.place = place
        self.asked: list[Conflict] = []
        self.answers: list[tuple[Choice, bool]] = []
        self.journal = Journal(folder, vault=None, now=lambda: 1_700_000_000)
        self.service = TransferService(
            ask=self.ask, journal=lambda: self.journal, clock=count(step=0.05).__next__, sleep=live.clock.sleep
        )
        self.task = asyncio.ensure_future(self.service.run())

    async def ask(self, conflict: Conflict) -> tuple[Choice, bool]:
        self.asked.append(conflict)
        return self.answers.pop(0)

    async def up(self, *names: str, move: bool = False) -> None:
        entries = [await self.live.local.locate(name) for name in names]
        self.service.start(entries, self.live.local, self.place, self.live.folder, move=move)

    async def down(self, *names: str, move: bool = False) -> None:
        found = await self.live.remote()
        entries = [found[name] for name in names]
        self.service.start(entries, self.place, self.live.local, self.live.here, move=move)

    async def held(self, method: str, after: int) -> None:
        """Until the request to a store that comes after so many others hangs."""
        self.meddler.hold = (method, STORES, after)
        await self.meddler.held.wait()

    async def go_on(self) -> list[Job]:
        await self.service.go_on([job.key for job in await self.service.saved([self.session])], [self.session])
        await self.service.drain()
        return list(self.service.jobs)

    async def saved(self) -> list[SavedJob]:
        return await self.service.saved([self.session])

    async def die(self) -> None:
        """As by SIGKILL: nothing is noted, cancelled or deleted any more; the lock goes with the process."""
        journal = self.journal
        for record in self.service._line:
            record.trail.keep, record.trail.notes = True, None
        journal._waiting.clear()
        self.service._shelf._journal = None
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        journal.close()

    async def leave(self) -> None:
        """The usual end of a run."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


class Runs:
    def __init__(self, live: Live, folder: Path) -> None:
        self.live = live
        self.folder = folder
        self.open: list[Run] = []

    def new(self, *, home: tuple[str, str] = HOME) -> Run:
        run = Run(self.live, self.folder, home=home)
        self.open.append(run)
        return run

    async def next(self, run: Run) -> Run:
        """The one before has died."""
        await run.die()
        return self.new()


@pytest.fixture
async def runs(live: Live, tmp_path: Path) -> AsyncIterator[Runs]:
    made = Runs(live, tmp_path / "state")
    yield made
    for run in made.open:
        await run.leave()
        run.journal.close()
    assert not open_sessions(live), "no upload session stays"
    assert not list(live.disk.rglob(f"*{SUFFIX}")), "no part file stays"


def open_sessions(live: Live) -> list[str]:
    return [guid for guid, session in live.demo.state.sessions.items() if not session.made]


# uploads


async def test_a_killed_upload_goes_on_at_the_fragment(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 2)
    await run.journal.flush()
    run = await runs.next(run)
    (saved,) = await run.saved()
    assert (saved.kind, saved.name, saved.total) == ("upload", "a.bin", len(LARGE))
    assert 0 < saved.done < len(LARGE)
    (job,) = await run.go_on()
    assert (job.state, job.problem, job.done, run.asked) == (JobState.DONE, "", len(LARGE), [])
    assert run.meddler.uploaded == len(LARGE) - saved.done, "what had arrived is not sent again"
    assert await live.tree() == {"a.bin": LARGE}
    assert await run.saved() == []


async def test_an_upload_whose_session_was_forgotten_starts_again_by_itself(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    live.demo.state.sessions.clear()
    run = await runs.next(run)
    (job,) = await run.go_on()
    assert (job.state, run.asked) == (JobState.DONE, [])
    assert await live.tree() == {"a.bin": LARGE}


async def test_an_upload_that_ended_unnoticed_is_recognised(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    mark = next(iter(next(iter(run.service._line)).trail.marks.values()))
    run = await runs.next(run)
    other = live.client()
    session = await other.resume_upload(mark.where, mark.size)
    while session.next_offset < session.size:
        await session.send(LARGE[session.next_offset : session.next_offset + FRAGMENT])
    (job,) = await run.go_on()
    assert (job.state, run.asked, run.meddler.count("PUT", STORES)) == (JobState.DONE, [], 0)
    assert await live.tree() == {"a.bin": LARGE}


async def test_a_source_that_changed_meanwhile_is_sent_anew_with_a_word(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    run = await runs.next(run)
    (live.disk / "a.bin").write_bytes(LARGE[::-1])
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert "changed" in job.problem
    assert await live.tree() == {"a.bin": LARGE[::-1]}


async def test_a_source_that_is_gone_fails_and_its_session_is_cancelled(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    run = await runs.next(run)
    (live.disk / "a.bin").unlink()
    (job,) = await run.go_on()
    assert job.state is JobState.FAILED
    run.service.clear_ended()
    await run.leave()
    assert not open_sessions(live)


async def test_a_replacement_goes_on_without_asking_again(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await live.put("a.bin", b"as it was")
    (live.disk / "a.bin").write_bytes(LARGE)
    run.answers = [("replace", False)]
    await run.up("a.bin")
    await run.held("PUT", 1)
    assert (await live.tree())["a.bin"] == b"as it was", "the old one is there until the new one is whole"
    run = await runs.next(run)
    (job,) = await run.go_on()
    assert (job.state, run.asked) == (JobState.DONE, [])
    assert await live.tree() == {"a.bin": LARGE}


async def test_a_move_deletes_its_source_after_the_resumed_upload(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin", move=True)
    await run.held("PUT", 1)
    run = await runs.next(run)
    assert (live.disk / "a.bin").exists()
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert await live.tree() == {"a.bin": LARGE}


@pytest.mark.parametrize("end", ["done", "cancelled"])
async def test_a_job_that_ended_is_not_offered_after_a_kill(runs: Runs, end: str) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    if end == "cancelled":
        await run.held("PUT", 1)
        run.service.cancel_all()
    await run.service.drain()
    assert run.service.jobs[0].state == end
    await run.journal.flush()
    assert await (await runs.next(run)).saved() == []


# downloads


async def put_large(live: Live, data: bytes = LARGE) -> None:
    client, at = live.place.client, live.folder.content
    session = await client.create_upload_session(at.drive_id, at.id, "a.bin", len(data), on_conflict="replace")
    while session.next_offset < session.size:
        await session.send(data[session.next_offset : session.next_offset + FRAGMENT])


async def cut_off(run: Run, after: int) -> None:
    """The download hangs when its connection has broken after so many bytes."""
    run.live.fail(kind="cut", method="GET", path=STORES, after=after)
    await run.down("a.bin")
    await run.held("GET", 1)


async def test_a_killed_download_goes_on_from_its_part_file(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    (part,) = live.disk.iterdir()
    assert part.name.startswith(".a.bin.")
    there = part.stat().st_size
    assert there >= 11 * MIB
    (saved,) = await run.saved()
    assert (saved.kind, saved.done, saved.total) == ("download", there, len(LARGE))
    (job,) = await run.go_on()
    assert (job.state, job.problem, run.asked) == (JobState.DONE, "", [])
    assert live.local_tree() == {"a.bin": LARGE}


async def test_a_part_of_another_version_is_not_gone_on_with(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    await put_large(live, LARGE[::-1])
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert "changed" in job.problem
    assert live.local_tree() == {"a.bin": LARGE[::-1]}


async def test_a_part_that_the_disk_spoilt_is_noticed_and_fetched_again(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    (part,) = live.disk.iterdir()
    with part.open("r+b") as file:
        file.seek(5 * MIB)
        file.write(bytes(4096))
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


async def test_a_part_file_that_is_gone_costs_a_new_beginning(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    (part,) = live.disk.iterdir()
    part.unlink()
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


async def test_a_part_file_that_became_a_link_is_not_followed(runs: Runs, tmp_path: Path) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    (part,) = live.disk.iterdir()
    (tmp_path / "precious").write_bytes(b"x" * MIB)
    part.unlink()
    part.symlink_to(tmp_path / "precious")
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert (tmp_path / "precious").read_bytes() == b"x" * MIB
    assert live.local_tree() == {"a.bin": LARGE}


async def test_a_whole_part_file_is_given_its_name_without_a_byte_more(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    (part,) = live.disk.iterdir()
    part.write_bytes(LARGE)
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


async def test_small_part_files_of_a_killed_run_are_swept(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    live, run = runs.live, runs.new()
    await live.put("a.txt", b"hello")
    written = asyncio.Event()
    monkeypatch.setattr(download._Writing, "_check_version", lambda self: hang(written))
    await run.down("a.txt")
    await written.wait()
    monkeypatch.undo()
    monkeypatch.setattr(Part, "discard", Part.leave)
    await run.die()
    monkeypatch.undo()
    assert [path.name for path in live.disk.iterdir()] != []
    run = runs.new()
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert live.local_tree() == {"a.txt": b"hello"}


async def hang(reached: asyncio.Event) -> None:
    reached.set()
    await asyncio.Event().wait()


# folders


async def test_a_killed_folder_goes_on_with_what_is_missing(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    tree = live.disk / "tree"
    (tree / "deep").mkdir(parents=True)
    for number in range(20):
        (tree / "deep" / f"{number}.txt").write_bytes(b"x" * number)
        os.utime(tree / "deep" / f"{number}.txt", (1_600_000_000, 1_600_000_000))
    (tree / "a.bin").write_bytes(LARGE)
    await run.up("tree")
    await run.held("PUT", 2)
    await run.journal.flush()
    run = await runs.next(run)
    (job,) = await run.go_on()
    assert (job.state, run.asked) == (JobState.DONE, [])
    small = run.meddler.count("PUT", "/content$")
    found = await live.tree()
    assert {name: data for name, data in found.items() if data is not None} == {
        f"tree/{name}": data
        for name, data in {
            **{f"deep/{number}.txt": b"x" * number for number in range(20)},
            "a.bin": LARGE,
        }.items()
    }
    assert small < 20, "files that had arrived are not sent again"
    size = len(LARGE) + sum(range(20))
    assert (job.files_done, job.files_total, job.done, job.total) == (21, 21, size, size), "of both runs together"


async def test_a_file_that_arrived_unnoted_is_recognised_by_its_hash(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    for name in ("a.txt", "b.txt"):
        (live.disk / name).write_bytes(name.encode())
    (live.disk / "c.bin").write_bytes(LARGE)
    await run.up("a.txt", "b.txt", "c.bin")
    await run.held("PUT", 1)
    run = await runs.next(run)  # before the notes of small files were written
    await live.put("b.txt", b"other")
    run.answers = [("keep_both", False)]
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    asked = [conflict.name for conflict in run.asked]
    assert asked in ([], ["b.txt"]), "only what differs is asked about"
    assert (await live.tree())["a.txt"] == b"a.txt"


async def test_a_folder_under_another_name_is_gone_on_with_there(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await live.put("tree", b"a file of that name")
    (live.disk / "tree").mkdir()
    (live.disk / "tree" / "a.txt").write_bytes(b"hello")
    (live.disk / "tree" / "a.bin").write_bytes(LARGE)
    run.answers = [("keep_both", False)]
    await run.up("tree")
    await run.held("PUT", 1)
    await run.journal.flush()
    run = await runs.next(run)
    (job,) = await run.go_on()
    assert (job.state, run.asked) == (JobState.DONE, [])
    assert await live.tree() == {
        "tree": b"a file of that name",
        "tree 1": None,
        "tree 1/a.txt": b"hello",
        "tree 1/a.bin": LARGE,
    }


async def test_a_target_folder_that_was_deleted_meanwhile_is_filled_again(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "tree").mkdir()
    (live.disk / "tree" / "a.txt").write_bytes(b"hello")
    (live.disk / "tree" / "a.bin").write_bytes(LARGE)
    await run.up("tree")
    await run.held("PUT", 1)
    await run.journal.flush()
    run = await runs.next(run)
    await live.place.delete((await live.remote())["tree"])
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert await live.tree() == {"tree": None, "tree/a.txt": b"hello", "tree/a.bin": LARGE}


# leaving, and deciding


async def test_pause_and_quit_keeps_everything_for_the_next_start(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await live.put("b.txt", b"hello")
    await run.up("a.bin")
    await run.held("PUT", 1)
    await run.down("b.txt")
    await run.service.shelve()
    await run.leave()
    assert open_sessions(live)
    run = runs.new()
    assert "a.bin" in [saved.name for saved in await run.saved()]
    jobs = await run.go_on()
    assert {job.state for job in jobs} == {JobState.DONE}
    assert await live.tree() == {"a.bin": LARGE, "b.txt": b"hello"}
    assert live.local_tree() == {"a.bin": LARGE, "b.txt": b"hello"}


async def test_an_ordinary_quit_leaves_nothing_to_go_on_with(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    await run.leave()
    assert not open_sessions(live)
    assert await runs.new().saved() == []


async def test_what_is_given_up_leaves_no_session_and_no_part(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    (live.disk / "b.bin").write_bytes(LARGE)
    await cut_off(run, 12 * MIB)
    await run.up("b.bin")
    await run.meddler.held.wait()
    run.meddler.held.clear()
    run.meddler.hold = ("PUT", STORES, 0)
    await run.meddler.held.wait()
    run = await runs.next(run)
    keys = [saved.key for saved in await run.saved()]
    assert len(keys) == 2
    await run.service.discard(keys, [run.session])
    assert not open_sessions(live)
    assert live.local_tree() == {"b.bin": LARGE}
    assert await run.saved() == []


async def test_jobs_of_another_account_wait_for_it(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    await run.die()
    other = runs.new(home=("work", "bob"))
    assert await other.saved() == []
    assert await other.service.saved([]) == []
    key = (await runs.new().saved())[0].key
    assert await other.service.go_on([key], [other.session]) == []
    (job,) = await runs.new().go_on()
    assert job.state is JobState.DONE


async def test_a_job_runs_in_one_of_two_instances(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    await run.die()
    one, other = runs.new(), runs.new()
    keys = [saved.key for saved in await one.saved()]
    assert [saved.key for saved in await other.saved()] == keys
    assert len(await one.service.go_on(keys, [one.session])) == 1
    assert await other.service.go_on(keys, [other.session]) == []
    await one.service.drain()


async def test_a_drive_of_a_sign_in_that_is_not_kept_is_not_kept_either(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    run.session.client.home = None
    await run.up("a.bin")
    await run.held("PUT", 1)
    await run.service.shelve()
    assert not open_sessions(live)
    assert not runs.folder.exists()


async def test_a_place_that_cannot_be_opened_keeps_all_jobs_for_later(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    client = run.session.client
    at = live.folder.content
    top = await client.item(at.drive_id, at.id)
    shared = DrivePlace(client, live.place.drive, granted=GRANTED, top=top, label="A folder of Bob's", own=False)
    for name in ("a.bin", "b.bin"):
        (live.disk / name).write_bytes(LARGE)
    await run.up("a.bin")
    run.service.start([await live.local.locate("b.bin")], live.local, shared, await shared.root())
    await run.held("PUT", 1)
    run = await runs.next(run)
    keys = [job.key for job in await run.saved()]
    assert len(keys) == 2
    live.fail(kind="status", status=403, code="accessDenied", path=f"{at.id}$")
    with pytest.raises(Forbidden):
        await run.service.go_on(keys, [run.session])
    assert not run.service.jobs
    assert [job.key for job in await run.saved()] == keys
    jobs = await run.go_on()
    assert {job.state for job in jobs} == {JobState.DONE}
    assert await live.tree() == {"a.bin": LARGE, "b.bin": LARGE}


async def test_what_nobody_can_read_or_came_back_for_is_cleared_away(runs: Runs) -> None:
    live, run = runs.live, runs.new(home=("work", "bob"))
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run.journal.open_job("unreadable", "{")
    await run.journal.flush()
    await run.die()
    run = runs.new()
    assert await run.saved() == []
    assert [path.suffix for path in live.disk.iterdir()] == [SUFFIX], "Bob may come back"
    run = runs.new()
    run.journal._now = lambda: 1_700_000_000 + LIFE + 1
    assert await run.saved() == []
    assert live.local_tree() == {}
    other = runs.new(home=("work", "bob"))
    assert await other.saved() == []


async def test_files_that_are_copied_on_this_computer_go_on_too(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "from").mkdir()
    (live.disk / "to").mkdir()
    (live.disk / "from" / "a.bin").write_bytes(LARGE)
    written = asyncio.Event()
    fill = download._Writing._fill

    async def stopped(self: download._Writing) -> None:
        await fill(self)
        await hang(written)

    download._Writing._fill = stopped  # type: ignore[method-assign]
    try:
        entry = await live.local.locate("from/a.bin")
        run.service.start([entry], live.local, live.local, await live.local.locate("to"))
        await written.wait()
        await run.die()
    finally:
        download._Writing._fill = fill  # type: ignore[method-assign]
    run = runs.new()
    (saved,) = await run.service.saved([])
    await run.service.go_on([saved.key], [])
    await run.service.drain()
    assert live.local_tree() == {"from": None, "from/a.bin": LARGE, "to": None, "to/a.bin": LARGE}


# another version at the source


@pytest.mark.parametrize("change", ["edited", "none", "gone"])
async def test_the_offer_tells_how_many_files_on_their_way_up_have_changed(runs: Runs, change: str) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    run = await runs.next(run)
    if change == "edited":
        (live.disk / "a.bin").write_bytes(LARGE[::-1])
    elif change == "gone":
        (live.disk / "a.bin").unlink()
    (saved,) = await run.saved()
    assert saved.changed == (change == "edited")
    await run.service.discard([saved.key], [run.session])


@pytest.mark.parametrize("edited", [True, False])
async def test_the_offer_tells_how_many_files_on_their_way_down_have_changed(runs: Runs, edited: bool) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    if edited:
        await put_large(live, LARGE[::-1])
    (saved,) = await run.saved()
    assert saved.changed == edited
    await run.service.discard([saved.key], [run.session])


async def test_an_offer_does_not_wait_for_a_service_that_does_not_answer(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    await cut_off(run, 12 * MIB)
    run = await runs.next(run)
    monkeypatch.setattr(changed, "PATIENCE", 0.0)
    run.meddler.hold = ("GET", "/items/", 0)
    (saved,) = await run.saved()
    assert saved.changed == 0
    run.meddler.hold = None
    await run.service.discard([saved.key], [run.session])


@pytest.mark.parametrize("move", [False, True])
async def test_a_settled_file_that_changed_meanwhile_is_asked_about(runs: Runs, move: bool) -> None:
    live, run = runs.live, runs.new()
    tree = live.disk / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep" / "a.txt").write_bytes(b"as it was")
    os.utime(tree / "deep" / "a.txt", (1_600_000_000, 1_600_000_000))
    (tree / "z.bin").write_bytes(LARGE)
    await run.up("tree", move=move)
    await run.held("PUT", 2)
    await run.journal.flush()
    run = await runs.next(run)
    (tree / "deep" / "a.txt").write_bytes(b"as it is!")
    run.answers = [("replace", False)]
    (job,) = await run.go_on()
    assert job.state is JobState.DONE
    assert [conflict.name for conflict in run.asked] == ["a.txt"]
    found = await live.tree()
    assert found == {"tree": None, "tree/deep": None, "tree/deep/a.txt": b"as it is!", "tree/z.bin": LARGE}
    assert tree.exists() is not move


async def test_a_moved_file_whose_arrival_was_deleted_meanwhile_is_carried_again(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    tree = live.disk / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep" / "a.txt").write_bytes(b"hello")
    os.utime(tree / "deep" / "a.txt", (1_600_000_000, 1_600_000_000))
    (tree / "z.bin").write_bytes(LARGE)
    await run.up("tree", move=True)
    await run.held("PUT", 2)
    await run.journal.flush()
    run = await runs.next(run)
    top = (await live.remote())["tree"]
    await live.place.delete((await live.remote(top))["deep"])
    (job,) = await run.go_on()
    assert (job.state, run.asked) == (JobState.DONE, [])
    assert await live.tree() == {"tree": None, "tree/deep": None, "tree/deep/a.txt": b"hello", "tree/z.bin": LARGE}
    assert not tree.exists()


# between two accounts


@pytest.mark.parametrize("discarded", [False, True])
async def test_a_relay_between_two_accounts_waits_for_both_and_goes_on(runs: Runs, discarded: bool) -> None:
    live, one, two = runs.live, runs.new(), runs.new(home=("work", "bob"))
    await put_large(live)
    to = await live.place.create_folder(live.folder, "to")
    two.meddler.hold = ("PUT", STORES, 2)
    one.service.start([(await live.remote())["a.bin"]], one.place, two.place, to)
    await two.meddler.held.wait()
    await one.journal.flush()
    await one.die()
    one, two = runs.new(), runs.new(home=("work", "bob"))
    service, both = one.service, (one.session, two.session)
    for some in ((), both[:1], both[1:]):
        assert await service.saved(some) == []
    (saved,) = await service.saved(both)
    assert 0 < saved.done < len(LARGE)
    if discarded:
        await service.discard([saved.key], both)
        assert await live.tree() == {"a.bin": LARGE, "to": None}
        return
    assert await service.go_on([saved.key], both[:1]) == []
    assert len(await service.go_on([saved.key], both)) == 1
    await service.drain()
    assert [job.state for job in service.jobs] == [JobState.DONE]
    assert two.meddler.uploaded == len(LARGE) - saved.done, "what had arrived is not sent again"
    assert await live.tree() == {"a.bin": LARGE, "to": None, "to/a.bin": LARGE}


# failures that pass


async def test_an_upload_that_failed_goes_on_where_it_was_when_it_is_tried_again(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    live.fail(kind="status", status=500, method="PUT", path=STORES, skip=2, times=0)
    await run.up("a.bin")
    await run.service.drain()
    (job,) = run.service.jobs
    assert job.state is JobState.FAILED
    live.demo.state.faults.clear()
    run.service.retry(job.id)
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.DONE
    assert run.meddler.count("POST", "createUploadSession") == 1
    assert await live.tree() == {"a.bin": LARGE}


@pytest.mark.parametrize("cancelled", [False, True])
async def test_what_failed_in_the_middle_can_go_on_in_the_next_run_unless_all_was_cancelled(
    runs: Runs, cancelled: bool
) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    live.fail(kind="status", status=500, method="PUT", path=STORES, skip=1, times=0)
    await run.up("a.bin")
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.FAILED
    if cancelled:
        run.service.cancel_all()
    await run.leave()
    assert bool(open_sessions(live)) is not cancelled
    live.demo.state.faults.clear()
    run = runs.new()
    assert len(await run.saved()) == (not cancelled)
    assert [job.state for job in await run.go_on()] == ([] if cancelled else [JobState.DONE])


@pytest.mark.parametrize(
    ("rule", "stays"),
    [
        ({"kind": "html"}, True),
        ({"kind": "status", "status": 423, "code": "resourceLocked"}, False),
        ({"kind": "quota_full"}, False),
    ],
    ids=["captive portal", "locked", "full"],
)
async def test_a_session_stays_only_for_what_may_pass(runs: Runs, rule: dict[str, object], stays: bool) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    live.fail(**rule, method="PUT", path=STORES, skip=1, times=0)
    await run.up("a.bin")
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.FAILED
    assert bool(open_sessions(live)) is stays
    live.demo.state.faults.clear()
    run.service.retry(run.service.jobs[0].id)
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.DONE
    assert await live.tree() == {"a.bin": LARGE}


async def test_a_failed_upload_that_is_cleared_away_leaves_no_session(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    (live.disk / "a.bin").write_bytes(LARGE)
    live.fail(kind="status", status=500, method="PUT", path=STORES, skip=1, times=0)
    await run.up("a.bin")
    await run.service.drain()
    assert open_sessions(live)
    live.demo.state.faults.clear()
    run.service.clear_ended()
    await asyncio.gather(*run.service._tidying)
    assert not open_sessions(live)


async def test_a_disk_that_ran_full_goes_on_when_there_is_space(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    write = Part.write

    def full(self: Part, chunks: list[bytes]) -> None:
        if self.length > 10 * MIB:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
        write(self, chunks)

    monkeypatch.setattr(Part, "write", full)
    await run.down("a.bin")
    await run.service.drain()
    (job,) = run.service.jobs
    assert job.state is JobState.FAILED
    assert "full" in job.problem
    (part,) = live.disk.iterdir()
    assert part.stat().st_size > 10 * MIB
    monkeypatch.setattr(Part, "write", write)
    run.service.retry(job.id)
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


async def test_a_link_that_expires_in_the_middle_is_fetched_anew(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    live.fail(kind="cut", method="GET", path=STORES, after=12 * MIB)
    live.fail(kind="expired_link", method="GET", path=STORES)
    await run.down("a.bin")
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


async def test_a_sign_in_that_ends_in_the_middle_keeps_what_is_there(runs: Runs) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    live.fail(kind="cut", method="GET", path=STORES, after=12 * MIB)
    live.fail(kind="unauthorized", path="^/v1.0/.*/items/[^/]*$", times=0)
    await run.down("a.bin")
    await run.service.drain()
    (job,) = run.service.jobs
    assert job.state is JobState.FAILED
    (part,) = live.disk.iterdir()
    assert part.stat().st_size > 10 * MIB
    live.demo.state.faults.clear()
    run.service.retry(job.id)
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


@pytest.mark.parametrize("change", ["grows", "shrinks", "vanishes"])
async def test_a_source_that_is_not_the_same_at_the_end_fails_and_leaves_nothing(runs: Runs, change: str) -> None:
    live, run = runs.live, runs.new()
    source = live.disk / "a.bin"
    source.write_bytes(LARGE)
    await run.up("a.bin")
    await run.held("PUT", 1)
    match change:
        case "grows":
            source.write_bytes(LARGE + b"more")
        case "shrinks":
            source.write_bytes(b"less")
        case "vanishes":
            source.unlink()
    run.meddler.hold = None
    run.meddler.let_go.set()
    await run.service.drain()
    (job,) = run.service.jobs
    assert job.state is JobState.FAILED
    assert job.problem
    assert job.advice
    assert await live.tree() == {}
    assert not open_sessions(live)


@pytest.mark.parametrize("listed", [1, 64 * MIB], ids=["too small", "too large"])
async def test_a_listing_that_lies_about_a_size_does_no_harm(runs: Runs, listed: int) -> None:
    live, run = runs.live, runs.new()
    await put_large(live)
    entry = replace((await live.remote())["a.bin"], size=listed)
    run.service.start([entry], run.place, live.local, live.here)
    await run.service.drain()
    assert run.service.jobs[0].state is JobState.DONE
    assert live.local_tree() == {"a.bin": LARGE}


# a real kill


async def test_a_process_that_is_killed_again_and_again_loses_no_byte(live: Live, tmp_path: Path) -> None:
    here = tmp_path / "up"
    here.mkdir()
    (here / "big.bin").write_bytes(LARGE)
    for number in range(10):
        (here / f"{number}.txt").write_bytes(os.urandom(number * 100))
    live.fail(kind="bandwidth", rate=20e6, times=0, path=STORES)
    plan = tmp_path / "plan.json"
    folder = f"/{live.folder.name}"
    jobs = [{"kind": "upload", "entries": [str(here)], "folder": folder}]
    plan.write_text(json.dumps(told(live.demo, tmp_path / "one", jobs)))
    await killed_until_done(plan, kills=3)
    down = [{"kind": "download", "entries": [f"{folder}/up"], "folder": str(live.disk)}]
    plan.write_text(json.dumps(told(live.demo, tmp_path / "two", down)))
    await killed_until_done(plan, kills=3)
    assert {path.name: path.read_bytes() for path in (live.disk / "up").iterdir()} == {
        path.name: path.read_bytes() for path in here.iterdir()
    }
    assert not open_sessions(live)


def told(demo: DemoThread, journal: Path, jobs: list[dict[str, object]]) -> dict[str, object]:
    value = {
        "user": "ada",
        "scopes": [scope.lower() for scope in GRANTED],
        "exp": time.time() + 3600,
        "epoch": demo.state.epochs.tokens,
        "n": "x",
    }
    token = demo.state.signer.seal("access", value)
    return {"base": demo.base, "token": token, "journal": str(journal), "hurry": 100, "jobs": jobs}


async def killed_until_done(plan: Path, kills: int) -> None:
    for number in range(kills + 1):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.services.kill_driver", str(plan), stdout=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(1.2 + 0.3 * number if number < kills else 60):
                output, _ = await process.communicate()
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            await process.communicate()
            continue
        assert process.returncode == 0, output.decode()
        return
    raise AssertionError("it did not end")
