"""One row of the tree as a strip of exactly the right number of cells."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from odtui.services.entry import Entry, Kind
from odtui.services.tree import Node
from odtui.ui.formats import day, minute, size_words
from odtui.ui.text import clean, fit, shorten
from odtui.ui.widgets.columns import ARROW, Columns

CACHED_ROWS = 2048


class Look(IntFlag):
    """What a row looks like beyond its entry; part of what a drawn row is remembered by."""

    PLAIN = 0
    SELECTED = 1
    CURSOR = 2
    ACTIVE = 4
    """The list has the focus."""


class RowPainter:
    """Draws rows and remembers them. Forget with `clear` when styles or the width change."""

    def __init__(self, style: Callable[[str], Style]) -> None:
        """`style` gives the full style of a component class by the end of its name."""
        self._style = style
        self._cells: dict[tuple[str, Look], Style] = {}
        self._strips: dict[Node, tuple[Entry, tuple[object, ...], Strip]] = {}

    def clear(self) -> None:
        self._cells.clear()
        self._strips.clear()

    def row(self, node: Node, columns: Columns, look: Look, note: str) -> Strip:
        """The strip of a row. `note` stands behind the name: what is being done to the entry or went wrong; hostile."""
        key = (columns.total, look, note, node.expanded, node.state, node.depth)
        known = self._strips.get(node)
        if known is not None and known[0] is node.entry and known[1] == key:
            return known[2]
        strip = self._draw(node, columns, look, note)
        if len(self._strips) >= CACHED_ROWS:
            self._strips.clear()
        self._strips[node] = (node.entry, key, strip)
        return strip

    def cell(self, part: str, look: Look) -> Style:
        """The style of one part of a row."""
        style = self._cells.get((part, look))
        if style is None:
            style = self._style(part)
            if look & Look.SELECTED:
                chosen = self._style("selected")
                style += Style(color=chosen.color, bgcolor=chosen.bgcolor)
            if look & Look.CURSOR:
                style += self._style("cursor" if look & Look.ACTIVE else "cursor-idle")
            self._cells[part, look] = style
        return style

    def _draw(self, node: Node, columns: Columns, look: Look, note: str) -> Strip:
        entry = node.entry
        dim = self.cell("dim", look)
        segments = [Segment("✓ " if look & Look.SELECTED else "  ", self.cell("mark", look))]
        segments += self._name(node, columns.name.width, look, note)
        if columns.size is not None:
            segments.append(Segment(f"{size_words(entry.size):>{columns.size.width}}", dim))
        if columns.modified is not None:
            when = (minute if columns.with_time else day)(entry.modified)
            segments.append(Segment(f"{when:>{columns.modified.width}}", dim))
        segments.append(Segment(" ", dim))
        return Strip(segments).adjust_cell_length(columns.total, dim)

    def _name(self, node: Node, width: int, look: Look, note: str) -> list[Segment]:
        """Indent, arrow, name, signs and note in exactly `width` cells."""
        entry = node.entry
        part = "folder" if entry.is_folder else "file"
        indent = min(node.depth * ARROW, max(0, width - 16))
        lead = " " * indent + _sign(node)
        room = max(0, width - len(lead))
        name, marks = clean(entry.name), _marks(entry)
        note = note or _state_words(node)
        if note:
            left = room - cell_len(name) - cell_len(marks) - 2
            note = f"  {shorten(clean(note), max(room // 2, left))}"
        extra = cell_len(marks) + cell_len(note)
        if extra and extra < room:
            name = shorten(name, room - extra)
            gap = " " * (room - extra - cell_len(name))
            tail = [
                Segment(marks, self.cell("link", look)),
                Segment(note, self.cell("note", look)),
                Segment(gap, self.cell(part, look)),
            ]
        else:
            name = fit(name, room)
            tail = []
        return [Segment(lead[:width], self.cell("arrow", look)), Segment(name, self.cell(part, look)), *tail]


def _sign(node: Node) -> str:
    kind = node.entry.kind
    if kind is Kind.FOLDER:
        return "▾ " if node.expanded else "▸ "
    return "▤ " if kind is Kind.NOTEBOOK else "· " if kind is Kind.OTHER else "  "


def _marks(entry: Entry) -> str:
    """Signs behind the name: an arrow for what lies elsewhere, a cross for what was found to be malware."""
    return (" ↗" if entry.target is not None or entry.link else "") + (" ✗" if entry.blocked else "")


def _state_words(node: Node) -> str:
    if not node.expanded:
        return ""
    if node.state == "reading" and not node.view:
        return "reading…"
    if node.state == "failed":
        return "could not be read"
    return "empty" if node.state == "read" and not node.view else ""
