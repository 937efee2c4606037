"""Folders of a drive: the index of their children, and where those come from when they are first opened."""

from __future__ import annotations

from abc import ABC, abstractmethod

from odtui.demo.nodes import Node


class Source(ABC):
    """Where the children of a folder come from when it is first opened."""

    @abstractmethod
    def children(self, folder: Node) -> list[Node]:
        """All of them, made anew."""

    @abstractmethod
    def count(self, folder: Node) -> int:
        """How many there are, without making them."""


class RangeSource(Source):
    """Makes any child on demand, in name order, so that its folder is not held until something in it changes."""

    @abstractmethod
    def total(self, folder: Node) -> int:
        """Sum of all sizes."""

    @abstractmethod
    def at(self, folder: Node, index: int) -> Node: ...

    @abstractmethod
    def index_of_name(self, folder: Node, name: str) -> int | None: ...

    @abstractmethod
    def index_of_guid(self, folder: Node, guid: str) -> int | None: ...


class Folder:
    """The index of one folder's children."""

    __slots__ = ("by_name", "changed", "ordered", "source", "total")

    def __init__(self, source: Source | None, total: int) -> None:
        self.source = source
        """Not None as long as the children have not been loaded."""
        self.by_name: dict[str, Node] = {}
        self.ordered: dict[str, list[Node]] = {}
        """Children by sort key, as far as asked for since the last change."""
        self.total = total
        """Bytes in all descendants that are loaded."""
        self.changed = 0
        """Largest seq among the folder and its descendants: the number in its cTag."""
