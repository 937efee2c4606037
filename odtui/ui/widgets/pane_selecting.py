"""Cursor, selection, filter and order of a pane."""

from __future__ import annotations

from dataclasses import replace

from textual import work
from textual.content import Content

from odtui.services.entry import Entry
from odtui.services.tree import Order, SortKey
from odtui.ui.widgets.filter_line import FilterLine
from odtui.ui.widgets.pane_moving import MovingPane

SORT_TITLES: dict[SortKey, tuple[str, str, str]] = {
    "name": ("Name", "A to Z", "Z to A"),
    "size": ("Size", "smallest first", "largest first"),
    "modified": ("Modified", "oldest first", "newest first"),
    "type": ("Type", "A to Z", "Z to A"),
}
LARGEST_FIRST = ("size", "modified")
"""Columns of which one wants to see the large and the new first."""


class SelectingPane(MovingPane):
    """Rows are selected by identity; the cursor is the tree view's."""

    def __init__(self, *args: object, **keywords: object) -> None:
        super().__init__(*args, **keywords)
        self._anchor = 0
        """Row of the last selection, where a range begins."""

    @property
    def chosen(self) -> list[Entry]:
        """The selection, else the entry under the cursor."""
        return self.model.chosen(self.tree_view.cursor) if self.model is not None else []

    # The cursor

    def action_move(self, by: int) -> None:
        self.tree_view.go(self.tree_view.cursor + by)

    def action_page(self, sign: int) -> None:
        self.tree_view.go(self.tree_view.cursor + sign * self.tree_view.page)

    def action_top(self) -> None:
        self.tree_view.go(0)

    def action_end(self) -> None:
        self.tree_view.go(len(self.tree_view.rows) - 1)

    # The selection

    def toggle(self, row: int) -> None:
        """Select a row, or take it out of the selection."""
        if self.model is not None and row < len(self.model.rows):
            self.model.toggle(row)
            self._anchor = row
            self.tree_view.refresh_line(row)
            self.status_changed()

    def action_select(self) -> None:
        self.toggle(self.tree_view.cursor)
        self.tree_view.go(self.tree_view.cursor + 1)

    def action_select_move(self, by: int) -> None:
        """Select this row and the next one in that direction."""
        view = self.tree_view
        if self.model is not None and view.node is not None:
            row = view.cursor
            view.go(row + by)
            self.model.select_range(row, view.cursor)
            self._anchor = row
            self._selected()

    def action_select_range(self) -> None:
        if self.model is not None and self.tree_view.node is not None:
            self.model.select_range(min(self._anchor, len(self.model.rows) - 1), self.tree_view.cursor)
            self._selected()

    def action_select_all(self) -> None:
        if self.model is not None:
            self.model.select_all()
            self._selected()

    def action_invert(self) -> None:
        if self.model is not None:
            self.model.invert()
            self._selected()

    def clear_selection(self) -> bool:
        """Select nothing. Whether anything was selected."""
        if self.model is None or not self.model.selected:
            return False
        self.model.clear_selection()
        self._selected()
        return True

    def _selected(self) -> None:
        self.tree_view.refresh()
        self.status_changed()

    # The filter

    @property
    def filter_line(self) -> FilterLine:
        return self.query_one(FilterLine)

    def action_filter(self) -> None:
        """Open the filter line; the rows follow while one types."""
        if self.model is not None:
            self.filter_line.open(self.model.needle)

    def filter(self, needle: str) -> None:
        """Show only matching names; empty shows all."""
        if self.model is None or needle == self.model.needle:
            return
        with self.tree_view.changing() as model:
            model.filter(needle)
        self.update_hint()
        self.status_changed()

    def close_filter(self) -> None:
        self.filter_line.close()

    def clear_filter(self) -> bool:
        """Show all names. Whether any were left out."""
        if self.model is None or not (self.model.needle or self.filter_line.display):
            return False
        self.filter("")
        self.close_filter()
        self.tree_view.focus()
        return True

    # The order

    @work(group="question")
    async def action_sort(self) -> None:
        """Asks for the column; the current one again turns it round."""
        from odtui.ui.dialogs.pick import Option, PickDialog

        order = self.order
        options = []
        for sort, (title, forwards, backwards) in SORT_TITLES.items():
            note = backwards if sort in LARGEST_FIRST else forwards
            if sort == order.sort:
                now, other = (backwards, forwards) if order.reverse else (forwards, backwards)
                note = f"now {now}; choose again for {other}"
            options.append(Option(sort, Content(title), note))
        answer = await self.app.push_screen_wait(PickDialog("Sort by", options, current=order.sort))
        chosen = next((sort for sort in SORT_TITLES if sort == answer), None)
        if chosen is not None:
            self.sort_by(chosen)

    def sort_by(self, sort: SortKey) -> None:
        """Sort by a column; the one that is sorted by already turns round."""
        reverse = not self.order.reverse if sort == self.order.sort else sort in LARGEST_FIRST
        self.set_order(replace(self.order, sort=sort, reverse=reverse))

    def action_hidden(self) -> None:
        self.set_order(replace(self.order, show_hidden=not self.order.show_hidden))

    def set_order(self, order: Order) -> None:
        """Show the rows in another order."""
        self.order = order
        self.header.show(order)
        if self.model is not None:
            with self.tree_view.changing() as model:
                model.arrange(order)
            self.update_hint()
            self.status_changed()
        self.post_message(self.OrderChanged(self.me, order))
