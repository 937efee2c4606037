"""One node of a tree, and the lists that are made of nodes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter
from typing import Literal

from odtui.services.entry import Entry
from odtui.services.order import Rank

_RANK = attrgetter("rank")


class Node:
    """An entry in the tree. Mutable; owned by its TreeModel."""

    __slots__ = ("children", "depth", "entry", "expanded", "fresh", "key", "opened", "parent", "rank", "state", "view")

    def __init__(self, entry: Entry, parent: Node | None) -> None:
        self.entry = entry
        self.key = entry.key
        """The entry's identity, as `TreeModel.selected` is indexed by."""
        self.parent = parent
        self.depth: int = -1 if parent is None else parent.depth + 1
        """0 for the rows of the top folder; the (invisible) top itself has -1."""
        self.expanded = False
        self.state: Literal["unread", "reading", "read", "failed"] = "unread"
        """How far the children of a folder are known."""
        self.rank: Rank = ()
        self.children: dict[tuple[str, str], Node] | None = None
        """All that are known, in no order; None until the first reading begins."""
        self.view: list[Node] | None = None
        """The children that are shown, in order; None like `children`."""
        self.opened: set[Node] | None = None
        """The expanded ones among the children; None for none."""
        self.fresh: set[tuple[str, str]] | None = None
        """The children that a running reading has brought so far; None when there is none."""

    def __repr__(self) -> str:
        return f"Node({self.entry.name!r}, depth={self.depth})"

    def above(self) -> Iterator[Node]:
        """Parent, its parent and so on, up to the top."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def loaded(self) -> Iterator[Node]:
        """This node and all known ones below it."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.children:
                stack.extend(node.children.values())


def merge(view: list[Node], fresh: list[Node], *, flipped: bool = False) -> int:
    """Put nodes into a view at their ranks, folders first; returns where the first one went.

    What stands before that place is not touched, so a page in order costs its own length. Behind it slices are moved;
    there is no Python loop over the view.
    """
    if not fresh:
        return len(view)
    fresh = sorted(fresh, key=_RANK, reverse=flipped)
    folders = [node for node in fresh if node.entry.is_folder]
    files = [node for node in fresh if not node.entry.is_folder] if folders else fresh
    split = bisect_right(view, False, key=_is_no_folder)
    placed = _places(view, folders, 0, split, flipped) + _places(view, files, split, len(view), flipped)
    first = start = placed[0]
    merged: list[Node] = []
    for at, node in zip(placed, folders + files, strict=True):
        if at > start:
            merged += view[start:at]
            start = at
        merged.append(node)
    merged += view[start:]
    view[first:] = merged
    return first


def position(view: list[Node], node: Node, *, flipped: bool = False) -> int:
    """Where a node stands in its folder's view, by halving; -1 if it is not shown."""
    split = bisect_right(view, False, key=_is_no_folder)
    low, high = (0, split) if node.entry.is_folder else (split, len(view))
    if flipped:
        at = _bisect_flipped(view, node.rank, low, high) - 1
    else:
        at = bisect_right(view, node.rank, low, high, key=_RANK) - 1
    while at >= low and view[at] is not node:
        if view[at].rank != node.rank:
            return -1
        at -= 1
    return at if at >= low else -1


def height(folder: Node, *, flipped: bool = False) -> int:
    """How many rows an expanded folder has below it."""
    rows, stack = 0, [folder]
    while stack:
        node = stack.pop()
        view = node.view or []
        rows += len(view)
        stack += [child for child in node.opened or () if position(view, child, flipped=flipped) >= 0]
    return rows


def row_of(node: Node, *, flipped: bool = False) -> int:
    """The row of a node, counted from the top's first row; -1 if a folder above is collapsed or it is filtered out.

    Costs the depth and the expanded folders, not the rows.
    """
    row = -1
    while (folder := node.parent) is not None:
        view = folder.view or []
        at = position(view, node, flipped=flipped)
        if at < 0 or not folder.expanded:
            return -1
        row += at + 1
        for other in folder.opened or ():
            if other is not node and 0 <= position(view, other, flipped=flipped) < at:
                row += height(other, flipped=flipped)
        node = folder
    return row


def _is_no_folder(node: Node) -> bool:
    return not node.entry.is_folder


def _places(view: list[Node], fresh: list[Node], low: int, high: int, flipped: bool) -> list[int]:
    """Where each of some ordered nodes belongs within view[low:high]."""
    if flipped:
        return [low := _bisect_flipped(view, node.rank, low, high) for node in fresh]
    return [low := bisect_right(view, node.rank, low, high, key=_RANK) for node in fresh]


def _bisect_flipped(view: list[Node], rank: Rank, low: int, high: int) -> int:
    """As bisect_right, in descending ranks."""
    while low < high:
        middle = (low + high) // 2
        if rank > view[middle].rank:
            high = middle
        else:
            low = middle + 1
    return low


def flatten(folder: Node) -> list[Node]:
    """The rows below a folder, down its expanded folders. Costs no Python loop over rows that are not expanded."""
    if not folder.opened:
        return folder.view or []
    rows: list[Node] = []
    stack = [_pieces(folder)]
    while stack:
        for piece, opened in stack[-1]:
            rows += piece
            if opened is not None:
                stack.append(_pieces(opened))
                break
        else:
            stack.pop()
    return rows


def _pieces(folder: Node) -> Iterator[tuple[list[Node], Node | None]]:
    """Slices of the view, each up to and with an expanded folder, and that folder; None after the last one."""
    view = folder.view or []
    opened = folder.opened or ()
    if len(opened) <= 8:
        at = sorted(view.index(node) for node in opened if node in view)
    else:
        at = [index for index, node in enumerate(view) if node.expanded]
    start = 0
    for index in at:
        yield view[start : index + 1], view[index]
        start = index + 1
    yield view[start:], None
