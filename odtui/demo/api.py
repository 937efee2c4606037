"""Graph: from a request to its handler, and from a fault to an error."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from odtui.demo import (
    bundles,
    content,
    copies,
    covers,
    delta,
    drives,
    grants,
    items,
    labels,
    lists,
    multipart,
    permissions,
    recycling,
    search,
    shared,
    shares,
    sitebin,
    sites,
    special,
    statistics,
    subscriptions,
    thumbnails,
    uploads,
    versions,
    work,
)
from odtui.demo.access import Grant, grant_of
from odtui.demo.addressing import Address, function, parse
from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request, not_found
from odtui.demo.links import Links
from odtui.demo.nodes import Node, Share
from odtui.demo.receiving import Spot
from odtui.demo.state import Demo

PREFIXES = ("/v1.0", "/_api/v2.0", "/beta")

ITEM_ROUTES: Routes = (
    items.ROUTES
    | content.ROUTES
    | uploads.ROUTES
    | copies.ROUTES
    | covers.ROUTES
    | labels.ROUTES
    | lists.ROUTES
    | multipart.ROUTES
    | statistics.ROUTES
    | delta.ROUTES
    | permissions.ROUTES
    | recycling.ROUTES
    | search.ROUTES
    | thumbnails.ROUTES
    | versions.ROUTES
    | subscriptions.ROUTES
    | work.ROUTES
)
DRIVE_ROUTES: Routes = (
    lists.DRIVE_ROUTES
    | bundles.ROUTES
    | drives.ROUTES
    | shared.ROUTES
    | search.DRIVE_ROUTES
    | special.ROUTES
    | work.DRIVE_ROUTES
)

_DEEP = frozenset(
    {
        "subscriptions",
        "children",
        "versions",
        "permissions",
        "thumbnails",
        "analytics",
        "bundles",
        "listItem",
        "following",
    }
)
"""Segments whose handlers look at what follows them."""
_SYSTEM = frozenset({"select", "expand", "top", "orderby", "filter", "skiptoken", "skipToken"})


async def graph(request: Request) -> Response:
    """Any request below one of the prefixes."""
    demo: Demo = request.app.state.demo
    raw = request.scope["raw_path"].decode("latin-1")
    prefix = next(each for each in PREFIXES if raw.startswith(each))
    grant = grant_of(demo, request.headers.get("authorization"))
    address = parse(sites.rewrite(demo, raw.removeprefix(prefix)))
    links = Links.for_host(request.headers.get("host", ""), prefix, business=demo.options.account == "business")
    call = Call(demo, request, links, grant, address, _query(request.query_params))
    if not address.drive:
        return await _top(call)
    if address.drive[0] == "shares":
        prefer = request.headers.get("prefer", "")
        drive, base, call.link = shares.resolve(demo, grant, address.drive[1], prefer)
    else:
        drive, base = _drive(demo, grant, address), None
    call._drive = drive
    if not address.anchor:
        return await _handle(call, DRIVE_ROUTES)
    if address.anchor[0] == "items" and (album := bundles.find(call, address.anchor[1])) is not None:
        return await bundles.item(call, album)
    if address.anchor == ("special", "recyclebin"):
        return await recycling.special_bin(call)
    call.spot = _locate(call, drive, base)
    if call.spot.node is not None and not drive.sees(call.spot.node):
        raise not_found()
    return await _handle(call, ITEM_ROUTES)


async def _top(call: Call) -> Response:
    """What hangs on no single drive."""
    reads = call.request.method in ("GET", "HEAD")
    match call.address.tail:
        case ("search", "query") if call.request.method == "POST":
            return await sites.query(call)
        case ("sites", name, "recycleBin", "items") if reads:
            return await sitebin.listing(call, name)
        case ("sites", name, "recycleBin", "items", "restore") if call.request.method == "POST":
            return await sitebin.restore(call, name)
        case ("subscriptions", *rest):
            return await subscriptions.handle(call, *rest)
        case ("shares", token, "permission", "grant") if call.request.method == "POST":
            return await grants.grant(call, _resolve(call, token))
        case ("shares", token, "permission") if reads:
            return await grants.link_permission(call, _resolve(call, token))
        case ("shares", token, *rest) if reads:
            _resolve(call, token)
            return await shares.shared_item(call, call.drive, call.node, *rest)
    if call.address.tail == ("search", "query") or not reads:
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    return await drives.top(call)


def _resolve(call: Call, token: str) -> Share | None:
    """Aim the call at what a sharing address leads to; the permission behind it, if it is a link."""
    call._drive, node, call.link = shares.resolve(call.demo, call.grant, token, "")
    call.spot = Spot(node)
    return shares.share_of(call.demo, token)


def _query(params: Mapping[str, str]) -> dict[str, str]:
    """Query options; system ones have their `$` whether it was sent or not."""
    named = {f"${key}" if key in _SYSTEM else key: value for key, value in params.items()}
    if "$skipToken" in named:
        named["$skiptoken"] = named.pop("$skipToken")
    return named


async def _handle(call: Call, routes: Routes) -> Response:
    method = "GET" if call.request.method == "HEAD" else call.request.method
    segment, call.arguments = function(call.address.tail[0]) if call.address.tail else ("", {})
    short = len(call.address.tail) <= 1 or segment in _DEEP
    handler = routes.get((method, segment))
    if handler is not None and short:
        before = call.demo.journal.seq
        answer = await handler(call)
        if call.demo.journal.seq != before:
            subscriptions.notify(call.demo, call.drive.slug)
        return answer
    if short and any(known == segment for _, known in routes):
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    raise GraphFault(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def _drive(demo: Demo, grant: Grant, address: Address) -> Drive:
    """The drive of an address. Raises GraphFault 404."""
    match address.drive:
        case ("me",):
            return demo.drives[grant.user.key]
        case ("drives", drive_id) if drive_id in drives.PHANTOMS and demo.options.account == "personal":
            raise bad_request("ObjectHandle is Invalid")
        case ("drives", drive_id):
            found = demo.drive_by_id(drive_id)
        case (("sites" | "groups") as kind, name):
            return sites.drive_of(demo, kind, name)
        case (_, name):
            return demo.drives[drives.user_of(demo, name).key]
    if found is None:
        raise not_found()
    return found


def _locate(call: Call, drive: Drive, base: Node | None) -> Spot:
    """What the address points to, following its path as far as there is something. Raises GraphFault 404."""
    match call.address.anchor:
        case ("root",):
            start: Node | None = base or drive.tree.root
        case ("items", item_id):
            start = drive.find(item_id)
            if start is None and _reaches_bin(call) and (gone := drive.removed(item_id)) is not None:
                return Spot(gone)
        case (_, name):
            start = special.special(call, drive, name)
        case _:
            start = None
    if start is None:
        raise not_found()
    if base is not None and start is not base and base not in list(drive.tree.ancestors(start)):
        raise not_found()
    for depth, name in enumerate(call.address.path):
        child = drive.tree.child(start, name)
        if child is None:
            return Spot(None, start, call.address.path[depth:])
        start = child
    return Spot(start)


def _reaches_bin(call: Call) -> bool:
    """Whether a request may name an item of the recycle bin: to restore it, or on personal to read it."""
    if call.address.path:
        return False
    if call.address.tail:
        return call.address.tail == ("restore",)
    reads = call.request.method in ("GET", "HEAD")
    return reads and not call.drive.business and call.query.get("includeDeletedItems", "").lower() == "true"
