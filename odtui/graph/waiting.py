"""How long to wait before a request is repeated. Source: QUIRKS 216-220; REFERENCE §7."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from odtui.graph.errands import ERRAND, Why

UNAVAILABLE = (2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds after a failure of the service or the network that names no time."""
THROTTLED = (30.0, 60.0, 120.0)
"""Seconds after 429 or 509 without Retry-After."""
LONGEST_ASKED = 86_400.0


def retry_after(headers: httpx.Headers) -> float | None:
    """Seconds that the server asks to wait: a number, or a date measured against its Date header."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text) if text[0].isdigit() else _until(text, headers.get("date"))
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_ASKED)


def _until(date: str, now: str | None) -> float:
    start = parsedate_to_datetime(now) if now else datetime.now(UTC)
    return (_aware(parsedate_to_datetime(date)) - _aware(start)).total_seconds()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def pause_before(attempt: int, status: int | None, asked: float | None) -> float:
    """Seconds before the attempt of that number (2 is the first repetition); `status` is None after a network error."""
    if asked is not None:
        return asked
    steps = THROTTLED if status in (429, 509) else UNAVAILABLE
    return steps[min(attempt - 2, len(steps) - 1)]


@dataclass(slots=True)
class Pause:
    """The pause of one account: all its requests wait while the service asks for less traffic."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    on_wait: Callable[[float], None]
    """Called with the seconds when a wait begins, with 0 when nothing waits any more."""
    until: float = 0.0
    waiting: int = 0
    """Requests that wait at this moment."""

    def extend(self, seconds: float) -> None:
        self.until = max(self.until, self.clock() + seconds)

    @property
    def left(self) -> float:
        return max(0.0, self.until - self.clock())

    async def wait(self, seconds: float, why: Why = "throttled") -> float:
        """Seconds that it took. On an errand, that one waits, and tells of it in its own way."""
        if (errand := ERRAND.get()) is not None:
            return await errand.wait(seconds, why)
        self.waiting += 1
        self.on_wait(seconds)
        try:
            await self.sleep(seconds)
        finally:
            self.waiting -= 1
            if not self.waiting:
                self.on_wait(0.0)
        return seconds
