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


def merge(view: list[Node], fresh: list[Node], *, flipped: bool) -> list[Node]:
    """Nodes joined into a view at their ranks, folders first. Costs no Python loop over the view."""
    folders_new = [node for node in fresh if node.entry.is_folder]
    files_new = [node for node in fresh if not node.entry.is_folder] if folders_new else fresh
    split = bisect_right(view, False, key=_is_no_folder)
    folders, files = view[:split], view[split:]
    return _merge_group(folders, folders_new, flipped) + _merge_group(files, files_new, flipped)


def _is_no_folder(node: Node) -> bool:
    return not node.entry.is_folder


def _merge_group(old: list[Node], fresh: list[Node], flipped: bool) -> list[Node]:
    if not fresh:
        return old
    fresh = sorted(fresh, key=_RANK)
    if flipped:
        old = old[::-1]
    if not old or old[-1].rank < fresh[0].rank:
        merged = old + fresh
    else:
        merged, start = [], 0
        for node in fresh:
            end = bisect_right(old, node.rank, start, key=_RANK)
            merged += old[start:end]
            merged.append(node)
            start = end
        merged += old[start:]
    return merged[::-1] if flipped else merged


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
