"""The names of the columns above a file list, with the arrow of the order."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from odtui.services.tree import Order, SortKey
from odtui.ui.widgets.columns import ARROW, MARK, Columns


class ColumnHeader(Widget):
    """One line. A click on a column sorts by it."""

    COMPONENT_CLASSES = {"header--column", "header--sorted"}
    DEFAULT_CSS = "ColumnHeader { height: 1; width: 1fr; }"

    @dataclass
    class Clicked(Message):
        """The name of a column was clicked."""

        header: ColumnHeader
        sort: SortKey

        @property
        def control(self) -> ColumnHeader:
            return self.header

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order

    def show(self, order: Order) -> None:
        self._order = order
        self.refresh()

    @property
    def columns(self) -> Columns:
        """Those of the list below, whose scroll bar takes one cell."""
        return Columns.within(max(0, self.size.width - 1))

    def render_line(self, y: int) -> Strip:
        columns = self.columns
        plain = self.get_component_rich_style("header--column")
        segments = [
            Segment(" " * (MARK + ARROW), plain),
            self._title("name", "Name", columns.name.width - ARROW, right=False),
        ]
        if self._order.sort == "type":
            segments[1] = self._title("type", "Type, name", columns.name.width - ARROW, right=False)
        if columns.size is not None:
            segments.append(self._title("size", "Size", columns.size.width, right=True))
        if columns.modified is not None:
            segments.append(self._title("modified", "Modified", columns.modified.width, right=True))
        return Strip(segments).adjust_cell_length(self.size.width, plain)

    def _title(self, sort: SortKey, title: str, width: int, *, right: bool) -> Segment:
        if self._order.sort == sort:
            arrow = "▾" if self._order.reverse else "▴"
            title = f"{arrow} {title}" if right else f"{title} {arrow}"
        style = self.get_component_rich_style("header--sorted" if self._order.sort == sort else "header--column")
        width = max(0, width)
        return Segment((title.rjust(width) if right else title.ljust(width))[:width], style)

    def on_click(self, event: events.Click) -> None:
        sort = self.columns.at(event.x)
        if sort is not None:
            self.post_message(self.Clicked(self, sort))
