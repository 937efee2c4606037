"""What of the transfers outlives a run: noting it, offering it, going on with it, clearing it away."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from odtui.auth.errors import AuthError
from odtui.graph.client import GraphClient
from odtui.graph.errors import GraphError
from odtui.services.disk import on_disk, on_disk_to_end
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.changed import count_changed
from odtui.services.transfers.database import Unusable
from odtui.services.transfers.job import SavedJob
from odtui.services.transfers.journal import Journal, SavedRow
from odtui.services.transfers.part import is_part
from odtui.services.transfers.record import Order, Record, name_of
from odtui.services.transfers.saved import Home, Homes, Told, homes_of, order_of, read, read_entry, reopen, tell
from odtui.services.transfers.trail import Mark, Settled, Trail

log = logging.getLogger(__name__)

LIFE = 60 * 24 * 3600
"""Seconds after which a job is given up whose account was not signed in again: its upload sessions are long gone."""
_UNUSABLE = (Unusable, sqlite3.Error, AuthError)


@dataclass(frozen=True, slots=True)
class Taken:
    """A job of an earlier run, to be gone on with."""

    order: Order
    trail: Trail
    finished: dict[str, tuple[int, int]]
    """As `Record.finished`."""


class Shelf:
    """Between the transfer service and its journal. Without a journal, or with one that cannot be used, nothing is
    kept, and nothing else changes."""

    def __init__(self, journal: Journal | None) -> None:
        self._journal = journal

    @property
    def notice(self) -> str:
        """What the user should know of the journal, as a sentence; empty if nothing."""
        return self._journal.notice if self._journal is not None else ""

    def note(self, record: Record) -> None:
        """Keep what a job is about, now and whenever `Record.retell` is called."""
        journal, key = self._journal, record.trail.key
        if journal is None or (told := tell(record)) is None:
            return
        record.trail.notes = journal
        journal.open_job(key, told)

        def retell() -> None:
            if (now := tell(record)) is not None:
                journal.open_job(key, now)

        record.retell = retell

    async def clear(self, record: Record) -> None:
        """Nothing of a job stays but what has arrived."""
        marks = dict(record.trail.marks)
        record.trail.marks.clear()
        await _abandon(marks.values(), _client(record.order.target))
        if record.state.ended:  # else it was queued again meanwhile
            record.trail.ended()

    async def close(self, *, keep: bool) -> None:
        """The end of the run. With `keep` what is in flight is on the disk before it returns."""
        if self._journal is not None:
            journal, self._journal = self._journal, None
            if keep:
                await journal.flush()
            journal.send()
            await on_disk_to_end(journal.close)

    # of an earlier run

    async def saved(self, sessions: Iterable[Home]) -> list[SavedJob]:
        """What can go on with these sessions; without one, what needs none. Oldest first."""
        homes = homes_of(sessions)
        found = []
        for row in await self._rows():
            told = read(row.told)
            if told is not None and told.homes <= homes.keys():
                found.append((row, told))
            elif told is None or row.age > LIFE:
                await self.discard([row.key], sessions)
        changed = await count_changed([(told.source, row.marks) for row, told in found], homes)
        return [
            await on_disk(_saved_job, row, told, number) for (row, told), number in zip(found, changed, strict=True)
        ]

    async def _rows(self) -> list[SavedRow]:
        if self._journal is None:
            return []
        try:
            return await self._journal.saved()
        except _UNUSABLE as error:
            log.warning("the journal of transfers: %s", error)
            return []

    async def take(self, keys: Iterable[str], sessions: Iterable[Home]) -> list[Taken]:
        """Those of them that nobody else has taken meanwhile. Raises GraphError or AuthError; all are kept then."""
        homes = homes_of(sessions)
        taken: list[Taken] = []
        try:
            for key in keys:
                one = await self._take(key, homes)
                if one is not None:
                    taken.append(one)
        except BaseException:
            for one in taken:
                await self._release(one.trail.key)
            raise
        return taken

    async def _take(self, key: str, homes: Homes) -> Taken | None:
        journal = self._journal
        if journal is None:
            return None
        try:
            state = await journal.take(key)
        except _UNUSABLE as error:
            log.warning("the journal of transfers: %s", error)
            return None
        if state is None:
            return None
        settled = Settled(state.finished, state.saved_at)
        trail = Trail(key, journal, marks=state.marks, folders=state.folders, tops=_tops(state.tops), settled=settled)
        try:
            told = read(state.told)
            source = None if told is None else await reopen(told.source, homes)
            target = None if told is None else await reopen(told.target, homes)
        except BaseException:
            await self._release(key)
            raise
        if told is None or source is None or target is None:
            await self._release(key)
            return None
        await on_disk_to_end(_sweep, state.folders, key, {mark.where for mark in state.marks.values()})
        return Taken(order_of(told, source, target), trail, _finished(state.finished))

    async def _release(self, key: str) -> None:
        """Somebody else may have it; if that cannot be noted, when this run has ended."""
        try:
            if self._journal is not None:
                await self._journal.release(key)
        except _UNUSABLE as error:
            log.warning("the journal of transfers: %s", error)

    async def discard(self, keys: Iterable[str], sessions: Iterable[Home]) -> None:
        """Give them up: upload sessions are cancelled, part files deleted. A session out of reach expires by itself."""
        for key in keys:
            journal = self._journal
            if journal is None:
                return
            try:
                state = await journal.take(key)
            except _UNUSABLE as error:
                log.warning("the journal of transfers: %s", error)
                return
            if state is None:
                continue
            told = read(state.told)
            home = None if told is None or told.target.home is None else homes_of(sessions).get(told.target.home)
            await _abandon(state.marks.values(), None if home is None else home.client)
            await on_disk_to_end(_sweep, state.folders, key, set())
            journal.ended(key)


async def _abandon(marks: Iterable[Mark], client: GraphClient | None) -> None:
    for mark in tuple(marks):
        if mark.kind == "part":
            await on_disk_to_end(_unlink, mark.where)
        elif client is not None:
            with suppress(GraphError):
                await client.cancel_upload(mark.where)


def _client(place: Place | None) -> GraphClient | None:
    return place.client if isinstance(place, DrivePlace) else None


def _tops(told: dict[int, str]) -> dict[int, Entry]:
    entries = {number: read_entry(text) for number, text in told.items()}
    return {number: entry for number, entry in entries.items() if entry is not None}


def _saved_job(row: SavedRow, told: Told, changed: int) -> SavedJob:
    done = row.done + sum(_done(mark) for mark in row.marks.values())
    total = None if told.total is None else max(told.total, done)
    name, route = name_of(told.entries), (told.source_words, told.target_words)
    return SavedJob(row.key, told.kind, name, *route, done, total, row.saved_at, changed)


def _done(mark: Mark) -> int:
    if mark.kind == "upload":
        return mark.done
    try:
        return min(os.path.getsize(mark.where), mark.size)
    except OSError:
        return 0


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("a part file could not be deleted: %s", type(error).__name__)


def _sweep(folders: Iterable[str], key: str, known: set[str]) -> None:
    """Part files of a job that nobody goes on with: small ones, for which no marks are kept."""
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name)
            if is_part(name, key) and path not in known:
                _unlink(path)


def _finished(sizes: dict[str, int]) -> dict[str, tuple[int, int]]:
    """As `Record.finished`, of what the journal keeps: each file by itself. Whole folders are left out, so that they
    are looked into again: one may be gone at the target, or hold something new at the source. Only of what is gone from
    the source nothing more can be told."""
    found: dict[str, tuple[int, int]] = {}
    for key, size in sizes.items():
        top = key.partition("/")[0]
        if f"-{top}" in sizes and f"{top}/" in sizes:
            files, known = found.get(f"{top}/", (0, 0))
            found[f"{top}/"] = (files + (not key.endswith("/")), known + size)
        elif not key.endswith("/"):
            found[key] = (1, size)
    return found
