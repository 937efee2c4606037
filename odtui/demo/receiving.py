"""Bytes on their way into a drive: what was received, where it goes, and the upload sessions under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from odtui.demo.drive import Drive
from odtui.demo.errors import not_found
from odtui.demo.names import check_name, check_path
from odtui.demo.nodes import Node
from odtui.demo.quickxor import QuickXor


@dataclass(frozen=True, slots=True)
class Spot:
    """What an address points to: an item, or the place where one could be."""

    node: Node | None
    parent: Node | None = None
    """The deepest folder that exists, if the item does not."""
    missing: tuple[str, ...] = ()
    """Names from there to the item."""


@dataclass(frozen=True, slots=True)
class Received:
    """Content that lies in a blob."""

    content: str
    """As in `Node.content`."""
    size: int
    hash: str
    fs_created: int = 0
    """Seconds since the epoch as the client gave them; 0 if it did not."""
    fs_modified: int = 0


@dataclass(slots=True)
class Session:
    """One upload session."""

    drive: Drive
    spot: Spot
    behaviour: str
    """What to do if the name is taken at the end: fail, replace or rename."""
    times: dict[str, int]
    deferred: bool
    """Whether the file is made by a request of its own."""
    content: str
    path: Path
    expires: float
    """Seconds since the epoch; every fragment moves it on."""
    epoch: int
    size: int | None = None
    """Announced by createUploadSession or by the first fragment."""
    received: int = 0
    misaligned: bool = False
    """Whether a fragment that is not the last was no multiple of 320 KiB."""
    last: int = -1
    """Where the last fragment began."""
    made: str = ""
    """guid of the file that it has become; empty until then."""
    hasher: QuickXor = field(default_factory=QuickXor)

    @property
    def complete(self) -> bool:
        return self.size is not None and self.received == self.size


def check_new_names(drive: Drive, parent: Node, names: tuple[str, ...]) -> None:
    """Refuse names that cannot be given to a new file and the folders above it. Raises GraphFault 400 or 404."""
    if parent.kind != "folder":
        raise not_found()
    for depth, name in enumerate(names, 1):
        in_root = depth == 1 and not parent.parent
        check_name(name, business=drive.business, folder=depth < len(names), in_root=in_root)
    check_path("/".join((*drive.tree.names(parent), *names)))


def beside(drive: Drive, spot: Spot) -> Spot:
    """The place of a new file in the folder of an existing one, under its name."""
    return Spot(None, drive.tree.parent(spot.node), (spot.node.name,)) if spot.node is not None else spot


def commit(drive: Drive, spot: Spot, behaviour: str, received: Received) -> tuple[Node, bool]:
    """Give received content to an item, or make one for it with all folders above; whether it was made.

    Raises:
        GraphFault: 409 if the name is taken and that is not to be resolved; 404 if the folder has gone.
    """
    tree = drive.tree
    if spot.node is not None:
        node = tree.owned(spot.node)
        drive.set_content(node, received.content, received.size, received.hash, received.fs_modified)
        return node, False
    folder = tree.get(spot.parent.guid) if spot.parent is not None else None
    if folder is None:
        raise not_found()
    folder = tree.owned(folder)
    for name in spot.missing[:-1]:
        folder = tree.child(folder, name) or drive.new_folder(folder, name)
    name, replaced = drive.place(folder, spot.missing[-1], behaviour)
    if replaced is not None:
        return commit(drive, Spot(replaced), behaviour, received)
    node = Node(
        guid=token_hex(16),
        name=name,
        parent=folder.guid,
        content=received.content,
        size=received.size,
        hash=received.hash,
        fs_created=received.fs_created,
        fs_modified=received.fs_modified,
    )
    return drive.add(node), True
