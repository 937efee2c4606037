"""Giving the terminal to another program for a while, and taking it back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from textual.app import App

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name))
"""Keys such as Ctrl+C reach every program of the terminal; here they are the other one's."""


async def run_in_terminal(app: App[Any], command: Sequence[str]) -> int:
    """Run a program with the whole terminal; transfers and timers go on meanwhile, unseen. Its exit code.

    Raises SuspendNotSupported, or OSError if it cannot be started.
    """
    with app.batch_update(), app.suspend():
        outcome = await _outcome(command)  # an exception in here would leave the terminal as it is
    if isinstance(outcome, int):
        return outcome
    raise outcome


async def _outcome(command: Sequence[str]) -> int | BaseException:
    try:
        with _deaf():
            process = await asyncio.create_subprocess_exec(*command)
            return await _ended(process)
    except (OSError, ValueError, asyncio.CancelledError) as error:
        return error if not isinstance(error, ValueError) else OSError(22, "the command cannot be run", command[0])


async def _ended(process: asyncio.subprocess.Process) -> int:
    """A cancellation is raised only after the program has ended: until then the terminal is not ours."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        await asyncio.wait({waiting})
        raise


@contextmanager
def _deaf() -> Iterator[None]:
    """A handler that does nothing, not SIG_IGN, which the program would inherit."""

    def nothing(number: int, frame: FrameType | None) -> None:
        pass

    before = {number: signal.signal(number, nothing) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
