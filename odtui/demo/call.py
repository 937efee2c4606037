"""One Graph request on its way to its handler: who asks, for which item, with what."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from odtui.demo.access import Grant, check
from odtui.demo.addressing import Address
from odtui.demo.drive import Drive
from odtui.demo.errors import JSON_TYPE, GraphFault, bad_request, changed, not_found
from odtui.demo.links import Links
from odtui.demo.nodes import Node
from odtui.demo.receiving import Spot
from odtui.demo.render import Renderer
from odtui.demo.state import Demo

MAX_JSON = 4 << 20
"""Bytes of a JSON request."""

_TAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(slots=True)
class Call:
    """Everything a handler needs."""

    demo: Demo
    request: Request
    links: Links
    grant: Grant
    address: Address
    query: Mapping[str, str]
    """System options under their names with `$`."""
    _drive: Drive | None = None
    link: str = ""
    """What the sharing link allows that the address starts with: read or write; empty if it starts with none."""
    spot: Spot = field(default_factory=lambda: Spot(None))
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Of a function, such as `q` in search(q='x')."""

    @property
    def drive(self) -> Drive:
        if self._drive is None:
            raise not_found()
        return self._drive

    @property
    def node(self) -> Node:
        """The item asked for. Raises GraphFault 404 if there is none."""
        if self.spot.node is None:
            raise not_found()
        return self.spot.node

    @property
    def via_link(self) -> bool:
        return self.address.drive[:1] == ("shares",)

    @property
    def rest(self) -> tuple[str, ...]:
        """Segments behind the first one after the item, such as `0` and `small` of thumbnails/0/small."""
        return self.address.tail[1:]

    @property
    def shows_shortcuts(self) -> bool:
        """Whether the client has asked to see shortcuts to shared folders (QUIRKS 74)."""
        return "addtoonedrive" in self.request.headers.get("prefer", "").lower()

    def allow(self, *, write: bool = False, node: Node | None = None) -> None:
        """Raise GraphFault 403 unless the token allows it for the item asked for, its future folder, or `node`."""
        target = node or self.spot.node or self.spot.parent
        check(self.grant, self.drive, target, write=write, link=self.link)

    def renderer(self, drive: Drive | None = None) -> Renderer:
        select = self.query.get("$select")
        names = frozenset(name.strip() for name in select.split(",")) if select else None
        drive = drive or self.drive
        return Renderer(self.demo, drive, self.links, names, default=self.address.drive == ("me",))

    def item_body(self, node: Node) -> dict[str, Any]:
        """One item as the body of an answer."""
        context = f"{self.links.graph}/$metadata#drives('{self.drive.id}')/items/$entity"
        return {"@odata.context": context, **self.renderer().item(node)}

    def item(self, node: Node, status: int = 200) -> Response:
        """An answer with one item."""
        return self.json(self.item_body(node), status, {"ETag": self.drive.e_tag(node)})

    def json(self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        return Response(msgspec.json.encode(body), status, headers, JSON_TYPE)

    async def body(self) -> dict[str, Any]:
        """The JSON object sent; empty if nothing was."""
        raw = bytearray()
        async for piece in self.request.stream():
            raw += piece
            if len(raw) > MAX_JSON:
                raise GraphFault(413, "invalidRequest", "The request is too large.")
        if not raw:
            return {}
        try:
            value = msgspec.json.decode(raw)
        except msgspec.DecodeError:
            raise bad_request("Unable to read JSON request payload.") from None
        if not isinstance(value, dict):
            raise bad_request("Unable to read JSON request payload.")
        return value

    def unmodified(self, *tags: str | None) -> bool:
        """Whether If-None-Match names one of the tags, so that 304 is the answer."""
        wanted = self.request.headers.get("if-none-match")
        return wanted is not None and _names(wanted, tags)

    def check_match(self, node: Node | None) -> None:
        """Raise GraphFault 412 if If-Match names another state than the item's, or If-None-Match this one."""
        tags = (self.drive.e_tag(node), self.drive.c_tag(node)) if node is not None else ()
        wanted = self.request.headers.get("if-match")
        if wanted is not None and not _names(wanted, tags):
            raise changed()
        if self.unmodified(*tags):
            raise changed()


def _names(header: str, tags: tuple[str | None, ...]) -> bool:
    """Whether a tag header covers one of the tags; `*` covers any. Raises GraphFault 400 for what is no tag."""
    if header.strip() == "*":
        return bool(tags)
    named = _TAG.findall(header)
    if not named:
        raise bad_request("The entity tag is malformed.", inner="malformedEntityTag")
    return any(tag in named for tag in tags)


Handler = Callable[[Call], Awaitable[Response]]
Routes = dict[tuple[str, str], Handler]
"""Handlers by method and first segment of the tail; `*` takes any method."""
