"""This computer as a place."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from odtui.config.scopes import Capability
from odtui.services.disk import IntoItself, on_disk, on_disk_to_end, rename_new, trash
from odtui.services.entry import LOCAL_DRIVE, Entry, Kind
from odtui.services.format import bytes_text, time_text
from odtui.services.names import legal_local_name, local_name_problem

if TYPE_CHECKING:
    from odtui.services.capabilities import Refusal

FIRST_PAGE = 200
LATER_PAGES = 2000


class LocalPlace:
    """The file system; an entry's id is its absolute path. Every call that may block runs in a thread.

    Names that are no valid text keep their bytes (`surrogateescape`). Raises OSError.
    """

    id = "local"
    label = "This computer"
    is_local = True
    can = frozenset({Capability.READ, Capability.WRITE})

    def __init__(self, start: Path | str | None = None, *, trash: Callable[[str], None] = trash) -> None:
        """`start`: the folder that a pane opens first; the home folder if None."""
        self._start = os.path.abspath(start if start is not None else os.path.expanduser("~"))
        self._trash = trash

    def refusal(
        self, needs: Capability, *, folders: Sequence[Entry] = (), entry: Entry | None = None, operation: str = ""
    ) -> Refusal | None:
        """Files of this computer need no permission of Microsoft's; read-only mode protects OneDrive alone."""
        from odtui.services.capabilities import Reason, Refusal

        return None if needs in self.can else Refusal(Reason.NOT_OFFERED)

    def forget_refusals(self) -> None:
        """There are none: this computer is asked every time."""

    async def root(self) -> Entry:
        return await on_disk(entry_at, self._start)

    async def pages(self, folder: Entry) -> AsyncIterator[list[Entry]]:
        """A short first page, to have something to show, then longer ones."""
        entries = entries_in(folder.id)
        try:
            size = FIRST_PAGE
            while page := await on_disk(lambda size: list(islice(entries, size)), size):
                yield page
                size = LATER_PAGES
        finally:
            with suppress(ValueError):  # a thread is still in it: it closes itself when that has ended
                entries.close()

    async def parents(self, folder: Entry) -> list[Entry]:
        above = []
        path = folder.id
        while (parent := os.path.dirname(path)) != path:
            above.append(Entry(LOCAL_DRIVE, parent, os.path.basename(parent) or parent, Kind.FOLDER))
            path = parent
        return above[::-1]

    async def locate(self, path: str) -> Entry:
        """Relative paths begin at the start folder."""
        return await on_disk(_located, self._start, path)

    async def refetch(self, entry: Entry) -> Entry:
        return await on_disk(entry_at, entry.id)

    async def properties(self, entry: Entry) -> list[tuple[str, str]]:
        return await on_disk(_properties, entry.id)

    async def read(self, entry: Entry, start: int, length: int) -> bytes:
        return await on_disk(_read, entry.id, start, length)

    async def create_folder(self, parent: Entry, name: str) -> Entry:
        path = self._child(parent, name)
        await on_disk_to_end(os.mkdir, path)
        return await on_disk(entry_at, path)

    async def create_file(self, parent: Entry, name: str) -> Entry:
        path = self._child(parent, name)
        await on_disk_to_end(_make_file, path)
        return await on_disk(entry_at, path)

    deletes_forever = False

    async def delete_forever(self, entry: Entry) -> None:
        """Never: odtui puts files of this computer into the trash only."""
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), entry.id)

    async def rename(self, entry: Entry, name: str) -> Entry:
        """Never overwrites: FileExistsError."""
        path = self._child(Entry(LOCAL_DRIVE, os.path.dirname(entry.id), "", Kind.FOLDER), name)
        await on_disk_to_end(rename_new, entry.id, path)
        return await on_disk(entry_at, path)

    async def delete(self, entry: Entry) -> None:
        """To the trash. Raises TrashFailed, and then nothing was deleted."""
        await on_disk_to_end(self._trash, entry.id)

    async def move(self, entry: Entry, parent: Entry) -> Entry:
        """Within one disk; OSError with EXDEV otherwise. Never overwrites: FileExistsError."""
        if is_within(parent.id, entry.id):
            raise IntoItself(entry.id)
        path = self._child(parent, entry.name)
        await on_disk_to_end(rename_new, entry.id, path)
        return await on_disk(entry_at, path)

    def path(self, folders: list[Entry]) -> str:
        return folders[-1].id if folders else os.sep

    def name_problem(self, name: str, parent: Entry, *, folder: bool = False) -> str | None:
        return local_name_problem(name)

    def legal_name(self, name: str, parent: Entry, *, folder: bool = False) -> str:
        return legal_local_name(name)

    @staticmethod
    def _child(parent: Entry, name: str) -> str:
        if (problem := local_name_problem(name)) is not None:
            raise OSError(errno.EINVAL, problem, name)
        return os.path.join(parent.id, name)


def _make_file(path: str) -> None:
    """Raises FileExistsError."""
    with open(path, "xb"):
        pass


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder itself or lies in it, links resolved."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def entry_at(path: str) -> Entry:
    """What is at a path. Raises OSError. A link that leads nowhere is there, too."""
    found = os.lstat(path)
    name = os.path.basename(path) or path
    entry = _entry(path, name, found)
    if stat.S_ISLNK(found.st_mode):
        try:
            return replace(_entry(path, name, os.stat(path)), link=True)
        except OSError:
            return replace(entry, link=True)
    return entry


def _located(start: str, path: str) -> Entry:
    return entry_at(os.path.normpath(os.path.join(start, os.path.expanduser(path))))


def _entry(path: str, name: str, found: os.stat_result) -> Entry:
    modified = int(found.st_mtime)
    if stat.S_ISDIR(found.st_mode):
        return Entry(LOCAL_DRIVE, path, name, Kind.FOLDER, None, modified)
    if stat.S_ISREG(found.st_mode):
        return Entry(LOCAL_DRIVE, path, name, Kind.FILE, found.st_size, modified)
    return Entry(LOCAL_DRIVE, path, name, Kind.OTHER, None, modified)


def entries_in(folder: str) -> Generator[Entry, None, None]:
    """The children of a folder as they are read. Raises OSError."""
    with os.scandir(folder) as scan:
        for found in scan:
            try:
                yield entry_at(found.path)
            except FileNotFoundError:
                continue  # gone since it was listed
            except OSError:  # listed, but nothing more is to be known about it
                kind = Kind.FOLDER if found.is_dir(follow_symlinks=False) else Kind.OTHER
                yield Entry(LOCAL_DRIVE, found.path, found.name, kind)


def _read(path: str, start: int, length: int) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a pipe or device may never answer
            raise OSError(errno.EINVAL, "not a regular file", path)
        file.seek(start)
        return file.read(length)


def _properties(path: str) -> list[tuple[str, str]]:
    entry, found = entry_at(path), os.lstat(path)
    rows = [("Name", entry.name), ("Kind", _kind(entry, found)), ("Path", path)]
    if entry.link:
        rows.append(("Leads to", os.readlink(path)))
    if entry.size is not None:
        rows.append(("Size", bytes_text(entry.size)))
    if entry.is_folder:
        try:
            with os.scandir(path) as scan:
                rows.append(("Contents", _counted(sum(1 for _ in scan))))
        except OSError as error:
            rows.append(("Contents", error.strerror or "not readable"))
    rows.append(("Modified", time_text(entry.modified)))
    rows.append(("Permissions", stat.filemode(found.st_mode)))
    if owner := _owner(found.st_uid):
        rows.append(("Owner", owner))
    return rows


def _counted(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _kind(entry: Entry, found: os.stat_result) -> str:
    if entry.kind is not Kind.OTHER:
        return f"link to a {entry.kind}" if entry.link else entry.kind.value
    mode = found.st_mode
    kinds = {stat.S_IFLNK: "broken link", stat.S_IFSOCK: "socket", stat.S_IFIFO: "pipe"}
    kinds |= {stat.S_IFCHR: "device", stat.S_IFBLK: "device"}
    return kinds.get(stat.S_IFMT(mode), "special file")


def _owner(uid: int) -> str:
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
