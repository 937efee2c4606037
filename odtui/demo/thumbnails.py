"""Thumbnails: the demo's pictures are drawn, uploaded ones scaled. Source: REFERENCE §5.20."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from odtui.demo import measuring, pictures, scaling
from odtui.demo.call import Call, Routes
from odtui.demo.errors import bad_request, not_found
from odtui.demo.forms import MAX_EDGE
from odtui.demo.nodes import Node
from odtui.demo.render import Json, Renderer

if TYPE_CHECKING:
    from odtui.demo.bodies import Bodies

_EDGES = {"small": 96, "medium": 176, "large": 800}
"""Longest edge in pixels."""
_CUSTOM = re.compile(r"c(\d{1,4})x(\d{1,4})(_crop)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Picture:
    """What thumbnails are made of."""

    size: tuple[int, int]
    drawn: bool
    """Whether it is one of the demo's own, which come in any size."""
    upright: bool

    def pixels(self, wanted: str) -> tuple[int, int]:
        """Width and height of a named or custom size. Raises GraphFault 400."""
        width, height, crop = _edges(wanted)
        if not self.drawn:
            return scaling.fitted(self.size, width, height, crop=crop)
        return (width, height) if crop else pictures.fit(width, height)


def sets_of(renderer: Renderer, node: Node, sizes: list[str] | None = None, *, upright: bool = True) -> list[Json]:
    """The thumbnail sets of an item: one, or none for what is no picture. Raises GraphFault 400 for unknown sizes.

    `upright`: whether photos are turned as they say.
    """
    picture = _picture(renderer.demo.bodies, node, upright=upright)
    if picture is None:
        return []
    wanted = sizes or [*_EDGES, *(["source"] if node.thumbnail else [])]
    return [{"id": "0"} | {size: _thumbnail(renderer, node, picture, size) for size in wanted}]


def _picture(bodies: Bodies, node: Node, *, upright: bool) -> _Picture | None:
    if pictures.number_of(node.content) is not None and not node.thumbnail:
        return _Picture(pictures.SIZE, drawn=True, upright=True)
    measured = measuring.size_of(bodies, node)
    if measured is None:
        return None
    turned = scaling.upright_size(bodies, *measuring.source_of(node), measured)
    return _Picture(turned if upright else measured, drawn=False, upright=upright) if turned is not None else None


def _thumbnail(renderer: Renderer, node: Node, picture: _Picture, size: str) -> Json:
    mark = f"{node.content_version}{node.thumbnail[-4:]}"  # another address for another content
    if size == "source" and node.thumbnail:
        (width, height), form = picture.size, f"source.{mark}"
    else:
        width, height = picture.pixels(size)
        form = f"{'thumb' if picture.upright else 'asis'}.{width}x{height}.{mark}"
    return {"width": width, "height": height, "url": renderer.download_url(node, form)}


def _edges(size: str) -> tuple[int, int, bool]:
    """Width, height, and whether a picture is cut to them. Raises GraphFault 400."""
    edge = _EDGES.get(size.removesuffix("Square"))
    if edge is not None:
        return edge, edge, size.endswith("Square")
    found = _CUSTOM.fullmatch(size)
    if found is None or not 0 < int(found[1]) <= MAX_EDGE or not 0 < int(found[2]) <= MAX_EDGE:
        raise bad_request("The thumbnail size is not valid.")
    return int(found[1]), int(found[2]), found[3] is not None


async def thumbnails(call: Call) -> Response:
    """GET thumbnails, thumbnails/{set}/{size} and its content."""
    node = call.node
    call.allow()
    renderer = Renderer(call.demo, call.drive, call.links)
    upright = call.drive.business or call.query.get("originalOrientation", "").lower() != "true"
    match call.rest:
        case ():
            select = call.query.get("$select")
            sizes = [name.strip() for name in select.split(",") if name.strip() != "id"] if select else None
            context = f"{call.links.graph}/$metadata#Collection(microsoft.graph.thumbnailSet)"
            return call.json({"@odata.context": context, "value": sets_of(renderer, node, sizes, upright=upright)})
        case ("0",):
            found = sets_of(renderer, node, upright=upright)
            if found:
                return call.json({"@odata.context": f"{call.links.graph}/$metadata#thumbnailSet/$entity", **found[0]})
        case ("0", size) | ("0", size, "content"):
            found = sets_of(renderer, node, [size], upright=upright)
            if found and len(call.rest) == 3:
                return Response(status_code=302, headers={"Location": found[0][size]["url"]})
            if found:
                return call.json({"@odata.context": f"{call.links.graph}/$metadata#thumbnail", **found[0][size]})
    raise not_found()


ROUTES: Routes = {("GET", "thumbnails"): thumbnails}
