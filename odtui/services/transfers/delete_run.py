"""Deleting many: in batches on a drive, one by one on this computer, and one that fails stops no other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from odtui.auth.errors import AuthError
from odtui.graph.batch import LARGEST
from odtui.graph.client import GraphClient, ItemVersion
from odtui.graph.errors import GraphError, SignInRequired, StaleETag
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.transfers.job import JobState
from odtui.services.transfers.job_run import JobRun, Outcome
from odtui.services.transfers.problems import SomeKept
from odtui.services.transfers.record import Deed, FileProgress
from odtui.services.transfers.tally import one_line
from odtui.services.transfers.turn import Turn
from odtui.services.words import explain

log = logging.getLogger(__name__)

BATCHES = 3
"""Batches on their way at the same time."""
TOLD = 50
"""Failures that are told one by one."""
Numbered = tuple[int, Entry]
"""An entry and its number in the order."""


class DeleteRun:
    """One attempt at deleting the entries of a job; what an earlier one has deleted is left out."""

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self.record = job.record
        self.place = job.order.source
        self._failures: list[tuple[Entry, Exception]] = []
        self._fatal: Exception | None = None

    async def run(self) -> Outcome:
        """Raises what stops all, the error of a single one, or SomeKept."""
        record, entries = self.record, self.job.order.entries
        record.files_total = len(entries)
        record.total = sum(entry.size or 0 for entry in entries)
        record.enter(JobState.RUNNING)
        left: list[Numbered] = []
        for number, entry in enumerate(entries):
            if str(number) in record.finished:
                FileProgress(record, entry.size or 0).settle()
            else:
                left.append((number, record.newer.get(number, entry)))
        if isinstance(self.place, DrivePlace):
            await self._all(_pieces(left, LARGEST), BATCHES, self._delete_batch)
        else:
            await self._all(_pieces(left, 1), 1, self._delete_here)
        if self._fatal is not None:
            raise self._fatal
        if len(entries) == 1 and self._failures:
            raise self._failures[0][1]
        if self._failures:
            told = [_line(*each) for each in self._failures[:TOLD]]
            raise SomeKept(len(self._failures), len(entries), told, changed=bool(record.newer))
        return Outcome()

    async def _all(
        self, pieces: list[list[Numbered]], width: int, delete: Callable[[list[Numbered]], Awaitable[None]]
    ) -> None:
        """A few pieces at a time, in order; none is begun after what stops all."""
        waiting = iter(pieces)

        async def work() -> None:
            for piece in waiting:
                if self._fatal is not None:
                    return
                async with Turn(self.job, FileProgress(self.record, 0)):
                    await delete(piece)

        workers = [asyncio.ensure_future(work()) for _ in range(min(width, len(pieces)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _delete_here(self, piece: list[Numbered]) -> None:
        for number, entry in piece:
            try:
                await self.place.delete(entry)
            except Exception as error:  # told with the others at the end
                self._failed(number, entry, error)
            else:
                self._deleted(number, entry)

    async def _delete_batch(self, piece: list[Numbered]) -> None:
        assert isinstance(self.place, DrivePlace)  # noqa: S101 - chosen by that
        client = self.place.client
        versions = [ItemVersion(entry.drive_id, entry.id, entry.e_tag) for _, entry in piece]
        try:
            outcomes = await client.delete_many(versions)
        except AuthError as error:
            self._fatal = error
            return
        for (number, entry), outcome in zip(piece, outcomes, strict=True):
            failure = await self._in_spite(client, number, entry) if isinstance(outcome, StaleETag) else outcome
            if failure is None:
                self._deleted(number, entry)
            else:
                self._failed(number, entry, failure)

    async def _in_spite(self, client: GraphClient, number: int, entry: Entry) -> Exception | None:
        """After 412: some services give it for every tag (QUIRKS, disagreements), so look at the item itself.

        If it was changed it stays, and another attempt means the version of now, which the user can look at first.
        """
        try:
            now = from_drive_item(await client.item(entry.drive_id, entry.id), entry.drive_id)
            if now.e_tag != entry.e_tag:
                self.record.newer[number] = now
                return StaleETag("the item changed since it was listed", status=412)
            await client.delete(entry.drive_id, entry.id)
        except (GraphError, AuthError) as error:
            return error
        return None

    def _deleted(self, number: int, entry: Entry) -> None:
        self.record.finish(str(number), 0)
        FileProgress(self.record, entry.size or 0).settle()
        self.record.did(Deed("deleted", self.place, entry))
        self.job.shared.departed(self.place, self.job.order.entries[number])

    def _failed(self, number: int, entry: Entry, error: Exception) -> None:
        if isinstance(error, SignInRequired | AuthError):
            self._fatal = error
            return
        if not isinstance(error, GraphError | OSError):
            log.error("a deletion failed", exc_info=error)
        if isinstance(error, GraphError) and isinstance(self.place, DrivePlace):
            self.place.rights.learn(error, entry=entry)
        self._failures.append((entry, error))
        FileProgress(self.record, entry.size or 0).settle()


def _pieces(entries: Sequence[Numbered], size: int) -> list[list[Numbered]]:
    return [list(entries[start : start + size]) for start in range(0, len(entries), size)]


def _line(entry: Entry, error: Exception) -> str:
    told = explain(error)
    return f"{one_line(entry.name)}: {told.title}. {told.why}"
