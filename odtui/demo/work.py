"""What work accounts alone have: following, previews, checking out. Source: REFERENCE §5.20, 5.25, 5.26."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request, locked, not_found
from odtui.demo.items import check_unlocked
from odtui.demo.nodes import Node
from odtui.demo.receiving import Spot

_CHECK_IN_AS = (None, "", "published", "unspecified")


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
    if call.rest:
        return call.item(_followed(call))
    nodes = [node for node in call.drive.tree.kept() if call.grant.user.key in node.followers]
    context = f"{call.links.graph}/$metadata#Collection(driveItem)"
    return call.json({"@odata.context": context, "value": call.renderer().items(nodes)})


def _followed(call: Call) -> Node:
    """The item of following/{id}. Raises GraphFault 404."""
    node = call.drive.find(call.rest[0])
    if node is None or len(call.rest) > 1 or call.grant.user.key not in node.followers:
        raise not_found()
    return node


async def no_longer_following(call: Call) -> Response:
    """DELETE /me/drive/following/{id}."""
    if not call.rest:
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    call.spot = Spot(_followed(call))
    return await unfollow(call)


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
    node.checked_out, node.checked_out_version = call.grant.user.key, node.content_version
    call.drive.changed(node)
    return Response(status_code=204)


def _checked_out(call: Call) -> Node:
    """The file, checked out by the caller. Raises GraphFault 400, 403 or 423."""
    node = _item(call, write=True)
    if not node.checked_out:
        raise bad_request("The file is not checked out.")
    check_unlocked(node, call.grant.user.key)
    return node


async def check_in(call: Call) -> Response:
    """POST checkin. It is published in any case: the demo's libraries have no minor versions."""
    node = _checked_out(call)
    body = await call.body()
    if not isinstance(body.get("comment", ""), str | None) or body.get("checkInAs") not in _CHECK_IN_AS:
        raise bad_request("The comment or the status of the check-in is not valid.")
    node.checked_out = ""
    call.drive.changed(node)
    return Response(status_code=204)


async def discard(call: Call) -> Response:
    """POST discardCheckout: the content is again as it was when the file was checked out."""
    node = _checked_out(call)
    was = next((each for each in node.versions if each.number == node.checked_out_version), None)
    node.checked_out = ""
    if was is None:
        call.drive.changed(node)
    else:
        content = call.demo.journal.copy_blob(was.content)
        call.drive.set_content(node, content, was.size, was.hash)
    return Response(status_code=204)


ROUTES: Routes = {
    ("POST", "follow"): follow,
    ("POST", "unfollow"): unfollow,
    ("POST", "preview"): preview,
    ("POST", "checkout"): check_out,
    ("POST", "checkin"): check_in,
    ("POST", "discardCheckout"): discard,
}
DRIVE_ROUTES: Routes = {("GET", "following"): following, ("DELETE", "following"): no_longer_following}
