"""Requests on an errand: part of a long job that can wait for hours, be held by the user, and share a line."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Literal, Protocol

Why = Literal["throttled", "offline", "busy"]
"""Why a request has to wait: the service asks for less traffic, no connection can be made, or it failed in passing."""


class Errand(Protocol):
    """Whom a request belongs to. Set as `ERRAND` in the task that makes the request."""

    @property
    def held(self) -> bool:
        """The user wants a pause: what comes next should not begin."""

    def now(self) -> float:
        """Seconds, monotonic."""

    def room(self) -> int:
        """Bytes of one content that may be held in memory at once."""

    def patience(self, why: Why) -> float:
        """Seconds of waiting that one request may cost."""

    async def ready(self) -> None:
        """Awaited before each attempt at a request; takes as long as the errand is held."""

    async def wait(self, seconds: float, why: Why) -> float:
        """Awaited before a request is repeated: seconds that it took, fewer if success is near sooner."""

    def answered(self) -> None:
        """An answer came, so there is a connection."""

    async def receive(self, count: int) -> None:
        """Awaited when so many bytes of content have come, before more are read."""

    async def send(self, wanted: int) -> int:
        """Awaited before bytes of content leave: how many of those that are wanted may, at least one."""


ERRAND: ContextVar[Errand | None] = ContextVar("odtui.errand", default=None)
"""The errand of the running task; None for what a user waits for at the screen."""
