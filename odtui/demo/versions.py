"""Earlier contents of files. Source: REFERENCE §5.21, QUIRKS 205-209."""

from __future__ import annotations

from starlette.responses import Response

from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request, not_found
from odtui.demo.items import check_unlocked
from odtui.demo.nodes import Node, Version
from odtui.demo.render import Json, identity, iso


async def listing(call: Call) -> Response:
    """GET versions, versions/{id} and its content."""
    node = _file(call)
    call.allow()
    context = f"{call.links.graph}/$metadata#Collection(driveItemVersion)"
    match call.rest:
        case ():
            value = [_write(call, node, version) for version in (None, *node.versions)]
            return call.json({"@odata.context": context, "value": value})
        case (name,):
            version = _find(node, name)
            return call.json({"@odata.context": context, **_write(call, node, version)})
        case (name, "content"):
            version = _find(node, name)
            if version is None and call.drive.business:
                raise bad_request("You cannot get the content of the current version.")
            form = "" if version is None else f"version.{version.number}"
            return Response(status_code=302, headers={"Location": call.renderer().download_url(node, form)})
    raise not_found()


def _file(call: Call) -> Node:
    if call.node.kind != "file":
        raise bad_request("The item has no versions.")
    return call.node


def _find(node: Node, name: str) -> Version | None:
    """The version of that id; None for the current one. Raises GraphFault 404."""
    if name in ("current", f"{node.content_version}.0"):
        return None
    for version in node.versions:
        if name == f"{version.number}.0":
            return version
    raise not_found()


def _write(call: Call, node: Node, version: Version | None) -> Json:
    number, when, size = (
        (node.content_version, node.modified, node.size)
        if version is None
        else (version.number, version.modified, version.size)
    )
    return {
        "id": f"{number}.0",
        "lastModifiedBy": identity(call.drive.owner),
        "lastModifiedDateTime": iso(when),
        "size": size,
    }


async def restore(call: Call) -> Response:
    """POST versions/{id}/restoreVersion: the old content becomes a new version."""
    node = call.drive.tree.owned(_file(call))
    call.allow(write=True)
    check_unlocked(node, call.grant.user.key)
    if len(call.rest) != 2 or call.rest[1] != "restoreVersion":
        raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    version = _find(node, call.rest[0])
    if version is None:
        raise bad_request("This is the current version already.")
    call.drive.check_room(version.size)
    content = call.demo.journal.copy_blob(version.content)
    call.drive.set_content(node, content, version.size, version.hash)
    return Response(status_code=204)


async def delete(call: Call) -> Response:
    """DELETE versions/{id}: business only."""
    node = call.drive.tree.owned(_file(call))
    call.allow(write=True)
    if not call.drive.business:
        raise GraphFault(405, "notAllowed", "API not found")
    version = _find(node, call.rest[0] if call.rest else "")
    if version is None:
        raise bad_request("The current version cannot be deleted.")
    node.versions.remove(version)
    call.demo.bodies.discard(version.content)
    call.drive.changed(node)
    return Response(status_code=204)


ROUTES: Routes = {("GET", "versions"): listing, ("POST", "versions"): restore, ("DELETE", "versions"): delete}
