"""A lock between instances of odtui: a locked file, free again when its owner dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.files import make_private

POLL = 0.02
"""Seconds between two attempts."""

if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def free_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def free_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def file_lock(
    path: Path,
    *,
    timeout: float = 45,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock; the file stays behind, empty. Raises AuthError: BUSY after `timeout` seconds, or STORE.

    The time-out is longer than the one of an HTTP request that another instance may make meanwhile.
    """
    try:
        make_private(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise AuthError(AuthProblem.STORE, details=f"{path.parent}: {error.strerror}.") from None
    try:
        end = clock() + timeout
        while True:
            try:
                try_lock(handle)
                break
            except OSError:
                if clock() >= end:
                    raise AuthError(AuthProblem.BUSY, details="Another window is using the stored sign-in.") from None
                sleep(POLL)
        try:
            yield
        finally:
            free_lock(handle)
    finally:
        os.close(handle)
