"""Going on after a cut connection, a few times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from odtui.graph.errors import Cut, GraphError, LinkExpired, ServiceFailure, Throttled, Unreachable

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each new attempt; used up when there are that many failures without progress between them."""
PASSING = (Cut, LinkExpired, ServiceFailure, Throttled, Unreachable)

Sleep = Callable[[float], Awaitable[None]]


class Persistence:
    """Counts the failures of one file; progress starts the count anew."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._failures = 0
        self._reached = 0

    async def after(self, error: GraphError, reached: int) -> None:
        """Wait before the next attempt; raises the error when there is to be none. `reached`: offset in bytes."""
        if reached > self._reached:
            self._failures = 0
            self._reached = reached
        if not isinstance(error, PASSING) or self._failures == len(PAUSES):
            raise error
        pause = max(PAUSES[self._failures], min(error.retry_after or 0.0, 120.0))
        self._failures += 1
        await self._sleep(pause)
