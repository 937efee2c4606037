"""The recycle bin as a special folder, out of it, and past it. Source: REFERENCE §2.4, 5.16 and 5.17, QUIRKS 182."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request, denied, name_taken, not_found
from odtui.demo.items import check_unlocked, folder_named_by
from odtui.demo.names import check_name, check_path
from odtui.demo.nodes import Node, guid_of
from odtui.demo.paging import page_size


async def restore(call: Call) -> Response:
    """POST restore: personal, and with a scope that opens all files."""
    node, drive = call.node, call.drive
    call.allow(write=True, node=drive.tree.root)
    if drive.business:
        raise GraphFault(400, "notSupported", "Items of this drive are restored from the site's recycle bin.")
    if "files.readwrite.all" not in call.grant.scopes:
        raise denied()
    body = await call.body()
    if not node.deleted:
        raise bad_request("The item has not been deleted.")
    reference = body.get("parentReference")
    parent = folder_named_by(call, drive, reference) if isinstance(reference, dict) else None
    parent = parent or drive.tree.get(node.parent)
    if parent is None:
        raise not_found()
    name = node.name
    if body.get("name") is not None:
        name = check_name(body["name"], business=drive.business, folder=node.is_container, in_root=not parent.parent)
    check_path("/".join((*drive.tree.names(parent), name)))
    if drive.tree.child(parent, name) is not None:
        raise name_taken()
    drive.restore(node, name, drive.tree.owned(parent))
    return call.item(node)


async def permanent_delete(call: Call) -> Response:
    """POST permanentDelete: business; personal answers 405."""
    node = call.node
    call.allow(write=True)
    if not call.drive.business:
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    node = call.drive.tree.owned(node)
    check_unlocked(node, call.grant.user.key)
    if not node.parent:
        raise GraphFault(403, "accessDenied", "The root folder cannot be deleted.")
    call.drive.purge(node)
    return Response(status_code=204)


async def special_bin(call: Call) -> Response:
    """GET special/recyclebin and its children: business only, and only to be read."""
    drive = call.drive
    call.allow(node=drive.tree.root)
    if not drive.business:
        raise bad_request("The special folder name is not valid.")
    if call.request.method not in ("GET", "HEAD"):
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    binned = sorted(drive.tree.bin(), key=lambda node: node.seq, reverse=True)
    where = Node(guid=guid_of(f"{drive.slug} recycle bin"), name="Recycle Bin", kind="folder")
    drive_part = f"/drives/{quote(drive.id, safe='!')}"
    match call.address.path, call.address.tail:
        case (), ():
            body = {
                "@odata.context": f"{call.links.graph}/$metadata#drives('{drive.id}')/items/$entity",
                "id": drive.item_id(where.guid),
                "name": where.name,
                "size": sum(node.size for node in binned),
                "eTag": drive.e_tag(where),
                "folder": {"childCount": len(binned)},
                "specialFolder": {"name": "recyclebin"},
                "parentReference": {"driveId": drive.id, "driveType": drive.kind},
            }
            return call.json(body)
        case (), ("children",):
            top, start = page_size(call), _position(call, where.guid)
            body = {"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)"}
            if len(binned) > start + top:
                kept = {name: call.query[name] for name in ("$select", "$top") if name in call.query}
                kept["$skiptoken"] = call.demo.signer.seal("page", [where.guid, start + top])
                query = urlencode(kept, safe="$", quote_via=quote)
                body["@odata.nextLink"] = f"{call.links.graph}{drive_part}/special/recyclebin/children?{query}"
            renderer = call.renderer()
            return call.json(body | {"value": [renderer.removed(node) for node in binned[start : start + top]]})
    raise not_found()


def _position(call: Call, guid: str) -> int:
    """Where a page of the bin starts. Raises GraphFault 400."""
    if (mark := call.query.get("$skiptoken")) is None:
        return 0
    value = call.demo.signer.unseal("page", mark)
    if value is None or value[0] != guid:
        raise bad_request("Invalid paging token.")
    return int(value[1])


ROUTES: Routes = {("POST", "restore"): restore, ("POST", "permanentDelete"): permanent_delete}
