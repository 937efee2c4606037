"""Free names for what is kept beside another of the same name."""

from __future__ import annotations

import os

from odtui.services.entry import Entry
from odtui.services.names import LOCAL_NAME_LENGTH
from odtui.services.place import Place
from odtui.services.transfers.routes import find

_TRIES = 1000


async def free_name(target: Place, folder: Entry, name: str) -> str:
    """`name 1.ext`, `name 2.ext` …: the first that nothing has yet."""
    for number in range(1, _TRIES):
        candidate = numbered(name, number)
        if await find(target, folder, candidate) is None:
            return candidate
    raise FileExistsError(f"{_TRIES} names like {name!r} are taken")


def numbered(name: str, number: int) -> str:
    """Cut before the number, if need be, so that it fits everywhere."""
    stem, suffix = os.path.splitext(name)
    suffix = suffix if len(os.fsencode(suffix)) <= 32 else ""
    tail = f" {number}{suffix}"
    room = LOCAL_NAME_LENGTH - len(os.fsencode(tail))
    stem = name[: len(name) - len(suffix)] if suffix else name
    raw = os.fsencode(stem)
    if len(raw) > room:
        stem = raw[:room].decode("utf-8", "ignore")
    return f"{stem}{tail}"
