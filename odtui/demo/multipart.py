"""A file made with its name and its bytes in one request. Source: REFERENCE §5.7 (personal)."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import msgspec
from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.items import CONFLICT, create_child, on_conflict
from odtui.demo.quickxor import quickxor
from odtui.demo.receiving import Received, Spot, check_new_names, commit

MAX_BYTES = 4 << 20
"""Of the whole request."""
_CID = re.compile(r"cid:(.+)")


async def post_children(call: Call) -> Response:
    """POST children: multipart/related makes a file, JSON a folder or a shortcut."""
    if call.request.headers.get("content-type", "").lower().startswith("multipart/related"):
        return await _create(call)
    return await create_child(call)


async def _create(call: Call) -> Response:
    """A part with metadata, and one with content."""
    _ = call.node
    call.allow(write=True)
    if call.drive.business:
        raise GraphFault(400, "notSupported", "Files are not made in one request with their names here.")
    raw = bytearray()
    async for piece in call.request.stream():
        raw += piece
        if len(raw) > MAX_BYTES:
            raise GraphFault(413, "invalidRequest", "The request is too large.", inner="maxFileSizeExceeded")
    metadata, content = _parts(call.request.headers["content-type"], bytes(raw))
    name = metadata.get("name")
    if not isinstance(name, str):
        raise bad_request("The metadata have no name.")
    behaviour = on_conflict(metadata.get(CONFLICT) or metadata.get("@name.conflictBehavior"), "fail")
    spot = Spot(None, call.drive.tree.owned(call.node), (name,))
    check_new_names(call.drive, call.node, spot.missing)
    call.drive.check_room(len(content))
    stored, path = call.demo.journal.new_blob()
    path.write_bytes(content)
    try:
        digest = quickxor(content) if content else ""
        node, created = commit(call.drive, spot, behaviour, Received(stored, len(content), digest))
    except GraphFault:
        path.unlink()
        raise
    return call.item(node, 201 if created else 200)


def _parts(kind: str, raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Metadata and content. Raises GraphFault 400."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    parts = [part for part in message.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    if len(parts) != 2:
        raise bad_request("Two parts are needed.")
    named = {str(part.get("Content-ID", "")).strip("<> "): part for part in parts}
    try:
        metadata = msgspec.json.decode(_bytes(named.get("metadata", parts[0])), type=dict[str, Any])
    except msgspec.MsgspecError:
        raise bad_request("The metadata are no JSON object.") from None
    source = metadata.get("@microsoft.graph.sourceUrl") or metadata.get("@content.sourceUrl")
    found = _CID.fullmatch(str(source))
    if found is None or found[1] not in named:
        raise bad_request("The metadata do not name the part with the content.")
    return metadata, _bytes(named[found[1]])


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


ROUTES: Routes = {("POST", "children"): post_children}
