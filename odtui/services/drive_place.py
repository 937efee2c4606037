"""A drive, a library or a shared folder as a place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from odtui.config.scopes import Capability
from odtui.graph.client import GraphClient
from odtui.graph.errors import Forbidden, GraphError, InvalidRequest, ItemNotFound, MalwareBlocked, StaleETag
from odtui.graph.models import Drive, DriveItem
from odtui.services.capabilities import Refusal, Rights
from odtui.services.drive_details import properties
from odtui.services.drive_entries import from_drive_item
from odtui.services.entry import Entry, drive_key
from odtui.services.names import drive_name_problem, legal_drive_name


class DrivePlace:
    """A drive, or the part of it below `top`. Raises GraphError.

    Children and content of a shortcut are read at its target; rename, move and delete act on the shortcut itself
    (QUIRKS 78, 185).
    """

    is_local = False

    def __init__(
        self,
        client: GraphClient,
        drive: Drive,
        *,
        granted: Iterable[str] | Rights,
        top: DriveItem | None = None,
        label: str = "",
        own: bool = True,
    ) -> None:
        """
        Args:
            granted: The session's rights, or the scopes that the account was granted.
            top: What a pane opens first; the root of the drive if None.
            own: Whether the drive is the account's own; others need wider scopes.
        """
        self.client = client
        self.drive = drive
        self.own = own
        self.top_id = None if top is None else top.id
        self.label = label or drive.name or "OneDrive"
        self.id = f"drive:{drive.id}" if top is None else f"drive:{drive.id}:{top.id}"
        self.rights = granted if isinstance(granted, Rights) else Rights(granted)
        self._own = own
        self._root = None if top is None else from_drive_item(top, drive.id, name=top.name if label == "" else label)
        self._whole = top is None

    @property
    def can(self) -> frozenset[Capability]:
        return self.rights.on(self.drive, own=self._own, app_folder=not self._whole)

    def refusal(
        self, needs: Capability, *, folders: Sequence[Entry] = (), entry: Entry | None = None, operation: str = ""
    ) -> Refusal | None:
        return self.rights.refusal(needs, self.can, own=self._own, folders=folders, entry=entry, operation=operation)

    def forget_refusals(self) -> None:
        self.rights.forget_refusals()

    @contextmanager
    def _learning(self, *, inside: Entry | None = None, entry: Entry | None = None) -> Iterator[None]:
        """A change whose refusal counts for the rest of the session (QUIRKS 204)."""
        try:
            yield
        except GraphError as error:
            self.rights.learn(error, inside=inside, entry=entry)
            raise

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is in this drive itself, not behind one of its shortcuts."""
        return drive_key(entry.drive_id) == drive_key(self.drive.id)

    async def root(self) -> Entry:
        if self._root is None:
            self._root = from_drive_item(await self.client.root(self.drive.id), self.drive.id, name=self.label)
        return self._root

    async def pages(self, folder: Entry) -> AsyncIterator[list[Entry]]:
        at = folder.content
        async for page in self.client.children(at.drive_id, at.id):
            yield [from_drive_item(item, at.drive_id) for item in page if item.deleted is None]

    async def parents(self, folder: Entry) -> list[Entry]:
        """Costs a request per folder above; ends at the top, or where this account may not look (QUIRKS 195)."""
        root = await self.root()
        if folder.key == root.key:
            return []
        above: list[Entry] = []
        seen = {folder.key}
        drive_id, item = folder.drive_id, await self.client.item(folder.drive_id, folder.id)
        while (parent := item.parent_reference) is not None and parent.id:
            try:
                item = await self.client.item(parent.drive_id or drive_id, parent.id)
            except (Forbidden, ItemNotFound):
                break
            entry = from_drive_item(item, drive_id)
            if entry.key == root.key or item.root is not None or entry.key in seen:
                break
            seen.add(entry.key)
            above.append(entry)
        return [root, *reversed(above)]

    async def locate(self, path: str) -> Entry:
        segments = [segment for segment in path.split("/") if segment not in ("", ".")]
        root = await self.root()
        if not segments:
            return root
        try:
            return await self._below(root, "/".join(segments))
        except ItemNotFound:
            if len(segments) == 1:
                raise
        entry = root  # a path does not lead through a shortcut: go step by step
        for segment in segments:
            entry = await self._below(entry, segment)
        return entry

    async def _below(self, folder: Entry, path: str) -> Entry:
        at = folder.content
        whole = self._whole and self._root is not None and folder.key == self._root.key
        item = await self.client.item_at(at.drive_id, path, **({} if whole else {"below": at.id}))
        return from_drive_item(item, at.drive_id)

    async def refetch(self, entry: Entry) -> Entry:
        item = await self.client.item(entry.drive_id, entry.id)
        name = self.label if item.root is not None and self.holds(entry) else None
        return from_drive_item(item, entry.drive_id, name=name)

    async def properties(self, entry: Entry) -> list[tuple[str, str]]:
        return properties(await self.client.item(entry.drive_id, entry.id), entry)

    async def read(self, entry: Entry, start: int, length: int) -> bytes:
        if entry.blocked:
            raise MalwareBlocked("reported as malware in the listing", codes=("malwareDetected",))
        at = entry.content
        return await self.client.read(at.drive_id, at.id, start, length)

    async def create_folder(self, parent: Entry, name: str) -> Entry:
        at = parent.content
        with self._learning(inside=parent):
            return from_drive_item(await self.client.create_folder(at.drive_id, at.id, name), at.drive_id)

    async def create_file(self, parent: Entry, name: str) -> Entry:
        at = parent.content
        with self._learning(inside=parent):
            item = await self.client.upload_small(at.drive_id, at.id, name, b"", on_conflict="fail")
        return from_drive_item(item, at.drive_id)

    @property
    def deletes_forever(self) -> bool:
        """Not on personal drives, nor in the clouds of a country or a government (QUIRKS 180)."""
        return self.drive.drive_type != "personal" and self.client.in_global_cloud

    async def delete_forever(self, entry: Entry) -> None:
        """Raises StaleETag if it was changed since it was listed: the call itself cannot tell."""
        if (await self.client.item(entry.drive_id, entry.id)).e_tag != entry.e_tag:
            raise StaleETag("the item changed since it was listed", status=412)
        try:
            await self.client.delete_forever(entry.drive_id, entry.id)
        except GraphError as error:
            self.rights.learn(error, entry=entry, operation="items.delete_forever")
            raise

    async def rename(self, entry: Entry, name: str) -> Entry:
        with self._learning(entry=entry):
            item = await self.client.rename(entry.drive_id, entry.id, name, e_tag=entry.e_tag)
        return from_drive_item(item, entry.drive_id)

    async def delete(self, entry: Entry) -> None:
        with self._learning(entry=entry):
            await self.client.delete(entry.drive_id, entry.id, e_tag=entry.e_tag)

    async def move(self, entry: Entry, parent: Entry) -> Entry:
        at = parent.content
        if drive_key(at.drive_id) != drive_key(entry.drive_id):
            raise InvalidRequest("a move stays within one drive (QUIRKS 173)", codes=("notSupported",))
        return from_drive_item(
            await self.client.move(entry.drive_id, entry.id, at.id, e_tag=entry.e_tag), entry.drive_id
        )

    def path(self, folders: list[Entry]) -> str:
        return "/" + "/".join(folder.name for folder in folders[1:])

    def name_problem(self, name: str, parent: Entry, *, folder: bool = False) -> str | None:
        return drive_name_problem(name, drive_type=self.drive.drive_type, at_root=self._is_top(parent), folder=folder)

    def legal_name(self, name: str, parent: Entry, *, folder: bool = False) -> str:
        return legal_drive_name(name, drive_type=self.drive.drive_type, at_root=self._is_top(parent), folder=folder)

    def _is_top(self, folder: Entry) -> bool:
        return self._whole and self._root is not None and folder.key == self._root.key
