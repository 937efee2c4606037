"""Sharing links: their addresses, and what they lead to. Source: REFERENCE §2.5."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

from starlette.responses import Response

from odtui.demo import lists, render
from odtui.demo.access import Grant, role_of
from odtui.demo.call import Call
from odtui.demo.drive import Drive
from odtui.demo.errors import bad_request, denied, not_found
from odtui.demo.nodes import Node, Share
from odtui.demo.paging import DEFAULT_TOP
from odtui.demo.render import Json
from odtui.demo.signing import unb64
from odtui.demo.sites import site_around
from odtui.demo.state import Demo

_SHORT = re.compile(r"/[a-z]/c/([0-9a-f]{16})/([0-9A-Za-z_-]+)")
_WORK = re.compile(r"/:[a-z]:/[gs]/(?:personal/|sites/)?[^/]+/([0-9A-Za-z_-]+)")


def link_address(drive: Drive, node: Node, share: Share) -> str:
    """The address that a link is passed on as."""
    letter = "f" if node.is_container else "u"
    if not drive.business:
        return f"https://1drv.ms/{letter}/c/{drive.id}/{share.token}"
    if drive.library:
        return f"https://contoso.sharepoint.com/:{letter}:/s/{drive.owner.key}/{share.token}"
    return f"https://contoso-my.sharepoint.com/:{letter}:/g/personal/{drive.owner.key}/{share.token}"


def resolve(demo: Demo, grant: Grant, token: str, prefer: str) -> tuple[Drive, Node, str]:
    """The item behind an encoded sharing address, and what the link allows: read or write.

    `prefer` is the Prefer header: with redeemSharingLink the caller keeps what the link gives.

    Raises:
        GraphFault: 400, 403 or 404.
    """
    url, short, key = _parsed(token)
    found = _by_token(demo, key) if key else None
    if found is not None:
        drive, node, share = found
        _check(share, grant, drive)
        if "redeemsharinglink" in [each.strip().lower() for each in prefer.split(",")]:
            _redeem(drive, node, share, grant)
        return drive, node, share.role
    item_id = parse_qs(url.query).get("id", [""])[0]
    there = demo.drive_by_id(short[1]) if short else None
    if there is not None and short:
        return _reachable(grant, there, there.tree.get(short[2]))
    for drive in demo.drives.values():
        if (item := drive.find(item_id)) is not None:
            return _reachable(grant, drive, item)
    raise not_found()


def share_of(demo: Demo, token: str) -> Share | None:
    """The permission behind an encoded sharing address; None for a plain one. Raises GraphFault 400."""
    key = _parsed(token)[2]
    found = _by_token(demo, key) if key else None
    return found[2] if found is not None else None


def _parsed(token: str) -> tuple[SplitResult, re.Match[str] | None, str]:
    """The address in an encoded one, its parts if it is of OneDrive's short form, and the token of a link in it."""
    if not token.startswith("u!"):
        raise bad_request("The sharing token is not valid.")
    try:
        url = urlsplit(unb64(token[2:].rstrip("=")).decode())
    except ValueError:
        raise bad_request("The sharing token is not valid.") from None
    short = _SHORT.fullmatch(url.path) if url.hostname == "1drv.ms" else None
    work = _WORK.fullmatch(url.path) if (url.hostname or "").endswith(".sharepoint.com") else None
    return url, short, short[2] if short else work[1] if work else ""


def _reachable(grant: Grant, drive: Drive | None, node: Node | None) -> tuple[Drive, Node, str]:
    """The item at a plain address, if the caller may see it without a link."""
    if drive is None or node is None:
        raise not_found()
    role = "write" if drive.owner == grant.user else drive.members.get(grant.user.key) or role_of(grant, drive, node)
    if not role:
        raise denied()
    return drive, node, role


def _by_token(demo: Demo, token: str) -> tuple[Drive, Node, Share] | None:
    for drive in demo.drives.values():
        for node in drive.tree.shared():
            for share in node.permissions:
                if share.token == token:
                    return drive, node, share
    return None


def _check(share: Share, grant: Grant, drive: Drive) -> None:
    if drive.owner == grant.user:
        return
    if 0 < share.expires < grant.now:
        raise denied("The sharing link has expired.")
    if share.password:
        raise denied("The sharing link asks for a password, which can be entered in a browser only.")
    if share.scope == "users" and grant.user.key not in (*share.redeemed, share.to):
        raise denied()


def _redeem(drive: Drive, node: Node, share: Share, grant: Grant) -> None:
    if grant.user != drive.owner and grant.user.key not in share.redeemed:
        share.redeemed.append(grant.user.key)
        drive.noted(node)


async def shared_item(call: Call, drive: Drive, node: Node, *rest: str) -> Response:
    """GET /shares/{token}, its list, row and site. Raises GraphFault 400 for what is not served of it."""
    call.allow(node=node)
    match rest:
        case ():
            return call.json(_whole(call, drive, node))
        case ("list",):
            return await lists.of_drive(call)
        case ("listItem",) | ("listItem", "fields"):
            return await lists.list_item(call)
        case ("site",):
            return call.json({"@odata.context": f"{call.links.graph}/$metadata#sites/$entity", **site_around(drive)})
    raise bad_request(f"Resource not found for the segment '{rest[0][:40]}'.")


def _whole(call: Call, drive: Drive, node: Node) -> Json:
    """A sharedDriveItem, with what is to be expanded."""
    body: Json = {
        "@odata.context": f"{call.links.graph}/$metadata#shares/$entity",
        "id": call.address.tail[1],
        "name": node.name,
        "owner": render.identity(drive.owner),
    }
    plain = render.Renderer(call.demo, drive, call.links, default=False)
    for name in filter(None, call.query.get("$expand", "").replace(" ", "").split(",")):
        match name:
            case "driveItem" | "root":
                body[name] = plain.item(node)
            case "items" | "children":
                inside = drive.tree.page(node, 0, DEFAULT_TOP) if node.is_container else []
                body[name] = plain.items([node] if name == "items" and not node.is_container else inside)
            case "listItem":
                body[name] = lists.row(call, node, with_fields=False)
            case "list":
                body[name] = lists.whole(call)
            case "site":
                body[name] = site_around(drive)
            case _:
                raise bad_request("Parsing OData Select and Expand failed.", inner="invalidQueryOption")
    return body
