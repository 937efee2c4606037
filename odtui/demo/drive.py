"""A drive and whom it belongs to: identifiers, tags, quota, and every change that can be made to it."""

from __future__ import annotations

from base64 import b32decode
from binascii import Error
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex

from odtui.demo.bodies import Bodies
from odtui.demo.errors import name_taken, no_space
from odtui.demo.journal import Journal
from odtui.demo.names import free_name
from odtui.demo.nodes import Node, Version, braced, business_id, guid_of
from odtui.demo.tree import Tree

MAX_VERSIONS, MAX_PERSONAL_VERSIONS = 500, 25
"""Of one file, with the current one."""
MAX_LEFT = 20
"""Moves that an item remembers."""
MAX_REPORTED = 30_000
"""Items below a removed folder that delta reports one by one."""


@dataclass(frozen=True, slots=True)
class User:
    """Someone who can sign in."""

    key: str
    """How the server names them internally."""
    name: str
    address: str
    uid: str
    """Object id, a guid."""
    tenant: str
    """Directory id, a guid."""

    @property
    def personal(self) -> bool:
        return self.tenant == "9188040d-6c67-4c5b-b112-36a304b66dad"


@dataclass(slots=True)
class Quota:
    """Bytes."""

    total: int = 100 << 30
    elsewhere: int = 41 << 30
    """Used by things outside the drive, such as mail attachments."""
    deleted: int = 0


@dataclass(slots=True)
class Drive:
    """One drive, live."""

    key: str
    """Its name in the journal."""
    id: str
    kind: str
    """personal, business or documentLibrary, as in driveType."""
    owner: User
    tree: Tree
    journal: Journal
    bodies: Bodies
    now: Callable[[], float]
    quota: Quota = field(default_factory=Quota)
    slug: str = ""
    """Its key in `Demo.drives`, which stands in addresses of content and in shortcuts."""
    name: str = "OneDrive"
    members: dict[str, str] = field(default_factory=dict)
    """Of a library: what each user, by key, may do in it: read or write."""

    lag: int = 0
    """For how many requests a new item is not found, as happens on the service for a while (REFERENCE §17)."""
    unseen: dict[str, int] = field(default_factory=dict)
    """How many of them are left, by guid."""

    # Identifiers

    @property
    def business(self) -> bool:
        """Whether it belongs to a work account, alone or as a library."""
        return self.kind != "personal"

    @property
    def library(self) -> bool:
        return self.kind == "documentLibrary"

    @property
    def id_prefix(self) -> bytes:
        """Which all business item ids of the drive share."""
        return bytes.fromhex(guid_of(self.slug)[:8] if self.library else self.owner.uid.replace("-", "")[:8])

    def item_id(self, guid: str) -> str:
        return business_id(guid, self.id_prefix) if self.business else f"{self.id.upper()}!s{guid}"

    def find(self, item_id: str) -> Node | None:
        """The item of an id as a client sent it; personal ids in any case."""
        guid = self.guid_of(item_id)
        return self.tree.get(guid) if guid else None

    def guid_of(self, item_id: str) -> str:
        """The guid in an id of this drive; empty if it is none."""
        if self.business:
            return _business_guid(item_id, self)
        drive, _, rest = item_id.lower().partition("!s")
        return rest if normal(drive) == normal(self.id) and len(rest) == 32 else ""

    def e_tag(self, node: Node) -> str:
        return f'"{braced(node.guid)},{node.version}"'

    def c_tag(self, node: Node) -> str | None:
        """None for business folders."""
        return self.tags(node)[1]

    def tags(self, node: Node) -> tuple[str, str | None]:
        """Both, of an item that is in the tree."""
        guid = braced(node.guid)
        tag = f'"{guid},{node.version}"'
        if not node.is_container:
            return tag, f'"c:{guid},{node.content_version - node.retimed}"'
        return tag, None if self.business else f'"c:{guid},{self.tree.changed(node)}"'

    def listing_tag(self, folder: Node) -> str:
        """Changes with anything below the folder."""
        return f'"c:{braced(folder.guid)},{self.tree.changed(folder)}"'

    # Room

    @property
    def used(self) -> int:
        return self.tree.size(self.tree.root) + self.quota.elsewhere

    @property
    def remaining(self) -> int:
        return max(self.quota.total - self.used, 0)

    def check_room(self, size: int) -> None:
        """Raises GraphFault 507 if so many more bytes do not fit."""
        if size > self.remaining:
            raise no_space()

    # Changes

    def place(self, folder: Node, name: str, on_conflict: str, *, is_folder: bool = False) -> tuple[str, Node | None]:
        """Under which name something can go into a folder, and the item that it replaces.

        Raises:
            GraphFault: 409 if the name is taken and that is not to be resolved, or by a folder.
        """
        existing = self.tree.child(folder, name)
        if existing is None:
            return name, None
        if on_conflict == "rename":
            return free_name(name, self.tree.taken(folder), folder=is_folder), None
        if on_conflict == "replace" and existing.kind == "file" and not is_folder:
            return existing.name, self.tree.owned(existing)
        raise name_taken()

    def add(self, node: Node) -> Node:
        """Put a new item in; times that it lacks become now."""
        now = int(self.now())
        node.created = node.created or now
        node.modified = node.modified or now
        node.fs_created = node.fs_created or node.created
        node.fs_modified = node.fs_modified or node.modified
        self.tree.insert(node)
        self._write(node)
        if self.lag:
            self.unseen[node.guid] = self.lag
        return node

    def sees(self, node: Node) -> bool:
        """Whether a new item has arrived everywhere; every question brings it nearer."""
        left = self.unseen.pop(node.guid, 0)
        if left > 1:
            self.unseen[node.guid] = left - 1
        return left == 0

    def new_folder(self, parent: Node, name: str) -> Node:
        return self.add(Node(guid=token_hex(16), name=name, parent=parent.guid, kind="folder"))

    def changed(self, node: Node, *, content: bool = False) -> None:
        """Record that an item was changed in place: new tags, new time."""
        node.version += 1
        if content:
            node.content_version += 1
        node.modified = int(self.now())
        self._write(node)

    def set_content(self, node: Node, content: str, size: int, digest: str, fs_modified: int = 0) -> None:
        """Give a file other bytes; `fs_modified` 0 means now."""
        self._keep_version(node)
        self.tree.resize(node, size)
        node.content, node.hash = content, digest
        node.fs_modified = fs_modified or int(self.now())
        self.changed(node, content=True)

    def retime(self, node: Node, times: dict[str, int]) -> None:
        """Give an item the times of a client; on business a file gets a version by that."""
        fresh = {name: seconds for name, seconds in times.items() if getattr(node, name) != seconds}
        if fresh and self.business and node.kind == "file":
            kept = self.journal.copy_blob(node.content)
            self._keep_version(node)
            node.versions[0].content = kept
            node.content_version += 1
            node.retimed += 1
        for name, seconds in fresh.items():
            setattr(node, name, seconds)

    def noted(self, node: Node) -> None:
        """Keep what has changed about an item without any change of the item itself: no new tag, nothing in delta."""
        self.tree.keep(node)
        self.journal.write(self.key, node)

    def _keep_version(self, node: Node) -> None:
        """Put the present content among the earlier ones, of which the oldest fall away."""
        node.versions.insert(
            0,
            Version(
                number=node.content_version,
                content=node.content,
                size=node.size,
                hash=node.hash,
                modified=node.modified,
            ),
        )
        limit = MAX_VERSIONS if self.business else MAX_PERSONAL_VERSIONS
        for old in node.versions[limit - 1 :]:
            self.bodies.discard(old.content)
        del node.versions[limit - 1 :]

    def move(self, node: Node, name: str, parent: Node) -> None:
        """Rename, move, or both. The caller has checked the name."""
        old = self.tree.parent(node)
        self.tree.rename(node, name, parent)
        if old is not None and old is not parent:
            node.left = [*node.left[1 - MAX_LEFT :], (old.guid, self.journal.seq + 1)]
        self.changed(node)
        if old is not None and old is not parent:
            self._write(old)

    def delete(self, node: Node) -> None:
        """Into the recycle bin, with everything below."""
        parent = self.tree.parent(node)
        self.quota.deleted += self.tree.size(node)
        gone = self._about_to_go(node)
        node.gone = int(self.now())
        self.tree.remove(node)
        for each in (*gone, node):
            self._record(each)
        if parent is not None:
            self._write(parent)

    def removed(self, item_id: str) -> Node | None:
        """The item of an id that lies in the recycle bin."""
        return self.tree.removed(self.guid_of(item_id))

    def restore(self, node: Node, name: str, parent: Node) -> None:
        """Out of the recycle bin, with everything below. The caller has checked the name."""
        self.tree.put_back(node, name, parent)
        self.quota.deleted = max(self.quota.deleted - self.tree.size(node), 0)
        self.changed(node)
        for each in list(self.tree.below(node)) if node.is_container else []:
            self._write(each)

    def purge(self, node: Node) -> None:
        """Delete for good, with everything below and all bytes."""
        parent = self.tree.parent(node)
        for each in [node, *(self.tree.below(node) if node.is_container else [])]:
            for content in (each.content, *(version.content for version in each.versions)):
                self.bodies.discard(content)
        node.purged = True
        gone = self._about_to_go(node)
        self.tree.remove(node)
        for each in (*gone, node):
            self._record(each)
        if parent is not None:
            self._write(parent)

    def _about_to_go(self, node: Node) -> list[Node]:
        """What delta will report with a removed folder: everything below it, the deepest first.

        Clients remove a folder once it is empty (REFERENCE §5.19). Of very large folders only the folder is reported.
        """
        if not node.is_container or self.tree.many_below(node, MAX_REPORTED):
            return []
        below = list(self.tree.below(node))
        for each in below:
            self.tree.keep(each)
        return below[::-1]

    def _record(self, node: Node) -> None:
        """Keep a change of an item that is not in the tree."""
        self.journal.seq += 1
        node.seq = self.journal.seq
        self.journal.write(self.key, node)

    def _write(self, node: Node) -> None:
        self.journal.seq += 1
        node.seq = self.journal.seq
        self.tree.touched(node)
        self.journal.write(self.key, node)


def normal(drive_id: str) -> str:
    """The key under which drive ids are equal: personal ones in any case and with or without a leading zero."""
    lowered = drive_id.lower()
    if 0 < len(lowered) <= 16 and all(digit in "0123456789abcdef" for digit in lowered):
        return lowered.zfill(16)
    return drive_id


def _business_guid(item_id: str, drive: Drive) -> str:
    try:
        raw = b32decode(item_id[2:])
    except (Error, ValueError):
        return ""
    return raw[4:].hex() if item_id.startswith("01") and raw[:4] == drive.id_prefix and len(raw) == 20 else ""
