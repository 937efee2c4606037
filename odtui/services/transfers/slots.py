"""How many files move at the same time: as many as bring more, fewer when the service asks for less."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

START = 4
"""Files at first (QUIRKS 224)."""
EPOCH = 0.5
"""Seconds over which throughput is measured at least."""
LONG_EPOCH = 4.0
"""Seconds after which few files are enough to judge by."""
QUIET = 60.0
"""Seconds without a complaint of the service after which one more file is tried (QUIRKS 224)."""
GAIN = 0.3
"""Share of the growth of the width by which throughput has to grow for the width to stay."""
SMALL = 1024 * 1024
"""Bytes of the average file below which files are counted rather than bytes."""


class Width:
    """The number of files that may move at once. Only decides; `Slots` lets them pass."""

    def __init__(self, most: int, *, clock: Callable[[], float], start: int = START) -> None:
        """`most` is the upper bound that the user allows, at least 1."""
        self.most = most
        self.value = min(start, most)
        self._clock = clock
        self._begin()
        self._tried: tuple[int, float, float] | None = None
        """Width, bytes and files per second before the step that is being tried."""
        self._doubted = False
        """It has brought too little once."""
        self._careful = False
        """Steps are of one, a quiet minute apart."""
        self._next = float("-inf")
        self._pause_ends = float("-inf")

    def _begin(self) -> None:
        """Measure anew."""
        self._began, self._bytes, self._files = self._clock(), 0, 0
        self._seen = self._full = 0

    def moved(self, count: int, files: int = 0, *, full: bool = True) -> None:
        """So many bytes more, and files that are through.

        Args:
            full: Whether all places are taken: without that nothing can be learnt.
        """
        self._bytes += count
        self._files += files
        self._seen += 1
        self._full += full
        took = self._clock() - self._began
        enough = self._files >= 4 * self.value or took >= LONG_EPOCH
        if took >= EPOCH and enough:
            if 2 * self._full >= self._seen:
                self._judge(self._bytes / took, self._files / took)
            self._begin()

    def throttled(self, seconds: float) -> None:
        """The service asks for less: half the width, once for all that were on their way.

        Args:
            seconds: How long it asks to wait.
        """
        now = self._clock()
        if now >= self._pause_ends:
            self.value = max(1, self.value // 2)
        self._pause_ends = max(self._pause_ends, now + seconds)
        self._tried, self._careful = None, True
        self._next = self._pause_ends + QUIET
        self._begin()

    def _judge(self, rate: float, files: float) -> None:
        now = self._clock()
        if self._tried is not None:
            before, old_rate, old_files = self._tried
            small = self._bytes < SMALL * max(1, self._files)
            grown = files / old_files if small and old_files else rate / old_rate if old_rate else 1.0
            if grown < 1 + GAIN * (self.value / before - 1):
                if not self._doubted:  # a line has its moods: only twice counts
                    self._doubted = True
                    return
                self._tried = None
                self.value, self._careful, self._next = before, True, now + QUIET
                return
            self._tried = None
        if now >= self._next and self.value < self.most:
            self._tried, self._doubted = (self.value, rate, files), False
            self.value = min(self.most, self.value + (1 if self._careful else max(1, self.value // 2)))
            self._next = now + QUIET if self._careful else now


class Slots:
    """A semaphore whose size may change at any time. First come, first served."""

    def __init__(self, size: Callable[[], int]) -> None:
        """`size` says how many may be inside just now."""
        self.used = 0
        self._size = size
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def full(self) -> bool:
        return self.used >= self._size()

    async def acquire(self) -> None:
        if not self.full and not self._queue:
            self.used += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._queue:
                self._queue.remove(turn)
            elif not turn.cancelled():
                self.release()  # it was let in at the same moment
            raise

    def release(self) -> None:
        self.used -= 1
        self.let_in()

    def let_in(self) -> None:
        """As many as fit; to be called when the size has grown, too."""
        while self._queue and not self.full:
            turn = self._queue.popleft()
            if not turn.done():
                self.used += 1
                turn.set_result(None)

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
