"""Bundles of personal accounts: list, make, change, delete. Source: REFERENCE §5.27."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from starlette.responses import Response

from odtui.demo.albums import Album
from odtui.demo.call import Call, Routes
from odtui.demo.errors import GraphFault, bad_request, name_taken, not_found
from odtui.demo.items import CONFLICT, on_conflict
from odtui.demo.names import check_name, fold, free_name
from odtui.demo.nodes import Node, braced
from odtui.demo.render import Json, identity, iso

MAX_CHILDREN = 1000
_ALBUMS_ONLY = "bundle/album ne null"


def find(call: Call, item_id: str) -> Album | None:
    """The bundle of an item id; None if it is no bundle's."""
    found = call.demo.albums.get(call.drive.guid_of(item_id)) if not call.drive.business else None
    return found if found is not None and found.drive == call.drive.slug else None


def _allow(call: Call, *, write: bool = False) -> None:
    """Raise GraphFault 400 on business accounts, 403."""
    call.allow(write=write, node=call.drive.tree.root)
    if call.drive.business:
        raise GraphFault(400, "notSupported", "Bundles are for personal accounts.")


def _children(call: Call, album: Album) -> list[Node]:
    """What is still there of it."""
    found = (call.drive.tree.get(guid) for guid in album.children)
    return [node for node in found if node is not None]


def _write(call: Call, album: Album) -> Json:
    drive, children = call.drive, _children(call, album)
    bundle: Json = {"childCount": len(children)}
    if album.is_album:
        bundle["album"] = {"coverImageItemId": drive.item_id(children[0].guid)} if children else {}
    who = identity(drive.owner)
    return {
        "id": drive.item_id(album.guid),
        "name": album.name,
        "eTag": _tag(album),
        "cTag": f'"c:{braced(album.guid)},{album.version}"',
        "size": sum(drive.tree.size(node) for node in children),
        "createdDateTime": iso(album.created),
        "lastModifiedDateTime": iso(album.modified),
        "createdBy": who,
        "lastModifiedBy": who,
        "webUrl": f"https://onedrive.live.com/?cid={drive.id}&id={drive.item_id(album.guid)}",
        "parentReference": {"driveId": drive.id, "driveType": drive.kind},
        "fileSystemInfo": {"createdDateTime": iso(album.created), "lastModifiedDateTime": iso(album.modified)},
        "bundle": bundle,
    }


def _tag(album: Album) -> str:
    return f'"{braced(album.guid)},{album.version}"'


def _one(call: Call, album: Album, status: int = 200) -> Response:
    context = f"{call.links.graph}/$metadata#drives('{call.drive.id}')/bundles/$entity"
    body = {"@odata.context": context, **_write(call, album)}
    if "children" in call.query.get("$expand", ""):
        body["children"] = call.renderer().items(_children(call, album))
    return call.json(body, status, {"ETag": _tag(album)})


async def bundles(call: Call) -> Response:
    """GET bundles, bundles/{id}, bundles/{id}/children."""
    _allow(call)
    if call.rest:
        return await item(call, _named(call, call.rest[0]), *call.rest[1:])
    wanted = call.query.get("$filter", "").strip()
    if wanted not in ("", _ALBUMS_ONLY):
        raise bad_request("The filter is not supported.", inner="invalidQueryOption")
    value = [_write(call, album) for album in call.demo.albums.of(call.drive.slug) if album.is_album or not wanted]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#Collection(driveItem)", "value": value})


def _named(call: Call, item_id: str) -> Album:
    if (album := find(call, item_id)) is None:
        raise not_found()
    return album


async def make(call: Call) -> Response:
    """POST bundles makes one, POST bundles/{id}/children adds an item."""
    _allow(call, write=True)
    if call.rest:
        return await item(call, _named(call, call.rest[0]), *call.rest[1:])
    body = await call.body()
    facet, children = body.get("bundle"), body.get("children") or []
    if not isinstance(facet, dict) or not isinstance(children, list) or len(children) > MAX_CHILDREN:
        raise bad_request("A bundle facet is needed, and a list of children.")
    name = check_name(body.get("name"))
    taken = {fold(album.name) for album in call.demo.albums.of(call.drive.slug)}
    if fold(name) in taken:
        if on_conflict(body.get(CONFLICT), "fail") != "rename":
            raise name_taken()
        name = free_name(name, taken, folder=True)
    now = int(call.drive.now())
    made = Album(guid=token_hex(16), drive=call.drive.slug, name=name, created=now, modified=now)
    made.is_album = "album" in facet
    made.children = [_child(call, each) for each in children]
    call.demo.albums.keep(made)
    return _one(call, made, 201)


def _child(call: Call, reference: Any) -> str:
    """guid of the item that a child names. Raises GraphFault 400 or 404."""
    if not isinstance(reference, dict) or not isinstance(reference.get("id"), str):
        raise bad_request("A child is named by its id.")
    node = call.drive.find(reference["id"])
    if node is None:
        raise not_found()
    return node.guid


async def remove(call: Call) -> Response:
    """DELETE bundles/{id} and bundles/{id}/children/{item}."""
    _allow(call, write=True)
    return await item(call, _named(call, call.rest[0] if call.rest else ""), *call.rest[1:])


async def item(call: Call, album: Album, *rest: str) -> Response:
    """Anything that is asked of one bundle, under bundles/{id} or items/{id}."""
    method = "GET" if call.request.method == "HEAD" else call.request.method
    _allow(call, write=method != "GET")
    match (method, *(rest or call.address.tail if call.address.anchor else rest)):
        case ("GET",):
            return _one(call, album)
        case ("GET", "children"):
            context = f"{call.links.graph}/$metadata#Collection(driveItem)"
            return call.json({"@odata.context": context, "value": call.renderer().items(_children(call, album))})
        case ("POST", "children"):
            guid = _child(call, await call.body())
            album.children = list(dict.fromkeys([*album.children, guid]))[:MAX_CHILDREN]
        case ("DELETE", "children", item_id):
            album.children = [guid for guid in album.children if guid != call.drive.guid_of(item_id)]
        case ("PATCH",):
            album.name = check_name((await call.body()).get("name", album.name))
        case ("DELETE",):
            call.demo.albums.remove(album)
            return Response(status_code=204)
        case _:
            raise GraphFault(405, "notAllowed", "The method is not allowed here.")
    album.version += 1
    album.modified = int(call.drive.now())
    call.demo.albums.keep(album)
    return _one(call, album) if method == "PATCH" else Response(status_code=204)


ROUTES: Routes = {
    ("GET", "bundles"): bundles,
    ("POST", "bundles"): make,
    ("PATCH", "bundles"): remove,
    ("DELETE", "bundles"): remove,
}
