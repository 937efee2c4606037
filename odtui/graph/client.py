"""The async Graph client: one method per operation, typed values out, GraphError when it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import httpx

from odtui.graph import addresses, copying, downloads, revising, uploads
from odtui.graph.downloads import Download
from odtui.graph.drives import DriveCalls
from odtui.graph.errors import GraphError
from odtui.graph.items import ItemCalls
from odtui.graph.many import ItemVersion, ManyCalls
from odtui.graph.models import Drive, DriveItem, User
from odtui.graph.uploads import Blocks, OnConflict, UploadSession, timestamp
from odtui.graph.waiting import Pause
from odtui.graph.wire import Wire, decode

__all__ = ["Blocks", "Download", "GraphClient", "ItemVersion", "OnConflict", "UploadSession"]

GRAPH = "https://graph.microsoft.com/v1.0"


class GraphClient:
    """Calls Graph for one account. `http` signs its requests; `content` never does and serves pre-authenticated links.

    Every method raises a GraphError when it fails, or what `http`'s own auth raises, unchanged.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        content: httpx.AsyncClient,
        *,
        base_url: str = GRAPH,
        home: tuple[str, str] | None = None,
        pause: Pause | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Both clients are closed with this one.

        Args:
            home: Profile and account id, by which another run can come back to this account; None if none can.
            pause: The account's, shared with their transports.
        """
        self.home = home
        pause = pause or Pause(clock=clock, sleep=sleep, on_wait=lambda seconds: None)
        self._wire = Wire(http, content, base_url, pause=pause, sleep=sleep, clock=clock)
        self._drives = DriveCalls(self._wire)
        self._items = ItemCalls(self._wire)
        self._many = ManyCalls(self._wire, self._items)

    @property
    def in_global_cloud(self) -> bool:
        """Whether this is not the cloud of a country or a government."""
        return self._wire.links.is_global

    async def me(self) -> User:
        """The profile; may fail on its own (QUIRKS 18), so nothing should depend on it."""
        return await self._drives.me()

    async def my_drive(self) -> Drive:
        """The account's own drive, with its quota."""
        return await self._drives.my_drive()

    async def drive(self, drive_id: str) -> Drive:
        return await self._drives.drive(drive_id)

    async def drives(self) -> list[Drive]:
        """The account's own drive first, then the others; a list that is refused counts as empty."""
        return await self._drives.drives()

    async def root(self, drive_id: str) -> DriveItem:
        """The root: its name is literally `root`, so take the label from the drive (QUIRKS 39)."""
        return await self._items.root(drive_id)

    async def app_folder(self) -> DriveItem:
        """The application's own folder, made by this call if need be."""
        return await self._items.app_folder()

    async def item(self, drive_id: str, item_id: str) -> DriveItem:
        return await self._items.item(drive_id, item_id)

    async def item_at(self, drive_id: str, path: str, *, below: str = addresses.ROOT) -> DriveItem:
        """The item at a path such as `Documents/a b.txt`, below the root or another item."""
        return await self._items.item_at(drive_id, path, below)

    async def shared_item(self, link: str) -> DriveItem:
        """The item behind a sharing link (/shares/u!...)."""
        return await self._items.shared_item(link)

    def children(self, drive_id: str, item_id: str, *, first_page: int = 200) -> AsyncIterator[list[DriveItem]]:
        """Pages in server order, by nextLink verbatim, doubles removed. Raises ItemNotFound if the folder is gone."""
        return self._items.children(drive_id, item_id, first_page)

    async def create_folder(self, drive_id: str, parent_id: str, name: str) -> DriveItem:
        """Raises NameConflict if the name is taken."""
        return await self._items.create_folder(drive_id, parent_id, name)

    async def rename(self, drive_id: str, item_id: str, name: str, *, e_tag: str | None = None) -> DriveItem:
        """Raises NameConflict, or StaleETag if the item changed since `e_tag`."""
        return await self._items.update(drive_id, item_id, {"name": name}, e_tag)

    async def move(
        self, drive_id: str, item_id: str, parent_id: str, *, name: str | None = None, e_tag: str | None = None
    ) -> DriveItem:
        """Within one drive (QUIRKS 173); with `name` also renames. Raises like `rename`."""
        change: dict[str, object] = {"parentReference": await self._items.parent_reference(drive_id, parent_id)}
        if name is not None:
            change["name"] = name
        return await self._items.update(drive_id, item_id, change, e_tag)

    async def delete(self, drive_id: str, item_id: str, *, e_tag: str | None = None) -> None:
        """To the recycle bin. Gone already counts as done."""
        await self._items.delete(drive_id, item_id, e_tag)

    async def delete_forever(self, drive_id: str, item_id: str) -> None:
        """Past the recycle bin. Raises InvalidRequest with status 405 where there is no such thing (QUIRKS 180)."""
        await self._items.delete_forever(drive_id, item_id)

    async def delete_many(self, items: Sequence[ItemVersion]) -> list[GraphError | None]:
        """To the recycle bin, twenty per request. For each item None, also if it was gone already, or its error."""
        return await self._many.delete(items)

    async def move_many(
        self, items: Sequence[ItemVersion], drive_id: str, parent_id: str
    ) -> list[DriveItem | GraphError]:
        """Into one folder of the drive that all are in, twenty per request. For each the item as it is, or its error.

        Raises GraphError only if the folder cannot be named.
        """
        parent = await self._items.parent_reference(drive_id, parent_id)
        return await self._many.update(items, [{"parentReference": parent}] * len(items))

    async def rename_many(self, items: Sequence[ItemVersion], names: Sequence[str]) -> list[DriveItem | GraphError]:
        """A name for each item, twenty per request. In no order: what swaps names needs two calls."""
        return await self._many.update(items, [{"name": name} for name in names])

    async def restore_many(self, items: Sequence[ItemVersion]) -> list[DriveItem | GraphError]:
        """Out of the recycle bin, on personal drives only, twenty per request. For each the item, or its error."""
        return await self._many.restore(items)

    async def set_modified_many(
        self, items: Sequence[ItemVersion], times: Sequence[int]
    ) -> list[DriveItem | GraphError | None]:
        """Set the files' own times, in seconds since the epoch, twenty per request. For each None or its error."""
        return await self._many.set_modified(items, times)

    async def copy(
        self,
        drive_id: str,
        item_id: str,
        to_drive_id: str,
        to_parent_id: str,
        *,
        name: str | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> DriveItem | None:
        """Server-side copy, polled to its end. Progress is 0 to 1. None if the service did not say what came out."""
        parent = await self._items.parent_reference(to_drive_id, to_parent_id, across=True)
        return await copying.copy(self._wire, drive_id, item_id, parent, name, on_progress)

    async def upload_small(
        self, drive_id: str, parent_id: str, name: str, data: bytes, *, on_conflict: OnConflict = "fail"
    ) -> DriveItem:
        """One PUT, up to 4 MiB; the only way for empty files."""
        return await uploads.upload_small(self._wire, drive_id, parent_id, name, data, on_conflict)

    async def create_upload_session(
        self,
        drive_id: str,
        parent_id: str,
        name: str,
        size: int,
        *,
        modified: int | None = None,
        on_conflict: OnConflict = "fail",
    ) -> UploadSession:
        """For a file of `size` bytes, at least one; `modified` in seconds since the epoch."""
        return await uploads.create_session(self._wire, drive_id, parent_id, name, size, modified, on_conflict)

    async def resume_upload(self, url: str, size: int) -> UploadSession:
        """A session of an earlier run, with `next_offset` as the server has it. Raises SessionGone if it expired."""
        session = UploadSession(self._wire, url, size)
        await session.refresh()
        return session

    async def cancel_upload(self, url: str) -> None:
        """Give up a session of an earlier run, within 5 s; one that cannot be reached expires. Raises NotGraph."""
        await UploadSession(self._wire, url, 0).cancel()

    async def revise_small(self, drive_id: str, item_id: str, data: bytes, *, e_tag: str | None) -> DriveItem:
        """New content for a file in one PUT, up to 4 MiB. Raises StaleETag if it changed since `e_tag`."""
        return await revising.revise_small(self._wire, drive_id, item_id, data, e_tag)

    async def create_revision(self, drive_id: str, item_id: str, size: int) -> UploadSession:
        """New content for a file, in fragments: at least one byte. Compare versions yourself (QUIRKS 134)."""
        return await revising.create_revision(self._wire, drive_id, item_id, size)

    async def set_modified(self, drive_id: str, item_id: str, modified: int) -> DriveItem | None:
        """Set the file's own time; asked again for some seconds if the item is too new (QUIRKS 124)."""
        change = {"fileSystemInfo": {"lastModifiedDateTime": timestamp(modified)}}
        address = addresses.item(drive_id, item_id)
        response = await self._wire.until_found(lambda: self._wire.call("PATCH", address, json=change, repeatable=True))
        return decode(response, DriveItem) if response.content else None

    def download(
        self, drive_id: str, item_id: str, *, start: int = 0, end: int | None = None
    ) -> AbstractAsyncContextManager[Download]:
        """The content from byte `start` up to but not including `end`; an expired link is fetched anew once."""
        return downloads.open_download(self._wire, drive_id, item_id, start, end)

    async def read(self, drive_id: str, item_id: str, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start` by Range; empty at or beyond the end."""
        return await downloads.read_range(self._wire, drive_id, item_id, start, length)

    async def aclose(self) -> None:
        """Let calls in the background end, for at most 5 s, then close both clients."""
        await self._wire.aclose()
