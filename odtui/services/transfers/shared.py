"""What all jobs of a transfer service share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.job import Ask


@dataclass(slots=True)
class Shared:
    """Limits, and whom to ask and tell."""

    ask: Ask
    gate: asyncio.Semaphore
    """Jobs that run."""
    slots: asyncio.Semaphore
    """Files that move."""
    concurrency: int
    sleep: Callable[[float], Awaitable[None]]
    arrived: Callable[[Place, Entry, Entry], None]
    departed: Callable[[Place, Entry], None]
