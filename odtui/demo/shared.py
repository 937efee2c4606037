"""Views over several drives: shared with me, and recent. Both are deprecated. Source: REFERENCE §5.23, QUIRKS 189."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import denied
from odtui.demo.nodes import Node
from odtui.demo.render import iso
from odtui.demo.walk import start, walk

_ALL = frozenset({"files.read.all", "files.readwrite.all", "sites.read.all", "sites.readwrite.all"})
RECENT = 50


def shared_with(call: Call) -> Iterator[tuple[Drive, Node]]:
    """What others have shared with the caller, in person or by a link that has been opened."""
    key, now = call.grant.user.key, call.demo.clock()
    for drive in call.demo.drives.values():
        if drive.owner.key == key:
            continue
        for node in drive.tree.shared():
            if any(key in (each.to, *each.redeemed) and not 0 < each.expires < now for each in node.permissions):
                yield drive, node


async def shared_with_me(call: Call) -> Response:
    """GET /me/drive/sharedWithMe."""
    call.allow(node=call.drive.tree.root)
    if not call.grant.has(_ALL):
        raise denied()
    renderer = call.renderer()
    value = [renderer.remote_hit(drive, node) for drive, node in shared_with(call)]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)", "value": value})


async def recent(call: Call) -> Response:
    """GET /me/drive/recent: the files last worked on, newest first."""
    call.allow(node=call.drive.tree.root)
    tree, renderer = call.drive.tree, call.renderer()
    files = (node for node, _ in walk(tree, start(tree.root)) if node.kind == "file")
    value = []
    for node in nlargest(RECENT, files, key=lambda node: node.modified):
        item = renderer.item(node)
        if "fileSystemInfo" in item:
            item["fileSystemInfo"]["lastAccessedDateTime"] = iso(node.modified)
        value.append(item)
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)", "value": value})


ROUTES: Routes = {("GET", "sharedWithMe"): shared_with_me, ("GET", "recent"): recent}
