"""Folders of servers that keep nothing: each goes with its server, and that of a killed one with the next."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp
from typing import IO

PREFIX = "odtui-demo-"
_LOCK = "server"
"""Name of the file that a living server has locked."""
_YOUNG = 3600
"""Seconds for which a folder without that file is left alone: its server may be about to make it."""


class Temporary:
    """A folder of its own for one server."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        sweep(now())
        self.path = Path(mkdtemp(prefix=PREFIX))
        self._lock = (self.path / _LOCK).open("wb")
        _locked(self._lock)

    def remove(self) -> None:
        self._lock.close()
        rmtree(self.path, ignore_errors=True)


def sweep(now: float) -> None:
    """Remove the folders of servers that have ended without doing so."""
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # it has gone, or is somebody else's
            if _is_ours(folder) and _is_left(folder, now):
                rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder, no link to one, that belongs to this user."""
    status = folder.lstat()
    return folder.is_dir() and not folder.is_symlink() and (not hasattr(os, "getuid") or status.st_uid == os.getuid())


def _is_left(folder: Path, now: float) -> bool:
    """Whether no server uses it. Raises OSError."""
    try:
        with (folder / _LOCK).open("r+b") as file:
            return _locked(file)
    except FileNotFoundError:
        return folder.stat().st_mtime < now - _YOUNG


def _locked(file: IO[bytes]) -> bool:
    """Lock a file until it is closed or the process ends; False if somebody else has."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
