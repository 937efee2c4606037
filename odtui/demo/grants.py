"""The permission behind a sharing link: read, and given to more people. Source: REFERENCE §2.5, 5.22."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo import permissions
from odtui.demo.call import Call
from odtui.demo.errors import GraphFault, bad_request, denied, not_found
from odtui.demo.nodes import Share


async def link_permission(call: Call, share: Share | None) -> Response:
    """GET /shares/{token}/permission."""
    call.allow()
    if share is None:
        raise not_found()
    return call.json(permissions.context(call) | permissions.write(call, call.node, call.node, share))


async def grant(call: Call, share: Share | None) -> Response:
    """POST /shares/{token}/permission/grant: the people named may use the link. Raises GraphFault."""
    call.link = ""  # what the link allows is not the question
    call.allow(write=True)
    if share is None:
        raise not_found()
    if not call.drive.business:
        raise GraphFault(400, "notSupported", "Links of personal accounts cannot be granted to people.")
    if not permissions.is_owner(call):
        raise denied("Only the owner can share this item.")
    body = await call.body()
    recipients, roles = body.get("recipients"), body.get("roles")
    if not isinstance(recipients, list) or not recipients or not all(isinstance(each, dict) for each in recipients):
        raise bad_request("At least one recipient is needed.")
    if roles != [share.role]:
        raise bad_request("The role has to be that of the link.")
    for recipient in recipients:
        wanted = str(recipient.get("email") or recipient.get("objectId") or "").lower()
        user = next((each for each in call.demo.users.values() if wanted in (each.address, each.uid)), None)
        if user is not None and user.key not in share.redeemed and user != call.drive.owner:
            share.redeemed.append(user.key)
    call.drive.changed(call.drive.tree.owned(call.node))
    value = [permissions.write(call, call.node, call.node, share)]
    context = f"{call.links.graph}/$metadata#Collection(permission)"
    return call.json({"@odata.context": context, "value": value})
