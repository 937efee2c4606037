"""This computer's files: calls off the event loop, and changes that never overwrite."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from odtui.auth.threads import in_thread

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


async def on_disk(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a call that may block. Cancelling stops the waiting, not the call: for calls that only read."""
    call = partial(work, *args, **kwargs)
    return await in_thread(lambda _: call(), name="odtui-disk")


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
