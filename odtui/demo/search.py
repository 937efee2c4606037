"""Search: names and texts by the beginnings of words. Source: REFERENCE §5.18, QUIRKS 211-215."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from odtui.demo.access import Grant, check
from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.expanding import expand_each
from odtui.demo.nodes import Node
from odtui.demo.paging import page_size, paging
from odtui.demo.render import Json, mime_of
from odtui.demo.shared import shared_with
from odtui.demo.state import Demo
from odtui.demo.walk import Mark, start, walk

MAX_TEXT = 64 << 10
"""Bytes of a file that are looked through."""
MAX_QUERY = 1000
"""Characters."""
_WORD = re.compile(r"\w+")
_KEPT = ("$select", "$expand", "$top", "$orderby")
_LEFT_OUT = ("createdBy", "lastModifiedBy")
"""What business hits lack."""


class Query:
    """What is looked for. `*` finds everything."""

    def __init__(self, text: str) -> None:
        self.words = [word.lower() for word in _WORD.findall(text)]
        self.everything = text.strip() == "*"

    def finds(self, demo: Demo, node: Node) -> bool:
        """Whether every word begins a word of the name, or stands in the text."""
        if self.everything:
            return True
        if not self.words:
            return False
        own = _WORD.findall(node.name.lower().replace("_", " "))
        missing = [word for word in self.words if not any(each.startswith(word) for each in own)]
        return not missing or _text_words(demo, node).issuperset(missing)


def _text_words(demo: Demo, node: Node) -> frozenset[str]:
    """The words in a file of text; none for anything else."""
    kind = node.content.partition(":")[0]
    is_text = kind == "text" or mime_of(node.name.rpartition(".")[2].lower()).startswith("text/")
    if node.kind != "file" or kind == "seed" or not is_text or node.malware:
        return frozenset()
    words = _words_of.__wrapped__ if kind == "disk" else _words_of  # a real file may change any time
    return words(demo.bodies, node.content, min(node.size, MAX_TEXT))


@lru_cache(maxsize=2048)
def _words_of(bodies: Any, content: str, size: int) -> frozenset[str]:
    try:
        body = bodies.open_content(content, size)
    except GraphFault:  # a real file that has gone
        return frozenset()
    try:
        return frozenset(_WORD.findall(body.read(0, size).decode(errors="replace").lower()))
    finally:
        body.close()


async def search(call: Call) -> Response:
    """GET search(q='...') below a folder."""
    folder = call.node
    call.allow()
    return _found(call, folder, with_shared=False)


async def search_drive(call: Call) -> Response:
    """GET search(q='...') on the drive itself: what others share is found too."""
    call.allow(node=call.drive.tree.root)
    return _found(call, call.drive.tree.root, with_shared=call.address.drive == ("me",))


async def every_item(call: Call) -> Response:
    """GET /drives/{id}/items: everything in the drive, in pages."""
    root = call.drive.tree.root
    call.allow(node=root)
    hits, following = _next(call, root, Query("*"))
    body: Json = {"@odata.context": f"{call.links.graph}/$metadata#drives('{call.drive.id}')/items"}
    if following is not None:
        query = {name: call.query[name] for name in _KEPT if name in call.query}
        query["$skiptoken"] = call.demo.signer.seal("search", following)
        tail = urlencode(query, safe="$", quote_via=quote)
        body["@odata.nextLink"] = f"{call.links.graph}/drives/{quote(call.drive.id, safe='!')}/items?{tail}"
    return call.json(body | {"value": call.renderer().items(hits)})


def _found(call: Call, folder: Node, *, with_shared: bool) -> Response:
    text = call.arguments.get("q", call.query.get("q"))
    if text is None:
        raise bad_request("The parameter 'q' is missing.", inner="invalidParameterFormat")
    if len(text) > MAX_QUERY:
        raise bad_request("The query is too long.", inner="maxQueryLengthExceeded")
    query = Query(text)
    # The whole drive asked for everything names shared items too: some clients find them that way alone.
    shared = [*_shared(call, query)] if with_shared or (query.everything and not folder.parent) else []
    if "$orderby" in call.query:
        hits, following = _ordered(call, folder, query)
    else:
        hits, following = _next(call, folder, query)
    first = "$skiptoken" not in call.query
    value = [*_render(call, hits), *(shared if first else [])]
    body: Json = {"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)"}
    if not call.drive.business and first and following is None:
        body["@search.approximateCount"] = len(value)
    if following is not None:
        body["@odata.nextLink"] = _link(call, folder, following, with_shared=with_shared)
    return call.json(body | {"value": value})


def _next(call: Call, folder: Node, query: Query) -> tuple[list[Node], Any]:
    """Hits in the order of the tree, and the mark to go on from."""
    mark: Mark = start(folder)
    if (sealed := call.query.get("$skiptoken")) is not None:
        value = call.demo.signer.unseal("search", sealed)
        if value is None:
            raise bad_request("Invalid paging token.")
        mark = [(guid, name) for guid, name in value]
    top = page_size(call)
    steps = ((node, here) for node, here in walk(call.drive.tree, mark) if query.finds(call.demo, node))
    found = list(islice(steps, top + 1))
    return [node for node, _ in found[:top]], found[top - 1][1] if len(found) > top else None


def _ordered(call: Call, folder: Node, query: Query) -> tuple[list[Node], Any]:
    """Hits in the order asked for, and the position to go on from."""
    begin, top, order, descending = paging(call)
    tree = call.drive.tree
    keys: dict[str, Any] = {
        "name": lambda node: node.name.lower(),
        "size": tree.size,
        "lastModifiedDateTime": lambda node: node.modified,
    }
    hits = [node for node, _ in walk(tree, start(folder)) if query.finds(call.demo, node)]
    hits.sort(key=keys[order], reverse=descending)
    return hits[begin : begin + top], begin + top if begin + top < len(hits) else None


def _shared(call: Call, query: Query) -> Iterator[Json]:
    """Hits among what others share, as far as the token reaches them."""
    renderer = call.renderer()
    for drive, node in shared_with(call):
        if not _may(call.grant, drive, node):
            continue
        for each in (node, *(hit for hit, _ in walk(drive.tree, start(node)))):
            if query.finds(call.demo, each):
                yield renderer.remote_hit(drive, each)


def _may(grant: Grant, drive: Drive, node: Node) -> bool:
    try:
        check(grant, drive, node, write=False)
    except GraphFault:
        return False
    return True


def _render(call: Call, hits: list[Node]) -> list[Json]:
    renderer = call.renderer()
    renderer.paths = not call.drive.business
    value = renderer.items(hits)
    for item in value if call.drive.business else ():
        for name in _LEFT_OUT:
            item.pop(name, None)
    if not call.drive.business and renderer.select is None:
        for item in value:
            item["searchResult"] = {"onClickTelemetryUrl": "https://example.invalid/click"}
    expand_each(call, hits, value)
    return value


def _link(call: Call, folder: Node, following: Any, *, with_shared: bool) -> str:
    query = {name: call.query[name] for name in _KEPT if name in call.query}
    kind, value = ("page", [folder.guid, following]) if isinstance(following, int) else ("search", following)
    query["$skiptoken"] = call.demo.signer.seal(kind, value)
    text = quote(call.arguments.get("q", call.query.get("q", "")).replace("'", "''"), safe="")
    drive = "me/drive" if with_shared else f"drives/{quote(call.drive.id, safe='!')}"
    item = "" if with_shared else f"/items/{quote(call.drive.item_id(folder.guid), safe='!')}"
    return f"{call.links.graph}/{drive}{item}/search(q='{text}')?{urlencode(query, safe='$', quote_via=quote)}"


ROUTES: Routes = {("GET", "search"): search}
DRIVE_ROUTES: Routes = {("GET", "search"): search_drive, ("GET", "items"): every_item}
