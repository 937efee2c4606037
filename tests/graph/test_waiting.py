"""How long to wait, from what the service says or, failing that, from fixed steps."""

from __future__ import annotations

import httpx
import pytest

from odtui.graph.waiting import LONGEST_ASKED, Pause, pause_before, retry_after

NOW = "Mon, 05 Jan 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "9" * 400}, LONGEST_ASKED),
        ({"Retry-After": "Mon, 05 Jan 2026 10:00:37 GMT", "Date": NOW}, 37.0),
        ({"Retry-After": "Mon, 05 Jan 2026 09:59:00 GMT", "Date": NOW}, 0.0),
        ({"Retry-After": "Mon, 05 Jan 2026 10:01:00 -0000", "Date": NOW}, 60.0),
        ({"Retry-After": "Mon, 05 Jan 2026 10:01:00 GMT", "Date": "nonsense"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Headers(headers)) == seconds


def test_a_date_without_a_date_header_is_measured_here() -> None:
    assert retry_after(httpx.Headers({"Retry-After": "Mon, 05 Jan 2015 10:00:00 GMT"})) == 0.0


def test_what_the_service_asks_for_is_obeyed() -> None:
    assert pause_before(2, 429, 17.0) == 17.0
    assert pause_before(2, 503, 0.0) == 0.0


def test_without_a_word_the_steps_grow_to_a_limit() -> None:
    assert [pause_before(attempt, 503, None) for attempt in range(2, 9)] == [2, 4, 8, 16, 30, 30, 30]
    assert [pause_before(attempt, None, None) for attempt in range(2, 5)] == [2, 4, 8]
    assert [pause_before(attempt, 429, None) for attempt in range(2, 7)] == [30, 60, 120, 120, 120]


async def test_the_end_of_waiting_is_told_once_nothing_waits() -> None:
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds == 5:
            await pause.wait(3)

    pause = Pause(clock=lambda: 0.0, sleep=sleep, on_wait=told.append)
    await pause.wait(5)
    assert told == [5, 3, 0.0]


def test_a_pause_only_grows() -> None:
    now = 100.0
    pause = Pause(clock=lambda: now, sleep=None, on_wait=print)  # type: ignore[arg-type]
    pause.extend(30)
    pause.extend(10)
    assert pause.left == 30
    now = 140.0
    assert pause.left == 0
