"""Files that have arrived and are still without their own times: these are set for twenty in one request."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from odtui.graph.batch import LARGEST
from odtui.graph.client import GraphClient, ItemVersion
from odtui.graph.errors import GraphError
from odtui.graph.models import DriveItem
from odtui.services.drive_entries import from_drive_item
from odtui.services.transfers.branches import File
from odtui.services.transfers.persist import Sleep
from odtui.services.transfers.record import FileProgress
from odtui.services.transfers.routes import Carried
from odtui.services.transfers.turn import first
from odtui.services.transfers.upload import UNTIMED

log = logging.getLogger(__name__)

WAIT = 0.3
"""Seconds that a file waits for others at most, beside the time that a request takes."""
MOST = 5 * LARGEST
"""Files that may wait: a file more waits until one of them is settled."""
AT_ONCE = 2
"""Requests on their way."""


@dataclass(frozen=True, slots=True, eq=False)
class Late:
    """One that has arrived."""

    file: File
    progress: FileProgress
    carried: Carried


Tell = Callable[[Late, Carried | Exception], Awaitable[None]]


class Times:
    """Of one attempt at a job. Works while it is entered as a context; none of it holds a place of those that move."""

    def __init__(self, client: GraphClient | None, *, sleep: Sleep, moving: Callable[[], bool], tell: Tell) -> None:
        """
        Args:
            client: Of the drive that they arrive on; None if it is none, so that nothing will be put.
            moving: Whether files are on their way just now, so that more may come.
            tell: Told of each what became of it. Raises nothing.
        """
        self._client = client
        self._sleep = sleep
        self._moving = moving
        self._tell = tell
        self.unsettled: dict[Late, None] = {}
        """Waiting, or on their way: in order."""
        self._late: deque[Late] = deque()
        self._places = asyncio.Semaphore(MOST)
        self._some, self._enough, self._none = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._none.set()
        self._helpers: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Times:
        self._helpers = [asyncio.ensure_future(self._work()) for _ in range(AT_ONCE)]
        return self

    async def __aexit__(self, *error: object) -> None:
        for helper in self._helpers:
            helper.cancel()
        await asyncio.gather(*self._helpers, return_exceptions=True)

    async def put(self, late: Late) -> None:
        """One more; waits while very many do."""
        await self._places.acquire()
        self.unsettled[late] = None
        self._none.clear()
        self._late.append(late)
        self.look()

    def look(self) -> None:
        """Whether to go now: also to be called when no file moves any more, unless another begins at once."""
        asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        _set(self._some, to=bool(self._late))
        _set(self._enough, to=len(self._late) >= LARGEST or not self._moving())

    async def finish(self) -> None:
        """Until none is left."""
        await self._none.wait()

    async def _work(self) -> None:
        while True:
            await self._some.wait()
            if not self._enough.is_set():
                await first(self._enough.wait(), self._sleep(WAIT))
            some = [self._late.popleft() for _ in range(min(LARGEST, len(self._late)))]
            self._look()
            for late, outcome in zip(some, await self._set(some), strict=True):
                await self._tell(late, outcome)
                del self.unsettled[late]
                self._places.release()
            _set(self._none, to=not self.unsettled)

    async def _set(self, some: list[Late]) -> list[Carried | Exception]:
        if not some:  # the other one has taken them
            return []
        try:
            outcomes = await self._request(some)
        except Exception as error:  # told with the others; whoever ended here would let all wait for ever
            return [error] * len(some)
        return [_timed(late.carried, outcome) for late, outcome in zip(some, outcomes, strict=True)]

    async def _request(self, some: list[Late]) -> list[DriveItem | GraphError | None]:
        items = [ItemVersion(late.carried.entry.drive_id, late.carried.entry.id) for late in some]
        times = [late.carried.untimed or 0 for late in some]
        assert self._client is not None  # noqa: S101 - only a drive takes files without their times
        try:
            if len(some) > 1:
                return await self._client.set_modified_many(items, times)
            return [await self._client.set_modified(items[0].drive_id, items[0].item_id, times[0])]
        except GraphError as error:
            return [error] * len(some)


def _timed(carried: Carried, outcome: DriveItem | GraphError | None) -> Carried:
    """That a time cannot be set is worth a word, not a failed upload (QUIRKS 124)."""
    if isinstance(outcome, GraphError):
        log.warning("the time of an uploaded file was not set: %s", type(outcome).__name__)
        return replace(carried, untimed=None, warning=UNTIMED)
    entry = carried.entry if outcome is None else from_drive_item(outcome, carried.entry.drive_id)
    if not carried.warning:
        entry = replace(entry, modified=carried.untimed)
    return replace(carried, entry=entry, untimed=None)


def _set(event: asyncio.Event, *, to: bool) -> None:
    if to:
        event.set()
    else:
        event.clear()
