"""How many files move at once, against a service that is simulated."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from odtui.services.transfers.slots import QUIET, Slots, Width


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def run(width: Width, watch: Watch, seconds: float, rate: Callable[[int], float], *, files: float = 0.0) -> list[int]:
    """Let time pass in tenths of a second; `rate` is bytes per second at a width. The widths on the way."""
    seen = [width.value]
    settled = 0.0
    for _ in range(int(seconds * 10)):
        watch.now += 0.1
        settled += files * width.value / 10
        width.moved(int(rate(width.value) / 10), int(settled))
        settled -= int(settled)
        if width.value != seen[-1]:
            seen.append(width.value)
    return seen


def test_it_grows_to_the_bound_while_each_file_more_brings_more() -> None:
    watch = Watch()
    width = Width(16, clock=watch)
    assert run(width, watch, 60, lambda files: files * 1e6) == [4, 6, 9, 13, 16]


def test_it_stays_where_more_files_bring_nothing() -> None:
    watch = Watch()
    width = Width(16, clock=watch)
    assert run(width, watch, 55, lambda files: 5e6) == [4, 6, 4]


def test_what_is_small_is_counted_in_files() -> None:
    watch = Watch()
    width = Width(8, clock=watch)
    assert run(width, watch, 10, lambda files: 100.0 * files, files=10) == [4, 6, 8]


def test_a_line_that_is_full_with_six_is_not_asked_for_more_than_one_again_each_minute() -> None:
    watch = Watch()
    width = Width(16, clock=watch)
    assert run(width, watch, 200, lambda files: min(files, 6) * 1e6) == [4, 6, 9, 6, 7, 6, 7, 6]


def test_the_bound_of_the_user_holds_from_the_first_file_on() -> None:
    watch = Watch()
    width = Width(2, clock=watch)
    assert run(width, watch, 60, lambda files: files * 1e6) == [2]


def test_throttling_halves_it_once_for_all_that_were_on_their_way() -> None:
    watch = Watch()
    width = Width(16, clock=watch)
    run(width, watch, 60, lambda files: files * 1e6)
    for _ in range(16):
        width.throttled(10)
    assert width.value == 8
    watch.now += 5
    width.throttled(10)
    assert width.value == 8
    watch.now += 20
    width.throttled(10)
    assert width.value == 4


def test_it_never_gets_below_one() -> None:
    watch = Watch()
    width = Width(4, clock=watch)
    for _ in range(5):
        width.throttled(1)
        watch.now += 2
    assert width.value == 1


def test_after_throttling_one_more_is_tried_each_quiet_minute() -> None:
    watch = Watch()
    width = Width(8, clock=watch)
    width.throttled(30)
    began = watch.now
    when = []
    for _ in range(400):
        if run(width, watch, 1, lambda files: files * 1e6)[-1] != 2 + len(when):
            when.append(watch.now - began)
    assert (width.value, len(when)) == (8, 6)
    assert when[0] >= 30 + QUIET
    assert all(later - earlier >= QUIET for earlier, later in pairwise(when))


def test_what_was_measured_with_free_places_does_not_count() -> None:
    watch = Watch()
    width = Width(8, clock=watch)
    for _ in range(100):
        watch.now += 0.9
        width.moved(1_000_000, 100, full=False)
    assert width.value == 4


# letting them in


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_first_come_first_served() -> None:
    order: list[int] = []
    slots = Slots(lambda: 1)

    async def one(number: int) -> None:
        async with slots:
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(number) for number in range(5)))
    assert (order, slots.used) == ([0, 1, 2, 3, 4], 0)


async def test_more_come_in_when_it_grows_and_none_is_thrown_out_when_it_shrinks() -> None:
    size = 1
    slots = Slots(lambda: size)
    gate = asyncio.Event()

    async def one() -> None:
        async with slots:
            await gate.wait()

    tasks = [asyncio.ensure_future(one()) for _ in range(4)]
    await _settled()
    assert (slots.used, slots.full) == (1, True)
    size = 3
    slots.let_in()
    await _settled()
    assert slots.used == 3
    size = 1
    slots.let_in()
    assert slots.used == 3
    gate.set()
    await asyncio.gather(*tasks)
    assert (slots.used, slots.full) == (0, False)


async def test_whoever_is_cancelled_while_waiting_takes_no_place() -> None:
    slots = Slots(lambda: 1)
    await slots.acquire()
    waiting = asyncio.ensure_future(slots.acquire())
    behind = asyncio.ensure_future(slots.acquire())
    await _settled()
    waiting.cancel()
    await _settled()
    slots.release()
    await behind
    assert slots.used == 1


async def test_whoever_is_cancelled_just_as_it_is_let_in_gives_the_place_on() -> None:
    slots = Slots(lambda: 1)
    await slots.acquire()
    unlucky = asyncio.ensure_future(slots.acquire())
    behind = asyncio.ensure_future(slots.acquire())
    await _settled()
    slots.release()
    unlucky.cancel()
    with pytest.raises(asyncio.CancelledError):
        await unlucky
    await behind
    assert slots.used == 1
