"""The journal of transfers: what is not finished, so that a later run can go on with it.

What is kept when. A job, and the folders in which it makes part files, before anything else of it. Of a large file the
upload session before its first fragment, and the part file before it is made: so a killed program leaves no part file
that nobody knows, and at most a session of a few milliseconds of age, which the service forgets by itself (QUIRKS 135).
Small files are noted when they have arrived, many at once; one that arrived just before the end is recognised by its
hash.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from odtui.auth.errors import AuthError
from odtui.auth.vault import Vault
from odtui.services.entry import Entry
from odtui.services.transfers.database import Database, T, Unusable, Work
from odtui.services.transfers.owner import Owner
from odtui.services.transfers.saved import tell_entry
from odtui.services.transfers.sealing import Sealer
from odtui.services.transfers.trail import Mark

log = logging.getLogger(__name__)

GATHER = 0.25
"""Seconds over which notes that nobody waits for are gathered."""
FILE = "transfers.sqlite"


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A job of an instance that has ended."""

    key: str
    told: str
    """As it was given to `open_job`."""
    saved_at: int
    """Seconds since the epoch, UTC."""
    age: int
    """Seconds."""
    done: int
    """Bytes of files that are finished."""
    marks: dict[str, Mark]
    """Files in flight."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """All that is known of a job that is gone on with."""

    told: str
    saved_at: int
    """Seconds since the epoch, UTC: when the job began."""
    finished: dict[str, int]
    """Keys and sizes in bytes."""
    marks: dict[str, Mark]
    folders: set[str]
    """That may hold part files of it."""
    tops: dict[int, str]


class Journal:
    """One instance's view of the journal. Notes of a job fail quietly: a transfer is never worse off for them."""

    def __init__(self, folder: Path, *, vault: Vault | None, now: Callable[[], int]) -> None:
        """
        Args:
            folder: Private; made if need be. Nothing is opened before the first call.
            vault: Seals the addresses of upload sessions; None: there is no keyring.
            now: Seconds since the epoch, UTC.
        """
        self._path = folder / FILE
        self._database = Database(self._path)
        self._owner = Owner(folder)
        self._sealer = Sealer(vault)
        self._now = now
        self._waiting: list[Work[None]] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def notice(self) -> str:
        """What the user should know, as a sentence; empty if nothing."""
        return self._database.notice

    # notes of running jobs

    def open_job(self, key: str, told: str) -> None:
        """A job begins, or more is known of it; `told` is all that a later run needs."""

        def work(db: sqlite3.Connection) -> None:
            self._owner.live()
            sql = "INSERT INTO job VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET told = excluded.told"
            db.execute(sql, (key, self._owner.id, told, self._now()))

        self._later(work)
        self.send()

    async def begin(self, job: str, file: str, mark: Mark) -> None:
        def work(db: sqlite3.Connection) -> None:
            place = self._sealed(db, mark.where) if mark.kind == "upload" else _raw(mark.where)
            if place is None:
                return
            values = (job, _raw(file), mark.kind, place, _raw(mark.name), mark.size, mark.version, mark.replaces)
            db.execute(
                "INSERT OR REPLACE INTO flight VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, mark.done, mark.state)
            )

        await self._now_or_never(work, lasting=True)

    async def part_folder(self, job: str, folder: str) -> None:
        await self._now_or_never(
            lambda db: _void(db.execute("INSERT OR IGNORE INTO folder VALUES (?, ?)", (job, _raw(folder))))
        )

    def progress(self, job: str, file: str, done: int, state: bytes) -> None:
        sql = "UPDATE flight SET done = ?, state = ? WHERE job = ? AND file = ?"
        self._later(lambda db: _void(db.execute(sql, (done, state, job, _raw(file)))))

    def end(self, job: str, file: str) -> None:
        self._later(lambda db: _void(db.execute("DELETE FROM flight WHERE job = ? AND file = ?", (job, _raw(file)))))

    def finished(self, job: str, key: str, size: int) -> None:
        sql = "INSERT OR IGNORE INTO finished SELECT key, ?, ? FROM job WHERE key = ?"
        self._later(lambda db: _void(db.execute(sql, (_raw(key), size, job))))

    def top(self, job: str, number: int, folder: Entry) -> None:
        told = tell_entry(folder)
        sql = "INSERT OR REPLACE INTO top SELECT key, ?, ? FROM job WHERE key = ?"
        self._later(lambda db: _void(db.execute(sql, (number, told, job))))

    def ended(self, job: str) -> None:
        self._later(lambda db: _void(db.execute("DELETE FROM job WHERE key = ?", (job,))))

    # what an earlier instance has left

    async def saved(self) -> list[SavedRow]:
        """Jobs of instances that have ended, oldest first. Raises Unusable or sqlite3.Error."""
        if not self._path.exists():
            return []

        def work(db: sqlite3.Connection) -> list[SavedRow]:
            rows = []
            for key, owner, told, saved_at in db.execute("SELECT * FROM job ORDER BY saved_at, key").fetchall():
                if self._owner.is_dead(owner):
                    (done,) = db.execute("SELECT coalesce(sum(size), 0) FROM finished WHERE job = ?", (key,)).fetchone()
                    age = max(0, self._now() - saved_at)
                    rows.append(SavedRow(key, told, saved_at, age, done, self._marks(db, key)))
            self._owner.sweep()
            return rows

        return await self._call(work)

    async def take(self, key: str) -> SavedState | None:
        """Make a job this instance's own; None if another was faster. Raises Unusable or sqlite3.Error."""

        def work(db: sqlite3.Connection) -> SavedState | None:
            row = db.execute("SELECT owner, told, saved_at FROM job WHERE key = ?", (key,)).fetchone()
            if row is None or not self._owner.is_dead(row[0]):
                return None
            self._owner.live()
            db.execute("UPDATE job SET owner = ? WHERE key = ?", (self._owner.id, key))
            finished = db.execute("SELECT path, size FROM finished WHERE job = ?", (key,))
            folders = db.execute("SELECT path FROM folder WHERE job = ?", (key,))
            tops = db.execute("SELECT number, told FROM top WHERE job = ?", (key,))
            return SavedState(
                row[1],
                row[2],
                {_text(path): size for path, size in finished},
                self._marks(db, key),
                {_text(path) for (path,) in folders},
                dict(tops),
            )

        return await self._call(work, lasting=True)

    async def release(self, key: str) -> None:
        """Give a job back: nobody's, for a later time. Raises Unusable or sqlite3.Error."""
        await self._call(lambda db: _void(db.execute("UPDATE job SET owner = '' WHERE key = ?", (key,))))

    # the end

    async def flush(self) -> None:
        """Everything noted so far is in the file when it returns."""
        await self._now_or_never(lambda db: None, lasting=True)

    def close(self) -> None:
        """After what was sent. Another instance may have what is left. Blocks shortly."""
        self._database.close()
        self._owner.leave()

    # inside

    def _marks(self, db: sqlite3.Connection, key: str) -> dict[str, Mark]:
        """Those whose address can be read still."""
        found = {}
        sql = "SELECT file, kind, place, name, size, version, replaces, done, state FROM flight WHERE job = ?"
        for file, kind, place, name, size, version, replaces, done, state in db.execute(sql, (key,)):
            where = self._opened(db, place) if kind == "upload" else _text(place)
            if where is not None:
                found[_text(file)] = Mark(
                    "upload" if kind == "upload" else "part",
                    where,
                    _text(name),
                    size,
                    version,
                    bool(replaces),
                    done,
                    state,
                )
        return found

    def _sealed(self, db: sqlite3.Connection, text: str) -> bytes | None:
        self._read_key(db)
        return self._sealer.seal(text)

    def _opened(self, db: sqlite3.Connection, place: bytes) -> str | None:
        self._read_key(db)
        return self._sealer.open(place)

    def _read_key(self, db: sqlite3.Connection) -> None:
        row = db.execute("SELECT value FROM meta WHERE name = 'key'").fetchone()
        store = "INSERT OR REPLACE INTO meta VALUES ('key', ?)"
        self._sealer.prepare(row[0] if row else None, lambda value: _void(db.execute(store, (value,))))

    def _later(self, work: Work[None]) -> None:
        self._waiting.append(work)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER, self.send)

    def send(self) -> None:
        """Have everything written that was noted so far; nobody waits for it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._database.post(lambda db: _all(db, waiting))

    async def _call(self, work: Work[T], *, lasting: bool = False) -> T:
        self.send()  # in order
        return await self._database.call(work, lasting=lasting)

    async def _now_or_never(self, work: Work[None], *, lasting: bool = False) -> None:
        try:
            await self._call(work, lasting=lasting)
        except (Unusable, sqlite3.Error, AuthError) as error:
            log.warning("a transfer could not be noted: %s", type(error).__name__)


def _all(db: sqlite3.Connection, works: list[Work[None]]) -> None:
    for work in works:
        work(db)


def _void(_: object) -> None:
    return


def _raw(text: str) -> bytes:
    """Names that are no valid text keep their bytes."""
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
