"""New content for an item that exists, sent by its id: nothing else can be hit. Source: REFERENCE §5.5, §5.6, §8."""

from __future__ import annotations

from odtui.graph import addresses
from odtui.graph.errors import InvalidRequest, NotGraph
from odtui.graph.models import DriveItem
from odtui.graph.uploads import LARGEST_SMALL, SessionStatus, UploadSession
from odtui.graph.wire import Wire, decode, if_match


async def revise_small(wire: Wire, drive_id: str, item_id: str, data: bytes, e_tag: str | None) -> DriveItem:
    """One PUT over the content, refused if the item changed since `e_tag`.

    Not repeated after a failure that may have come too late: the change itself would then look like somebody else's.
    """
    if len(data) > LARGEST_SMALL:
        raise InvalidRequest("too large for one request", codes=("maxStreamSizeExceeded",))
    headers = {"Content-Type": "application/octet-stream"} | if_match(e_tag)
    address = f"{addresses.item(drive_id, item_id)}/content"
    return decode(await wire.call("PUT", address, data=data, headers=headers, once=True), DriveItem)


async def create_revision(wire: Wire, drive_id: str, item_id: str, size: int) -> UploadSession:
    """A session over the content. It takes no If-Match: making it changes the eTag (QUIRKS 134)."""
    item = {"@microsoft.graph.conflictBehavior": "replace", "fileSize": size}
    address = addresses.item(drive_id, item_id)
    response = await wire.call("POST", f"{address}/createUploadSession", json={"item": item})
    status = decode(response, SessionStatus)
    if not status.upload_url:
        raise NotGraph("the service made an upload session without an address")

    async def find() -> DriveItem:
        return await wire.get(addresses.with_fields(address), DriveItem)

    return UploadSession(wire, status.upload_url, size, find=find)
