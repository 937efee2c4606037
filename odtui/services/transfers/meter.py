"""How fast something moves."""

from collections import deque
from collections.abc import Callable

WINDOW = 5.0
"""Seconds over which the speed is measured."""
LONG_WINDOW = 20.0
"""Seconds over which the speed is measured that tells how long the rest will take."""
STEP = 0.25
"""Seconds between two measurements."""


class Meter:
    """Bytes per second over the last seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._count = 0
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, count: int) -> None:
        """So many bytes more; fewer than none when some have to be moved again."""
        self._count += count
        now = self._clock()
        if not self._samples or now - self._samples[-1][0] >= STEP:
            self._samples.append((now, self._count))
            while now - self._samples[0][0] > LONG_WINDOW:
                self._samples.popleft()

    def clear(self) -> None:
        """As if nothing had moved yet."""
        self._samples.clear()

    def speed(self, window: float = WINDOW) -> float:
        """0 before there are two measurements; sinks while nothing more comes."""
        if len(self._samples) < 2:
            return 0.0
        end, last = self._samples[-1]
        now = self._clock()
        end = now if now - end > 2 * STEP else end
        start, first = next(
            sample for sample in self._samples if sample[0] >= end - window or sample is self._samples[-1]
        )
        return max(0.0, (last - first) / (end - start)) if end > start else 0.0
