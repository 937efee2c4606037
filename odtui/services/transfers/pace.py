"""How fast bytes may go: the bandwidth limit of all transfers together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

BURST = 0.25
"""Seconds' worth of bytes that may go at once after a rest."""
GLANCE = 0.25
"""Seconds after which a waiting one looks whether the limit has changed."""
SMALLEST = 4 * 1024
"""Bytes: smaller pieces would cost more than they smooth."""
LOWEST = 16 * 1024
"""Bytes per second below which a limit is taken for this: the service would give up on slower fragments."""
PER_FILE = 40 * 1024
"""Bytes per second of the limit for each file: so the smallest fragment takes 8 s (QUIRKS 121)."""


class Pace:
    """A bucket of bytes that fills at the limit; who takes more than is there waits. Serves in the order of coming."""

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self.limit: int | None = None
        """Bytes per second; None: no limit."""
        self._clock = clock
        self._sleep = sleep
        self._owed_until = float("-inf")
        """When the bytes that went will have been paid for, at the limit of now."""
        self._turn = asyncio.Lock()

    def set_limit(self, limit: int | None) -> None:
        """In force at once, for those that wait already, too."""
        now = self._clock()
        before, self.limit = self.limit, None if not limit else max(LOWEST, limit)
        if self.limit is None or before is None:
            self._owed_until = float("-inf")
        else:
            self._owed_until = now + (self._owed_until - now) * before / self.limit

    @property
    def most_files(self) -> int | None:
        """Files that may move at once so that none of them is too slow for the service; None: any number."""
        return None if self.limit is None else max(1, self.limit // PER_FILE)

    async def take(self, wanted: int) -> int:
        """Waits until bytes may go; how many of those wanted."""
        if self.limit is None:
            return wanted
        async with self._turn:
            count = min(wanted, max(SMALLEST, int(self.limit * BURST)))
            await self._pay(count)
            return count

    async def pay(self, count: int) -> None:
        """Waits until these bytes, which have come already, are paid for."""
        if self.limit is not None:
            async with self._turn:
                await self._pay(count)

    async def _pay(self, count: int) -> None:
        if self.limit is None:
            return
        self._owed_until = max(self._owed_until, self._clock() - BURST) + count / self.limit
        while self.limit is not None and (left := self._owed_until - self._clock()) > 0:
            await self._sleep(min(left, GLANCE))
