"""The bandwidth limit, with time that passes only when somebody sleeps."""

import asyncio

import pytest

from odtui.services.transfers.fragments import FIRST, FragmentSize
from odtui.services.transfers.pace import BURST, LOWEST, SMALLEST, Pace

MIB = 1024 * 1024
KIB_320 = 320 * 1024


class Time:
    def __init__(self) -> None:
        self.now = 50.0
        self.passed = asyncio.Event()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.passed.set()
        await asyncio.sleep(0)

    async def until(self, moment: float) -> None:
        while self.now < moment:
            self.passed.clear()
            await self.passed.wait()


def limited(limit: int | None) -> tuple[Pace, Time]:
    time = Time()
    pace = Pace(clock=time.clock, sleep=time.sleep)
    pace.set_limit(limit)
    return pace, time


async def send(pace: Pace, count: int) -> None:
    while count:
        count -= await pace.take(count)


async def test_without_a_limit_nothing_waits() -> None:
    pace, time = limited(None)
    assert await pace.take(50 * MIB) == 50 * MIB
    await pace.pay(50 * MIB)
    assert time.now == 50.0


async def test_bytes_go_at_the_limit() -> None:
    pace, time = limited(MIB)
    await send(pace, 20 * MIB)
    assert time.now - 50 == pytest.approx(20, abs=2 * BURST)


async def test_both_directions_and_all_files_share_it() -> None:
    pace, time = limited(MIB)

    async def fetch() -> None:
        for _ in range(20):
            await pace.pay(MIB // 4)

    await asyncio.gather(send(pace, 5 * MIB), fetch(), fetch())
    assert time.now - 50 == pytest.approx(15, abs=2 * BURST)


async def test_pieces_are_small_so_that_the_line_stays_free_in_between() -> None:
    pace, _ = limited(64 * 1024)
    assert await pace.take(10 * MIB) <= 64 * 1024 * BURST
    pace, _ = limited(LOWEST)
    assert await pace.take(10 * MIB) == SMALLEST


async def test_a_rest_saves_no_more_than_a_small_burst() -> None:
    pace, time = limited(MIB)
    await send(pace, MIB)
    time.now += 3600
    began = time.now
    await send(pace, 10 * MIB)
    assert time.now - began >= 10 - 2 * BURST


async def test_a_new_limit_is_in_force_for_those_that_wait_already() -> None:
    pace, time = limited(64 * 1024)
    debtor = asyncio.ensure_future(pace.pay(64 * 1024 * 1000))
    await time.until(60)
    pace.set_limit(64 * MIB)
    await debtor
    assert time.now - 60 < 3


async def test_taking_the_limit_away_frees_those_that_wait() -> None:
    pace, time = limited(64 * 1024)
    debtor = asyncio.ensure_future(pace.pay(64 * 1024 * 1000))
    await time.until(60)
    pace.set_limit(None)
    await debtor
    assert time.now - 60 < 1


async def test_a_cancelled_one_holds_up_nobody() -> None:
    pace, time = limited(64 * 1024)
    first = asyncio.ensure_future(pace.take(MIB))
    second = asyncio.ensure_future(pace.take(MIB))
    await asyncio.sleep(0)
    first.cancel()
    assert await second > 0
    assert time.now < 60


def test_a_limit_is_never_too_low_for_the_service_and_lets_fewer_files_move() -> None:
    pace, _ = limited(1)
    assert (pace.limit, pace.most_files) == (LOWEST, 1)
    pace.set_limit(400 * 1024)
    assert pace.most_files == 10
    pace.set_limit(0)
    assert (pace.limit, pace.most_files) == (None, None)


# fragments


def test_the_first_fragment_is_moderate() -> None:
    assert FragmentSize().fit(1 << 40) == FIRST == 5 * MIB


@pytest.mark.parametrize(("rate", "size"), [(100_000, 2), (1_000_000, 24), (5_000_000, 122), (1e9, 191)])
def test_fragments_grow_or_shrink_to_what_takes_eight_seconds(rate: float, size: int) -> None:
    """Sizes in multiples of 320 KiB; 192 would be 60 MiB, which the service refuses."""
    fragments = FragmentSize()
    for _ in range(4):
        sent = fragments.fit(1 << 40)
        fragments.took(sent, sent / rate)
    assert fragments.fit(1 << 40) == size * KIB_320


def test_a_line_that_is_too_slow_for_anything_still_sends_the_smallest() -> None:
    fragments = FragmentSize()
    fragments.took(FIRST, 3600)
    assert fragments.fit(1 << 40) == KIB_320
    assert fragments.fit(0) == KIB_320


def test_a_fragment_fits_into_the_room_that_there_is() -> None:
    fragments = FragmentSize()
    fragments.took(FIRST, 0.01)
    assert fragments.fit(7 * MIB) == 22 * KIB_320
    fragments.took(FIRST, 0.0)
    assert fragments.fit(1 << 40) == 191 * KIB_320
