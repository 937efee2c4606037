"""Items: read, list, make folders, rename, move, delete. Source: REFERENCE §5.2-5.4, 5.11, 5.12, 5.15."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from starlette.responses import Response

from odtui.demo.access import role_of
from odtui.demo.addressing import decode
from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request, denied, locked, name_taken, not_found
from odtui.demo.expanding import expand, expand_each, wishes
from odtui.demo.names import check_name, check_path, fold, units
from odtui.demo.nodes import Node
from odtui.demo.paging import next_link, paging

CONFLICT = "@microsoft.graph.conflictBehavior"


async def get_item(call: Call) -> Response:
    node = call.node
    if node.deleted:
        call.allow(node=call.drive.tree.root)
        return call.json(call.renderer().removed(node))
    call.allow()
    if call.unmodified(call.drive.e_tag(node), call.drive.c_tag(node)):
        return Response(status_code=304)
    body = call.item_body(node)
    expand(call, node, body, wishes(call, listing=False))
    return call.json(body, headers={"ETag": call.drive.e_tag(node)})


async def children(call: Call) -> Response:
    """GET children, or children/{name}."""
    node = call.node
    call.allow()
    if len(call.address.tail) == 2:
        child = call.drive.tree.child(node, call.address.tail[1])
        if child is None:
            raise not_found()
        return call.item(child)
    tag = call.drive.listing_tag(node) if node.is_container else call.drive.e_tag(node)
    if call.unmodified(tag, call.drive.e_tag(node)):
        return Response(status_code=304)
    start, top, order, descending = paging(call)
    nodes = call.drive.tree.page(node, start, top + 1, order, descending) if node.is_container else []
    more, nodes = len(nodes) > top, nodes[:top]
    if not call.shows_shortcuts:
        nodes = [each for each in nodes if each.kind != "shortcut"]
    item_id = call.drive.item_id(node.guid)
    body: dict[str, Any] = {
        "@odata.context": f"{call.links.graph}/$metadata#drives('{call.drive.id}')/items('{item_id}')/children"
    }
    if node.is_container and start == 0:
        body["@odata.count"] = call.drive.tree.count(node)
    if more:
        body["@odata.nextLink"] = next_link(call, node, start + top, top)
    body["value"] = call.renderer().items(nodes)
    expand_each(call, nodes, body["value"])
    return call.json(body, headers={"ETag": tag})


async def create_child(call: Call) -> Response:
    """POST children: a folder, or a shortcut to a shared one."""
    parent = call.node
    call.allow(write=True)
    body = await call.body()
    if parent.kind != "folder":
        raise bad_request("The parent is not a folder.")
    if "remoteItem" in body:
        return _mount(call, body)
    if not isinstance(body.get("folder"), dict):
        raise bad_request("A folder facet is needed.")
    root = call.drive.tree.root
    name = check_name(body.get("name"), business=call.drive.business, folder=True, in_root=parent is root)
    check_path("/".join((*call.drive.tree.names(parent), name)))
    behaviour = on_conflict(body.get(CONFLICT) or body.get("@name.conflictBehavior"), "fail")
    existing = call.drive.tree.child(parent, name)
    if existing is not None and behaviour == "replace" and existing.kind == "folder":
        return call.item(existing)
    name, _ = call.drive.place(parent, name, behaviour, is_folder=True)
    return call.item(call.drive.new_folder(call.drive.tree.owned(parent), name), 201)


def _mount(call: Call, body: dict[str, Any]) -> Response:
    """A shortcut in the root to a folder that is shared. Raises GraphFault 400, 403, 404 or 409."""
    remote = body["remoteItem"]
    reference = remote.get("parentReference") if isinstance(remote, dict) else None
    if not isinstance(reference, dict) or call.node.parent:
        raise bad_request("A shortcut goes into the root, and names an item and its drive.")
    there = call.demo.drive_by_id(str(reference.get("driveId")))
    target = there.find(str(remote.get("id"))) if there is not None else None
    if there is None or target is None:
        raise not_found()
    if there is call.drive or target.kind != "folder" or not role_of(call.grant, there, target):
        raise denied("The item cannot be added to the drive.")
    name = check_name(body.get("name") or target.name, business=call.drive.business, folder=True, in_root=True)
    name, _ = call.drive.place(call.node, name, on_conflict(body.get(CONFLICT), "fail"), is_folder=True)
    made = Node(guid=token_hex(16), name=name, parent=call.node.guid, kind="shortcut", target=(there.slug, target.guid))
    return call.item(call.drive.add(made), 201)


def on_conflict(value: object, default: str) -> str:
    """fail, replace or rename. Raises GraphFault 400 for anything else."""
    if value is None:
        return default
    if value not in ("fail", "replace", "rename"):
        raise bad_request("Invalid value for conflictBehavior.")
    return str(value)


async def update(call: Call) -> Response:
    """PATCH: a new name, folder, description or times."""
    _ = call.node
    call.allow(write=True)
    body = await call.body()
    node = call.drive.tree.owned(call.node)
    call.check_match(node)
    check_unlocked(node, call.grant.user.key)
    behaviour = on_conflict(body.get(CONFLICT) or call.query.get(CONFLICT), "fail")
    times = parse_times(body.get("fileSystemInfo"))
    parent = _new_parent(call, node, body.get("parentReference"))
    if "name" in body or parent is not None:
        _move(call.drive, node, body.get("name", node.name), parent, behaviour)
    call.drive.retime(node, times)
    if isinstance(body.get("description"), str):
        node.description = body["description"][:1024]
    call.drive.changed(node)
    return call.item(node)


def check_unlocked(node: Node, user: str) -> None:
    """Raise GraphFault 423 if someone has the file open, or someone other than `user` has checked it out."""
    if node.locked or node.checked_out not in ("", user):
        raise locked()


def parse_times(info: object) -> dict[str, int]:
    """Field names of Node and seconds from a fileSystemInfo."""
    if info is None:
        return {}
    if not isinstance(info, dict):
        raise bad_request("fileSystemInfo is not an object.")
    fields = {"createdDateTime": "fs_created", "lastModifiedDateTime": "fs_modified"}
    return {fields[key]: parse_time(value) for key, value in info.items() if key in fields and value is not None}


def parse_time(value: object) -> int:
    """Seconds of an ISO time with a zone. Raises GraphFault 400."""
    try:
        when = datetime.fromisoformat(str(value))
        if when.tzinfo is None:
            raise ValueError(value)
        return int(when.timestamp())
    except (ValueError, OverflowError):
        raise bad_request("The time is not valid.") from None


def _new_parent(call: Call, node: Node, reference: object) -> Node | None:
    """The folder that a parentReference names; None if it stays. Raises GraphFault 400, 403 or 404."""
    if not isinstance(reference, dict):
        return None
    if not node.parent:
        raise bad_request("Cannot move the root folder.")
    if reference.get("driveId") and call.demo.drive_by_id(str(reference["driveId"])) is not call.drive:
        raise bad_request("Moving an item to another drive needs 'Prefer: respond-async'.")
    parent = folder_named_by(call, call.drive, reference)
    call.allow(write=True, node=parent)
    if parent is None or parent.guid == node.parent:
        return None
    if parent is node or node in list(call.drive.tree.ancestors(parent)):
        raise bad_request("Cannot move an item into itself or one of its own folders.")
    return parent


def folder_named_by(call: Call, drive: Drive, reference: dict[str, Any]) -> Node | None:
    """The folder of an itemReference by id or path; None if it names neither."""
    if (item_id := reference.get("id")) is not None:
        if item_id == "root":
            raise bad_request("'root' is not an item id here.")  # QUIRKS 38
        found = drive.find(str(item_id))
    elif (path := reference.get("path")) is not None:
        found = drive.tree.root
        for name in str(path).partition("root:")[2].split("/"):
            if name and found is not None:
                found = drive.tree.child(found, decode(name))
    else:
        return None
    if found is None:
        raise not_found()
    if found.kind != "folder":
        raise bad_request("The target is not a folder.")
    return found


def _move(drive: Drive, node: Node, name: object, parent: Node | None, behaviour: str) -> None:
    """Rename or move within a drive, once the names allow it."""
    if not node.parent:
        raise bad_request("Cannot update the root folder.")
    target = parent or drive.tree.parent(node)
    assert target is not None  # noqa: S101  # only the root has none
    if name != node.name:
        name = check_name(name, business=drive.business, folder=node.is_container, in_root=target is drive.tree.root)
    assert isinstance(name, str)  # noqa: S101  # check_name has seen to it
    path = "/".join((*drive.tree.names(target), name))
    check_path(path)
    if node.is_container and name != node.name:
        _check_depth(drive, node, units(path))
    existing = drive.tree.child(target, name)
    if existing is not None and existing.guid != node.guid:
        if behaviour == "fail" or (behaviour == "replace" and (existing.is_container or node.is_container)):
            raise name_taken()
        if behaviour == "replace":
            drive.delete(drive.tree.owned(existing))
        else:
            name, _ = drive.place(target, name, "rename", is_folder=node.is_container)
    if existing is None or fold(name) != fold(node.name) or name != node.name or target.guid != node.parent:
        drive.move(node, name, target)


def _check_depth(drive: Drive, folder: Node, length: int) -> None:
    """Refuse a rename that would put something in an opened folder beyond the longest path."""
    own = units("/".join(drive.tree.names(folder)))
    for child in drive.tree.page(folder, 0, 200):
        if length + units("/".join(drive.tree.names(child))) - own > 400:
            raise bad_request("The length of a path below would be longer than the limit.", inner="pathIsTooLong")


async def delete(call: Call) -> Response:
    """DELETE: into the recycle bin."""
    _ = call.node
    call.allow(write=True)
    node = call.drive.tree.owned(call.node)
    call.check_match(node)
    check_unlocked(node, call.grant.user.key)
    if not node.parent:
        raise GraphFault(403, "accessDenied", "The root folder cannot be deleted.")
    call.drive.delete(node)
    return Response(status_code=204)


ROUTES: Routes = {
    ("GET", ""): get_item,
    ("PATCH", ""): update,
    ("DELETE", ""): delete,
    ("GET", "children"): children,
    ("POST", "children"): create_child,
}
