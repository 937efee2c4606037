"""This computer's files: calls off the event loop, and changes that never overwrite."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_RENAME_NOREPLACE = 1
_AT_FDCWD = -100


class IntoItself(OSError):
    """A folder was to be put into itself."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EINVAL, "a folder cannot go into itself", path)


class TrashFailed(OSError):
    """The trash did not take a file, which is still where it was."""


_KEPT = 16
"""Threads that are kept for the next call."""


class _Workers:
    """Daemon threads, as many as there are calls at once, used again: to start one costs more than most calls take.

    Quitting never waits for them.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle = 0
        """Threads that wait and that no call is meant for."""
        self._lock = threading.Lock()

    def run(self, call: Callable[[], None]) -> None:
        """In a thread; must not raise."""
        with self._lock:
            kept = self._idle > 0
            self._idle -= kept
        self._calls.put(call)
        if not kept:
            threading.Thread(target=self._work, name="odtui-disk", daemon=True).start()

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            call()
            del call  # it holds what it has read
            with self._lock:
                if self._idle >= _KEPT:
                    return
                self._idle += 1


_workers = _Workers()


async def on_disk(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a call that may block. Cancelling stops the waiting, not the call: for calls that only read."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # no error means that there is a result

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work(*args, **kwargs)
        except BaseException as caught:  # noqa: BLE001, RUF100  # the waiting task raises it
            error = caught
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    _workers.run(run)
    return await future


async def on_disk_to_end(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """As `on_disk` for calls that change something: a cancellation is raised only after the call has ended."""
    task = asyncio.ensure_future(on_disk(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        task.cancelled() or task.exception()
        raise


def rename_new(source: str, target: str) -> None:
    """Rename what must not overwrite anything. Raises FileExistsError if the target exists.

    A change of case alone works on a disk that takes both names for one.
    """
    try:
        _rename_exclusive(source, target)
    except FileExistsError:
        if not _only_case_differs(source, target):
            raise
        os.rename(source, target)


def _only_case_differs(source: str, target: str) -> bool:
    folder, name = os.path.split(target)
    return (
        os.path.dirname(source) == folder
        and os.path.basename(source).casefold() == name.casefold()
        and os.path.samestat(os.lstat(source), os.lstat(target))
        and name not in os.listdir(folder)  # else they are two names of one file
    )


def _rename_exclusive(source: str, target: str) -> None:
    if sys.platform == "linux":
        code = _renameat2(os.fsencode(source), os.fsencode(target))
        if code == 0:
            return
        if code not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
            raise OSError(code, os.strerror(code), source, None, target)
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.rename(source, target)


def _renameat2(source: bytes, target: bytes) -> int:
    """The errno, 0 for success. The kernel checks and renames in one step."""
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return errno.ENOSYS
    done: int = call(_AT_FDCWD, source, _AT_FDCWD, target, _RENAME_NOREPLACE)
    return 0 if done == 0 else ctypes.get_errno()


def trash(path: str) -> None:
    """Put a file or folder into the trash; never deletes for good. Gone already counts as done. Raises TrashFailed."""
    if not os.path.lexists(path):
        return
    from send2trash import send2trash

    try:
        send2trash(path)
    except Exception as error:  # the library's own, and GLib's
        number = error.errno if isinstance(error, OSError) and error.errno else errno.EIO
        raise TrashFailed(number, str(error), path) from error
