"""Out of the recycle bin, and past it. Source: REFERENCE §5.16 and 5.17, QUIRKS 182."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request, denied, name_taken, not_found
from odtui.demo.items import check_unlocked, folder_named_by
from odtui.demo.names import check_name, check_path


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


ROUTES: Routes = {("POST", "restore"): restore, ("POST", "permanentDelete"): permanent_delete}
