"""Drives and items as Graph writes them. Source: REFERENCE §4 and §15."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from odtui.demo.drive import Drive, User
from odtui.demo.links import Links
from odtui.demo.measuring import size_of
from odtui.demo.nodes import Node
from odtui.demo.pictures import SIZE
from odtui.demo.state import Demo

Json = dict[str, Any]

_EPOCH = date(1970, 1, 1)
DOWNLOAD_URL = "@microsoft.graph.downloadUrl"


_MINUTES = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
_SECONDS = [f"{second:02}Z" for second in range(60)]


def iso(seconds: int) -> str:
    """In UTC. Put together from parts: a page of items has thousands of times."""
    minute, second = divmod(seconds, 60)
    day, minute = divmod(minute, 1440)
    return _day(day) + _MINUTES[minute] + _SECONDS[second]


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    """The date so many days after the epoch."""
    return (_EPOCH + timedelta(day)).isoformat()


@lru_cache(maxsize=1024)
def mime_of(extension: str) -> str:
    return guess_type(f"x.{extension}")[0] or "application/octet-stream"


def identity(user: User) -> Json:
    return {"user": {"email": user.address, "id": user.uid, "displayName": user.name}}


def drive(demo: Demo, it: Drive, *, own: bool) -> Json:
    """A drive; without its quota if it is someone else's."""
    body: Json = {
        "id": it.id,
        "driveType": it.kind,
        "name": it.name,
        "description": "",
        "webUrl": _site(it),
        "createdDateTime": iso(it.tree.root.created),
        "lastModifiedDateTime": iso(it.tree.root.modified),
        "createdBy": identity(it.owner),
        "lastModifiedBy": identity(it.owner),
        "owner": {"user": {"id": it.owner.uid, "displayName": it.owner.name, "email": it.owner.address}},
    }
    if own:
        left = it.remaining / max(it.quota.total, 1)
        state = "exceeded" if left <= 0 else "critical" if left < 0.01 else "nearing" if left < 0.1 else "normal"
        body["quota"] = {
            "total": it.quota.total,
            "used": it.used,
            "remaining": it.remaining,
            "deleted": it.quota.deleted,
            "state": state,
        }
    return body


def _site(it: Drive) -> str:
    if it.library:
        return f"https://contoso.sharepoint.com/sites/{it.owner.key}/{quote(it.name)}"
    if it.business:
        return f"https://contoso-my.sharepoint.com/personal/{it.owner.key}/Documents"
    return f"https://onedrive.live.com/?cid={it.id}"


@dataclass(slots=True)
class Renderer:
    """Writes the items of one drive for one request."""

    demo: Demo
    drive: Drive
    links: Links
    select: frozenset[str] | None = None
    """Names of the properties to write; None: all."""
    default: bool = True
    """Whether the drive is the caller's own, which shows in paths."""
    paths: bool = True
    """Whether parentReference has a path, which it lacks in delta."""
    _parents: dict[str, Json] = field(default_factory=dict)
    _who: Json = field(default_factory=dict)
    _expiry: int = 0
    _download: str = ""
    _web: str = ""
    """Beginnings of addresses, the same for all items."""

    def __post_init__(self) -> None:
        it = self.drive
        self._who = identity(it.owner)
        self._expiry = int(self.demo.clock() + self.demo.options.link_life)
        self._download = f"{self.links.content}/personal/{it.slug}/_layouts/15/download.aspx?UniqueId="
        self._web = f"{_site(it)}{'?' if it.business else '&'}id="

    def items(self, nodes: Iterable[Node]) -> list[Json]:
        return [self.item(node) for node in nodes]

    def item(self, node: Node) -> Json:
        it = self.drive
        (tag, c_tag), item_id = it.tags(node), it.item_id(node.guid)
        created, modified = iso(node.created), iso(node.modified)
        as_served = node.fs_created == node.created and node.fs_modified == node.modified
        body: Json = {"@odata.etag": tag}
        is_file = node.kind == "file"
        if is_file and self._wants(DOWNLOAD_URL):
            body[DOWNLOAD_URL] = self.download_url(node)
        body |= {
            "id": item_id,
            "name": node.name,
            "size": node.size if is_file else it.tree.size(node),
            "eTag": tag,
            "createdDateTime": created,
            "lastModifiedDateTime": modified,
            "createdBy": self._who,
            "lastModifiedBy": self._who,
            "webUrl": self._web + item_id,
            "parentReference": self._parents.get(node.parent) or self._parent(node),
            "fileSystemInfo": {
                "createdDateTime": created if as_served else iso(node.fs_created),
                "lastModifiedDateTime": modified if as_served else iso(node.fs_modified),
            },
        }
        if c_tag is not None:
            body["cTag"] = c_tag
        self._facets(node, body)
        if self.select is None:
            return body
        return {key: value for key, value in body.items() if key in self.select or key == "@odata.etag"}

    def tombstone(self, node: Node, parent: str = "") -> Json:
        """A deleted item as delta reports it: without a size, on business without a name.

        `parent` is the guid of the folder that it is reported for, if not the one that it is in.
        """
        body: Json = {
            "id": self.drive.item_id(node.guid),
            "deleted": {"state": "deleted"},
            "parentReference": {
                "driveId": self.drive.id,
                "driveType": self.drive.kind,
                "id": self.drive.item_id(parent or node.parent),
            },
        }
        if not self.drive.business:
            body["name"] = node.name
        body["file" if node.kind == "file" else "folder"] = {}
        return body

    def download_url(self, node: Node, form: str = "") -> str:
        """Works for whoever holds it, for a while. `form` as in forms.py."""
        proof = self.demo.signer.mac(f"{self.drive.id}/{node.guid}/{self._expiry}/{self.demo.epochs.downloads}/{form}")
        tail = f"&form={form}" if form else ""
        return f"{self._download}{node.guid}{tail}&tempauth=v1.{self._expiry}.{proof}"

    def removed(self, node: Node) -> Json:
        """An item in the recycle bin, asked for by its id."""
        times = {"createdDateTime": iso(node.fs_created), "lastModifiedDateTime": iso(node.fs_modified)}
        body = self.tombstone(node) | {
            "name": node.name,
            "size": node.size,
            "eTag": self.drive.e_tag(node),
            "createdDateTime": iso(node.created),
            "lastModifiedDateTime": iso(node.modified),
            "fileSystemInfo": times,
        }
        return body if self.select is None else {key: value for key, value in body.items() if key in self.select}

    def web_url(self, node: Node) -> str:
        return self._web + self.drive.item_id(node.guid)

    def _wants(self, name: str) -> bool:
        return self.select is None or name in self.select

    def _facets(self, node: Node, body: Json) -> None:
        match node.kind:
            case "file":
                file: Json = {"mimeType": mime_of(node.name.rpartition(".")[2].lower())}
                if self._wants("file") and (digest := self.demo.bodies.hash(node)):
                    file["hashes"] = {"quickXorHash": digest}
                body["file"] = file
                if node.content.startswith(("seed:jpg:", "seed:png:")):
                    body["image"] = {} if self.drive.business else {"width": SIZE[0], "height": SIZE[1]}
                    body["photo"] = {"takenDateTime": iso(node.fs_modified)}
                elif not node.thumbnail and (size := size_of(self.demo.bodies, node)) is not None:
                    body["image"] = {} if self.drive.business else {"width": size[0], "height": size[1]}
            case "folder":
                body["folder"] = {"childCount": self.drive.tree.count(node)}
                if not self.drive.business:
                    body["folder"]["view"] = {"sortBy": "name", "sortOrder": "ascending", "viewType": "thumbnails"}
            case "package":
                body["package"] = {"type": node.package}
            case "shortcut":
                body["remoteItem"] = self._shortcut(node)
        if not node.parent:
            body["root"] = {}
        if node.special:
            body["specialFolder"] = {"name": node.special}
        if node.malware:
            body["malware"] = {"description": "DOS/EICAR_Test_File"}
        if node.permissions:
            scopes = {share.scope or "users" for share in node.permissions}
            widest = next(each for each in ("anonymous", "organization", "users") if each in scopes)
            body["shared"] = {"scope": widest, "owner": self._who}
        if self.select is not None and "publication" in self.select and node.kind == "file" and self.drive.business:
            level = "checkout" if node.checked_out else "published"
            body["publication"] = {"level": level, "versionId": f"{node.content_version}.0"}
        if node.description and not self.drive.business:
            body["description"] = node.description

    def remote_hit(self, there: Drive, target: Node) -> Json:
        """An item of another drive as it stands among those of this one."""
        body: Json = {
            "id": there.item_id(target.guid),
            "name": target.name,
            "size": there.tree.size(target),
            "createdDateTime": iso(target.created),
            "lastModifiedDateTime": iso(target.modified),
            "webUrl": Renderer(self.demo, there, self.links).web_url(target),
            "remoteItem": self.remote(there, target),
        }
        return body if self.select is None else {key: value for key, value in body.items() if key in self.select}

    def _shortcut(self, node: Node) -> Json:
        """The target of a shortcut, as far as it is still there."""
        if node.target is None:
            return {}
        there = self.demo.drives[node.target[0]]
        target = there.tree.get(node.target[1])
        return {"id": there.item_id(node.target[1])} if target is None else self.remote(there, target)

    def remote(self, there: Drive, target: Node) -> Json:
        """The remoteItem facet for an item of another drive."""
        owner = identity(there.owner)
        renderer = Renderer(self.demo, there, self.links, default=False)
        item = renderer.item(target)
        facets = ("file", "folder", "package", "image", "id", "name", "size", "fileSystemInfo", "createdBy", "webUrl")
        body = {name: item[name] for name in facets if name in item}
        (body.get("folder") or {}).pop("view", None)
        # A leading zero of a personal drive id gets lost here (QUIRKS 26).
        body["parentReference"] = {
            "driveId": there.id if there.business else there.id.lstrip("0"),
            "driveType": there.kind,
        }
        body["shared"] = {
            "scope": "users",
            "owner": owner,
            "sharedBy": owner,
            "sharedDateTime": iso(next((share.when for share in target.permissions), 0) or target.created),
        }
        return body

    def reference(self, node: Node) -> Json:
        """An itemReference to an item itself."""
        path = "/".join(quote(name, safe="") for name in self.drive.tree.names(node))
        start = "/drive/root:" if self.default else f"/drives/{self.drive.id}/root:"
        return {
            "driveId": self.drive.id,
            "driveType": self.drive.kind,
            "id": self.drive.item_id(node.guid),
            "name": node.name,
            "path": f"{start}/{path}" if path else start,
        }

    def _parent(self, node: Node) -> Json:
        """parentReference; the same for all children of a folder."""
        it = self.drive
        reference: Json = {"driveId": it.id, "driveType": it.kind}
        parent = it.tree.parent(node)
        if parent is not None:
            start = "/drive/root:" if self.default else f"/drives/{it.id}/root:"
            path = "/".join(quote(name, safe="") for name in it.tree.names(parent))
            reference |= {
                "id": it.item_id(parent.guid),
                "name": parent.name,
            }
            if self.paths:
                reference["path"] = f"{start}/{path}" if path else start
        self._parents[node.parent] = reference
        return reference
