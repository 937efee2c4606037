"""$expand: children and thumbnails within an item. Source: REFERENCE §3."""

from __future__ import annotations

import re
from urllib.parse import quote

from odtui.demo.call import Call
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.nodes import Node
from odtui.demo.paging import DEFAULT_TOP, MAX_TOP, next_link
from odtui.demo.render import Json, Renderer
from odtui.demo.thumbnails import sets_of

_PART = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*(?:,|$)")
_OPTION = re.compile(r"\$?(select|top)=([^;]*)")
Wishes = dict[str, dict[str, str]]
"""Options by the name of what is to be expanded."""


def wishes(call: Call, *, listing: bool) -> Wishes:
    """What $expand asks for. Raises GraphFault 400 for what cannot be expanded."""
    text = call.query.get("$expand", "")
    found: Wishes = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or part[1] not in (("thumbnails",) if listing else ("children", "thumbnails")):
            raise bad_request("Parsing OData Select and Expand failed.", inner="invalidQueryOption")
        found[part[1]] = dict(_OPTION.findall(part[2] or ""))
        at = part.end()
    if listing and found and call.drive.business:
        raise GraphFault(400, "notSupported", "Thumbnails cannot be expanded in a listing.")
    return found


def expand(call: Call, node: Node, body: Json, wanted: Wishes) -> None:
    """Add to an item what was asked for."""
    if "thumbnails" in wanted:
        select = wanted["thumbnails"].get("select")
        sizes = [name.strip() for name in select.split(",") if name.strip() != "id"] if select else None
        body["thumbnails"] = sets_of(Renderer(call.demo, call.drive, call.links), node, sizes)
    if "children" in wanted:
        options = wanted["children"]
        names = frozenset(name.strip() for name in options["select"].split(",")) if "select" in options else None
        renderer = Renderer(call.demo, call.drive, call.links, names, default=call.address.drive == ("me",))
        top = options.get("top", "")
        count = min(int(top), MAX_TOP) if top.isdigit() and int(top) else DEFAULT_TOP
        nodes = call.drive.tree.page(node, 0, count + 1) if node.is_container else []
        shown = [each for each in nodes[:count] if each.kind != "shortcut" or call.shows_shortcuts]
        body["children"] = renderer.items(shown)
        if len(nodes) > count:
            extra = {"$select": quote(options["select"], safe=",")} if "select" in options else {}
            body["children@odata.nextLink"] = next_link(call, node, count, count, extra)
