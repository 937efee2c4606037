"""Upload sessions. Source: REFERENCE §5.6."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from odtui.demo.access import check_stray
from odtui.demo.call import Call, Routes
from odtui.demo.content import target
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.items import CONFLICT, on_conflict, parse_times
from odtui.demo.links import Links
from odtui.demo.names import check_name, fold
from odtui.demo.nodes import Node
from odtui.demo.receiving import Received, Session, Spot, check_new_names, commit
from odtui.demo.render import Json, Renderer, iso
from odtui.demo.state import Demo
from odtui.demo.subscriptions import notify

UNIT = 320 << 10
"""Every fragment but the last is a multiple of this many bytes."""
MAX_FRAGMENT = 60 << 20
"""A fragment is smaller than this."""
LIFE = 15 * 60
"""Seconds from the last fragment until a session is forgotten."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


async def create(call: Call) -> Response:
    """POST createUploadSession."""
    drive, demo = call.drive, call.demo
    call.allow(write=True)
    body = await call.body()
    item: Any = body.get("item") or {}
    if not isinstance(item, dict):
        raise bad_request("item is not an object.")
    behaviour = on_conflict(item.get(CONFLICT) or item.get("@name.conflictBehavior"), "replace")
    spot = target(call, behaviour)
    name = spot.node.name if spot.node is not None else spot.missing[-1]
    if item.get("name") is not None and fold(str(item["name"])) != fold(name):
        raise bad_request("The name in the body differs from the name in the address.")
    size = item.get("fileSize")
    if size is not None:
        if not isinstance(size, int) or size < 0:
            raise bad_request("fileSize is not a size.")
        drive.check_room(size)
    times = parse_times(item.get("fileSystemInfo"))
    content, path = demo.journal.new_blob()
    path.touch()
    guid = token_hex(16)
    deferred = body.get("deferCommit") is True
    expires = demo.clock() + LIFE
    made = Session(drive, spot, behaviour, times, deferred, content, path, expires, demo.epochs.uploads, size)
    sessions(demo)[guid] = made
    url = f"{call.links.content}/personal/{drive.slug}/_api/v2.0/uploadSession"
    return call.json({"uploadUrl": f"{url}?guid={guid}&tempauth={demo.signer.mac(guid)}", **_progress(made)})


def sessions(demo: Demo) -> dict[str, Session]:
    """All sessions of a server by guid, those that have expired dropped."""
    for guid, each in list(demo.sessions.items()):
        if each.expires < demo.clock() or each.epoch != demo.epochs.uploads:
            _drop(demo, guid)
    return demo.sessions


def _drop(demo: Demo, guid: str) -> None:
    """Forget a session, and its bytes unless a file has them."""
    dropped = demo.sessions.pop(guid)
    if not dropped.made:
        dropped.path.unlink(missing_ok=True)


def _progress(session: Session) -> dict[str, Any]:
    # Once the total is known the service closes the range (OneDrive/onedrive-api-docs, issues 75 and 1273).
    last = session.size - 1 if session.size and session.received else ""
    ranges = [] if session.complete else [f"{session.received}-{last}"]
    return {"expirationDateTime": iso(int(session.expires)), "nextExpectedRanges": ranges}


async def session(request: Request) -> Response:
    """PUT, GET, POST and DELETE of an upload URL."""
    demo: Demo = request.app.state.demo
    if request.method != "GET":
        check_stray(demo, request.headers.get("authorization"))
    guid = request.query_params.get("guid", "")
    if not demo.signer.matches(guid, request.query_params.get("tempauth", "")):
        raise GraphFault(401, "unauthenticated", "The address of the upload session is not valid.")
    found = sessions(demo).get(guid)
    if found is None or (found.made and request.method != "PUT"):
        raise _gone()
    match request.method:
        case "GET":
            return _answer(_progress(found))
        case "DELETE":
            _drop(demo, guid)
            return Response(status_code=204)
        case "POST":
            if not found.complete:
                raise bad_request("Not all bytes have arrived.", inner="uploadSessionIncomplete")
            return _finish(demo, request, found)
    if found.made:
        return _repeated(demo, request, found)
    await _fragment(demo, request, found)
    found.expires = demo.clock() + LIFE
    if found.complete and not found.deferred:
        return _finish(demo, request, found)
    return _answer(_progress(found), 202)


def _gone() -> GraphFault:
    return GraphFault(404, "itemNotFound", "The upload session was not found", inner="uploadSessionNotFound")


def _answer(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _span(request: Request, session: Session) -> tuple[int, int]:
    """First byte and length of a fragment, the session's size set. Raises GraphFault 400, 413 or 416."""
    found = _CONTENT_RANGE.fullmatch(request.headers.get("content-range", "").strip())
    if found is None:
        raise bad_request("Content-Range is missing or malformed.")
    first, last, total = (int(number) for number in found.groups())
    length = last - first + 1
    if length <= 0 or last >= total:
        raise bad_request("Content-Range is malformed.")
    if request.headers.get("content-length") != str(length):
        raise bad_request("Content-Length does not match Content-Range.", inner="fragmentLengthMismatch")
    if session.size is not None and total != session.size:
        raise bad_request("The total size differs from the one announced.", inner="fragmentLengthMismatch")
    if length >= MAX_FRAGMENT:
        raise GraphFault(413, "invalidRequest", "The fragment is too large.", inner="maxFragmentLengthExceeded")
    if first != session.received:
        inner = "fragmentOverlap" if first < session.received else "fragmentOutOfOrder"
        raise GraphFault(416, "invalidRange", "The fragment is not the one expected.", inner=inner)
    session.drive.check_room(total)
    session.size = total
    return first, length


def _repeated(demo: Demo, request: Request, session: Session) -> Response:
    """The last fragment sent once more, because its answer was lost, or by a client that counts wrongly."""
    found = _CONTENT_RANGE.fullmatch(request.headers.get("content-range", "").strip())
    node = session.drive.tree.get(session.made)
    if node is None or found is None or (int(found[1]), int(found[3])) != (session.last, session.size):
        raise _gone()
    if request.headers.get("content-length") != str(int(found[2]) - int(found[1]) + 1):
        raise bad_request("Content-Length does not match Content-Range.", inner="fragmentLengthMismatch")
    return _answer(_item(demo, request, session.drive, node))


async def _fragment(demo: Demo, request: Request, session: Session) -> None:
    """Take in one fragment, of any length. One that is cut off counts for nothing."""
    first, length = _span(request, session)
    hasher, arrived = session.hasher.fork(), 0
    try:
        with session.path.open("r+b", buffering=0) as file:
            file.seek(first)
            async for piece in request.stream():
                hasher.update(piece)
                file.write(piece)
                arrived += len(piece)
    except ClientDisconnect:
        raise bad_request("The fragment was cut off.", inner="fragmentLengthMismatch") from None
    if arrived != length or session.received != first:
        raise GraphFault(416, "invalidRange", "The fragment is not the one expected.", inner="fragmentOverlap")
    session.hasher, session.received, session.last = hasher, first + length, first
    if length % UNIT and not session.complete:
        session.misaligned = True
        demo.warnings.append(f"A fragment of {length} bytes is no multiple of 320 KiB, which the service may refuse.")


def _finish(demo: Demo, request: Request, session: Session) -> Response:
    """Make the file. On 409 and 507 the session stays."""
    drive, spot = session.drive, session.spot
    size = session.size or 0
    drive.check_room(size)
    if session.misaligned and demo.strict_fragments:
        raise GraphFault(500, "generalException", "General exception while processing", inner="uploadSessionFailed")
    if spot.node is not None and drive.tree.get(spot.node.guid) is None:
        folder = drive.tree.get(spot.node.parent)
        spot = Spot(None, folder, (spot.node.name,))
    received = Received(session.content, size, session.hasher.base64(), **session.times)
    node, created = commit(drive, spot, session.behaviour, received)
    session.made = node.guid
    notify(demo, drive.slug)
    return _answer(_item(demo, request, drive, node), 201 if created else 200)


def _item(demo: Demo, request: Request, drive: Drive, node: Node) -> Json:
    links = Links.for_host(request.headers.get("host", ""), "/v1.0", business=drive.business)
    return Renderer(demo, drive, links).item(node)


async def commit_from(call: Call) -> Response:
    """PUT of an item with the address of an upload that waits: personal accounts commit it so, under any name.

    The address of the request is that of the folder; one of a file names the folder around it.
    """
    call.allow(write=True)
    if call.drive.business:
        raise GraphFault(400, "notSupported", "Uploads to this drive are committed at their own address.")
    body = await call.body()
    query = parse_qs(urlsplit(str(body.get("@microsoft.graph.sourceUrl") or "")).query)
    guid, proof = (query.get(name, [""])[0] for name in ("guid", "tempauth"))
    found = sessions(call.demo).get(guid) if call.demo.signer.matches(guid, proof) else None
    if found is None or found.made or found.drive is not call.drive:
        raise bad_request("The source is not an upload session of this drive.", inner="uploadSessionNotFound")
    if not found.complete:
        raise bad_request("Not all bytes have arrived.", inner="uploadSessionIncomplete")
    behaviour = on_conflict(body.get(CONFLICT), "fail")
    name = check_name(body.get("name"))
    node = call.spot.node
    folder = node if node is not None and node.kind == "folder" else call.spot.parent
    if node is not None and folder is None:
        call.check_match(node)
        folder = call.drive.tree.parent(node)
    spot = Spot(None, folder, (name,))
    if folder is not None:
        check_new_names(call.drive, folder, spot.missing)
    call.drive.check_room(found.received)
    received = Received(found.content, found.received, found.hasher.base64(), **found.times)
    made, created = commit(call.drive, spot, behaviour, received)
    found.made = made.guid
    return call.item(made, 201 if created else 200)


ROUTES: Routes = {("POST", "createUploadSession"): create, ("PUT", ""): commit_from}
