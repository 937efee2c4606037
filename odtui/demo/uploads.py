"""Upload sessions. Source: REFERENCE §5.6."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.content import check_new_names, commit
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request, not_found
from odtui.demo.items import CONFLICT, _times, check_unlocked, on_conflict
from odtui.demo.links import Links
from odtui.demo.names import fold
from odtui.demo.nodes import Node
from odtui.demo.quickxor import QuickXor
from odtui.demo.render import Renderer, iso
from odtui.demo.state import Demo

UNIT = 320 << 10
"""Every fragment but the last is a multiple of this many bytes."""
MAX_FRAGMENT = 60 << 20
"""A fragment is smaller than this."""
LIFE = 15 * 60
"""Seconds from the last fragment until a session is forgotten."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(slots=True)
class Session:
    """One upload that is under way."""

    drive: Drive
    node: Node | None
    """The file to replace; None for a new one."""
    parent: Node | None
    missing: tuple[str, ...]
    behaviour: str
    times: dict[str, int]
    deferred: bool
    stored: str
    path: Path
    expires: float
    epoch: int
    size: int | None = None
    """Announced by createUploadSession or the first fragment."""
    received: int = 0
    hasher: QuickXor = field(default_factory=QuickXor)

    @property
    def complete(self) -> bool:
        return self.size is not None and self.received == self.size


async def create(call: Call) -> Response:
    """POST createUploadSession."""
    spot, drive = call.spot, call.drive
    call.allow(write=True)
    body = await call.body()
    item: dict[str, Any] = body.get("item") or {}
    if not isinstance(item, dict):
        raise bad_request("item is not an object.")
    if spot.node is not None:
        if spot.node.kind != "file":
            raise bad_request("The item is not a file.")
        check_unlocked(spot.node)
    elif spot.parent is None or not spot.missing:
        raise not_found()
    else:
        check_new_names(drive, spot.parent, spot.missing)
    name = spot.node.name if spot.node is not None else spot.missing[-1]
    if item.get("name") is not None and fold(str(item["name"])) != fold(name):
        raise bad_request("The name in the body differs from the name in the address.")
    call.check_match(spot.node)
    behaviour = on_conflict(item.get(CONFLICT) or item.get("@name.conflictBehavior"), "replace")
    missing = spot.missing or (name,) * bool(call.address.path)
    if spot.node is not None and missing and behaviour == "fail":
        raise GraphFault(409, "nameAlreadyExists", "An item with the same name already exists under the parent")
    size = item.get("fileSize")
    if size is not None:
        if not isinstance(size, int) or size < 0:
            raise bad_request("fileSize is not a size.")
        drive.check_room(size)
    session = _session(
        call, behaviour, missing, _times(item.get("fileSystemInfo")), deferred=body.get("deferCommit") is True
    )
    session.size = size
    guid = token_hex(16)
    sessions(call.demo)[guid] = session
    url = f"{call.links.content}/personal/{drive.owner.key}/_api/v2.0/uploadSession?guid={guid}&tempauth={call.demo.signer.mac(guid)}"
    return call.json({"uploadUrl": url, **_progress(session)})


def _session(call: Call, behaviour: str, missing: tuple[str, ...], times: dict[str, int], *, deferred: bool) -> Session:
    stored, path = call.demo.journal.new_blob()
    path.touch()
    return Session(
        drive=call.drive,
        node=call.spot.node,
        parent=call.spot.parent,
        missing=missing,
        behaviour=behaviour,
        times=times,
        deferred=deferred,
        stored=stored,
        path=path,
        expires=call.demo.clock() + LIFE,
        epoch=call.demo.epochs.uploads,
    )


def sessions(demo: Demo) -> dict[str, Session]:
    """All sessions of a server by guid, those that have expired dropped."""
    every: dict[str, Session] = demo.sessions
    for guid in [
        guid for guid, each in every.items() if each.expires < demo.clock() or each.epoch != demo.epochs.uploads
    ]:
        every.pop(guid).path.unlink(missing_ok=True)
    return every


def _progress(session: Session) -> dict[str, Any]:
    ranges = [] if session.complete else [f"{session.received}-"]
    return {"expirationDateTime": iso(int(session.expires)), "nextExpectedRanges": ranges}


async def session(request: Request) -> Response:
    """PUT, GET, POST and DELETE of an upload URL."""
    demo: Demo = request.app.state.demo
    if "authorization" in request.headers and request.method != "GET":
        raise GraphFault(401, "unauthenticated", "The bearer token has the wrong audience.")  # QUIRKS 20
    guid = request.query_params.get("guid", "")
    if not demo.signer.matches(guid, request.query_params.get("tempauth", "")):
        raise GraphFault(401, "unauthenticated", "The address of the upload session is not valid.")
    found = sessions(demo).get(guid)
    if found is None:
        raise GraphFault(404, "itemNotFound", "The upload session was not found", inner="uploadSessionNotFound")
    match request.method:
        case "GET":
            return _answer(_progress(found))
        case "DELETE":
            demo.sessions.pop(guid).path.unlink(missing_ok=True)
            return Response(status_code=204)
        case "POST":
            if not found.complete:
                raise bad_request("Not all bytes have arrived.", inner="uploadSessionIncomplete")
            return _finish(demo, request, guid, found)
    await _fragment(request, found)
    found.expires = demo.clock() + LIFE
    if found.complete and not found.deferred:
        return _finish(demo, request, guid, found)
    return _answer(_progress(found), 202)


def _answer(body: Any, status: int = 200) -> Response:
    import msgspec

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
    if length % UNIT and last + 1 != total:
        raise bad_request("A fragment must be a multiple of 320 KiB.", inner="fragmentLengthMismatch")
    session.drive.check_room(total)
    session.size = total
    return first, length


async def _fragment(request: Request, session: Session) -> None:
    """Take in one fragment. One that is cut off counts for nothing."""
    first, length = _span(request, session)
    hasher, arrived = copy(session.hasher), 0
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
    session.hasher, session.received = hasher, first + length


def _finish(demo: Demo, request: Request, guid: str, session: Session) -> Response:
    """Make the file. On 409 and 507 the session stays."""
    drive = session.drive
    node = session.node if session.node is None else drive.tree.get(session.node.guid)
    parent, missing = session.parent, session.missing
    if node is None and session.node is not None:
        parent, missing = drive.tree.get(session.node.parent), (session.node.name,)
    if node is None and (parent is None or drive.tree.get(parent.guid) is None):
        raise not_found()
    size = session.size or 0
    drive.check_room(size)
    node, created = commit(
        drive, node, parent, missing, session.behaviour, session.stored, size, session.hasher.base64()
    )
    for name, seconds in session.times.items():
        setattr(node, name, seconds)
    if session.times:
        drive.journal.write(drive.key, node)
    demo.sessions.pop(guid)
    host = request.headers.get("host", "")
    body = Renderer(demo, drive, Links.for_host(host, "/v1.0")).item(node)
    return _answer(body, 201 if created else 200)


ROUTES: Routes = {("POST", "createUploadSession"): create}
