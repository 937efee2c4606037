"""What work accounts alone have: following, previews, checking out. Source: REFERENCE §5.20, 5.25, 5.26."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request, locked
from odtui.demo.items import check_unlocked
from odtui.demo.nodes import Node


def _item(call: Call, *, write: bool = False) -> Node:
    """The item asked for, to be changed in place. Raises GraphFault 400 on personal accounts, 403."""
    node = call.node
    call.allow(write=write)
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "This is not available for personal accounts.")
    return call.drive.tree.owned(node)


async def follow(call: Call) -> Response:
    """POST follow."""
    node = _item(call)
    if call.grant.user.key not in node.followers:
        node.followers.append(call.grant.user.key)
        call.drive.noted(node)
    return call.item(node)


async def unfollow(call: Call) -> Response:
    """POST unfollow."""
    node = _item(call)
    if call.grant.user.key in node.followers:
        node.followers.remove(call.grant.user.key)
        call.drive.noted(node)
    return Response(status_code=204)


async def following(call: Call) -> Response:
    """GET /me/drive/following."""
    call.allow(node=call.drive.tree.root)
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "This is not available for personal accounts.")
    nodes = [node for node in call.drive.tree.kept() if call.grant.user.key in node.followers]
    context = f"{call.links.graph}/$metadata#Collection(driveItem)"
    return call.json({"@odata.context": context, "value": call.renderer().items(nodes)})


async def preview(call: Call) -> Response:
    """POST preview: an address that shows the file without a sign-in."""
    node = _item(call)
    if node.kind != "file":
        raise bad_request("The item cannot be previewed.")
    context = f"{call.links.graph}/$metadata#microsoft.graph.itemPreviewInfo"
    body = {"@odata.context": context, "getUrl": call.renderer().download_url(node), "postUrl": None}
    return call.json(body | {"postParameters": None})


async def check_out(call: Call) -> Response:
    """POST checkout: nobody else may change the file from now on."""
    node = _item(call, write=True)
    if node.kind != "file":
        raise bad_request("Only files can be checked out.")
    check_unlocked(node, call.grant.user.key)
    if node.checked_out:
        raise locked()
    node.checked_out = call.grant.user.key
    call.drive.changed(node)
    return Response(status_code=204)


async def check_in(call: Call) -> Response:
    """POST checkin and discardCheckout."""
    node = _item(call, write=True)
    await call.body()
    if not node.checked_out:
        raise bad_request("The file is not checked out.")
    check_unlocked(node, call.grant.user.key)
    node.checked_out = ""
    call.drive.changed(node)
    return Response(status_code=204)


ROUTES: Routes = {
    ("POST", "follow"): follow,
    ("POST", "unfollow"): unfollow,
    ("POST", "preview"): preview,
    ("POST", "checkout"): check_out,
    ("POST", "checkin"): check_in,
    ("POST", "discardCheckout"): check_in,
}
DRIVE_ROUTES: Routes = {("GET", "following"): following}
