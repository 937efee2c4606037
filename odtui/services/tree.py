"""The tree model: the visible rows of a pane as one flat list, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from odtui.services.entry import LOCAL_DRIVE, Entry
from odtui.services.node import Node, flatten, height, merge, row_of
from odtui.services.order import Order, SortKey, fold, natural_key, ranker
from odtui.services.selection import Selection

__all__ = ["Change", "Node", "Order", "SortKey", "TreeModel"]


class Change(NamedTuple):
    """rows[first : first + removed] were replaced by `added` rows.

    Nodes keep their identity and may be among the new rows again: a view finds its cursor's node with `index`.
    """

    first: int
    removed: int
    added: int


class TreeModel:
    """Rows, expansion, order, filter and selection of one open folder.

    Expanding or collapsing costs the rows changed, not the rows present. Folders come first. Names sort naturally
    (file2 before file10) and without regard to case. The same identity may stand in two folders (two shortcuts to
    one target); both rows are then selected together.
    """

    def __init__(self, top: Entry, order: Order = Order()) -> None:  # noqa: B008 - frozen, safe to share
        self.rows: list[Node] = []
        self.top = Node(top, None)
        self.top.expanded = True
        self.order = order
        self.needle = ""
        """The filter as typed; empty: none."""
        self._wanted = ""
        self._rank_of = ranker(order)
        self._selection = Selection()
        self._loaded: set[Node] = set()
        """Folders with known children."""

    # reading

    def begin(self, folder: Node) -> None:
        """Its children are being read; a reload keeps the old rows until `finish`."""
        folder.state = "reading"
        folder.fresh = set()
        if folder.children is None:
            folder.children, folder.view = {}, []
            self._loaded.add(folder)

    def extend(self, folder: Node, page: list[Entry]) -> Change | None:
        """A page has come. None if nothing visible changed."""
        if folder.children is None:
            self.begin(folder)
        return self._put(folder, page)

    def finish(self, folder: Node, *, failed: bool = False) -> Change | None:
        """All pages came (or reading failed): after a reload, entries that came no more leave."""
        fresh, folder.fresh = folder.fresh, None
        folder.state = "failed" if failed else "read"
        children = folder.children or {}
        if failed or fresh is None or len(fresh) == len(children):
            return None
        return self._drop(folder, [node for key, node in children.items() if key not in fresh])

    # expansion

    def expand(self, index: int) -> Change:
        node = self.rows[index]
        if node.expanded or not node.entry.is_folder:
            return Change(index + 1, 0, 0)
        self._mark_expanded(node)
        block = flatten(node)
        self.rows[index + 1 : index + 1] = block
        return Change(index + 1, 0, len(block))

    def collapse(self, index: int) -> Change:
        node = self.rows[index]
        removed = height(node, flipped=self.order.flipped) if node.expanded else 0
        self._mark_collapsed(node)
        del self.rows[index + 1 : index + 1 + removed]
        return Change(index + 1, removed, 0)

    @staticmethod
    def _mark_expanded(node: Node) -> None:
        node.expanded = True
        if node.parent is not None:
            node.parent.opened = (node.parent.opened or set()) | {node}

    @staticmethod
    def _mark_collapsed(node: Node) -> None:
        node.expanded = False
        if node.parent is not None and node.parent.opened is not None:
            node.parent.opened = (node.parent.opened - {node}) or None

    # single changes

    def replace(self, old: Entry, new: Entry) -> None:
        """A rename or change: the node moves to its place in the order, expansion and selection stay."""
        for node in self._twins(old.key):
            folder = node.parent
            if folder is None:
                self._rename(node, new)
                continue
            assert folder.children is not None  # noqa: S101 - it has this child
            span = self._span(folder)
            was_shown = self._shown(folder)
            in_the_way = folder.children.get(new.key)
            if in_the_way is not None and in_the_way is not node:
                self._forget([in_the_way])
            del folder.children[node.key]
            if folder.fresh is not None:
                folder.fresh.discard(node.key)
                folder.fresh.add(new.key)
            self._rename(node, new)
            folder.children[node.key] = node
            stale = {node} if in_the_way is None else {node, in_the_way}
            self._redraw(folder, [node], stale, span, was_shown)

    def insert(self, folder: Node, entry: Entry) -> None:
        """An entry has arrived in a folder. A folder whose children are not known stays so."""
        if folder.children is not None:
            self._put(folder, [entry])

    def remove(self, entry: Entry) -> None:
        for node in self._twins(entry.key):
            if node.parent is not None:
                self._drop(node.parent, [node])

    # order and filter

    def arrange(self, order: Order) -> None:
        """A new order; every loaded folder is sorted again."""
        ranks_change = (order.sort, order.reverse) != (self.order.sort, self.order.reverse)
        self.order = order
        self._rank_of = ranker(order)
        if ranks_change:
            for node in self.top.loaded():
                if node.parent is not None:
                    node.rank = self._rank_of(node.entry, node.rank[-3])
        self._arrange_all()

    def filter(self, needle: str) -> None:
        """Show only entries whose name contains the needle (any case), and the folders above them.

        Only loaded entries are looked at; nothing is expanded or read.
        """
        self.needle = needle
        self._wanted = fold(needle)
        self._arrange_all()

    def _arrange_all(self) -> None:
        """Children before their folder, so that the folder of a match stays."""
        for folder in sorted(self._loaded, key=lambda node: -node.depth):
            self._arrange(folder)
        self.rows = list(flatten(self.top))

    def _arrange(self, folder: Node) -> None:
        shown = self._filtered(list((folder.children or {}).values()))
        folder.view = []
        merge(folder.view, shown, flipped=self.order.flipped)

    # looking up

    def find(self, key: tuple[str, str]) -> Node | None:
        """The loaded node of that identity."""
        return next(iter(self._twins(key)), None)

    def index(self, node: Node) -> int:
        """Its row, or -1 if it is not visible."""
        row = row_of(node, flipped=self.order.flipped)
        return row if 0 <= row < len(self.rows) and self.rows[row] is node else -1

    def _twins(self, key: tuple[str, str]) -> list[Node]:
        found = [self.top] if self.top.key == key else []
        found += [folder.children[key] for folder in self._loaded if folder.children and key in folder.children]
        return found

    # selection

    @property
    def selected(self) -> dict[tuple[str, str], Node]:
        """By `Node.key`. Entries stay selected, and count, while a filter or a collapsed folder hides them."""
        return self._selection.nodes

    def toggle(self, index: int) -> None:
        self._selection.toggle(self.rows[index])

    def select_range(self, first: int, last: int) -> None:
        """Adds the rows between two, both included, given in any order."""
        low, high = sorted((first, last))
        self._selection.add(self.rows[max(low, 0) : high + 1])

    def select_all(self) -> None:
        """Adds every visible row."""
        self._selection.add(self.rows)

    def invert(self) -> None:
        """Turns every visible row; what is out of sight stays as it is."""
        self._selection.invert(self.rows)

    def clear_selection(self) -> None:
        self._selection.clear()

    def chosen(self, cursor: int) -> list[Entry]:
        """The selection in row order (what is out of sight last), else the entry under the cursor.

        An entry below a selected folder is left out: it goes with the folder.
        """
        nodes = self._selection.in_order(self.rows)
        if not nodes and 0 <= cursor < len(self.rows):
            nodes = [self.rows[cursor]]
        return [node.entry for node in nodes]

    def selected_size(self) -> int:
        """Bytes, unknown sizes counted as nothing; kept up to date, not summed on each call."""
        return self._selection.size

    # how changes are made

    def _shown(self, node: Node) -> bool:
        name = node.entry.name
        if node.parent is None:
            return True
        if not self.order.show_hidden and name.startswith("."):
            return False
        return not self._wanted or self._wanted in fold(name) or bool(node.view)

    def _span(self, folder: Node) -> tuple[int, int] | None:
        """The rows of everything below a folder, as a slice; None if they are not visible."""
        if folder.parent is None:
            return 0, len(self.rows)
        index = self.index(folder) if folder.expanded else -1
        return None if index < 0 else (index + 1, index + 1 + height(folder, flipped=self.order.flipped))

    def _put(self, folder: Node, page: Iterable[Entry]) -> Change | None:
        """Adds or updates children."""
        children = folder.children
        assert children is not None  # noqa: S101 - the callers made sure
        span, was_shown = self._span(folder), self._shown(folder)
        moved: dict[Node, None] = {}
        stale: set[Node] = set()
        repaint = False
        for entry in page:
            node = children.get(entry.key)
            if node is None:
                node = Node(entry, folder)
                node.rank = self._rank_of(entry, natural_key(entry.name))
                children[node.key] = node
                moved[node] = None
            elif node.entry != entry:
                repaint = True
                if self._update(node, entry):
                    moved[node] = None
                    stale.add(node)
            if folder.fresh is not None:
                folder.fresh.add(node.key)
        if not moved and not repaint:
            return None
        return self._redraw(folder, list(moved), stale, span, was_shown)

    def _update(self, node: Node, entry: Entry) -> bool:
        """Gives a node its new entry; whether it may have to move."""
        old_rank, was_folder = node.rank, node.entry.is_folder
        node.entry = entry
        node.rank = self._rank_of(entry, natural_key(entry.name))
        self._selection.rekey(node.key, node)
        if was_folder and not entry.is_folder:
            self._forget(node.children.values() if node.children else ())
            self._loaded.discard(node)
            self._mark_collapsed(node)
            node.children = node.view = node.opened = node.fresh = None
            node.state = "unread"
        return node.rank != old_rank or was_folder != entry.is_folder

    def _rename(self, node: Node, new: Entry) -> None:
        """A local path is an identity: with a folder's path those of all below it change."""
        old, old_key = node.entry, node.key
        self._update(node, new)
        node.key = new.key
        self._selection.rekey(old_key, node)
        if old.id == new.id or old.drive_id != LOCAL_DRIVE:
            return
        for folder in list(node.loaded()):
            for child in (folder.children or {}).values():
                before = child.key
                child.entry = replace(child.entry, id=new.id + child.entry.id[len(old.id) :])
                child.key = child.entry.key
                child.rank = self._rank_of(child.entry, child.rank[-3])
                self._selection.rekey(before, child)
            if folder.children:
                folder.children = {child.key: child for child in folder.children.values()}
            if folder.fresh:
                folder.fresh = {(LOCAL_DRIVE, new.id + path[len(old.id) :]) for _, path in folder.fresh}

    def _drop(self, folder: Node, gone: list[Node]) -> Change | None:
        """Takes children away."""
        span, was_shown = self._span(folder), self._shown(folder)
        assert folder.children is not None  # noqa: S101 - it had these children
        for node in gone:
            del folder.children[node.key]
            if folder.fresh is not None:
                folder.fresh.discard(node.key)
        self._forget(gone)
        return self._redraw(folder, [], set(gone), span, was_shown)

    def _forget(self, nodes: Iterable[Node]) -> None:
        """These nodes and all below them are no part of the tree any more."""
        for node in list(nodes):
            below = list(node.loaded())
            self._selection.forget(below)
            self._loaded.difference_update(below)
            self._mark_collapsed(node)

    def _redraw(
        self, folder: Node, moved: list[Node], stale: set[Node], span: tuple[int, int] | None, was_shown: bool
    ) -> Change | None:
        """Brings a folder's view and the rows up to date. `span` and `was_shown` are as before the change."""
        view = folder.view or []
        first_stale = len(view)
        if stale:
            first_stale = next((index for index, node in enumerate(view) if node in stale), first_stale)
            view[first_stale:] = [node for node in view[first_stale:] if node not in stale]
        first = min(first_stale, merge(view, self._filtered(moved), flipped=self.order.flipped))
        folder.view = view
        if self._shown(folder) != was_shown:
            removed = len(self.rows)
            self._arrange_all()
            return Change(0, removed, len(self.rows))
        return None if span is None else self._splice(folder, span, first)

    def _filtered(self, nodes: list[Node]) -> list[Node]:
        if self.order.show_hidden and not self._wanted:
            return nodes
        return [node for node in nodes if self._shown(node)]

    def _splice(self, folder: Node, span: tuple[int, int], first: int) -> Change | None:
        """Puts a folder's block into the rows; `first` is where its view changed first."""
        start, end = span
        if folder.opened:
            block = flatten(folder)
        else:
            block = (folder.view or [])[first:]
            start = min(start + first, end)
        if start == end and not block:
            return None
        self.rows[start:end] = block
        return Change(start, end - start, len(block))
