"""The tree model: the visible rows of a pane as one flat list, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from odtui.services.entry import Entry

SortKey = Literal["name", "size", "modified", "type"]


class Node:
    """An entry in the tree. Mutable; owned by its TreeModel."""

    __slots__ = ("children", "depth", "entry", "expanded", "parent", "state", "view")

    entry: Entry
    parent: Node | None
    depth: int
    """0 for the rows of the top folder; the (invisible) top itself has -1."""
    expanded: bool
    state: Literal["unread", "reading", "read", "failed"]
    """How far the children of a folder are known."""


class Change(NamedTuple):
    """rows[first : first + removed] were replaced by `added` rows."""

    first: int
    removed: int
    added: int


@dataclass(frozen=True, slots=True)
class Order:
    sort: SortKey = "name"
    reverse: bool = False
    show_hidden: bool = False
    """Hidden: a name that begins with a dot."""


class TreeModel:
    """Rows, expansion, order, filter and selection of one open folder.

    Expanding or collapsing costs the rows changed, not the rows present. Folders come first. Names sort naturally
    (file2 before file10) and without regard to case.
    """

    rows: list[Node]
    top: Node
    order: Order
    needle: str
    """The filter as typed; empty: none."""
    selected: dict[tuple[str, str], Node]

    def __init__(self, top: Entry, order: Order = Order()) -> None: ...  # noqa: B008
    def begin(self, folder: Node) -> None:
        """Its children are being read; a reload keeps the old rows until `finish`."""
    def extend(self, folder: Node, page: list[Entry]) -> Change | None:
        """A page has come. None if nothing visible changed."""
    def finish(self, folder: Node, *, failed: bool = False) -> Change | None:
        """All pages came (or reading failed): after a reload, entries that came no more leave."""
    def expand(self, index: int) -> Change: ...
    def collapse(self, index: int) -> Change: ...
    def replace(self, old: Entry, new: Entry) -> None:
        """A rename or change: the node moves to its place in the order, expansion and selection stay."""
    def insert(self, folder: Node, entry: Entry) -> None: ...
    def remove(self, entry: Entry) -> None: ...
    def arrange(self, order: Order) -> None:
        """A new order; every loaded folder is sorted again."""
    def filter(self, needle: str) -> None:
        """Show only entries whose name contains the needle (any case), and the folders above them."""
    def find(self, key: tuple[str, str]) -> Node | None:
        """The loaded node of that identity."""
    def index(self, node: Node) -> int:
        """Its row, or -1 if it is not visible."""
    def toggle(self, index: int) -> None: ...
    def select_range(self, first: int, last: int) -> None: ...
    def select_all(self) -> None: ...
    def invert(self) -> None: ...
    def clear_selection(self) -> None: ...
    def chosen(self, cursor: int) -> list[Entry]:
        """The selection in row order, else the entry under the cursor."""
    def selected_size(self) -> int:
        """Bytes, unknown sizes counted as nothing; kept up to date, not summed on each call."""
