"""Waits that hold transfers up, and the words for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odtui.graph.errands import Why

_WORDS: dict[str, str] = {
    "throttled": "OneDrive asks for a pause",
    "offline": "OneDrive cannot be reached, next try in",
    "busy": "OneDrive did not answer properly, next try in",
}
_FIRST = ("offline", "throttled", "busy")
"""What is told when several are true."""


@dataclass(eq=False, slots=True)
class _Wait:
    why: Why
    until: float
    """By the clock."""


class Waits:
    """What waits just now."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waits: set[_Wait] = set()

    @contextmanager
    def waiting(self, why: Why, seconds: float) -> Iterator[None]:
        """Around a wait."""
        wait = _Wait(why, self._clock() + seconds)
        self._waits.add(wait)
        try:
            yield
        finally:
            self._waits.discard(wait)

    def __bool__(self) -> bool:
        return bool(self._waits)

    def hold(self, moving: int) -> bool:
        """Whether nothing goes on, when so many files move."""
        return bool(self._waits) and not moving

    @property
    def words(self) -> str:
        """Why, with the seconds that are left; empty if nothing waits."""
        for why in _FIRST:
            ends = [wait.until for wait in self._waits if wait.why == why]
            if ends:
                left = max(0, math.ceil(min(ends) - self._clock()))
                joint = ":" if why == "throttled" else ""
                return f"{_WORDS[why]}{joint} {left:,} s"
        return ""
