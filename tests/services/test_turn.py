"""The place of a file among those that move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from odtui.services.entry import Entry, Kind
from odtui.services.transfers import TransferService
from odtui.services.transfers.record import FileProgress, Record
from odtui.services.transfers.turn import Turn
from tests.services.fakes import FakePlace


def a_turn() -> tuple[Turn, Record, Any]:
    gate = asyncio.Event()

    async def never(conflict: object) -> object:
        raise AssertionError

    async def sleep(seconds: float) -> None:
        await gate.wait()

    service = TransferService(ask=never, clock=lambda: 0.0, sleep=sleep)  # type: ignore[arg-type]
    local, drive = FakePlace(id="local", is_local=True), FakePlace()
    (job_id,) = service.start([Entry("", "/a", "a", Kind.FILE, 10)], local, drive, drive.entries["/"])
    record = service._line.find(job_id)
    assert record is not None

    @asynccontextmanager
    async def parked() -> AsyncIterator[None]:
        yield

    job: Any = SimpleNamespace(record=record, shared=service._shared, parked=parked)
    return Turn(job, FileProgress(record, 10)), record, SimpleNamespace(gate=gate, slots=service._shared.slots)


async def test_a_file_has_a_place_except_while_it_waits_or_is_held() -> None:
    turn, record, made = a_turn()
    async with turn:
        assert (made.slots.used, record.moving) == (1, 1)
        waiting = asyncio.ensure_future(_in_place_of(turn, made))
        await waiting
        record.pause()
        asyncio.get_running_loop().call_soon(record.resume)
        await turn.ready()
        assert (made.slots.used, record.moving) == (1, 1)
    assert (made.slots.used, record.moving) == (0, 0)


async def _in_place_of(turn: Turn, made: Any) -> None:
    """A task of its own, such as one that reads ahead."""
    made.gate.set()
    await turn.wait(1, "busy")
    assert made.slots.used == 1


async def test_waiting_gives_the_place_to_others() -> None:
    turn, record, made = a_turn()
    seen: list[int] = []

    def look() -> None:
        seen.append(made.slots.used)
        made.gate.set()

    async with turn:
        asyncio.get_running_loop().call_soon(look)
        await turn.wait(1, "busy")
        assert (made.slots.used, record.moving) == (1, 1)
    assert (seen, made.slots.used) == ([0], 0)


async def test_a_wait_that_is_cancelled_leaves_no_place_behind() -> None:
    turn, record, made = a_turn()

    async def carry() -> None:
        async with turn:
            await turn.wait(1, "offline")

    task = asyncio.ensure_future(carry())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert (made.slots.used, record.moving) == (0, 0)
