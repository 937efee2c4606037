"""$expand: children, thumbnails and list rows within an item. Source: REFERENCE §3."""

from __future__ import annotations

import re

from odtui.demo.call import Call
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.lists import row
from odtui.demo.nodes import Node
from odtui.demo.paging import DEFAULT_TOP, MAX_TOP, next_link
from odtui.demo.render import Json, Renderer
from odtui.demo.thumbnails import sets_of

_LISTED = ("thumbnails", "listItem")
_SINGLE = ("children", *_LISTED)
_PART = re.compile(r"\s*(\w+)\s*(?:\((.*)\)\s*)?", re.DOTALL)
_OPTION = re.compile(r"\s*\$?(select|top|expand)=(.*)", re.DOTALL)
Wishes = dict[str, dict[str, str]]
"""Options by the name of what is to be expanded; `expand` among them as it was sent."""


def wishes(call: Call, *, listing: bool) -> Wishes:
    """What $expand asks for. Raises GraphFault 400 for what cannot be expanded."""
    return _read(call, call.query.get("$expand", ""), listing=listing)


def _read(call: Call, text: str, *, listing: bool) -> Wishes:
    found: Wishes = {}
    for each in _split(text, ",") if text.strip() else ():
        part = _PART.fullmatch(each)
        if part is None or part[1] not in (_LISTED if listing else _SINGLE):
            raise bad_request("Parsing OData Select and Expand failed.", inner="invalidQueryOption")
        options = (_OPTION.fullmatch(option) for option in _split(part[2] or "", ";"))
        found[part[1]] = {option[1]: option[2].strip() for option in options if option is not None}
    if "thumbnails" in found and listing and call.drive.business:
        raise GraphFault(400, "notSupported", "Thumbnails cannot be expanded in a listing.")
    return found


def _split(text: str, mark: str) -> list[str]:
    """Parts between marks, of which those in parentheses part nothing."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def expand_each(call: Call, nodes: list[Node], bodies: list[Json]) -> None:
    """Add to the items of a listing what was asked for."""
    if wanted := wishes(call, listing=True):
        for node, body in zip(nodes, bodies, strict=True):
            expand(call, node, body, wanted)


def expand(call: Call, node: Node, body: Json, wanted: Wishes) -> None:
    """Add to an item what was asked for."""
    if "thumbnails" in wanted:
        select = wanted["thumbnails"].get("select")
        sizes = [name.strip() for name in select.split(",") if name.strip() != "id"] if select else None
        body["thumbnails"] = sets_of(Renderer(call.demo, call.drive, call.links), node, sizes)
    if "listItem" in wanted:
        body["listItem"] = row(call, node, with_fields=wanted["listItem"].get("expand", "").startswith("fields"))
    if "children" in wanted:
        _expand_children(call, node, body, wanted["children"])


def _expand_children(call: Call, node: Node, body: Json, options: dict[str, str]) -> None:
    names = frozenset(name.strip() for name in options["select"].split(",")) if "select" in options else None
    renderer = Renderer(call.demo, call.drive, call.links, names, default=call.address.drive == ("me",))
    top = options.get("top", "")
    count = min(int(top), MAX_TOP) if top.isdecimal() and int(top) else DEFAULT_TOP
    nodes = call.drive.tree.page(node, 0, count + 1) if node.is_container else []
    shown = [each for each in nodes[:count] if each.kind != "shortcut" or call.shows_shortcuts]
    body["children"] = renderer.items(shown)
    if "expand" in options:
        wanted = _read(call, options["expand"], listing=True)
        for child, item in zip(shown, body["children"], strict=True):
            expand(call, child, item, wanted)
    if len(nodes) > count:
        extra = {f"${name}": options[name] for name in ("select", "expand") if name in options}
        body["children@odata.nextLink"] = next_link(call, node, count, count, extra)
