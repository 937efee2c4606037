"""What is in a folder, in numbers: whether it is still what was carried, before it is deleted."""

from __future__ import annotations

from collections.abc import Callable

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers.branches import Branch, walk


class Census:
    """Files of a folder and of those in it."""

    def __init__(self) -> None:
        self._files = 0
        self._size = 0
        self._newest: int | None = 0
        """Seconds since the epoch, UTC; None if not all of them were seen one by one."""

    def add(self, entry: Entry) -> None:
        self._files += 1
        self._size += entry.size or 0
        if self._newest is not None:
            self._newest = max(self._newest, entry.modified or 0)

    def add_unseen(self, files: int, size: int) -> None:
        """Files that are known by their sums alone."""
        self._files += files
        self._size += size
        self._newest = None

    def differs(self, later: Census) -> bool:
        """Whether files came, went or changed since; one of the same size that got an older time is not noticed."""
        newer = self._newest is not None and later._newest is not None and later._newest > self._newest
        return newer or (self._files, self._size) != (later._files, later._size)


async def take(source: Place, folder: Entry) -> Census:
    """Looks through all of a folder. Raises what the place raises."""
    census = Census()
    failures: list[Exception] = []

    async def visit(branch: Branch, found: Callable[[Branch], None]) -> None:
        try:
            async for page in source.pages(branch.entry):
                for entry in page:
                    if entry.is_folder and not failures:
                        found(Branch(entry, entry.name))
                    elif not entry.is_folder:
                        census.add(entry)
        except Exception as error:  # a walker that ends would leave the others waiting for ever
            failures.append(error)

    await walk([Branch(folder, folder.name)], visit)
    if failures:
        raise failures[0]
    return census
