"""How much of a file is sent in one request, and reading the next part while one is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from odtui.graph.errands import ERRAND
from odtui.graph.uploads import FRAGMENT, LARGEST_FRAGMENT, Blocks

T = TypeVar("T")

FIRST = 16 * FRAGMENT
"""Bytes of a file's first fragment: 5 MiB, before its speed is known."""
SECONDS = 8.0
"""That a fragment should take (QUIRKS 121)."""
GROWTH = 4
"""Times that a fragment may be larger than the one before."""


class FragmentSize:
    """What takes some seconds at the speed of the file so far, in multiples of 320 KiB."""

    def __init__(self) -> None:
        self._wanted = FIRST

    def fit(self, room: int) -> int:
        """Bytes, not more than `room` unless that is less than the smallest fragment."""
        return max(FRAGMENT, min(self._wanted, room, LARGEST_FRAGMENT) // FRAGMENT * FRAGMENT)

    def took(self, count: int, seconds: float) -> None:
        """A fragment of so many bytes has arrived."""
        best = int(count / seconds * SECONDS) if seconds > 0 else LARGEST_FRAGMENT
        self._wanted = max(FRAGMENT, min(best, self._wanted * GROWTH, LARGEST_FRAGMENT))


class Fragments:
    """The parts of one content in their order, the next one read while one is on its way.

    Of what an errand may hold in memory a half is on its way, and a half read ahead. `async with` it.
    """

    def __init__(self, read: Callable[[int, int], Awaitable[bytes]], size: int, *, block: int) -> None:
        """
        Args:
            read: Gives exactly so many bytes from an offset.
            size: Bytes of the whole.
            block: Bytes to be read at once.
        """
        self._block = block
        self._read = read
        self._size = size
        self._fragment_size = FragmentSize()
        self._errand = ERRAND.get()
        self._ahead: asyncio.Future[Blocks] | None = None
        self._ahead_at = 0

    async def __aenter__(self) -> Fragments:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._drop()

    async def read(self, start: int) -> Blocks:
        """The fragment from an offset on. Raises what reading does."""
        if self._ahead is not None and self._ahead_at == start:
            ahead, self._ahead = self._ahead, None
            return await ahead
        await self._drop()
        return await self._blocks(start, self._length(start))

    async def sent(self, start: int, data: Blocks, send: Callable[[Blocks], Awaitable[T]]) -> T:
        """What sending it gives; meanwhile the next one is read."""
        following = start + len(data)
        if following < self._size and not (self._errand is not None and self._errand.held):
            self._ahead = asyncio.ensure_future(self._blocks(following, self._length(following)))
            self._ahead_at = following
        began = self._errand.now() if self._errand is not None else 0.0
        try:
            result = await send(data)
        finally:
            data.let_go()
        if self._errand is not None:
            self._fragment_size.took(len(data), self._errand.now() - began)
        return result

    async def _blocks(self, start: int, length: int) -> Blocks:
        end = start + length
        return Blocks([await self._read(at, min(self._block, end - at)) for at in range(start, end, self._block)])

    def _length(self, start: int) -> int:
        room = self._errand.room() // 2 if self._errand is not None else FIRST
        return min(self._fragment_size.fit(room), self._size - start)

    async def _drop(self) -> None:
        """Forget what was read ahead; also while the task is being cancelled."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait({ahead})
            if ahead.done() and not ahead.cancelled():
                ahead.exception()
