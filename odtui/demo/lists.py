"""Libraries as SharePoint lists: the list of a drive, and an item's row in it. Source: REFERENCE §2.5, §3."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.nodes import Node
from odtui.demo.render import Json, identity, iso


def _on_business(call: Call) -> None:
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "Lists are not available for personal accounts.")


def _guid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


def _fields(call: Call, node: Node) -> Json:
    return {
        "id": str(int(node.guid[:8], 16)),
        "FileLeafRef": node.name,
        "Title": node.name.rpartition(".")[0] or node.name,
        "ContentType": "Folder" if node.is_container else "Document",
        "Created": iso(node.created),
        "Modified": iso(node.modified),
        "FileSizeDisplay": str(call.drive.tree.size(node)),
    }


def row(call: Call, node: Node, *, with_fields: bool) -> Json:
    """An item's row. Raises GraphFault 400 on personal accounts."""
    _on_business(call)
    fields = _fields(call, node)
    who = identity(call.drive.owner)
    body: Json = {
        "id": fields["id"],
        "eTag": call.drive.e_tag(node),
        "createdDateTime": iso(node.created),
        "lastModifiedDateTime": iso(node.modified),
        "createdBy": who,
        "lastModifiedBy": who,
        "webUrl": call.renderer().web_url(node),
        "contentType": {"id": "0x0120" if node.is_container else "0x0101", "name": fields["ContentType"]},
    }
    return body | {"fields": fields} if with_fields else body


async def list_item(call: Call) -> Response:
    """GET listItem, with its fields if they are expanded, and listItem/fields."""
    node = call.node
    call.allow()
    context = f"{call.links.graph}/$metadata#listItem"
    *_, last = call.address.tail
    if last == "fields":
        _on_business(call)
        return call.json({"@odata.context": context, **_fields(call, node)})
    if last != "listItem":
        raise bad_request(f"Resource not found for the segment '{last[:40]}'.")
    with_fields = "fields" in call.query.get("$expand", "")
    return call.json({"@odata.context": context, **row(call, node, with_fields=with_fields)})


async def of_drive(call: Call) -> Response:
    """GET list: the list that a library is."""
    call.allow(node=call.spot.node or call.drive.tree.root)
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#lists/$entity", **whole(call)})


def whole(call: Call) -> Json:
    """The list that the drive of a request is. Raises GraphFault 400 on personal accounts."""
    _on_business(call)
    root = call.drive.tree.root
    return {
        "id": _guid(root.guid),
        "name": call.drive.name,
        "displayName": call.drive.name,
        "createdDateTime": iso(root.created),
        "lastModifiedDateTime": iso(root.modified),
        "webUrl": call.renderer().web_url(root).partition("?")[0],
        "list": {"contentTypesEnabled": False, "hidden": False, "template": "documentLibrary"},
    }


ROUTES: Routes = {("GET", "listItem"): list_item}
DRIVE_ROUTES: Routes = {("GET", "list"): of_drive}
