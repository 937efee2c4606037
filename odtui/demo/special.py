"""Special folders: known by an alias whatever they are called. Source: REFERENCE §2.4."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.access import app_folder, check
from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import bad_request, not_found
from odtui.demo.nodes import Node

_NAMES = {
    "documents": "Documents",
    "photos": "Photos",
    "cameraroll": "Camera Roll",
    "desktop": "Desktop",
    "music": "Music",
}
"""What a special folder is called when it is made."""
_BUSINESS = ("approot", "documents", "photos")


def special(call: Call, drive: Drive, alias: str) -> Node:
    """A special folder by its alias. The app's is made when it is asked for, others when something is put into them.

    Raises:
        GraphFault: 400 for an unknown alias, 403, 404.
    """
    if alias not in _aliases(drive):
        raise bad_request("The special folder name is not valid.")
    root = drive.tree.root
    if alias == "approot":
        if (found := app_folder(drive)) is not None:
            return found
        apps = drive.tree.child(root, "Apps") or drive.new_folder(root, "Apps")
        return _made(drive, apps, "odtui", alias)
    existing = _find(drive, alias)
    if existing is None and call.request.method in ("PUT", "POST"):
        check(call.grant, drive, root, write=True)
        existing = _made(drive, root, _NAMES[alias], alias)
    if existing is None:
        raise not_found()
    return existing


def _aliases(drive: Drive) -> tuple[str, ...]:
    return _BUSINESS if drive.business else ("approot", *_NAMES)


def _made(drive: Drive, parent: Node, name: str, alias: str) -> Node:
    made = drive.new_folder(parent, name)
    made.special = alias
    drive.changed(made)
    return made


def _find(drive: Drive, alias: str) -> Node | None:
    """The folder that has the alias, or else the one of its usual name."""
    folders = [node for node in drive.tree.page(drive.tree.root, 0, 1000) if node.kind == "folder"]
    by_alias = (node for node in folders if node.special == alias)
    return next(by_alias, None) or next((node for node in folders if node.name == _NAMES[alias]), None)


async def listing(call: Call) -> Response:
    """GET special: those that there are."""
    call.allow(node=call.drive.tree.root)
    value = []
    for alias in _aliases(call.drive):
        node = app_folder(call.drive) if alias == "approot" else _find(call.drive, alias)
        if node is not None:
            value.append(call.renderer().item(node) | {"specialFolder": {"name": alias}})
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)", "value": value})


ROUTES: Routes = {("GET", "special"): listing}
