"""Times of files that arrived without them: in twenties, soon, and each with an outcome of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import pytest

from odtui.graph.client import GraphClient, ItemVersion
from odtui.graph.errors import Forbidden, GraphError
from odtui.graph.models import DriveItem
from odtui.services.entry import Entry, Kind
from odtui.services.transfers.routes import Carried
from odtui.services.transfers.times import MOST, Late, Times
from odtui.services.transfers.upload import UNTIMED


class Service:
    """Notes what is asked, and lets it wait for the test's word."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.errors: dict[str, Exception] = {}

    async def set_modified(self, drive_id: str, item_id: str, modified: int) -> DriveItem | None:
        await self._ask([item_id])
        if item_id in self.errors:
            raise self.errors[item_id]
        return DriveItem(id=item_id, e_tag=f"{item_id} at {modified}")

    async def set_modified_many(
        self, items: Sequence[ItemVersion], times: Sequence[int]
    ) -> list[DriveItem | GraphError | None]:
        ids = [item.item_id for item in items]
        await self._ask(ids)
        for each in ids:
            if isinstance(error := self.errors.get(each), ArithmeticError):
                raise error
        return [
            cast("GraphError", self.errors[each])
            if each in self.errors
            else DriveItem(id=each, e_tag=f"{each} at {time}")
            for each, time in zip(ids, times, strict=True)
        ]

    async def _ask(self, ids: list[str]) -> None:
        self.asked.append(ids)
        await self.open.wait()


class Bed:
    def __init__(self) -> None:
        self.service = Service()
        self.still = False
        self.waited = asyncio.Event()
        self.told: dict[str, Carried | Exception] = {}
        client = cast(GraphClient, self.service)
        self.times = Times(client, sleep=self._sleep, moving=lambda: not self.still, tell=self._tell)

    async def _sleep(self, seconds: float) -> None:
        await self.waited.wait()

    async def _tell(self, late: Late, outcome: Carried | Exception) -> None:
        self.told[late.carried.entry.id] = outcome

    async def put(self, *numbers: int) -> None:
        for number in numbers:
            entry = Entry("d", str(number), f"{number}.txt", Kind.FILE, e_tag="as it arrived")
            await self.times.put(Late(cast(Any, None), cast(Any, None), Carried(entry, untimed=1000 + number)))


@pytest.fixture
async def bed() -> AsyncIterator[Bed]:
    made = Bed()
    async with made.times:
        yield made


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_twenty_go_in_one_request_though_more_files_move(bed: Bed) -> None:
    await bed.put(*range(19))
    await settle()
    assert bed.service.asked == []
    await bed.put(19)
    await settle()
    assert [len(ids) for ids in bed.service.asked] == [20]
    timed = bed.told["7"]
    assert isinstance(timed, Carried)
    assert (timed.entry.modified, timed.entry.e_tag, timed.warning, timed.untimed) == (1007, "7 at 1007", "", None)


async def test_one_alone_goes_at_once_when_nothing_else_moves(bed: Bed) -> None:
    await bed.put(1)
    await settle()
    assert bed.service.asked == []
    bed.still = True
    bed.times.look()
    await bed.times.finish()
    assert bed.service.asked == [["1"]]
    assert set(bed.told) == {"1"}


async def test_a_few_go_after_a_short_wait_beside_a_file_that_takes_long(bed: Bed) -> None:
    await bed.put(1, 2)
    await settle()
    bed.waited.set()
    await bed.times.finish()
    assert bed.service.asked == [["1", "2"]]


async def test_one_that_is_refused_gets_a_word_and_the_others_their_times(bed: Bed) -> None:
    bed.still = True
    bed.service.errors["2"] = Forbidden("no", status=403)
    await bed.put(1, 2, 3)
    await bed.times.finish()
    warnings = {number: told.warning for number, told in bed.told.items() if isinstance(told, Carried)}
    assert warnings == {"1": "", "2": UNTIMED, "3": ""}
    kept = bed.told["2"]
    assert isinstance(kept, Carried)
    assert (kept.entry.e_tag, kept.untimed) == ("as it arrived", None)


async def test_an_error_that_nobody_expected_is_told_of_each_and_ends_nothing(bed: Bed) -> None:
    bed.still = True
    bed.service.errors["1"] = ArithmeticError()
    await bed.put(1, 2)
    await bed.times.finish()
    assert {type(told) for told in bed.told.values()} == {ArithmeticError}
    await bed.put(3)
    await bed.times.finish()
    assert isinstance(bed.told["3"], Carried)


async def test_no_more_wait_than_fit_into_a_few_requests(bed: Bed) -> None:
    bed.service.open.clear()
    putting = asyncio.ensure_future(bed.put(*range(MOST + 1)))
    await settle()
    assert not putting.done()
    assert len(bed.times.unsettled) == MOST
    bed.still = True
    bed.service.open.set()
    await putting
    await bed.times.finish()
    assert len(bed.told) == MOST + 1
    assert not bed.times.unsettled


async def test_what_is_cancelled_is_still_known_as_unsettled() -> None:
    bed = Bed()
    bed.service.open.clear()
    async with bed.times:
        await bed.put(*range(21))
        await settle()
    assert [late.carried.entry.id for late in bed.times.unsettled] == [str(number) for number in range(21)]
    assert bed.told == {}
