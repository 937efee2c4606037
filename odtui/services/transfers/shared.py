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
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an answer comes while requests wait for a connection."""

    @property
    def concurrency(self) -> int:
        """Files of one job that may ever move at once."""
        return self.width.most

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
