"""The file list: the rows of a TreeModel that are on screen, a cursor and the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from odtui.services.entry import Entry
from odtui.services.tree import Node, TreeModel
from odtui.ui.widgets.columns import ARROW, MARK, Columns
from odtui.ui.widgets.tree_rows import Look, RowPainter

Key = tuple[str, str]
"""Identity of an entry: `Entry.key`."""


class TreeView(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws a TreeModel and keeps the cursor and the top line on their items while the model changes."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        f"tree--{part}"
        for part in (
            "folder",
            "file",
            "dim",
            "arrow",
            "mark",
            "link",
            "note",
            "hint",
            "selected",
            "cursor",
            "cursor-idle",
        )
    }
    DEFAULT_CSS = """
    TreeView { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    @dataclass
    class Opened(Message):
        """A row was double-clicked."""

        tree: TreeView
        node: Node

        @property
        def control(self) -> TreeView:
            return self.tree

    @dataclass
    class ArrowClicked(Message):
        """The arrow of a folder was clicked: unfold or fold it."""

        tree: TreeView
        node: Node

        @property
        def control(self) -> TreeView:
            return self.tree

    @dataclass
    class SelectionClicked(Message):
        """A row was clicked with Ctrl held."""

        tree: TreeView
        row: int

        @property
        def control(self) -> TreeView:
            return self.tree

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.model: TreeModel | None = None
        self.cursor = 0
        """The row with the cursor; 0 while there are no rows."""
        self.hint = ""
        """What stands in the middle when there are no rows; our own words, lines split by a line feed."""
        self.notes: dict[Key, str] = {}
        """What is being done to an entry, or why its folder could not be read: behind its name."""
        self._moved = False
        """Whether the user has moved: until then the cursor stays on the first row while pages arrive."""
        self._sought: Key | None = None
        """The entry that gets the cursor as soon as it is there."""
        self._painter = RowPainter(lambda part: self.get_component_rich_style(f"tree--{part}"))

    # What is shown

    @property
    def rows(self) -> list[Node]:
        return self.model.rows if self.model is not None else []

    @property
    def node(self) -> Node | None:
        """The row under the cursor."""
        rows = self.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    @property
    def entry(self) -> Entry | None:
        node = self.node
        return node.entry if node is not None else None

    @property
    def columns(self) -> Columns:
        return Columns.within(self.scrollable_content_region.width)

    def show(self, model: TreeModel | None, *, seek: Key | None = None) -> None:
        """Another tree, or none; the cursor goes to the entry `seek` once it has arrived, else to the first row."""
        self.model = model
        self.notes = {}
        self._painter.clear()
        self.cursor = 0
        self._moved = False
        self._sought = None
        self._sync()
        self.scroll_to(y=0, animate=False, force=True)
        if seek is not None:
            self.seek(seek)
        self.refresh()

    def seek(self, key: Key) -> None:
        """Put the cursor on an entry, now or when it arrives; moving the cursor first calls it off."""
        node = self.model.find(key) if self.model is not None else None
        row = self.model.index(node) if self.model is not None and node is not None else -1
        self._sought = None if row >= 0 else key
        if row >= 0:
            self._moved = True
            self._place_cursor(row)

    def note(self, entry: Entry, words: str) -> None:
        """Words behind a name; empty takes them away."""
        if words:
            self.notes[entry.key] = words
        else:
            self.notes.pop(entry.key, None)
        self.refresh()

    # The cursor

    def go(self, row: int) -> None:
        """Move the cursor; beyond the ends it stays at them."""
        self._moved = True
        self._sought = None
        self._place_cursor(row)

    def _place_cursor(self, row: int) -> None:
        row = max(0, min(row, len(self.rows) - 1))
        old, self.cursor = self.cursor, row
        self.refresh_line(old)
        self.refresh_line(row)
        self._reveal_cursor()

    @property
    def page(self) -> int:
        """Rows of one screen, less one that stays for orientation."""
        return max(1, self.scrollable_content_region.height - 1)

    def _reveal_cursor(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    # Changes of the model

    @contextmanager
    def changing(self) -> Iterator[TreeModel]:
        """Around every change of the model: afterwards cursor and top line are on the items that they were on."""
        model = self.model
        if model is None:
            raise RuntimeError("no tree is shown")
        rows, size = model.rows, len(model.rows)
        at, top = self.cursor, self.scroll_offset.y
        node = rows[at] if at < size else None
        top_node = rows[top] if top < size else None
        height = self.scrollable_content_region.height
        in_view = top <= at < top + height
        before = _seen(rows, top, height)
        yield model
        self._settle(node, at, top_node, top, len(model.rows) - size, in_view)
        if before != _seen(model.rows, self.scroll_offset.y, height) or self.cursor != at:
            self.refresh()

    def _settle(self, node: Node | None, at: int, top_node: Node | None, top: int, delta: int, in_view: bool) -> None:
        size = len(self.rows)
        sought, self._sought = self._sought, None
        if sought is not None:
            self._sync()
            self.seek(sought)
            if self._sought is None:
                return
        if self._moved:
            self.cursor = max(0, min(self._where(node, at, delta), size - 1))
            top = self._where(top_node, top, delta)
        else:
            self.cursor = 0
        self._sync()
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        if in_view:
            self._reveal_cursor()

    def _where(self, node: Node | None, row: int, delta: int) -> int:
        """The row of a node after a change: first where it was, then where it was shifted to, then by searching."""
        model, rows = self.model, self.rows
        if node is None or model is None:
            return row
        for guess in (row, row + delta):
            if 0 <= guess < len(rows) and rows[guess] is node:
                return guess
        found = model.index(node)
        while found < 0 and node.parent is not None and node.parent is not model.top:
            node = node.parent
            found = model.index(node)
        return found if found >= 0 else row

    def _sync(self) -> None:
        """Row count to scroll bar, without the layout that setting `virtual_size` would start: no box depends on it."""
        size = Size(self.scrollable_content_region.width, len(self.rows))
        if size != self.virtual_size:
            self.set_reactive(TreeView.virtual_size, size)
            self._scroll_update(size)

    # Drawing

    def notify_style_update(self) -> None:
        self._painter.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        rows = self.rows
        if row >= len(rows):
            return self._blank(y)
        node = rows[row]
        look = Look.PLAIN
        if row == self.cursor:
            look |= Look.CURSOR | (Look.ACTIVE if self.has_focus else Look.PLAIN)
        if self.model is not None and node.entry.key in self.model.selected:
            look |= Look.SELECTED
        return self._painter.row(node, self.columns, look, self.notes.get(node.entry.key, "") if self.notes else "")

    def _blank(self, y: int) -> Strip:
        """A line below the rows; without any row the hint stands in the middle."""
        width, height = self.scrollable_content_region.size
        base = self._painter.cell("file", Look.PLAIN)
        lines = self._hint_lines(width - 2) if self.hint and not self.rows else []
        at = y - max(0, (height - len(lines)) // 2)
        if not 0 <= at < len(lines):
            return Strip.blank(width, base)
        text = lines[at]
        hint = Segment(text, self._painter.cell("hint", Look.PLAIN))
        return Strip([Segment(" " * (max(0, (width - cell_len(text)) // 2)), base), hint]).adjust_cell_length(
            width, base
        )

    def _hint_lines(self, width: int) -> list[str]:
        return [part.plain for line in self.hint.split("\n") for part in Content(line).wrap(max(1, width))]

    def on_resize(self) -> None:
        self._sync()
        self._reveal_cursor()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor)

    def refresh_line(self, y: int) -> None:
        """Draw one row again, if it is on screen."""
        at = y - self.scroll_offset.y
        if 0 <= at < self.size.height:
            self.refresh(Region(0, at, self.size.width, 1))

    # The mouse

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        rows = self.rows
        if row >= len(rows):
            return
        node = rows[row]
        arrow = MARK + node.depth * ARROW
        self.go(row)
        if event.ctrl:
            self.post_message(self.SelectionClicked(self, row))
        elif node.entry.is_folder and arrow <= event.x < arrow + ARROW:
            self.post_message(self.ArrowClicked(self, node))
        elif event.chain == 2:
            self.post_message(self.Opened(self, node))


def _seen(rows: list[Node], top: int, height: int) -> list[tuple[object, ...]]:
    """What of some rows is drawn: if it is the same after a change, nothing needs to be drawn again."""
    return [(node, node.entry, node.expanded, node.state, bool(node.view)) for node in rows[top : top + height]]
