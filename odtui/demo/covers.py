"""Thumbnails that clients give to files. Source: REFERENCE §5.20."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo import measuring
from odtui.demo.call import Call, Routes
from odtui.demo.content import store
from odtui.demo.errors import GraphFault, bad_request

MAX_THUMBNAIL = 4 << 20
"""Bytes."""


async def put_thumbnail(call: Call) -> Response:
    """PUT thumbnails/0/source/content: a picture of the client's own (personal)."""
    node = call.drive.tree.owned(call.node)
    call.allow(write=True)
    if call.rest != ("0", "source", "content"):
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    if call.drive.business or node.kind != "file":
        raise GraphFault(400, "notSupported", "A thumbnail can be given to files of personal accounts only.")
    received = await store(call, MAX_THUMBNAIL)
    before = node.thumbnail, node.thumbnail_size
    node.thumbnail, node.thumbnail_size = received.content, received.size
    if measuring.size_of(call.demo.bodies, node) is None:
        node.thumbnail, node.thumbnail_size = before
        call.demo.bodies.discard(received.content)
        raise bad_request("The thumbnail is no picture.")
    call.demo.bodies.discard(before[0])
    call.drive.changed(node)
    return Response(status_code=200)


ROUTES: Routes = {("PUT", "thumbnails"): put_thumbnail}
