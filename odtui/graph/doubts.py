"""Changes that may not simply be sent again, and failures that hide whether they took effect. Source: QUIRKS 221."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from odtui.graph.errors import Cut, GraphError, NotGraph, ServiceFailure, Throttled, Unreachable
from odtui.graph.wire import Wire

T = TypeVar("T")

PAUSES = (1.0, 4.0, 15.0)
"""Seconds before each new attempt."""


def is_doubtful(error: GraphError) -> bool:
    """Whether the change may have been made all the same. What asks for a pause was refused before anything was done,
    and has been repeated already."""
    if error.has("connect"):  # nothing was sent, and that was tried for as long as is sensible
        return False
    if isinstance(error, Throttled):
        return error.status != 429 and error.retry_after is None
    return isinstance(error, Cut | NotGraph | ServiceFailure | Unreachable)


async def surely(
    wire: Wire, change: Callable[[], Awaitable[T]], done: Callable[[GraphError | None], Awaitable[T | None]]
) -> T:
    """Make a change that must not be made twice.

    Args:
        done: Looks whether an attempt took effect after all, once before each repetition (None) and when a repetition
            itself fails (its error); the result then, or None.

    Raises what `change` and `done` raise.
    """
    doubtful = False
    for pause in (*PAUSES, None):
        try:
            return await change()
        except GraphError as error:
            if not is_doubtful(error) or pause is None:
                found = await done(error) if doubtful else None
                if found is None:
                    raise
                return found
        doubtful = True
        await wire.sleep(pause)
        if (found := await done(None)) is not None:
            return found
    raise AssertionError
