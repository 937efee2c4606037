"""A place in memory, for tests of whatever shows or moves entries."""

import asyncio
import posixpath
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from odtui.config.scopes import Capability
from odtui.graph.errors import ItemNotFound, NameConflict
from odtui.services.capabilities import Reason, Refusal, Rights
from odtui.services.entry import Entry, Kind
from odtui.services.names import drive_name_problem, legal_drive_name

ROOT = "/"


class FakePlace:
    """A tree of entries whose ids are their paths.

    `gate` is an Event that every page waits for: clear it to hold pages back, set it to let them come (it is set at
    first). `failures` maps a method's name to the errors that its next calls raise. `asked` lists the calls as
    (method, path).
    """

    def __init__(
        self,
        tree: dict[str, bytes | None] | None = None,
        *,
        id: str = "drive:fake",
        label: str = "OneDrive",
        is_local: bool = False,
        can: frozenset[Capability] = frozenset({Capability.READ, Capability.WRITE}),
        page_size: int = 200,
    ) -> None:
        """`tree` maps paths to contents, None for folders: {"/docs": None, "/docs/a.txt": b"hello"}."""
        self.id = id
        self.label = label
        self.is_local = is_local
        self.can = can
        self.page_size = page_size
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures: dict[str, list[Exception]] = {}
        self.asked: list[tuple[str, str]] = []
        self.drive_id = "" if is_local else id.partition(":")[2]
        self.contents: dict[str, bytes] = {}
        self.entries: dict[str, Entry] = {ROOT: self._new(ROOT, None)}
        for path, content in (tree or {}).items():
            self.add(path, content)

    def refusal(
        self, needs: Capability, *, folders: Sequence[Entry] = (), entry: Entry | None = None, operation: str = ""
    ) -> Refusal | None:
        if needs in self.can:
            return None
        return Refusal(Reason.PERMISSION, Rights(()).scope_for(needs))

    def forget_refusals(self) -> None:
        self.asked.append(("forget_refusals", ROOT))

    def _new(self, path: str, content: bytes | None) -> Entry:
        kind = Kind.FOLDER if content is None else Kind.FILE
        size = None if content is None else len(content)
        return Entry(self.drive_id, path, posixpath.basename(path) or "root", kind, size, 1_700_000_000, e_tag='"1"')

    def add(self, path: str, content: bytes | None = None, **changes: object) -> Entry:
        """Put an entry there, and folders above it; `changes` are fields of the entry."""
        parent = posixpath.dirname(path)
        if parent not in self.entries:
            self.add(parent)
        self.entries[path] = replace(self._new(path, content), **changes)  # type: ignore[arg-type]  # by name
        if content is not None:
            self.contents[path] = content
        return self.entries[path]

    def fail(self, method: str, *errors: Exception) -> None:
        """The next calls of a method raise these, one each."""
        self.failures.setdefault(method, []).extend(errors)

    def names(self, folder: str = ROOT) -> list[str]:
        """What is in a folder, sorted."""
        return sorted(entry.name for path, entry in self.entries.items() if self._in(path, folder))

    @staticmethod
    def _in(path: str, folder: str) -> bool:
        return path != ROOT and posixpath.dirname(path) == folder

    def _asked(self, method: str, path: str) -> None:
        self.asked.append((method, path))
        if self.failures.get(method):
            raise self.failures[method].pop(0)

    def _known(self, path: str) -> Entry:
        if path not in self.entries:
            raise FileNotFoundError(2, "No such file", path) if self.is_local else ItemNotFound("not there", status=404)
        return self.entries[path]

    async def root(self) -> Entry:
        self._asked("root", ROOT)
        return self.entries[ROOT]

    async def pages(self, folder: Entry) -> AsyncIterator[list[Entry]]:
        self._asked("pages", folder.id)
        found = [entry for path, entry in self.entries.items() if self._in(path, folder.id)]
        for start in range(0, len(found), self.page_size):
            await self.gate.wait()
            if self.failures.get("page"):
                raise self.failures["page"].pop(0)
            yield found[start : start + self.page_size]
        await self.gate.wait()

    async def parents(self, folder: Entry) -> list[Entry]:
        self._asked("parents", folder.id)
        above = []
        path = folder.id
        while path != ROOT:
            path = posixpath.dirname(path)
            above.append(self.entries[path])
        return above[::-1]

    async def locate(self, path: str) -> Entry:
        self._asked("locate", path)
        return self._known(posixpath.normpath(posixpath.join(ROOT, path)))

    async def refetch(self, entry: Entry) -> Entry:
        self._asked("refetch", entry.id)
        return self._known(entry.id)

    async def properties(self, entry: Entry) -> list[tuple[str, str]]:
        self._asked("properties", entry.id)
        return [("Name", entry.name), ("Kind", entry.kind.value)]

    async def read(self, entry: Entry, start: int, length: int) -> bytes:
        self._asked("read", entry.id)
        self._known(entry.id)
        return self.contents.get(entry.id, b"")[start : start + length]

    async def create_folder(self, parent: Entry, name: str) -> Entry:
        path = posixpath.join(parent.id, name)
        self._asked("create_folder", path)
        self._check_free(path)
        return self.add(path)

    async def create_file(self, parent: Entry, name: str) -> Entry:
        path = posixpath.join(parent.id, name)
        self._asked("create_file", path)
        self._check_free(path)
        return self.add(path, b"")

    deletes_forever = False

    async def delete_forever(self, entry: Entry) -> None:
        self._asked("delete_forever", entry.id)
        del self.entries[entry.id]

    def _check_free(self, path: str) -> None:
        if path in self.entries:
            raise FileExistsError(17, "File exists", path) if self.is_local else NameConflict("taken", status=409)

    async def rename(self, entry: Entry, name: str) -> Entry:
        self._asked("rename", entry.id)
        return self._move(entry, posixpath.join(posixpath.dirname(entry.id), name))

    async def move(self, entry: Entry, parent: Entry) -> Entry:
        self._asked("move", entry.id)
        return self._move(entry, posixpath.join(parent.id, entry.name))

    def _move(self, entry: Entry, target: str) -> Entry:
        self._known(entry.id)
        self._check_free(target)
        for path in [path for path in self.entries if path == entry.id or path.startswith(f"{entry.id}/")]:
            new = target + path[len(entry.id) :]
            self.entries[new] = replace(self.entries.pop(path), id=new, name=posixpath.basename(new))
            if path in self.contents:
                self.contents[new] = self.contents.pop(path)
        return self.entries[target]

    async def delete(self, entry: Entry) -> None:
        self._asked("delete", entry.id)
        for path in [path for path in self.entries if path == entry.id or path.startswith(f"{entry.id}/")]:
            del self.entries[path]
            self.contents.pop(path, None)

    def path(self, folders: list[Entry]) -> str:
        return folders[-1].id if folders else ROOT

    def name_problem(self, name: str, parent: Entry, *, folder: bool = False) -> str | None:
        return drive_name_problem(name, drive_type="personal", at_root=parent.id == ROOT, folder=folder)

    def legal_name(self, name: str, parent: Entry, *, folder: bool = False) -> str:
        return legal_drive_name(name, drive_type="personal", at_root=parent.id == ROOT, folder=folder)
