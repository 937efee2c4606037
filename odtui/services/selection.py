"""Which entries of a tree are selected, and how large they are together."""

from __future__ import annotations

from collections.abc import Iterable

from odtui.services.node import Node


class Selection:
    """Selected nodes by identity. They stay selected, and are counted, while a filter, a collapsed folder or the
    hidden-files switch keeps them out of sight."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[str, str], Node] = {}
        self._size: int | None = 0

    @property
    def size(self) -> int:
        """Bytes, unknown sizes counted as nothing; what lies in a selected folder counts once, with the folder."""
        if self._size is None:
            self._size = sum(node.entry.size or 0 for node in self.nodes.values() if not self.covered(node))
        return self._size

    def covered(self, node: Node) -> bool:
        """Whether a folder above it is selected: what is done with that folder is done with it, too."""
        return any(folder.key in self.nodes for folder in node.above())

    def toggle(self, node: Node) -> None:
        if node.key in self.nodes:
            del self.nodes[node.key]
            self._count(node, -1)
        else:
            self.nodes[node.key] = node
            self._count(node, 1)

    def _count(self, node: Node, sign: int) -> None:
        if node.children:  # selected ones below it may begin or cease to count
            self._size = None
        elif self._size is not None and not self.covered(node):
            self._size += sign * (node.entry.size or 0)

    def add(self, nodes: Iterable[Node]) -> None:
        self.nodes.update((node.key, node) for node in nodes)
        self._size = None

    def invert(self, nodes: Iterable[Node]) -> None:
        """Turns each of these; any others stay as they are."""
        for node in nodes:
            if self.nodes.pop(node.key, None) is None:
                self.nodes[node.key] = node
        self._size = None

    def forget(self, nodes: Iterable[Node]) -> None:
        """These have left the tree."""
        for node in nodes:
            if self.nodes.get(node.key) is node:
                del self.nodes[node.key]
        self._size = None

    def rekey(self, old: tuple[str, str], node: Node) -> None:
        """A node changed; `old` was its key."""
        if self.nodes.get(old) is node:
            if old != node.key:
                del self.nodes[old]
                self.nodes[node.key] = node
            self._size = None

    def clear(self) -> None:
        self.nodes.clear()
        self._size = 0

    def in_order(self, rows: list[Node]) -> list[Node]:
        """Those in sight in row order, then the others as they were selected; none that a selected folder covers."""
        if not self.nodes:
            return []
        seen = {node.key: node for node in rows if node.key in self.nodes}
        return [node for node in (seen | self.nodes).values() if not self.covered(node)]
