"""A file pane: one folder of a place, with its path, columns, list, filter line, preview and error card."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.preview import PropertiesPreview, TextPreview, load_preview
from odtui.services.tree import Order
from odtui.services.words import Explained, Step, explain
from odtui.ui.commands import bindings
from odtui.ui.text import safe
from odtui.ui.widgets.column_header import ColumnHeader
from odtui.ui.widgets.error_card import ErrorCard
from odtui.ui.widgets.filter_line import FilterLine
from odtui.ui.widgets.pane_base import FAILURES, without
from odtui.ui.widgets.pane_card import PaneCard
from odtui.ui.widgets.pane_renaming import RenamingPane
from odtui.ui.widgets.path_bar import level_at
from odtui.ui.widgets.preview import PreviewView
from odtui.ui.widgets.tree_view import TreeView

View = Literal["tree", "card", "preview"]
PREVIEW_ACTIONS = frozenset({"open_web"})
"""Actions of the pane that make sense while it shows a preview; those of the screen always may."""
TITLE_START = 2
"""Cells of the border before its title."""


class FilePane(RenamingPane):
    """Shows one of three: the list, a card that says why there is none, or a preview for the other pane."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("pane"))
    DEFAULT_CSS = "FilePane { width: 1fr; height: 1fr; }"

    def __init__(self, order: Order, *, id: str | None = None) -> None:
        super().__init__(order, id=id)
        self.view: View = "tree"
        self.shows_details = False
        """Whether the preview shows properties because they were asked for."""
        self._behind: View = "tree"
        """What comes back when the preview is closed."""

    @property
    def me(self) -> FilePane:
        return self

    def compose(self) -> ComposeResult:
        yield ColumnHeader(self.order)
        yield TreeView()
        yield PreviewView()
        yield FilterLine()

    def on_mount(self) -> None:
        self._show_view("tree")
        self.update_title()

    def on_resize(self, event: events.Resize) -> None:
        self.update_title()

    # Which view is shown

    def _show_view(self, view: View) -> None:
        had_focus = self.has_focus_within
        self.view = view
        self.set_class(view == "preview", "-preview")
        for widget in (self.header, self.tree_view):
            widget.display = view == "tree"
        self.preview.display = view == "preview"
        for card in self.query(PaneCard):
            card.display = view == "card"
        if had_focus:
            self.focus_view()
        self.update_title()

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        if self.view == "card":
            for card in self.query(PaneCard):
                card.focus_first()
        else:
            target: Widget = self.preview if self.view == "preview" else self.tree_view
            target.focus()

    def show_tree(self) -> None:
        if self.view == "card":
            self._show_view("tree")
            self.query(PaneCard).remove()
        self._behind = "tree"

    def show_card(self, failure: Explained) -> None:
        self.query(PaneCard).remove()
        card = PaneCard(without(failure, "rename"))
        self.mount(card, before=self.query_one(FilterLine))
        if self.view == "preview":
            self._behind = "card"
            card.display = False
        else:
            self.call_after_refresh(self._show_view, "card")

    def connecting(self, message: str) -> None:
        """Show nothing yet but a message; one that ends in an ellipsis gets a spinner."""
        self.close_preview()
        self.show_tree()
        self.clear_place()
        self.tree_view.hint = message
        self.wait_for(message if message.endswith("…") else "")
        self.update_title()

    # Preview of the other pane's entry

    def show_preview(self, place: Place, entry: Entry, *, details: bool = False) -> None:
        """Show an entry in the place of the list; `details`: its properties in any case."""
        if self.view != "preview":
            self._behind = self.view
        self.shows_details = details
        self.preview.wait_for(entry)
        self._show_view("preview")
        self._load_preview(place, entry, details)

    @work(group="preview", exclusive=True)
    async def _load_preview(self, place: Place, entry: Entry, details: bool) -> None:
        try:
            if details:
                shown: TextPreview | PropertiesPreview = PropertiesPreview(await place.properties(entry), "")
            else:
                shown = await load_preview(place, entry)
        except FAILURES as error:
            told = explain(error, doing=f"look into {entry.name}")
            self.preview.show_properties(PropertiesPreview([], f"{told.title}.\n{told.why}\n{told.advice}"))
            self.preview.about = told.title
        else:
            if isinstance(shown, TextPreview):
                await self.preview.show_text(shown)
            else:
                self.preview.show_properties(shown)
        self.update_title()

    def close_preview(self) -> bool:
        """Show the list again. Whether there was a preview."""
        if self.view != "preview":
            return False
        self.workers.cancel_group(self, "preview")
        self.preview.entry = None
        self._show_view(self._behind)
        return True

    def update_title(self) -> None:
        if self.view != "preview" or self.preview.entry is None:
            super().update_title()
            return
        self.crumbs = []
        self.border_title = safe(self.preview.entry.name)
        self.update_foot()

    def update_foot(self) -> None:
        if self.view == "preview":
            self.set_foot(safe(self.preview.about))
        elif self.view == "card":
            self.set_foot(Content(""))  # nothing is known, and that must not read like an empty folder
        else:
            super().update_foot()

    # What the parts of the pane say

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Behind a preview the rows are out of sight: nothing may be done to them."""
        return self.view != "preview" or not hasattr(self, f"action_{action}") or action in PREVIEW_ACTIONS

    @on(TreeView.Opened)
    def open_clicked(self, event: TreeView.Opened) -> None:
        event.stop()
        self.open_node(event.node)

    @on(TreeView.ArrowClicked)
    def fold_clicked(self, event: TreeView.ArrowClicked) -> None:
        event.stop()
        self.toggle_fold(event.node)

    @on(TreeView.SelectionClicked)
    def select_clicked(self, event: TreeView.SelectionClicked) -> None:
        event.stop()
        self.toggle(event.row)

    @on(ColumnHeader.Clicked)
    def sort_clicked(self, event: ColumnHeader.Clicked) -> None:
        event.stop()
        self.sort_by(event.sort)

    @on(FilterLine.Changed)
    def filter_typed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self.filter(event.needle)

    @on(FilterLine.Left)
    def filter_left(self, event: FilterLine.Left) -> None:
        event.stop()
        if not event.keep:
            self.clear_filter()
        elif not (self.model and self.model.needle):
            self.close_filter()
        self.tree_view.focus()

    @on(ErrorCard.Chosen)
    async def step_clicked(self, event: ErrorCard.Chosen) -> None:
        event.stop()
        if event.step is None:
            await self.run_action("screen.other_pane")
        else:
            self.take_step(event.step, event.card.explained.setting)

    def take_step(self, step: Step, setting: str = "") -> None:
        if step in ("retry", "refresh") and self.open_again():
            return
        if self.place is None or self.model is None:
            super().take_step(step, setting)
        elif step in ("retry", "refresh"):
            self.reload()
        elif step == "parent":
            self.action_parent()
        elif step == "open_browser":
            self.action_open_web()
        else:
            super().take_step(step, setting)

    def read_again(self) -> None:
        """Read what is shown, or could not be shown, once more."""
        if not self.open_again():
            self.reload()

    def on_click(self, event: events.Click) -> None:
        """A click on a folder in the title opens it."""
        if event.widget is self and event.y == 0:
            level = level_at(self.crumbs, event.x - TITLE_START)
            if level is not None:
                self.open_level(level)
