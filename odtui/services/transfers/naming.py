"""Free names for what is kept beside another of the same name."""

from __future__ import annotations

from odtui.services.entry import Entry
from odtui.services.names import numbered
from odtui.services.place import Place
from odtui.services.transfers.routes import find

_TRIES = 1000


async def free_name(target: Place, folder: Entry, name: str, *, of_folder: bool = False) -> str:
    """`name 1.ext`, `name 2.ext` …: the first that nothing has yet. `of_folder`: whether it is for a folder."""
    for number in range(1, _TRIES):
        candidate = numbered(name, number, folder=of_folder)
        if await find(target, folder, candidate) is None:
            return candidate
    raise FileExistsError(f"{_TRIES} names like {name!r} are taken")
