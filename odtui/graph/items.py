"""Reads and changes single items."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator

from odtui.graph import addresses
from odtui.graph.children import list_children
from odtui.graph.doubts import surely
from odtui.graph.errors import GraphError, ItemNotFound, NameConflict, NotGraph
from odtui.graph.models import DriveItem
from odtui.graph.wire import Wire, decode, if_match

REDEEM = {"Prefer": "redeemSharingLinkIfNecessary"}
"""Opens a sharing link for this request only; lasting access would be a change nobody asked for (REFERENCE §2.5)."""
LISTING_PAGE = 200


class ItemCalls:
    """Operations on items. Ids are sent as they were received; `root` may stand for the root's id in every call."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._roots: dict[str, str] = {}
        """Real ids of drives' roots."""

    async def root(self, drive_id: str) -> DriveItem:
        root = await self._wire.get(addresses.with_fields(addresses.item(drive_id, addresses.ROOT)), DriveItem)
        self._roots[drive_id] = root.id
        return root

    async def app_folder(self) -> DriveItem:
        return await self._wire.get(addresses.APP_FOLDER, DriveItem)

    async def item(self, drive_id: str, item_id: str) -> DriveItem:
        return await self._wire.get(addresses.with_fields(addresses.item(drive_id, item_id)), DriveItem)

    async def item_at(self, drive_id: str, path: str, below: str) -> DriveItem:
        return await self._wire.get(addresses.with_fields(addresses.below(drive_id, below, path)), DriveItem)

    async def shared_item(self, link: str) -> DriveItem:
        return await self._wire.get(addresses.share(link), DriveItem, REDEEM)

    def children(self, drive_id: str, item_id: str, first_page: int) -> AsyncIterator[list[DriveItem]]:
        is_root = item_id == addresses.ROOT or item_id == self._roots.get(drive_id)
        return list_children(self._wire, drive_id, item_id, first_page, is_root=is_root)

    async def create_folder(self, drive_id: str, parent_id: str, name: str) -> DriveItem:
        async def made_after_all(error: GraphError | None) -> DriveItem | None:
            """A name that is taken only now, by an empty folder, was taken by the attempt whose answer was lost."""
            if not isinstance(error, NameConflict):
                return None
            folder = await self._child(drive_id, parent_id, name)
            return folder if folder.folder is not None and folder.folder.child_count == 0 else None

        folder = await surely(self._wire, lambda: self._create_folder(drive_id, parent_id, name), made_after_all)
        self._wire.made(folder.id)
        return folder

    async def _create_folder(self, drive_id: str, parent_id: str, name: str) -> DriveItem:
        body = {"name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}
        address = f"{addresses.item(drive_id, parent_id)}/children"
        response = await self._wire.patiently(parent_id, lambda: self._wire.call("POST", address, json=body))
        if response.content:
            return decode(response, DriveItem)
        # Made, but not told (QUIRKS 127): posting again would end in a conflict.
        return await self._wire.until_found(lambda: self._child(drive_id, parent_id, name))

    async def _child(self, drive_id: str, parent_id: str, name: str) -> DriveItem:
        wanted = _folded(name)
        async for page in self.children(drive_id, parent_id, LISTING_PAGE):
            for item in page:
                if item.name is not None and _folded(item.name) == wanted:
                    return item
        raise ItemNotFound("the new folder is not visible yet", codes=("itemNotFound",))

    async def update(self, drive_id: str, item_id: str, change: dict[str, object], e_tag: str | None) -> DriveItem:
        """Rename, move, or both. The file times go along, or the service would set them to now (QUIRKS 105)."""
        address = addresses.item(drive_id, item_id)
        before = await self._wire.get(addresses.with_fields(address, "id,fileSystemInfo"), DriveItem)
        times = before.file_system_info
        if times is not None and times.last_modified_date_time:
            change = change | {"fileSystemInfo": times}

        async def send() -> DriveItem:
            response = await self._wire.call("PATCH", address, json=change, headers=if_match(e_tag))
            if not response.content:  # 204 (QUIRKS 109)
                return await self.item(drive_id, item_id)
            return decode(response, DriveItem)

        async def changed_after_all(error: GraphError | None) -> DriveItem | None:
            item = await self.item(drive_id, item_id)
            return item if matches(item, change) else None

        return await surely(self._wire, send, changed_after_all)

    async def parent_reference(self, drive_id: str, parent_id: str, *, across: bool = False) -> dict[str, str]:
        """Names a folder in a body, where the alias `root` is refused (QUIRKS 38, 174)."""
        if parent_id == addresses.ROOT:
            parent_id = self._roots.get(drive_id) or (await self.root(drive_id)).id
        return {"driveId": drive_id, "id": parent_id} if across else {"id": parent_id}

    async def delete(self, drive_id: str, item_id: str, e_tag: str | None) -> None:
        try:
            response = await self._wire.call("DELETE", addresses.item(drive_id, item_id), headers=if_match(e_tag))
        except ItemNotFound:
            return  # gone is what was wanted (QUIRKS 179)
        if response.content:
            raise NotGraph("the answer to a deletion has a content", status=response.status_code)

    async def delete_forever(self, drive_id: str, item_id: str) -> None:
        await self._wire.call("POST", f"{addresses.item(drive_id, item_id)}/permanentDelete", data=b"")


def matches(item: DriveItem, change: dict[str, object]) -> bool:
    """Whether an item has the name and the parent of a change."""
    parent = change.get("parentReference")
    at = item.parent_reference.id if item.parent_reference else None
    moved = not isinstance(parent, dict) or parent.get("id") == at
    return moved and change.get("name", item.name) == item.name


def _folded(name: str) -> str:
    """Names are one if only case or Unicode form differ (QUIRKS 51, 54)."""
    return unicodedata.normalize("NFC", name).casefold()
