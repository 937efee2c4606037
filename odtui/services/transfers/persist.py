"""Going on after a cut connection, a few times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from odtui.graph.errands import ERRAND
from odtui.graph.errors import Cut, GraphError, Held, LinkExpired, ServiceFailure, Throttled, Unreachable

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0)
"""Seconds before each new attempt; used up when there are that many failures without progress between them."""
PASSING = (Cut, LinkExpired, ServiceFailure, Throttled, Unreachable)

Sleep = Callable[[float], Awaitable[None]]


class Report(Protocol):
    """Told how many bytes of a file are there."""

    def __call__(self, done: int, *, really: bool = True) -> None:
        """`really`: the newest of them have moved just now, not in an earlier run."""


class Persistence:
    """Counts the failures of one file; progress starts the count anew.

    It owns what breaks in the middle of a content. Without a connection, and while the service asks for a pause, each
    single request waits by itself, so that what it gives up is given up here, too (QUIRKS 227).
    """

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._failures = 0
        self._reached = 0

    async def after(self, error: GraphError, reached: int) -> None:
        """Wait before the next attempt; raises the error when there is to be none. `reached`: offset in bytes.

        After a pause of the user it returns when they let the transfer go on.
        """
        errand = ERRAND.get()
        if isinstance(error, Held) and errand is not None:
            await errand.ready()
            return
        if reached > self._reached:
            self._failures = 0
            self._reached = reached
        waited_out = errand is not None and (_asked_to_wait(error) or _no_connection(error))
        if waited_out or not isinstance(error, PASSING) or self._failures == len(PAUSES):
            raise error
        pause = max(PAUSES[self._failures], min(error.retry_after or 0.0, 120.0))
        self._failures += 1
        if errand is not None:
            await errand.wait(pause, "busy")
        else:
            await self._sleep(pause)


def _asked_to_wait(error: GraphError) -> bool:
    """503 and 509 that name no time count as failures of a moment."""
    return isinstance(error, Throttled) and (error.status == 429 or error.retry_after is not None)


def _no_connection(error: GraphError) -> bool:
    return error.has("connect") or error.has("proxy")
