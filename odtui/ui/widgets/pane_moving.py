"""Going from folder to folder in a pane: open, parent, back, forward, go to, and unfolding in place."""

from __future__ import annotations

from collections.abc import Callable

from textual import work
from textual.content import Content

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.tree import Node, TreeModel
from odtui.services.words import Explained, explain, explain_typed
from odtui.ui.widgets.pane_base import FAILURES, Location
from odtui.ui.widgets.pane_reading import ReadingPane
from odtui.ui.widgets.tree_view import Key

KEPT_TREES = 8
"""Folders left behind whose rows are shown at once on return, while they are read again."""
KEPT_STEPS = 100


class MovingPane(ReadingPane):
    """One folder is open; `trail` leads to it from the top of the place."""

    def __init__(self, *args: object, **keywords: object) -> None:
        super().__init__(*args, **keywords)
        self._back: list[Location] = []
        self._forward: list[Location] = []
        self._trees: dict[tuple[str, Key], TreeModel] = {}
        self._wanted: tuple[Place, Entry | None] | None = None
        """A place that could not be opened while nothing was shown."""

    # Opening

    def visit(self, place: Place, trail: list[Entry], *, seek: Key | None = None) -> None:
        """Open the last folder of the trail; the cursor goes to `seek` when it is there."""
        here = self._here()
        if here is not None and (here.place.id, here.trail[-1].key) != (place.id, trail[-1].key):
            self._back = [*self._back[1 - KEPT_STEPS :], here]
            self._forward.clear()
        self._show(place, trail, seek)

    def _show(self, place: Place, trail: list[Entry], seek: Key | None) -> None:
        self._keep_tree()
        self.forget_readers()
        self.place, self.trail, self.message = place, trail, ""
        known = self._trees.pop((place.id, trail[-1].key), None)
        model = known or TreeModel(trail[-1], self.order)
        if model.order != self.order:
            model.arrange(self.order)
        self.tree_view.show(model, seek=seek)
        self.wait_for("")
        self.close_filter()
        self.reload()
        self.update_title()
        self.status_changed()

    def clear_place(self) -> None:
        """Show no place at all; what is known of one that was shown is forgotten with it."""
        self.workers.cancel_group(self, "opening")
        self._wanted = None
        self.forget_readers()
        self.place, self.trail, self.message = None, [], ""
        self._trees.clear()
        self._back.clear()
        self._forward.clear()
        self.tree_view.show(None)
        self.close_filter()
        self.status_changed()

    def forget_places(self, gone: Callable[[Place], bool]) -> None:
        """Back and Forward no longer lead to places that are gone."""
        self._back = [step for step in self._back if not gone(step.place)]
        self._forward = [step for step in self._forward if not gone(step.place)]

    def _keep_tree(self) -> None:
        model, place = self.model, self.place
        if model is None or place is None or model.top.children is None:
            return
        if model.needle:
            model.filter("")
        model.clear_selection()
        self._trees[place.id, model.top.key] = model
        while len(self._trees) > KEPT_TREES:
            del self._trees[next(iter(self._trees))]

    def _here(self) -> Location | None:
        entry = self.tree_view.entry
        if self.place is None or not self.trail:
            return None
        return Location(self.place, tuple(self.trail), entry.key if entry is not None else None)

    @work(group="opening", exclusive=True)
    async def open_place(self, place: Place, folder: Entry | None = None) -> None:
        """Show a place at a folder, or where it begins. Rows arrive before the path is known in full."""
        self.place = self.place or place
        try:
            entry = folder or await place.root()
            above: list[Entry] = []
            if entry.is_folder:
                self.visit(place, [entry])
            above = await place.parents(entry)
        except FAILURES as error:
            self._not_opened(explain(error, doing=f"open {place.label}"), place, folder)
            return
        if not entry.is_folder:
            if above:
                self.visit(place, above, seek=entry.key)
        elif self.place is place and self.trail == [entry]:
            self.trail = [*above, entry]
            self.update_title()

    def _not_opened(self, failure: Explained, place: Place, folder: Entry | None) -> None:
        """A card where nothing is shown yet, else a dialog."""
        if self.model is None:
            self._wanted = (place, folder)
            self.show_card(failure)
        else:
            self.show_failure(failure, lambda: self.open_place(place, folder))

    def open_again(self) -> bool:
        """Try once more to open what a card says could not be opened. Whether there is such a thing."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.show_tree()
            self.open_place(*wanted)
        return wanted is not None

    def open_node(self, node: Node) -> None:
        """Open a folder as the pane's own; look into anything else."""
        if not node.entry.is_folder:
            self.post_message(self.PreviewRequested(self.me, node.entry))
            return
        between = [step.entry for step in node.above() if step.parent is not None]
        if self.place is not None:
            self.visit(self.place, [*self.trail, *reversed(between), node.entry])

    def open_level(self, level: int) -> None:
        """Open a folder of the trail, by its place in it."""
        if self.place is not None and 0 <= level < len(self.trail) - 1:
            self.visit(self.place, self.trail[: level + 1], seek=self.trail[level + 1].key)

    def close_filter(self) -> None:
        """Take the filter line away."""
        raise NotImplementedError

    # Actions

    def action_open(self) -> None:
        if self.tree_view.node is not None:
            self.open_node(self.tree_view.node)

    def action_expand(self) -> None:
        """Unfold; on an unfolded folder go to its first row; look into a file."""
        node = self.tree_view.node
        if node is None:
            return
        if not node.entry.is_folder:
            self.post_message(self.PreviewRequested(self.me, node.entry))
        elif node.expanded and node.state != "failed":
            if node.view:
                self.tree_view.go(self.tree_view.cursor + 1)
        else:
            self.unfold(node)

    def unfold(self, node: Node) -> None:
        """Show what is in a folder below its row; read it if it was not."""
        model = self.model
        if model is None:
            return
        if not node.expanded:
            with self.tree_view.changing():
                model.expand(model.index(node))
        if node.state in ("unread", "failed"):
            self.read(node)
            self.tree_view.refresh()

    def fold(self, node: Node) -> None:
        """Take the rows of a folder away."""
        if self.model is not None:
            with self.tree_view.changing() as model:
                model.collapse(model.index(node))

    def toggle_fold(self, node: Node) -> None:
        if node.expanded:
            self.fold(node)
        else:
            self.unfold(node)

    def action_collapse(self) -> None:
        """Fold; on a row of an unfolded folder go to that folder; at the left edge open the folder above."""
        node = self.tree_view.node
        if node is not None and node.expanded:
            self.fold(node)
        elif node is not None and node.depth > 0 and node.parent is not None and self.model is not None:
            self.tree_view.go(self.model.index(node.parent))
        else:
            self.action_parent()

    def action_parent(self) -> None:
        self.open_level(len(self.trail) - 2)

    def action_back(self) -> None:
        self._travel(self._back, self._forward)

    def action_forward(self) -> None:
        self._travel(self._forward, self._back)

    def _travel(self, source: list[Location], target: list[Location]) -> None:
        here = self._here()
        if not source or here is None:
            return
        target.append(here)
        there = source.pop()
        self._show(there.place, list(there.trail), there.cursor)

    def action_refresh_pane(self) -> None:
        if self.place is not None:
            self.place.forget_refusals()
        self.reload()

    @work(group="question")
    async def action_go_to(self) -> None:
        """Asks for a path or an address."""
        from odtui.ui.dialogs.input import InputDialog

        here = self.place.path(self.trail) if self.place is not None else ""
        body = Content("A path such as /Documents/report.docx, or a web address or sharing link.")
        text = await self.app.push_screen_wait(
            InputDialog("Go to", body=body, value=here, select=(0, len(here)), accept="Go", placeholder="/Documents")
        )
        if text is not None and text.strip():
            self.go_to(text.strip())

    def go_to(self, text: str) -> None:
        """Open what was typed: a path of this place here, anything else is asked of the screen."""
        if self.place is not None and not self.place.is_local:
            text = text.removeprefix("onedrive:") or "/"  # as on the command line
        if self.place is None or "://" in text or (text.startswith("~") and not self.place.is_local):
            self.post_message(self.GoRequested(self.me, text))
        else:
            self.locate(text)

    @work(group="opening", exclusive=True)
    async def locate(self, path: str) -> None:
        """Open the folder at a path of this place, or the folder of the file at it."""
        place = self.place
        assert place is not None  # noqa: S101 - go_to asked
        try:
            entry = await place.locate(path)
            above = await place.parents(entry)
        except FAILURES as error:
            self.show_failure(explain_typed(error, path), lambda: self.locate(path))
            return
        if entry.is_folder:
            self.visit(place, [*above, entry])
        elif above:
            self.visit(place, above, seek=entry.key)
