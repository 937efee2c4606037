"""The recycle bin of a SharePoint site: listed, and items brought back. Source: REFERENCE §5.17."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from odtui.demo.access import check
from odtui.demo.call import Call
from odtui.demo.drive import Drive
from odtui.demo.errors import bad_request, name_taken, not_found
from odtui.demo.nodes import Node
from odtui.demo.render import Json, identity, iso
from odtui.demo.sites import site_of

MAX_IDS = 200


def _bin(call: Call, name: str, *, write: bool) -> list[tuple[Drive, Node]]:
    """What was deleted from the libraries of a site, the latest first. Raises GraphFault 400, 403 or 404."""
    found: list[tuple[Drive, Node]] = []
    for key in site_of(call.demo, name).libraries:
        drive = call.demo.drives[key]
        check(call.grant, drive, drive.tree.root, write=write)
        found += [(drive, node) for node in drive.tree.bin()]
    return sorted(found, key=lambda pair: pair[1].seq, reverse=True)


def _write(drive: Drive, node: Node) -> Json:
    parent = drive.tree.get(node.parent)
    around = "/".join(drive.tree.names(parent)) if parent is not None else ""
    place = f"sites/{drive.owner.key}/{drive.name}/{around}".rstrip("/")
    return {
        "id": node.guid,
        "name": node.name,
        "title": node.name,
        "size": node.size,
        "deletedDateTime": iso(node.gone or node.modified),
        "deletedFromLocation": place,
        "createdBy": identity(drive.owner),
    }


async def listing(call: Call, name: str) -> Response:
    """GET /sites/{id}/recycleBin/items."""
    value = [_write(drive, node) for drive, node in _bin(call, name, write=False)]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#sites('x')/recycleBin/items", "value": value})


async def restore(call: Call, name: str) -> Response:
    """POST /sites/{id}/recycleBin/items/restore with ids: each goes back to where it was."""
    ids: Any = (await call.body()).get("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= MAX_IDS:
        raise bad_request("The ids of the items are needed.")
    there = {node.guid: (drive, node) for drive, node in _bin(call, name, write=True)}
    if any(guid not in there for guid in ids):
        raise not_found()
    for drive, node in (there[guid] for guid in dict.fromkeys(ids)):
        parent = drive.tree.get(node.parent)
        if parent is None:
            raise not_found()
        if drive.tree.child(parent, node.name) is not None:
            raise name_taken()
        drive.restore(node, node.name, drive.tree.owned(parent))
    value = [{"id": guid} for guid in dict.fromkeys(ids)]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#sites('x')/recycleBin/items", "value": value})
