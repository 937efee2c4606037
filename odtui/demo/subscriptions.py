"""Change notifications to programs on this computer; the demo calls nobody else. Source: REFERENCE §5.28."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

import msgspec
from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.errors import GraphFault, bad_request, denied, not_found
from odtui.demo.items import parse_time
from odtui.demo.render import Json, iso
from odtui.demo.state import Demo

MAX_LIFE = 42_300 * 60
"""Seconds."""
PATIENCE = 10.0
"""Seconds for the answer of a program."""
_RESOURCES = {"/me/drive/root", "me/drive/root", "/drive/root", "drive/root"}


@dataclass(slots=True)
class Subscription:
    """One subscription."""

    id: str
    user: str
    """Key."""
    resource: str
    drive: str
    """Slug of the drive."""
    url: str
    expires: int
    """Seconds since the epoch."""
    state: str
    """The client's own secret, sent back with every notification; empty for none."""


def _living(demo: Demo) -> dict[str, Subscription]:
    """All that have not expired."""
    for name, each in list(demo.subscriptions.items()):
        if each.expires < demo.clock():
            del demo.subscriptions[name]
    return demo.subscriptions


async def handle(call: Call, *rest: str) -> Response:
    """Anything below /subscriptions."""
    method = "GET" if call.request.method == "HEAD" else call.request.method
    if method == "POST" and not rest:
        return await _create(call)
    own = {name: each for name, each in _living(call.demo).items() if each.user == call.grant.user.key}
    if method == "GET" and not rest:
        value = [_write(each) for each in own.values()]
        return call.json({"@odata.context": f"{call.links.graph}/$metadata#subscriptions", "value": value})
    found = own.get(rest[0]) if rest else None
    if found is None:
        raise not_found() if rest else GraphFault(405, "notAllowed", "The method is not allowed here.")
    match (method, *rest[1:]):
        case ("GET",):
            return call.json(_context(call) | _write(found))
        case ("PATCH",):
            found.expires = _expiry(call, await call.body())
            return call.json(_context(call) | _write(found))
        case ("DELETE",):
            del call.demo.subscriptions[found.id]
            return Response(status_code=204)
        case ("POST", "reauthorize"):
            return Response(status_code=204)
    raise GraphFault(405, "notAllowed", "The method is not allowed here.")


def _context(call: Call) -> Json:
    return {"@odata.context": f"{call.links.graph}/$metadata#subscriptions/$entity"}


def _write(it: Subscription) -> Json:
    return {
        "id": it.id,
        "resource": it.resource,
        "applicationId": PUBLIC_CLIENT,
        "changeType": "updated",
        "clientState": it.state or None,
        "notificationUrl": it.url,
        "expirationDateTime": iso(it.expires),
        "creatorId": it.user,
        "latestSupportedTlsVersion": "v1_2",
        "notificationContentType": "application/json",
    }


def _expiry(call: Call, body: dict[str, Any]) -> int:
    when = parse_time(body.get("expirationDateTime"))
    if not call.demo.clock() < when <= call.demo.clock() + MAX_LIFE:
        raise bad_request("Subscription expiration can only be 42300 minutes in the future.")
    return when


async def _create(call: Call) -> Response:
    """POST subscriptions: the program at the address must answer a question first."""
    body = await call.body()
    resource, url = str(body.get("resource", "")), str(body.get("notificationUrl", ""))
    own = call.demo.drives[call.grant.user.key]
    if body.get("changeType") != "updated" or resource not in (*_RESOURCES, f"/drives/{own.id}/root"):
        raise bad_request("Only 'updated' on the root of the own drive can be subscribed to.")
    if not any(scope.startswith("files.read") for scope in call.grant.scopes):
        raise denied()
    expires = _expiry(call, body)
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost") or urlsplit(url).scheme not in ("http", "https"):
        raise bad_request("The demo drive notifies programs on this computer only.")
    token = token_hex(16)
    separator = "&" if urlsplit(url).query else "?"
    status, text = await asyncio.to_thread(_post, f"{url}{separator}validationToken={quote(token)}", b"")
    if status != 200 or text != token:
        raise bad_request("Subscription validation request failed: the program has to answer with the token.")
    state = str(body.get("clientState") or "")[:128]
    made = Subscription(str(uuid4()), call.grant.user.key, resource, own.slug, url, expires, state)
    call.demo.subscriptions[made.id] = made
    return call.json(_context(call) | _write(made), 201)


def _post(url: str, body: bytes) -> tuple[int, str]:
    """Status and text of an answer; 0 if there is none. The address has been checked to be on this machine."""
    kind = "application/json" if body else "text/plain"
    request = Request(url, body, {"Content-Type": kind}, method="POST")  # noqa: S310  # see above
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read(10_000).decode(errors="replace")
    except (URLError, OSError, ValueError):
        return 0, ""


def notify(demo: Demo, slug: str) -> None:
    """Tell the subscribers of a drive, in the background, that something in it has changed."""
    for each in _living(demo).values():
        if each.drive != slug:
            continue
        note = {
            "subscriptionId": each.id,
            "subscriptionExpirationDateTime": iso(each.expires),
            "clientState": each.state or None,
            "resource": each.resource.lstrip("/"),
            "changeType": "updated",
            "tenantId": demo.users[each.user].tenant,
        }
        task = asyncio.create_task(asyncio.to_thread(_post, each.url, msgspec.json.encode({"value": [note]})))
        demo.telling.add(task)
        task.add_done_callback(demo.telling.discard)


async def socket(call: Call) -> Response:
    """GET subscriptions/socketIo: the demo has no such channel; clients ask delta from time to time instead."""
    _ = call.node
    call.allow()
    raise GraphFault(501, "notSupported", "The demo drive has no notification channel; ask delta for changes.")


ROUTES: Routes = {("GET", "subscriptions"): socket}
