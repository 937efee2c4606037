"""The journal's file: one SQLite database, one thread that writes to it, many changes in each transaction."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from odtui.config.files import make_private

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

log = logging.getLogger(__name__)

VERSION = 1
"""Kept in user_version; a file of a later one is left alone."""
BUSY = 10.0
"""Seconds to wait for another instance that writes."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE job (
    key TEXT PRIMARY KEY, owner TEXT NOT NULL, told TEXT NOT NULL, saved_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE flight (
    job TEXT NOT NULL REFERENCES job ON DELETE CASCADE, file BLOB NOT NULL,
    kind TEXT NOT NULL, place BLOB NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, version TEXT NOT NULL,
    replaces INTEGER NOT NULL, done INTEGER NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (job, file)
) WITHOUT ROWID;
CREATE TABLE finished (
    job TEXT NOT NULL REFERENCES job ON DELETE CASCADE, path BLOB NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (job, path)
) WITHOUT ROWID;
CREATE TABLE folder (
    job TEXT NOT NULL REFERENCES job ON DELETE CASCADE, path BLOB NOT NULL, PRIMARY KEY (job, path)
) WITHOUT ROWID;
CREATE TABLE top (
    job TEXT NOT NULL REFERENCES job ON DELETE CASCADE, number INTEGER NOT NULL, told TEXT NOT NULL,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
"""


class Unusable(Exception):
    """The journal cannot be used at all. The text says why, as a sentence."""


@dataclass(slots=True)
class _Task:
    work: Callable[[sqlite3.Connection], Any]
    settle: Callable[[Any, BaseException | None], None]
    lasting: bool


class Database:
    """Opened by its thread at the first call. Every call comes in order and is in the file when it is answered.

    What is answered survives the death of the program, for the system holds it by then. A lasting one survives a power
    loss too, which costs the disk some milliseconds; another may then be missing, never half there (WAL with
    synchronous=NORMAL).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self.notice = ""
        """What had to be done to open it, as a sentence; empty if nothing."""

    async def call(self, work: Work[T], *, lasting: bool = False) -> T:
        """The result of some work in a transaction. Cancelling stops the waiting, not the work.

        Raises Unusable or sqlite3.Error.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        def tell(result: Any, error: BaseException | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(settle, result, error)

        self._put(_Task(work, tell, lasting))
        return await future

    def post(self, work: Work[None]) -> None:
        """Some work whose end nobody waits for; a failure is logged."""

        def tell(result: Any, error: BaseException | None) -> None:
            if error is not None:
                log.warning("the journal of transfers: %s", type(error).__name__)

        self._put(_Task(work, tell, False))

    def _put(self, task: _Task) -> None:
        if self._closed:
            task.settle(None, Unusable("The journal of transfers is closed."))
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="odtui-journal", daemon=True)
            self._thread.start()
        self._queue.put(task)

    def close(self) -> None:
        """After everything that was asked for. Blocks for as long; whatever is asked for later fails."""
        self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    # in the thread

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        unusable: Unusable | None = None
        try:
            while (first := self._queue.get()) is not None:
                if connection is None and unusable is None:
                    try:
                        connection = self._open()
                    except (Unusable, OSError, sqlite3.Error) as error:
                        unusable = error if isinstance(error, Unusable) else Unusable(_why(error))
                if connection is None:
                    first.settle(None, unusable)
                    continue
                batch, last = self._batch(first)
                _do(connection, batch)
                if last:
                    return
        finally:
            if connection is not None:
                connection.close()

    def _batch(self, first: _Task) -> tuple[list[_Task], bool]:
        """All that waits; whether the end of the work was asked for."""
        batch = [first]
        while not self._queue.empty():
            task = self._queue.get()
            if task is None:
                return batch, True
            batch.append(task)
        return batch, False

    def _open(self) -> sqlite3.Connection:
        make_private(self._path.parent)
        os.chmod(self._path.parent, 0o700)
        try:
            return self._connect()
        except sqlite3.OperationalError:
            raise  # locked, full, not allowed: nothing is wrong with what it holds
        except sqlite3.DatabaseError as error:
            log.warning("the journal of transfers is damaged: %s", type(error).__name__)
            self._set_aside()
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # the files beside it get the same mode
        os.chmod(self._path, 0o600)
        connection = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise Unusable("A newer odtui has written the journal of transfers; this one leaves it alone.")
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
            (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                raise sqlite3.DatabaseError("damaged")
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_aside(self) -> None:
        """Keep a damaged file for whoever wants to look at it, and begin anew."""
        for suffix in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(f"{self._path}{suffix}")
        os.replace(self._path, self._path.with_suffix(".damaged"))
        self.notice = "The list of unfinished transfers was damaged. It was put aside, and a new one was begun."


def _why(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"The journal of transfers cannot be used: {reason}."


def _do(connection: sqlite3.Connection, batch: list[_Task]) -> None:
    """All in one transaction; when that fails each in its own, so that one failure is not that of others."""
    try:
        results = _transaction(connection, batch)
    except Exception as error:  # each is told its own
        if len(batch) == 1:
            batch[0].settle(None, error)
            return
        for task in batch:
            _do(connection, [task])
        return
    for task, result in zip(batch, results, strict=True):
        task.settle(result, None)


def _transaction(connection: sqlite3.Connection, batch: list[_Task]) -> list[Any]:
    lasting = any(task.lasting for task in batch)
    connection.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = [task.work(connection) for task in batch]
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return results
