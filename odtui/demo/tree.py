"""The items of one drive: indexed by guid and by name, loaded folder by folder, summed up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

from odtui.demo.folders import Folder, RangeSource, Source
from odtui.demo.names import fold, free_name
from odtui.demo.nodes import Node

ORDERS = ("name", "size", "lastModifiedDateTime")
"""What children can be sorted by."""

SEARCH_LIMIT = 20_000
"""Items looked at to find one by an id from an earlier run."""


class Tree:
    """All live items of a drive. Knows nothing of HTTP, of drives or of storage."""

    def __init__(self, root: Node, base: Iterable[Node], sources: dict[str, Source], overlay: dict[str, Node]) -> None:
        """`base` holds the items as they were generated, in any order; `overlay`, by guid, those changed since."""
        self._sources = sources
        self._overlay = overlay
        self._waiting: dict[str, list[Node]] = {}
        """Items by the folder that they will be hung into once it is loaded."""
        for node in (*(node for node in base if node.guid not in overlay), *overlay.values()):
            if not node.deleted:
                self._waiting.setdefault(node.parent, []).append(node)
        self._in_order: tuple[int, list[Node]] = (-1, [])
        """Changed items by seq, as of a seq."""
        self._folders: dict[str, Folder] = {}
        self._nodes: dict[str, Node] = {}
        self._ranges: list[Node] = []
        """Folders of a RangeSource that are not loaded."""
        self.root = overlay.get(root.guid, root)
        self._waiting.pop("", None)
        self._attach(self.root)

    # Reading

    def get(self, guid: str) -> Node | None:
        """The live item of that guid, or None."""
        found = self._nodes.get(guid)
        if found is None and (node := self._overlay.get(guid)) is not None:
            if node.deleted or self.get(node.parent) is None:
                return None
            self.load(self._nodes[node.parent])
            found = self._nodes.get(guid)
        if found is None:
            found = self._in_ranges(guid)
        return found if found is not None else self._search(guid)

    def parent(self, node: Node) -> Node | None:
        """The folder that holds it; None for the root."""
        return self._nodes[node.parent] if node.parent else None

    def child(self, folder: Node, name: str) -> Node | None:
        index = self._folders.get(folder.guid)
        if index is None:
            return None
        if isinstance(index.source, RangeSource):
            at = index.source.index_of_name(folder, name)
            return None if at is None else index.source.at(folder, at)
        self.load(folder)
        return index.by_name.get(fold(name))

    def page(self, folder: Node, start: int, count: int, order: str = "name", descending: bool = False) -> list[Node]:
        """Children from a position on, at most `count`."""
        index = self._folders[folder.guid]
        if isinstance(index.source, RangeSource) and order == "name" and not descending:
            stop = min(start + count, index.source.count(folder))
            return [index.source.at(folder, at) for at in range(start, stop)]
        ordered = self._ordered(folder, order)
        if descending:
            stop = len(ordered) - start
            return ordered[max(stop - count, 0) : max(stop, 0)][::-1]
        return ordered[start : start + count]

    def after(self, folder: Node, name: str) -> Iterator[Node]:
        """Children by name, from behind a name on; those of a RangeSource are not held."""
        source = self._folders[folder.guid].source
        if isinstance(source, RangeSource):
            at = source.index_of_name(folder, name) if name else -1
            yield from (
                source.at(folder, index) for index in range((-1 if at is None else at) + 1, source.count(folder))
            )
        else:
            ordered = self._ordered(folder, "name")
            yield from islice(ordered, bisect_right(ordered, fold(name), key=lambda node: fold(node.name)), None)

    def changes(self, since: int, now: int) -> Iterator[Node]:
        """Items changed after a seq, deleted ones included, in the order of their last change.

        `now` is the seq of the latest change anywhere: as long as it stays, they are put in order once.
        """
        if self._in_order[0] != now:
            self._in_order = now, sorted(self._overlay.values(), key=lambda node: node.seq)
        ordered = self._in_order[1]
        return islice(ordered, bisect_right(ordered, since, key=lambda node: node.seq), None)

    def within(self, node: Node, folder: Node) -> bool:
        """Whether an item, live or deleted, is the folder or lies below it."""
        return self.is_within(node.guid, folder, node)

    def is_within(self, guid: str, folder: Node, node: Node | None = None) -> bool:
        """As `within`, for an item by its guid."""
        here = node or self._nodes.get(guid) or self._overlay.get(guid)
        while here is not None and here.guid != folder.guid:
            here = self._nodes.get(here.parent) or self._overlay.get(here.parent)
        return here is not None

    def count(self, folder: Node) -> int:
        index = self._folders[folder.guid]
        return len(index.by_name) if index.source is None else index.source.count(folder)

    def taken(self, folder: Node) -> set[str]:
        """Folded names in a folder."""
        self.load(folder)
        return set(self._folders[folder.guid].by_name)

    def size(self, node: Node) -> int:
        return self._folders[node.guid].total if node.is_container else node.size

    def changed(self, node: Node) -> int:
        """Largest seq at or below the item."""
        return self._folders[node.guid].changed if node.is_container else node.seq

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The folders around an item, nearest first."""
        while node.parent:
            node = self._nodes[node.parent]
            yield node

    def names(self, node: Node) -> list[str]:
        """Names from below the root to the item."""
        around = [each.name for each in self.ancestors(node) if each.parent]
        return [*reversed(around), node.name] if node.parent else []

    def below(self, folder: Node) -> Iterator[Node]:
        """Every descendant, parents first."""
        for node in self._ordered(folder, "name"):
            yield node
            if node.is_container:
                yield from self.below(node)

    def many_below(self, folder: Node, limit: int) -> bool:
        """Whether a folder has more descendants than that. Looks at no more, and holds none that it need not."""
        left, waiting = limit, [folder]
        while waiting:
            here = waiting.pop()
            left -= self.count(here)
            if left < 0:
                return True
            waiting += [node for node in self._ordered(here, "name") if node.is_container]
        return False

    # Changing

    def owned(self, node: Node) -> Node:
        """The item as the tree holds it, its folder loaded, so that it can be changed in place."""
        if node.parent:
            self.load(self._nodes[node.parent])
        return self._nodes[node.guid]

    def insert(self, node: Node) -> None:
        """Add a new item. The caller has made sure that the name is free."""
        self.load(self._nodes[node.parent])
        self._overlay[node.guid] = node
        self._attach(node)

    def remove(self, node: Node) -> None:
        """Take an item and everything below it out; it stays in the overlay as deleted."""
        node.deleted = True
        self._overlay[node.guid] = node
        self._detach(node)
        self._forget(node)

    def removed(self, guid: str) -> Node | None:
        """An item in the recycle bin by its guid."""
        node = self._overlay.get(guid)
        return node if node is not None and node.deleted and not node.purged else None

    def bin(self) -> list[Node]:
        """All items in the recycle bin, without what went there inside another."""
        return [node for node in self._overlay.values() if node.deleted and not node.purged]

    def put_back(self, node: Node, name: str, parent: Node) -> None:
        """Bring back a removed item and everything below it. The caller has made sure that the name is free."""
        self.load(parent)
        node.deleted = False
        node.name, node.parent = name, parent.guid
        self._attach(node)

    def shared(self) -> list[Node]:
        """Live items that have permissions of their own."""
        changed = [node for node in self._overlay.values() if node.permissions and not node.deleted]
        found = {node.guid: node for node in self._nodes.values() if node.permissions}
        for node in changed:
            if (live := self.get(node.guid)) is not None:
                found[node.guid] = live
        return list(found.values())

    def rename(self, node: Node, name: str, parent: Node) -> None:
        """Give an item another name, another folder, or both."""
        self.load(parent)
        self._detach(node)
        node.name, node.parent = name, parent.guid
        self._hang(node)

    def resize(self, node: Node, size: int) -> None:
        self._grow(node, size - node.size)
        node.size = size

    def touched(self, node: Node) -> None:
        """An item changed: its seq, raised before, goes up to all folders around it, and orders are made anew."""
        self._overlay[node.guid] = node
        if node.is_container:
            self._folders[node.guid].changed = node.seq
        for folder in self.ancestors(node):
            index = self._folders[folder.guid]
            index.changed = max(index.changed, node.seq)
            if folder.guid == node.parent:
                index.ordered.clear()

    def keep(self, node: Node) -> None:
        """Hold an item as one that is not as it was generated."""
        self._overlay[node.guid] = node

    def kept(self) -> list[Node]:
        """Live items that are not as they were generated."""
        return [live for guid, node in list(self._overlay.items()) if not node.deleted and (live := self.get(guid))]

    def load(self, folder: Node) -> None:
        """Make the children of a folder, unless that has been done."""
        index = self._folders[folder.guid]
        if index.source is None:
            return
        source, index.source = index.source, None
        if isinstance(source, RangeSource):
            self._ranges = [each for each in self._ranges if each.guid != folder.guid]
            self._grow(folder, -index.total)
            index.total = 0
        for node in source.children(folder):
            if node.guid not in self._overlay:
                self._attach(node)
        self._attach_waiting(folder)

    # Keeping the indexes

    def _ordered(self, folder: Node, order: str) -> list[Node]:
        self.load(folder)
        index = self._folders[folder.guid]
        if order not in index.ordered:
            nodes = sorted(index.by_name.values(), key=lambda node: fold(node.name))
            if order == "size":
                nodes.sort(key=self.size)
            elif order == "lastModifiedDateTime":
                nodes.sort(key=lambda node: node.modified)
            index.ordered[order] = nodes
        return index.ordered[order]

    def _attach(self, node: Node) -> None:
        self._nodes[node.guid] = node
        if not node.is_container:
            self._hang(node)
            return
        source = self._sources.get(node.source.partition(":")[0])
        ranged = isinstance(source, RangeSource)
        self._folders[node.guid] = index = Folder(source, source.total(node) if isinstance(source, RangeSource) else 0)
        index.changed = node.seq
        if ranged:
            self._ranges.append(node)
        self._hang(node)
        if source is None:
            self._attach_waiting(node)
        elif ranged and self._is_overlaid(node, source):
            self.load(node)

    def _attach_waiting(self, folder: Node) -> None:
        for node in self._waiting.pop(folder.guid, ()):
            taken = self._folders[folder.guid].by_name
            if fold(node.name) in taken:  # a real folder gained that name since
                node.name = free_name(node.name, set(taken), folder=node.is_container)
            self._attach(node)

    def _is_overlaid(self, folder: Node, source: Source) -> bool:
        """Whether anything in the folder of a range source has been changed."""
        return folder.guid in self._waiting or (
            isinstance(source, RangeSource)
            and any(source.index_of_guid(folder, guid) is not None for guid in self._overlay)
        )

    def _hang(self, node: Node) -> None:
        if not node.parent:
            return
        index = self._folders[node.parent]
        index.by_name[fold(node.name)] = node
        index.ordered.clear()
        self._grow(node, self.size(node))
        seq = self.changed(node)
        for folder in self.ancestors(node):
            around = self._folders[folder.guid]
            around.changed = max(around.changed, seq)

    def _detach(self, node: Node) -> None:
        index = self._folders[node.parent]
        if index.by_name.get(fold(node.name)) is node:
            del index.by_name[fold(node.name)]
        index.ordered.clear()
        self._grow(node, -self.size(node))

    def _forget(self, node: Node) -> None:
        """Take an item and everything below it out of the indexes; what cannot be made anew waits for its folder."""
        self._nodes.pop(node.guid, None)
        self._ranges = [each for each in self._ranges if each.guid != node.guid]
        if (index := self._folders.pop(node.guid, None)) is None:
            return
        for each in index.by_name.values():
            self._forget(each)
            if not node.source or each.guid in self._overlay:
                self._waiting.setdefault(node.guid, []).append(each)

    def _grow(self, node: Node, by: int) -> None:
        if by:
            for folder in self.ancestors(node):
                self._folders[folder.guid].total += by

    def _in_ranges(self, guid: str) -> Node | None:
        for folder in self._ranges:
            source = self._folders[folder.guid].source
            if isinstance(source, RangeSource) and (at := source.index_of_guid(folder, guid)) is not None:
                return source.at(folder, at)
        return None

    def _search(self, guid: str) -> Node | None:
        """Load folders until an item turns up that a client knows from an earlier run."""
        closed = [self._nodes[key] for key, index in self._folders.items() if index.source is not None]
        for folder in closed:
            if folder in self._ranges:
                continue
            for node in islice(self.below(folder), SEARCH_LIMIT):
                if node.guid == guid:
                    return node
        return None
