"""Thumbnails: the demo's pictures are drawn in any size, uploaded ones shown as they are. Source: REFERENCE §5.20."""

from __future__ import annotations

import re

from starlette.responses import Response

from odtui.demo import measuring, pictures
from odtui.demo.call import Call, Routes
from odtui.demo.errors import bad_request, not_found
from odtui.demo.nodes import Node
from odtui.demo.render import Json, Renderer

_EDGES = {"small": 96, "medium": 176, "large": 800}
"""Longest edge in pixels."""
MAX_EDGE = 4096
"""Pixels of a custom size."""
_CUSTOM = re.compile(r"c(\d{1,4})x(\d{1,4})(_crop)?", re.IGNORECASE)


def sets_of(renderer: Renderer, node: Node, sizes: list[str] | None = None) -> list[Json]:
    """The thumbnail sets of an item: one, or none for what is no picture. Raises GraphFault 400 for unknown sizes."""
    whole = _size(renderer, node)
    if whole is None:
        return []
    wanted = sizes or [*_EDGES, *(["source"] if node.thumbnail else [])]
    return [{"id": "0"} | {size: _thumbnail(renderer, node, whole, size) for size in wanted}]


def _size(renderer: Renderer, node: Node) -> tuple[int, int] | None:
    """Width and height of the picture that thumbnails are made of; None if there is none."""
    drawn = pictures.number_of(node.content) is not None and not node.thumbnail
    return pictures.SIZE if drawn else measuring.size_of(renderer.demo.bodies, node)


def _thumbnail(renderer: Renderer, node: Node, whole: tuple[int, int], size: str) -> Json:
    uploaded = pictures.number_of(node.content) is None or node.thumbnail
    width, height = whole if size == "source" and node.thumbnail else _pixels(size)
    if uploaded:  # it is shown as it is
        width, height = whole
    mark = f"{node.content_version}{node.thumbnail[-4:]}"  # another address for another content
    form = f"thumb.{width}x{height}.{mark}"
    return {"width": width, "height": height, "url": renderer.download_url(node, form)}


def _pixels(size: str) -> tuple[int, int]:
    """Width and height of a named or custom size. Raises GraphFault 400."""
    edge = _EDGES.get(size.removesuffix("Square"))
    if edge is not None:
        return (edge, edge) if size.endswith("Square") else pictures.fit(edge, edge)
    found = _CUSTOM.fullmatch(size)
    if found is None or not 0 < int(found[1]) <= MAX_EDGE or not 0 < int(found[2]) <= MAX_EDGE:
        raise bad_request("The thumbnail size is not valid.")
    width, height = int(found[1]), int(found[2])
    return (width, height) if found[3] else pictures.fit(width, height)


async def thumbnails(call: Call) -> Response:
    """GET thumbnails, thumbnails/{set}/{size} and its content."""
    node = call.node
    call.allow()
    renderer = Renderer(call.demo, call.drive, call.links)
    match call.rest:
        case ():
            select = call.query.get("$select")
            sizes = [name.strip() for name in select.split(",") if name.strip() != "id"] if select else None
            context = f"{call.links.graph}/$metadata#Collection(microsoft.graph.thumbnailSet)"
            return call.json({"@odata.context": context, "value": sets_of(renderer, node, sizes)})
        case ("0",):
            found = sets_of(renderer, node)
            if found:
                return call.json({"@odata.context": f"{call.links.graph}/$metadata#thumbnailSet/$entity", **found[0]})
        case ("0", size) | ("0", size, "content"):
            found = sets_of(renderer, node, [size])
            if found and len(call.rest) == 3:
                return Response(status_code=302, headers={"Location": found[0][size]["url"]})
            if found:
                return call.json({"@odata.context": f"{call.links.graph}/$metadata#thumbnail", **found[0][size]})
    raise not_found()


ROUTES: Routes = {("GET", "thumbnails"): thumbnails}
