"""Many are deleted by one job: in batches, each with its own outcome, and never a version that nobody has seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from odtui.demo.control import Change, Expiry, change, expire
from odtui.services.disk import TrashFailed
from odtui.services.entry import Entry
from odtui.services.local_place import LocalPlace
from odtui.services.place import Place
from odtui.services.transfers import TransferService
from odtui.services.transfers.job import Job, JobState
from tests.services.conftest import Live


class Deletions:
    """A running service that is asked to delete."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.gone: list[str] = []
        self.seen: list[Job] = []
        self.ended = asyncio.Event()
        self.service = TransferService(
            ask=None,  # type: ignore[arg-type]  # a deletion asks nothing
            clock=count(step=1).__next__,
            sleep=live.clock.sleep,
        )
        self.service.watch(self.note)
        self.service.watch_departures(lambda place, entry: self.gone.append(entry.name))

    def note(self, job: Job) -> None:
        assert job.total is None or 0 <= job.done <= job.total
        assert job.files_done <= job.files_total
        assert job.speed == 0.0
        self.seen.append(job)
        if job.state.ended:
            self.ended.set()

    async def do(self, entries: list[Entry], place: Place | None = None) -> Job:
        self.ended.clear()
        (job_id,) = self.service.delete(entries, place or self.live.place)
        await self.ended.wait()
        return next(job for job in self.service.jobs if job.id == job_id)

    async def again(self, job: Job) -> Job:
        self.ended.clear()
        self.service.retry(job.id)
        await self.ended.wait()
        return next(found for found in self.service.jobs if found.id == job.id)


@pytest.fixture
async def deletions(live: Live) -> AsyncIterator[Deletions]:
    made = Deletions(live)
    running = asyncio.ensure_future(made.service.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _files(live: Live, number: int) -> list[Entry]:
    return [await live.put(f"{index}.txt", b"x" * 10) for index in range(number)]


def _somebody(live: Live, name: str, action: str, value: str = "") -> None:
    change(live.demo.state, Change(path=f"For a test/{name}", action=action, value=value))


async def test_files_and_folders_go_in_batches(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 45)
    entries.append(await live.place.create_folder(live.folder, "folder"))
    live.demo.state.log.clear()
    job = await deletions.do(entries)
    assert (job.state, job.kind, job.files_done, job.files_total) == (JobState.DONE, "delete", 46, 46)
    assert (job.done, job.total, job.target) == (450, 450, "")
    assert await live.remote() == {}
    assert len([entry for entry in live.requests("batch$") if entry.method == "POST"]) == 3
    assert sorted(deletions.gone) == sorted(entry.name for entry in entries)


async def test_nothing_to_delete_is_no_job(deletions: Deletions) -> None:
    assert deletions.service.delete([], deletions.live.place) == []
    assert deletions.service.jobs == ()


async def test_what_is_gone_already_is_deleted(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 2)
    _somebody(live, "0.txt", "delete")
    assert (await deletions.do(entries)).state is JobState.DONE


async def test_one_that_fails_stops_no_other_and_only_it_is_tried_again(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 25)
    _somebody(live, "3.txt", "lock")
    job = await deletions.do(entries)
    assert (job.state, job.files_done) == (JobState.FAILED, 25)
    assert job.problem == "1 of 25 could not be deleted. 3.txt: It is open or locked elsewhere. " + (
        "Office keeps a file locked while somebody edits it, and sometimes for a while after that."
    )
    assert set(await live.remote()) == {"3.txt"}
    _somebody(live, "3.txt", "unlock")
    live.demo.state.log.clear()
    assert (await deletions.again(job)).state is JobState.DONE
    assert len([entry for entry in live.requests() if entry.method == "DELETE"]) == 1
    assert await live.remote() == {}


async def test_a_newer_version_is_deleted_only_when_tried_again(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 3)
    _somebody(live, "1.txt", "write", "newer")
    job = await deletions.do(entries)
    assert job.state is JobState.FAILED
    assert "1.txt: It was changed meanwhile." in job.problem
    assert "deleted as it is now" in job.advice
    assert set(await live.remote()) == {"1.txt"}
    _somebody(live, "1.txt", "write", "newer still")
    job = await deletions.again(job)
    assert job.state is JobState.FAILED, "this version was not there when it was told"
    assert set(await live.remote()) == {"1.txt"}
    assert (await deletions.again(job)).state is JobState.DONE
    assert await live.remote() == {}


async def test_a_service_that_refuses_every_tag_is_believed_only_after_a_look(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 2)
    live.fail(kind="status", status=412, code="resourceModified", method="DELETE", times=2)
    assert (await deletions.do(entries)).state is JobState.DONE
    assert await live.remote() == {}


async def test_throttling_is_waited_out_for_those_that_are_asked_to(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 5)
    live.fail(kind="status", status=429, code="activityLimitReached", retry_after=9.0, method="DELETE", times=2)
    assert (await deletions.do(entries)).state is JobState.DONE
    assert 9.0 in live.clock.waits
    assert await live.remote() == {}


async def test_a_lost_sign_in_stops_all_and_what_is_left_goes_later(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 3)
    expire(live.demo.state, Expiry(tokens=True))
    try:
        job = await deletions.do(entries)
    finally:
        live.demo.state.epochs.tokens -= 1
    assert (job.state, job.steps[0]) == (JobState.FAILED, "sign_in")
    assert (await deletions.again(job)).state is JobState.DONE


async def test_cancelling_leaves_the_rest(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 3)
    begun = asyncio.Event()
    delete_many = live.place.client.delete_many

    async def held(items: object) -> object:
        begun.set()
        await asyncio.Event().wait()
        return await delete_many(items)  # type: ignore[arg-type]

    live.place.client.delete_many = held  # type: ignore[assignment, method-assign]
    (job_id,) = deletions.service.delete(entries, live.place)
    await begun.wait()
    deletions.service.cancel(job_id)
    await deletions.ended.wait()
    assert deletions.service.jobs[0].state is JobState.CANCELLED
    assert len(await live.remote()) == 3
    live.place.client.delete_many = delete_many  # type: ignore[method-assign]
    assert (await deletions.again(deletions.service.jobs[0])).state is JobState.DONE


async def test_a_paused_job_begins_no_further_batch(live: Live, deletions: Deletions) -> None:
    entries = await _files(live, 2)
    (job_id,) = deletions.service.delete(entries, live.place)
    deletions.service.pause(job_id)
    assert deletions.service.jobs[0].state is JobState.PAUSED
    deletions.service.resume(job_id)
    await deletions.ended.wait()
    assert await live.remote() == {}


async def test_files_of_this_computer_go_to_the_trash_one_by_one(live: Live, deletions: Deletions) -> None:
    for name in ("a", "b", "c"):
        (live.disk / name).write_bytes(b"x")
    entries = [await live.local.locate(name) for name in ("a", "b", "c")]
    job = await deletions.do(entries, live.local)
    assert (job.state, job.files_done, deletions.gone) == (JobState.DONE, 3, ["a", "b", "c"])
    assert live.local_tree() == {}


async def test_what_the_trash_does_not_take_stays_and_is_named(
    live: Live, deletions: Deletions, tmp_path: Path
) -> None:
    for name in ("a", "b\n"):
        (live.disk / name).write_bytes(b"x")

    def trash(path: str) -> None:
        if path.endswith("\n"):
            raise TrashFailed(5, "no", path)
        Path(path).unlink()

    place = LocalPlace(live.disk, trash=trash)
    job = await deletions.do([await place.locate(name) for name in ("a", "b\n")], place)
    assert job.state is JobState.FAILED
    assert job.problem.startswith("1 of 2 could not be deleted. b␊: It could not be put in the trash.")
    assert set(live.local_tree()) == {"b\n"}


async def test_a_bug_in_one_deletion_stops_no_other(
    live: Live, deletions: Deletions, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b"):
        (live.disk / name).write_bytes(b"x")

    def trash(path: str) -> None:
        if path.endswith("a"):
            raise ZeroDivisionError
        Path(path).unlink()

    place = LocalPlace(live.disk, trash=trash)
    job = await deletions.do([await place.locate(name) for name in ("a", "b")], place)
    assert (job.state, set(live.local_tree())) == (JobState.FAILED, {"a"})
    assert "a deletion failed" in caplog.text
