"""The tree that a job carries: what was chosen, the folders in it, and which of them are not settled yet."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from odtui.services.disk import on_disk
from odtui.services.entry import Entry, drive_key

if TYPE_CHECKING:
    from odtui.services.transfers.census import Census

AT_ONCE = 6
"""Folders that are walked at the same time: one request after the other would take for ever in a deep tree."""

Resolution = Literal["replace", "skip", "keep_both"]
"""What to do about a name that is taken, when all has been asked."""


class Branch:
    """One that was chosen, or a folder in it."""

    __slots__ = (
        "above", "census", "changed", "done", "entry", "fresh", "gone", "key", "name", "open", "path", "root", "stays",
        "target",
    )  # fmt: skip

    def __init__(self, entry: Entry, name: str, above: Branch | None = None, *, number: int = 0) -> None:
        """
        Args:
            name: That it has at the target.
            number: Of one that was chosen, among them.
        """
        self.entry = entry
        self.name = name
        self.above = above
        self.root: Branch = self if above is None else above.root
        self.path: str = entry.name if above is None else f"{above.path}/{entry.name}"
        """For the screen: names joined by slashes, from the chosen one on. Hostile."""
        self.key: str = str(number) if above is None else f"{above.key}/{entry.name}"
        """For retries: the number of the chosen one, and the path below it."""
        self.target: Entry | None = None
        """The folder that it goes to, once that is there."""
        self.fresh = False
        """This job made the target, so nothing in it is taken."""
        self.open = 1
        """Files and folders in it that are not settled, and one for itself."""
        self.done: list[str] = []
        """Keys of what in it is settled for good; none is needed any more when all of it is."""
        self.stays = False
        """Some of it was skipped or failed, or is not what it was: of a chosen one nothing may be deleted."""
        self.gone = False
        """Of a chosen one: it went over by itself, as when the service moves it."""
        self.changed = False
        """Of a chosen one: some of what was in it went over by itself."""
        self.census: Census | None = None
        """Of a chosen folder: what was found in it."""
        if above is not None:
            above.open += 1

    @property
    def key_gone(self) -> str:
        """For retries: it was moved, and nothing of it is left at the source."""
        return f"-{self.key}"

    @property
    def key_leaving(self) -> str:
        """For retries: all of it has arrived, and its source is about to be deleted."""
        return f"~{self.key}"

    @property
    def key_whole(self) -> str:
        """For retries: nothing in it is left to be done."""
        return f"{self.key}/"

    def line(self) -> Iterator[Branch]:
        """Itself and those above it."""
        branch: Branch | None = self
        while branch is not None:
            yield branch
            branch = branch.above


@dataclass(frozen=True, slots=True)
class File:
    """One that is to be carried."""

    branch: Branch
    """The folder that it is in, or itself if it was chosen."""
    entry: Entry
    name: str
    """That it is to have."""
    folder: Entry
    """Where it goes."""
    fresh: bool
    """Nothing in that folder is taken."""
    path: str
    key: str
    resolution: Resolution | None = None
    """If it was asked about: what to do with the one that has its name."""
    existing: Entry | None = None


async def walk(tops: list[Branch], visit: Callable[[Branch, Callable[[Branch], None]], Awaitable[None]]) -> None:
    """Visits all folders, some at a time, the newest first so that few wait; then the next of the top ones.

    Args:
        visit: Gets a folder and whom to tell of those in it. Raises nothing.
    """
    waiting: asyncio.LifoQueue[Branch] = asyncio.LifoQueue()
    for top in reversed(tops):
        waiting.put_nowait(top)

    async def walker() -> None:
        while True:
            branch = await waiting.get()
            try:
                await visit(branch, waiting.put_nowait)
            finally:
                waiting.task_done()

    walkers = [asyncio.ensure_future(walker()) for _ in range(AT_ONCE if tops else 0)]
    try:
        await waiting.join()
    finally:
        for each in walkers:
            each.cancel()
        await asyncio.gather(*walkers, return_exceptions=True)


async def leads_up(entry: Entry, above: Branch) -> bool:
    """Whether a link or shortcut leads to a folder that it is in itself, so that walking it would never end."""
    if entry.link:
        return await on_disk(link_leads_up, entry, above)
    return entry.target is not None and any(place_of(entry) == place_of(each.entry) for each in above.line())


def link_leads_up(entry: Entry, above: Branch) -> bool:
    """The same for a link of this computer; blocks."""
    try:
        return any(os.path.samefile(entry.id, each.entry.id) for each in above.line())
    except OSError:  # reading it will tell
        return False


def place_of(entry: Entry) -> tuple[str, str]:
    """Identity of what is in a folder: a shortcut's is that of its target."""
    return drive_key(entry.content.drive_id), entry.content.id
