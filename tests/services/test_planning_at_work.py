"""Whole trees on a drive of work: its names are stricter, and the service copies to other drives of the account."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.services.drive_place import DrivePlace
from odtui.services.transfers.job import JobState
from tests.services.conftest import GRANTED, Live
from tests.services.test_transfers import Transfers, grow


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoThread]:
    with DemoThread(Options(account="business")) as running:
        yield running


@pytest.fixture
async def transfers(live: Live) -> AsyncIterator[Transfers]:
    made = Transfers(live)
    running = asyncio.ensure_future(made.service.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_tree_with_names_that_work_drives_refuse_goes_up_whole(transfers: Transfers) -> None:
    live = transfers.live
    for path in ("t/~temp/a", "t/b_vti_c", "t/R&#38;D.txt", "t/~$lock.docx", "t/fine/~d.txt"):
        (live.disk / path).parent.mkdir(parents=True, exist_ok=True)
        (live.disk / path).write_bytes(path.encode())
    os.utime(live.disk / "t" / "fine", (1_500_000_000, 1_500_000_000))
    (job,) = await transfers.up("t")
    assert (job.state, job.problem) == (JobState.DONE, "4 items were renamed.")
    assert set(await live.tree()) == {
        "t", "t/_~temp", "t/_~temp/a", "t/b_vti-c", "t/R＆#38;D.txt", "t/_~$lock.docx", "t/fine", "t/fine/~d.txt",
    }  # fmt: skip
    top = (await live.remote())["t"]
    assert (await live.remote(top))["fine"].modified == 1_500_000_000


async def test_the_top_of_a_drive_takes_no_folder_called_forms(transfers: Transfers) -> None:
    live = transfers.live
    (live.disk / "Forms").mkdir()
    entry = await live.local.locate("Forms")
    root = await live.place.root()
    (job,) = await transfers.do([entry], live.local, live.place, root)
    assert (job.state, job.details) == (JobState.DONE, "Forms: renamed to _Forms")
    await live.place.delete((await live.remote(root))["_Forms"])


@pytest.mark.parametrize("move", [False, True])
async def test_a_folder_goes_to_a_library_without_its_bytes_coming_here(transfers: Transfers, move: bool) -> None:
    live = transfers.live
    expected = grow(live.disk)
    await transfers.up("t")
    found = next(drive for drive in live.demo.state.drives.values() if drive.kind == "documentLibrary")
    drive = await live.place.client.drive(found.id)
    library = DrivePlace(live.place.client, drive, granted=GRANTED, own=False)
    root = await library.root()
    live.demo.state.log.clear()
    (job,) = await transfers.do([(await live.remote())["t"]], live.place, library, root, move=move)
    assert job.state is JobState.DONE, job
    assert not [each for each in live.requests() if each.method == "PUT" or "download" in each.path]
    arrived = (await live.remote(root))["t"]
    assert {f"t/{path}": data for path, data in (await live.tree(arrived)).items()} | {"t": None} == expected
    assert ("t" in await live.remote()) is not move
    await library.delete(arrived)
