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


async def list_item(call: Call) -> Response:
    """GET listItem, with its fields if they are expanded, and listItem/fields."""
    node = call.node
    call.allow()
    _on_business(call)
    context = f"{call.links.graph}/$metadata#listItem"
    fields = _fields(call, node)
    if call.rest:
        if call.rest != ("fields",):
            raise bad_request(f"Resource not found for the segment '{call.rest[0][:40]}'.")
        return call.json({"@odata.context": context, **fields})
    who = identity(call.drive.owner)
    body: Json = {
        "@odata.context": context,
        "id": fields["id"],
        "eTag": call.drive.e_tag(node),
        "createdDateTime": iso(node.created),
        "lastModifiedDateTime": iso(node.modified),
        "createdBy": who,
        "lastModifiedBy": who,
        "webUrl": call.renderer().web_url(node),
        "contentType": {"id": "0x0120" if node.is_container else "0x0101", "name": fields["ContentType"]},
    }
    return call.json(body | ({"fields": fields} if "fields" in call.query.get("$expand", "") else {}))


async def of_drive(call: Call) -> Response:
    """GET list: the list that a library is."""
    root = call.drive.tree.root
    call.allow(node=root)
    _on_business(call)
    body: Json = {
        "@odata.context": f"{call.links.graph}/$metadata#lists/$entity",
        "id": _guid(root.guid),
        "name": call.drive.name,
        "displayName": call.drive.name,
        "createdDateTime": iso(root.created),
        "lastModifiedDateTime": iso(root.modified),
        "webUrl": call.renderer().web_url(root).partition("?")[0],
        "list": {"contentTypesEnabled": False, "hidden": False, "template": "documentLibrary"},
    }
    return call.json(body)


ROUTES: Routes = {("GET", "listItem"): list_item}
DRIVE_ROUTES: Routes = {("GET", "list"): of_drive}
