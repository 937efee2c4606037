"""Moving many entries within one drive: twenty in one request, each with an outcome of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from odtui.graph.batch import LARGEST
from odtui.graph.client import GraphClient, ItemVersion
from odtui.graph.errors import GraphError, NameConflict
from odtui.graph.models import DriveItem
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.names import folded
from odtui.services.transfers.branches import Branch
from odtui.services.transfers.carry import Carrier
from odtui.services.transfers.folders import Folders
from odtui.services.transfers.job_run import JobRun
from odtui.services.transfers.problems import TransferError
from odtui.services.transfers.record import FileProgress
from odtui.services.transfers.routes import Carried, ServerMove, needs_stream
from odtui.services.transfers.turn import Turn

FEWEST = 3
"""Entries below which a look at the whole target costs more than it saves."""
WORTH = 100
"""Entries of the target that may be listed for each that is moved."""
AT_ONCE = 3
"""Requests on their way."""

Tell = Callable[[Branch, Carried | GraphError], Awaitable[None]]


class GroupMove:
    """Of one attempt at a job."""

    def __init__(self, job: JobRun, carrier: Carrier, folders: Folders) -> None:
        self.job = job
        self.target, self.folder = job.order.destination
        self._carrier = carrier
        self._folders = folders

    async def run(self, tops: list[Branch], tell: Tell) -> set[Branch]:
        """Those that are settled. The others must be moved one by one: their name is taken, or they need another way.

        Args:
            tell: Told what came of each that is settled. Raises nothing.
        """
        movable = [top for top in tops if await self._movable(top)]
        known = self.folder.child_count
        if len(movable) < FEWEST or (known is not None and known > WORTH * len(movable)):
            return set()
        assert isinstance(self.target, DrivePlace)  # noqa: S101 - else nothing is movable
        try:
            taken = {folded(entry.name) async for page in self.target.pages(self.folder) for entry in page}
        except GraphError:
            return set()  # it will be told about each
        free = [top for top in movable if folded(top.entry.name) not in taken]
        return set(free) - set(await self._in_batches(self.target.client, free, tell))

    async def _movable(self, top: Branch) -> bool:
        if top.key_gone in self.job.record.finished:
            return False
        if not isinstance(self._carrier.way(top.entry, self.folder), ServerMove):
            return False
        try:
            await self._folders.refuse_into_itself(top.entry)
        except (GraphError, TransferError):
            return False  # it will be told
        return True

    async def _in_batches(self, client: GraphClient, tops: list[Branch], tell: Tell) -> list[Branch]:
        left: list[Branch] = []
        batches = iter([tops[start : start + LARGEST] for start in range(0, len(tops), LARGEST)])

        async def mover() -> None:
            for batch in batches:
                left.extend(await self._move(client, batch, tell))

        movers = [asyncio.ensure_future(mover()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*movers)
        finally:
            for each in movers:
                each.cancel()
            await asyncio.gather(*movers, return_exceptions=True)
        return left

    async def _move(self, client: GraphClient, tops: list[Branch], tell: Tell) -> list[Branch]:
        at, record = self.folder.content, self.job.record
        items = [ItemVersion(top.entry.drive_id, top.entry.id, top.entry.e_tag) for top in tops]
        async with Turn(self.job, FileProgress(record, 0)):
            try:
                outcomes = await client.move_many(items, at.drive_id, at.id)
            except GraphError as error:
                outcomes = [error] * len(tops)
        left = []
        for top, outcome in zip(tops, outcomes, strict=True):
            if isinstance(outcome, NameConflict) or (
                isinstance(outcome, GraphError) and needs_stream(ServerMove(client), outcome)
            ):
                left.append(top)
                continue
            carried = outcome if isinstance(outcome, GraphError) else _arrived(outcome, at.drive_id)
            if isinstance(carried, Carried):
                self._carrier.note(top.entry, carried, self.folder)
            FileProgress(record, top.entry.size or 0).settle()
            await tell(top, carried)
        return left


def _arrived(item: DriveItem, drive_id: str) -> Carried:
    return Carried(from_drive_item(item, drive_id), left=True)
