"""Delta: everything in a drive, and then what has changed since. Source: REFERENCE §5.19, QUIRKS 74, 81-98."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request
from odtui.demo.expanding import expand_each
from odtui.demo.nodes import Node
from odtui.demo.paging import page_size
from odtui.demo.render import Json
from odtui.demo.tree import Tree
from odtui.demo.walk import Mark, start, walk

_KEPT = ("$select", "$expand", "$top")


async def delta(call: Call) -> Response:
    """GET delta, with the token in the query or as an argument.

    Raises:
        GraphFault: 410 for a token that is not or no longer known, with the address of a fresh start in Location.
    """
    folder = call.node
    call.allow()
    if not folder.is_container:
        raise bad_request("Delta needs a folder.")
    if call.drive.business and folder.parent:
        raise GraphFault(400, "notSupported", "Delta is offered for the root of a drive only.")
    seq = call.demo.journal.seq
    token = call.query.get("token") or call.arguments.get("token")
    if (mark := call.query.get("$skiptoken")) is not None:
        return _portion(call, folder, _unseal(call, folder, mark, "more"))
    if token == "latest":  # noqa: S105  # a word of the protocol
        return _answer(call, folder, [], since=seq)
    if token:
        after = _time(token) if call.drive.business else None
        if after is not None:
            return _portion(call, folder, {"walk": start(folder), "since": seq, "after": after})
        return _changes(call, folder, _unseal(call, folder, token, "since")["since"])
    return _portion(call, folder, {"walk": start(folder), "since": seq, "after": 0, "first": True})


def _unseal(call: Call, folder: Node, sealed: str, kind: str) -> dict[str, Any]:
    value: dict[str, Any] | None = call.demo.signer.unseal(f"delta {kind}", sealed)
    if value is None or value["folder"] != folder.guid or value["epoch"] != call.demo.epochs.deltas:
        raise GraphFault(
            410,
            "resyncRequired",
            "Resync required. Replace any local items with the server's version (including deletes) if you're sure "
            "that the service was up to date with your local changes when you last sync'd. Upload any local changes "
            "that the server doesn't know about.",
            inner="resyncChangesApplyDifferences",
            headers={"Location": _link(call, folder)},
        )
    return value


def _seal(call: Call, folder: Node, kind: str, value: dict[str, Any]) -> str:
    return call.demo.signer.seal(f"delta {kind}", value | {"folder": folder.guid, "epoch": call.demo.epochs.deltas})


def _time(token: str) -> int | None:
    """Seconds of a time used as a token, which business accounts allow; None if it is none."""
    try:
        when = datetime.fromisoformat(token)
    except ValueError:
        return None
    return int(when.timestamp()) if when.tzinfo is not None else None


def _portion(call: Call, folder: Node, where: dict[str, Any]) -> Response:
    """A page of everything, or of everything modified after a time."""
    if "since" in where and "walk" not in where:
        return _changes(call, folder, where["since"])
    top = page_size(call)
    tree, after = call.drive.tree, where["after"]
    found: list[Node] = [folder] if where.get("first") else []
    mark: Mark = [(guid, name) for guid, name in where["walk"]]
    steps = ((node, here) for node, here in walk(tree, mark) if node.modified > after)
    for node, here in islice(steps, top - len(found)):
        found.append(node)
        mark = here
    more = next(iter(walk(tree, mark)), None) is not None and len(found) == top
    following = {"walk": mark, "since": where["since"], "after": after} if more else None
    return _answer(call, folder, found, since=where["since"], following=following)


def _changes(call: Call, folder: Node, since: int) -> Response:
    """A page of what has changed since a state of the drive, each item as it is now."""
    top, tree = page_size(call), call.drive.tree
    changed = tree.changes(since, call.demo.journal.seq)
    page = list(
        islice((node for node in changed if not folder.parent or _concerns(tree, node, folder, since)), top + 1)
    )
    more, page = len(page) > top, page[:top]
    following = {"since": page[-1].seq} if more else None
    items = page
    if call.request.headers.get("deltaexcludeparent", "").lower() != "true":
        items = _with_ancestors(call, folder, page)
    return _answer(call, folder, items, since=call.demo.journal.seq, following=following)


def _concerns(tree: Tree, node: Node, folder: Node, since: int) -> bool:
    """Whether a changed item is below a folder, or has been moved out of it."""
    return tree.within(node, folder) or _left(tree, node, folder, since) is not None


def _left(tree: Tree, node: Node, folder: Node, since: int) -> str | None:
    """guid of the folder, the one asked for or below it, that an item was moved out of; None if it was of none."""
    return next((guid for guid, seq in reversed(node.left) if seq > since and tree.is_within(guid, folder)), None)


def _with_ancestors(call: Call, folder: Node, changed: list[Node]) -> list[Node]:
    """The folders from the one asked for down to each live item, in front of it."""
    found: dict[str, Node] = {}
    for node in changed:
        live = None if node.deleted or not call.drive.tree.within(node, folder) else call.drive.tree.get(node.guid)
        for each in reversed(list(call.drive.tree.ancestors(live)) if live is not None else []):
            if each.guid not in found and call.drive.tree.within(each, folder):
                found[each.guid] = each
        found[node.guid] = node
    return list(found.values())


def _answer(
    call: Call, folder: Node, nodes: list[Node], *, since: int, following: dict[str, Any] | None = None
) -> Response:
    renderer = call.renderer()
    # Left out, unless it is asked for by name: abraunegg's client as Debian has it works by these paths.
    renderer.paths = renderer.select is not None and "parentReference" in renderer.select
    if not call.shows_shortcuts:
        nodes = [node for node in nodes if node.kind != "shortcut"]
    alive = following is not None and "walk" in following  # a walk meets nothing else
    value = [renderer.tombstone(node) if not alive and _gone(call, node) else renderer.item(node) for node in nodes]
    there = [pair for pair in zip(nodes, value, strict=True) if "deleted" not in pair[1]]
    expand_each(call, [node for node, _ in there], [item for _, item in there])
    if folder.parent:
        _mark_left(call, folder, nodes, value)
    if call.drive.business:
        for item in value:
            item.pop("cTag", None)
    body: dict[str, Any] = {"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)"}
    if following is not None:
        body["@odata.nextLink"] = _link(call, folder, {"$skiptoken": _seal(call, folder, "more", following)})
    else:
        body["@odata.deltaLink"] = _link(call, folder, {"token": _seal(call, folder, "since", {"since": since})})
    body["value"] = value
    return call.json(body)


def _mark_left(call: Call, folder: Node, nodes: list[Node], value: list[Json]) -> None:
    """Let what has been moved out of the folder be deleted there."""
    tree = call.drive.tree
    for index, node in enumerate(nodes):
        if not tree.within(node, folder) and (parent := _left(tree, node, folder, 0)) is not None:
            value[index] = call.renderer().tombstone(node, parent)


def _gone(call: Call, node: Node) -> bool:
    """Whether it, or a folder around it, has been deleted."""
    return node.deleted or (node.parent != "" and call.drive.tree.get(node.guid) is None)


def _link(call: Call, folder: Node, extra: dict[str, str] | None = None) -> str:
    query = {name: call.query[name] for name in _KEPT if name in call.query} | (extra or {})
    drive = quote(call.drive.id, safe="!")
    item = "root" if not folder.parent else f"items/{quote(call.drive.item_id(folder.guid), safe='!')}"
    tail = f"?{urlencode(query, safe='$', quote_via=quote)}" if query else ""
    return f"{call.links.graph}/drives/{drive}/{item}/delta{tail}"


ROUTES: Routes = {("GET", "delta"): delta}
