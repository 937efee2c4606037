"""Permissions of items: list, make links, invite, change, take back. Source: REFERENCE §5.22, QUIRKS 200-202."""

from __future__ import annotations

import re
from secrets import token_hex, token_urlsafe
from typing import Any

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.clients import PUBLIC_CLIENT, REGISTRATIONS
from odtui.demo.drive import Drive, User
from odtui.demo.errors import GraphFault, bad_request, denied, not_found
from odtui.demo.items import parse_time
from odtui.demo.nodes import Node, Share
from odtui.demo.render import Json, iso
from odtui.demo.shares import link_address

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ROLES = ("read", "write")
_MAX_MESSAGE = 2000
_OWNER = "owner"
"""Id of the permission that an owner has by being one."""
_NOTE = "GrantedTo has been deprecated. Refer to GrantedToV2"
Held = list[tuple[Node, Share]]


async def listing(call: Call) -> Response:
    """GET permissions, or permissions/{id}; the owner sees all, others only what concerns them."""
    node = call.node
    call.allow()
    item_id = call.drive.item_id(node.guid)
    body: Json = {"@odata.context": f"{call.links.graph}/$metadata#items('{item_id}')/permissions"}
    if call.rest:
        return call.json(body | _one(call, node, call.rest[0]))
    if call.unmodified(call.drive.e_tag(node)):
        return Response(status_code=304)
    value = [_owner(call.drive)] if is_owner(call) else []
    value += [write(call, node, holder, share) for holder, share in _visible(call, node)]
    return call.json(body | {"value": value})


def _held(call: Call, node: Node) -> Held:
    """Permissions in force on an item: its own, then those of the folders around it."""
    return [
        (each, share)
        for each in (node, *call.drive.tree.ancestors(node))
        for share in each.permissions
        if not 0 < share.expires < call.demo.clock()
    ]


def is_owner(call: Call) -> bool:
    return call.drive.owner == call.grant.user or call.drive.members.get(call.grant.user.key) == "write"


def _visible(call: Call, node: Node) -> Held:
    key = call.grant.user.key
    return [pair for pair in _held(call, node) if is_owner(call) or key in (pair[1].to, *pair[1].redeemed)]


def _find(call: Call, node: Node, wanted: str) -> tuple[Node, Share]:
    for holder, share in _visible(call, node):
        if share.id == wanted:
            return holder, share
    raise not_found()


def _one(call: Call, node: Node, wanted: str) -> Json:
    if wanted == _OWNER and is_owner(call):
        return _owner(call.drive)
    holder, share = _find(call, node, wanted)
    return write(call, node, holder, share)


def _owner(drive: Drive) -> Json:
    return {"id": _OWNER, "roles": ["owner"], **_granted(drive, drive.owner)}


def _granted(drive: Drive, user: User) -> Json:
    """Who holds a permission, in the form of today and in the one that is no longer to be used."""
    who = {"user": {"id": user.uid, "displayName": user.name, "email": user.address}}
    body: Json = {"@deprecated.GrantedTo": _NOTE, "grantedTo": who, "grantedToV2": dict(who)}
    if drive.business:
        site_user = {"id": "10", "displayName": user.name, "loginName": f"i:0#.f|membership|{user.address}"}
        body["grantedToV2"]["siteUser"] = site_user
    return body


def write(call: Call, node: Node, holder: Node, share: Share) -> Json:
    body: Json = {"id": share.id, "roles": [share.role]}
    if share.link:
        link: Json = {"type": share.link, "scope": share.scope}
        link["application"] = {"id": PUBLIC_CLIENT, "displayName": REGISTRATIONS[PUBLIC_CLIENT].name}
        if is_owner(call):
            link["webUrl"] = address = link_address(call.drive, holder, share)
            if share.link == "embed":
                link["webHtml"] = f'<iframe src="{address}" width="98" height="120" frameborder="0"></iframe>'
            body["shareId"] = f"s!{share.token}"
        if call.drive.business:
            link["preventsDownload"] = False
        body |= {"link": link, "hasPassword": bool(share.password)}
    elif (user := call.demo.users.get(share.to)) is not None:
        body |= _granted(call.drive, user)
    else:
        body["grantedToV2"] = {"user": {"displayName": share.to.partition("@")[0], "email": share.to}}
        body["invitation"] = {"email": share.to, "signInRequired": True}
    if share.expires:
        body["expirationDateTime"] = iso(share.expires)
    if holder is not node and not call.drive.business:
        body["inheritedFrom"] = call.renderer().reference(holder)
    return body


# Making permissions


def _changeable(call: Call) -> Node:
    """The item, if its permissions may be changed. Raises GraphFault 400 or 403."""
    node = call.node
    call.allow(write=True)
    if not is_owner(call):
        raise denied("Only the owner can share this item.")
    if not node.parent and not call.drive.business:
        raise bad_request("The permissions of the root folder cannot be changed.")
    return call.drive.tree.owned(node)


def _expiry(call: Call, body: dict[str, Any]) -> int:
    if body.get("expirationDateTime") is None:
        return 0
    when = parse_time(body["expirationDateTime"])
    if when <= call.demo.clock():
        raise bad_request("The expiration time lies in the past.")
    return when


async def create_link(call: Call) -> Response:
    """POST createLink: 201 with a new link, 200 with the one of that kind that there is."""
    node = _changeable(call)
    body = await call.body()
    business = call.drive.business
    kind = body.get("type", "view")
    scope = body.get("scope") or ("organization" if business else "anonymous")
    if kind not in (("view", "edit") if business else ("view", "edit", "embed")):
        raise bad_request("The type of the link is not supported.")
    if scope not in (("anonymous", "organization", "users") if business else ("anonymous", "users")):
        raise bad_request("The scope of the link is not supported.")
    password = body.get("password") or ""
    if business and password:
        raise bad_request("Passwords are not supported.")
    expires = _expiry(call, body)
    for share in node.permissions:
        if (share.link, share.scope, bool(share.password), share.expires) == (kind, scope, bool(password), expires):
            return call.json(context(call) | write(call, node, node, share))
    share = Share(
        id=token_hex(8),
        role="write" if kind == "edit" else "read",
        link=kind,
        scope=scope,
        token=token_urlsafe(16),
        password=str(password),
        expires=expires,
        when=int(call.demo.clock()),
    )
    node.permissions.append(share)
    call.drive.changed(node)
    return call.json(context(call) | write(call, node, node, share), 201)


def context(call: Call) -> Json:
    return {"@odata.context": f"{call.links.graph}/$metadata#permission"}


async def invite(call: Call) -> Response:
    """POST invite: 200, or 207 if it worked for some only."""
    node = _changeable(call)
    body = await call.body()
    recipients, roles = body.get("recipients"), body.get("roles")
    if not isinstance(recipients, list) or not recipients or not all(isinstance(each, dict) for each in recipients):
        raise bad_request("At least one recipient is needed.")
    if not isinstance(roles, list) or len(roles) != 1 or roles[0] not in _ROLES:
        raise bad_request("One role is needed: read or write.")
    if len(str(body.get("message") or "")) > _MAX_MESSAGE:
        raise bad_request("The message is too long.", inner="parameterIsTooLong")
    expires = _expiry(call, body)
    value = [_invite(call, node, each, roles[0], expires) for each in recipients]
    failed = sum("error" in each for each in value)
    if failed < len(value):
        call.drive.changed(node)
    elif failed:
        raise bad_request("None of the recipients can be invited.")
    context = f"{call.links.graph}/$metadata#Collection(permission)"
    return call.json({"@odata.context": context, "value": value}, 207 if failed else 200)


def _invite(call: Call, node: Node, recipient: dict[str, Any], role: str, expires: int) -> Json:
    """The permission of one recipient, given or renewed."""
    wanted = str(recipient.get("email") or recipient.get("alias") or recipient.get("objectId") or "").lower()
    user = next((each for each in call.demo.users.values() if wanted in (each.address, each.key, each.uid)), None)
    if user is None and not _ADDRESS.fullmatch(wanted):
        inner = {"code": "exchangeInvalidUser"}
        error = {"code": "invalidRequest", "message": "The recipient is not valid.", "innererror": inner}
        return {"roles": [role], "invitation": {"email": wanted}, "error": error}
    to = user.key if user is not None else wanted
    if to == call.drive.owner.key:
        return _owner(call.drive)
    share = next((each for each in node.permissions if each.to == to), None)
    if share is None:
        share = Share(id=token_hex(8), role=role, to=to, when=int(call.demo.clock()))
        node.permissions.append(share)
    share.role, share.expires = role, expires
    body = write(call, node, node, share)
    return body | {"invitation": {"email": user.address if user else to, "signInRequired": True}}


# Changing them


def _own(call: Call, node: Node) -> Share:
    """The permission of the address, if it is the item's own and can be changed. Raises GraphFault 400, 403 or 404."""
    wanted = call.rest[0] if call.rest else ""
    if wanted == _OWNER:
        raise denied("The role of the owner cannot be changed.")
    holder, share = _find(call, node, wanted)
    if holder is not node:
        raise GraphFault(403, "accessDenied", "The permission is inherited from a folder.")
    return share


async def update(call: Call) -> Response:
    """PATCH permissions/{id}: the role of a person, the expiry of an anonymous link."""
    node = _changeable(call)
    share = _own(call, node)
    call.check_match(node)
    body = await call.body()
    if share.link and (share.scope != "anonymous" or "roles" in body or call.drive.business):
        raise bad_request("This permission cannot be changed; delete it and make another.")
    if "roles" in body:
        roles = body["roles"]
        if not isinstance(roles, list) or len(roles) != 1 or roles[0] not in _ROLES:
            raise bad_request("One role is needed: read or write.")
        share.role = roles[0]
    if "expirationDateTime" in body:
        share.expires = _expiry(call, body)
    call.drive.changed(node)
    return call.json(context(call) | write(call, node, node, share))


async def delete(call: Call) -> Response:
    """DELETE permissions/{id}: what was shared is so no longer."""
    node = _changeable(call)
    share = _own(call, node)
    call.check_match(node)
    node.permissions.remove(share)
    call.drive.changed(node)
    return Response(status_code=204)


ROUTES: Routes = {
    ("GET", "permissions"): listing,
    ("PATCH", "permissions"): update,
    ("DELETE", "permissions"): delete,
    ("POST", "createLink"): create_link,
    ("POST", "invite"): invite,
}
