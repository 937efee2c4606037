"""The bytes of files: links to them, and small uploads. Source: REFERENCE §5.5, 5.8, 5.9."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from odtui.demo.access import check_stray
from odtui.demo.bodies import Body
from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request, denied, name_taken, no_space, not_found
from odtui.demo.forms import converted, open_form
from odtui.demo.items import CONFLICT, check_unlocked, on_conflict
from odtui.demo.nodes import Node
from odtui.demo.quickxor import QuickXor
from odtui.demo.receiving import Received, Spot, beside, check_new_names, commit
from odtui.demo.state import Demo

MAX_SIMPLE = 250 * 1000 * 1000
"""Bytes of a file sent in one PUT."""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def content(call: Call) -> Response:
    """GET content: where the bytes are."""
    node = call.node
    call.allow()
    if node.kind != "file":
        raise bad_request("The item has no content.")
    if node.malware:
        raise GraphFault(
            403, "malwareDetected", "Malware detected", headers={"X-Virus-Infected": "DOS/EICAR_Test_File"}
        )
    if call.unmodified(call.drive.e_tag(node), call.drive.c_tag(node)):
        return Response(status_code=304)
    form = ""
    if (wanted := call.query.get("format")) is not None:
        form = converted(call.demo.bodies, node, wanted, call.query.get("width", ""), call.query.get("height", ""))
    return Response(status_code=302, headers={"Location": call.renderer().download_url(node, form)})


async def put_content(call: Call) -> Response:
    """PUT content: replace a file, or make one by its path, with everything above it."""
    drive = call.drive
    call.allow(write=True)
    behaviour = on_conflict(call.query.get(CONFLICT) or call.query.get("@name.conflictBehavior"), "replace")
    spot = target(call, behaviour)
    length = int(call.request.headers.get("content-length", 0))
    if length > MAX_SIMPLE:
        raise GraphFault(413, "invalidRequest", "The file is too large for one request.", inner="maxFileSizeExceeded")
    drive.check_room(length)
    node, created = commit(drive, spot, behaviour, await store(call, MAX_SIMPLE))
    return call.item(node, 201 if created else 200)


def target(call: Call, behaviour: str) -> Spot:
    """Where an upload will go, once everything that can be checked beforehand has been.

    Raises:
        GraphFault: 400 for names, 404, 409 for a clash, 412, 423.
    """
    spot, by_path = call.spot, bool(call.address.path)
    call.check_match(spot.node)
    if spot.node is not None:
        if spot.node.kind != "file":
            raise bad_request("The item is not a file.")
        check_unlocked(spot.node, call.grant.user.key)
        if by_path and behaviour == "fail":
            raise name_taken()
        return beside(call.drive, spot) if by_path and behaviour == "rename" else spot
    if spot.parent is None:
        raise not_found()
    check_new_names(call.drive, spot.parent, spot.missing)
    return spot


async def store(call: Call, limit: int) -> Received:
    """Write the request's body, of so many bytes at most, into a blob. Nothing is left of a body that is cut off."""
    content, path = call.demo.journal.new_blob()
    hasher, size = QuickXor(), 0
    try:
        with path.open("wb") as file:
            async for piece in call.request.stream():
                size += len(piece)
                if size > limit:
                    raise GraphFault(413, "invalidRequest", "The file is too large.", inner="maxFileSizeExceeded")
                if size > call.drive.remaining:
                    raise no_space()
                hasher.update(piece)
                file.write(piece)
    except (GraphFault, ClientDisconnect):
        path.unlink(missing_ok=True)
        raise
    return Received(content, size, hasher.base64() if size else "")


# Downloads: no token, the address is the credential


async def download(request: Request) -> Response:
    """GET or HEAD of a pre-authenticated link."""
    demo: Demo = request.app.state.demo
    drive, node = _linked(demo, request)
    check_stray(demo, request.headers.get("authorization"))
    form = request.query_params.get("form", "")
    body, mime = open_form(demo.bodies, node, form)
    tag = f'{(drive.c_tag(node) or drive.e_tag(node)).removesuffix(chr(34))}{"," if form else ""}{form}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "attachment",
    }
    status, start, stop = 200, 0, body.size
    asked = request.headers.get("range")
    if asked and request.headers.get("if-range", tag) == tag and (found := _RANGE.fullmatch(asked.strip())):
        start, stop = _span(found[1], found[2], body)
        status = 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{body.size}"
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        body.close()
        return Response(status_code=status, headers=headers, media_type=mime)
    return _Streamed(body, start, stop, status, headers, mime)


def _span(first: str, last: str, body: Body) -> tuple[int, int]:
    """Start and end of a byte range. Raises GraphFault 416, the body closed."""
    if not first and last:
        start, stop = max(body.size - int(last), 0), body.size
    else:
        start, stop = int(first or 0), min(int(last) + 1, body.size) if last else body.size
    if start >= body.size or start >= stop:
        body.close()
        raise GraphFault(
            416, "invalidRange", "The range is not satisfiable.", headers={"Content-Range": f"bytes */{body.size}"}
        )
    return start, stop


def _linked(demo: Demo, request: Request) -> tuple[Drive, Node]:
    """The file that a download link stands for. Raises GraphFault 401 or 404."""
    drive = demo.drives.get(request.path_params["owner"])
    guid = request.query_params.get("UniqueId", "")
    form = request.query_params.get("form", "")
    version, _, rest = request.query_params.get("tempauth", "").partition(".")
    expiry, _, proof = rest.partition(".")
    if drive is None or version != "v1" or not expiry.isdigit():
        raise denied()
    if (
        not demo.signer.matches(f"{drive.id}/{guid}/{expiry}/{demo.epochs.downloads}/{form}", proof)
        or int(expiry) < demo.clock()
    ):
        raise GraphFault(401, "unauthenticated", "The link has expired.")
    node = drive.tree.get(guid)
    if node is None or node.kind != "file":
        raise not_found()
    return drive, node


class _Streamed(StreamingResponse):
    """A part of a body, closed with the answer even if the connection breaks before its first byte."""

    def __init__(self, body: Body, start: int, stop: int, status: int, headers: dict[str, str], mime: str) -> None:
        super().__init__(_stream(body, start, stop), status, headers, mime)
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._body.close()


async def _stream(body: Body, start: int, stop: int) -> AsyncIterator[bytes]:
    for piece in body.pieces(start, stop):
        yield piece


ROUTES: Routes = {("GET", "content"): content, ("PUT", "content"): put_content}
