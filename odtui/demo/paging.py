"""Pages of children: how long they are, how they are ordered, where the next one starts. Source: REFERENCE §3."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from odtui.demo.call import Call
from odtui.demo.errors import bad_request
from odtui.demo.nodes import Node
from odtui.demo.tree import ORDERS

DEFAULT_TOP = 200
MAX_TOP = 1000


def page_size(call: Call) -> int:
    """How many items a page holds: $top up to a limit. Raises GraphFault 400."""
    asked = call.query.get("$top")
    if asked is None:
        return DEFAULT_TOP
    if not asked.isascii() or not asked.isdigit() or int(asked) == 0:
        raise bad_request("Invalid value for $top.", inner="invalidQueryOption")
    return min(int(asked), MAX_TOP)


def paging(call: Call) -> tuple[int, int, str, bool]:
    """Where a page starts, its length, its order and whether that is reversed. Raises GraphFault 400."""
    top = page_size(call)
    order, _, direction = (call.query.get("$orderby") or "name").partition(" ")
    allowed = ("name",) if call.drive.business else ORDERS
    if order not in allowed or direction not in ("", "asc", "desc"):
        raise bad_request("Invalid value for $orderby.", inner="invalidQueryOption")
    start = 0
    if (mark := call.query.get("$skiptoken")) is not None:
        value = call.demo.signer.unseal("page", mark)
        if value is None or value[0] != call.node.guid:
            raise bad_request("Invalid paging token.")
        start = value[1]
    return start, top, order, direction == "desc"


def next_link(call: Call, node: Node, start: int, top: int, extra: dict[str, str] | None = None) -> str:
    """The address of the children from a position on; `extra` in place of the request's own options."""
    kept = {name: call.query[name] for name in ("$select", "$orderby", "$expand") if name in call.query}
    query = {"$top": str(top)} | (kept if extra is None else extra)
    query["$skiptoken"] = call.demo.signer.seal("page", [node.guid, start])
    drive = quote(call.drive.id, safe="!")
    item = quote(call.drive.item_id(node.guid), safe="!")
    prefix = f"/shares/{quote(call.address.drive[1], safe='!')}" if call.via_link else f"/drives/{drive}"
    return f"{call.links.graph}{prefix}/items/{item}/children?{urlencode(query, safe='$', quote_via=quote)}"
