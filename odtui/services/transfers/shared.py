"""What all jobs of a transfer service share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.job import Ask, AskPreflight
from odtui.services.transfers.pace import Pace
from odtui.services.transfers.slots import Slots, Width
from odtui.services.transfers.waits import Waits

MEMORY = 48 * 1024 * 1024
"""Bytes of contents that are held at once, however many files move and however large they are."""


@dataclass(slots=True)
class Shared:
    """Limits, and whom to ask and tell."""

    ask: Ask
    width: Width
    gate: Slots
    """Jobs that run."""
    slots: Slots
    """Files that move."""
    pace: Pace
    waits: Waits
    """Requests of any job that wait."""
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    arrived: Callable[[Place, Entry, Entry], None]
    departed: Callable[[Place, Entry], None]
    ask_preflight: AskPreflight | None = None
    """None: what is proposed is done without a question."""
    large: int = 0
    """Files on their way of which parts are held in memory."""
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an answer comes while requests wait for a connection."""

    @property
    def concurrency(self) -> int:
        """Files of one job that may ever move at once."""
        return self.width.most

    def room(self) -> int:
        """Bytes that each of those may hold."""
        return MEMORY // max(1, self.large)

    def throttled(self, seconds: float) -> None:
        """The service asks all to wait so long."""
        self.width.throttled(seconds)

    def reconnected(self) -> None:
        """An answer came: whatever waits for a connection may try now."""
        if self.waits:
            self.connected.set()
            self.connected = asyncio.Event()

    def widened(self) -> None:
        """More may move than before."""
        self.gate.let_in()
        self.slots.let_in()
