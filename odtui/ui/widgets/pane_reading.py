"""Reading folders into the tree of a pane: in pages, several folders at once, and stopping it."""

from __future__ import annotations

from dataclasses import replace

from textual.worker import Worker

from odtui.services.entry import Entry
from odtui.services.tree import Node, TreeModel
from odtui.services.words import Explained, explain
from odtui.ui.formats import count
from odtui.ui.text import clean
from odtui.ui.widgets.pane_base import FAILURES, Alteration, PaneBase

SPIN_SECONDS = 0.1
AGAIN = "Ctrl+R"
"""What reads once more; at the end of a line, which is kept when it is cut."""


class ReadingPane(PaneBase):
    """Each folder is read by a worker of its own; another folder or pane does not wait for it."""

    def __init__(self, *args: object, **keywords: object) -> None:
        super().__init__(*args, **keywords)  # type: ignore[arg-type]  # passed on as they are
        self._readers: dict[Node, Worker[None]] = {}
        self._waits = ""

    def on_mount(self) -> None:
        self._spinner = self.set_interval(SPIN_SECONDS, self._spin, pause=True)

    @property
    def reading(self) -> int:
        return len(self._readers)

    @property
    def busy(self) -> str:
        if self._waits:
            return self._waits
        model = self.model
        if not self._readers or model is None:
            return ""
        top = self._readers.get(model.top)
        known = len(model.top.children or {}) if top is not None else 0
        return f"Reading… {count(known, 'item')}" if known else "Reading…"

    def wait_for(self, words: str) -> None:
        """Words with a spinner while something else than a folder is awaited; empty ends it."""
        self._waits = words
        self._show_progress()

    def _spin(self) -> None:
        self.spin += 1
        self.update_foot()

    def _show_progress(self) -> None:
        if self.busy and self.app.animation_level != "none":
            self._spinner.resume()
        else:
            self._spinner.pause()
        self.update_foot()
        self.update_hint()

    def read(self, node: Node) -> None:
        """Read a folder from the start; what is known of it stays until the end."""
        model = self.model
        if model is None or node in self._readers:
            return
        model.begin(node)
        self.tree_view.note(node.entry, "")
        self.message = ""
        self._readers[node] = self.run_worker(self._read(model, node), group="reading")
        self._show_progress()

    async def _read(self, model: TreeModel, node: Node) -> None:
        place = self.place
        assert place is not None  # noqa: S101 - a tree is shown for a place only
        failure: Explained | None = None
        try:
            async for page in place.pages(node.entry):
                if model is not self.model:
                    return
                with self.tree_view.changing():
                    model.extend(node, page)
                self._page_shown()
        except FAILURES as error:
            failure = explain(error, doing=f"open {node.entry.name}")
        if model is self.model:
            self._ended(model, node, failure)

    def _page_shown(self) -> None:
        """The spinner counts; without one every page does."""
        if not self.tree_view.rows:
            self.update_hint()
        if self.app.animation_level == "none":
            self.update_foot()

    def _ended(self, model: TreeModel, node: Node, failure: Explained | None) -> None:
        self._readers.pop(node, None)
        with self.tree_view.changing():
            model.finish(node, failed=failure is not None)
        if failure is not None:
            self._failed(model, node, failure)
        self._show_progress()
        self.status_changed()

    def _failed(self, model: TreeModel, node: Node, failure: Explained) -> None:
        """A folder within the list says so in its row and below. Of the open one a card tells.

        Its known rows stay in sight if the same attempt may succeed later: then a word below is enough.
        """
        if node is not model.top:
            self.tree_view.note(node.entry, failure.title)
            self.message = f"{clean(node.entry.name)}: {failure.title} · {AGAIN}"
        elif model.rows and "retry" in failure.steps:
            self.message = f"{failure.title} · {AGAIN}"
        elif len(self.trail) > 1 and "parent" not in failure.steps:
            self.show_card(replace(failure, steps=(*failure.steps, "parent")))
        else:
            self.show_card(failure)

    def stop_reading(self) -> bool:
        """Stop all reading; what has come stays. Whether there was any."""
        readers, self._readers = self._readers, {}
        model = self.model
        for node, worker in readers.items():
            worker.cancel()
            if model is not None:
                with self.tree_view.changing():
                    model.finish(node, failed=True)
                self.tree_view.note(node.entry, "reading stopped")
        if readers and model is not None:
            self.message = "Stopped. Ctrl+R reads again."
            self._show_progress()
        return bool(readers)

    def forget_readers(self) -> None:
        """Stop all reading because another folder is opened."""
        readers, self._readers = self._readers, {}
        for node, worker in readers.items():
            worker.cancel()
            if self.model is not None:
                self.model.finish(node, failed=True)

    def reload(self) -> None:
        """Read the open folder and every expanded one again; cursor, selection and expansion stay."""
        model = self.model
        if model is None:
            return
        self.show_tree()
        for node in [model.top, *(row for row in model.rows if row.expanded)]:
            self.read(node)

    def update_hint(self) -> None:
        """What stands in an empty list."""
        model = self.model
        if model is None:
            return
        if model.needle:
            hint = f"No name here contains “{clean(model.needle)}”.\nEsc shows all"
        elif model.top.state == "reading":
            hint = "Reading…\nEsc stops"
        elif model.top.state == "failed":
            hint = self.message
        elif model.top.children:
            hint = "Only hidden files here.\n. shows them"
        else:
            hint = "This folder is empty.\nn makes a folder here\nc in the other pane copies to it"
        if hint != self.tree_view.hint:
            self.tree_view.hint = hint
            self.tree_view.refresh()

    def show_card(self, failure: Explained) -> None:
        """An error in the place of the list."""
        raise NotImplementedError

    def show_tree(self) -> None:
        """The list in the place of a card."""
        raise NotImplementedError

    # Changes from elsewhere

    def apply(self, change: Alteration) -> None:
        """Bring the rows up to date with something done to the place, here or in another pane or by a transfer."""
        model, place = self.model, self.place
        if model is None or place is None or place.id != change.place.id:
            return
        with self.tree_view.changing():
            if change.gone is not None and change.new is not None:
                model.replace(change.gone, change.new)
            elif change.gone is not None:
                model.remove(change.gone)
            elif change.new is not None and change.folder is not None:
                self._insert(model, change.folder, change.new)
        self.update_hint()
        self.status_changed()

    @staticmethod
    def _insert(model: TreeModel, folder: Entry, entry: Entry) -> None:
        node = model.find(folder.key)
        if node is not None:
            model.insert(node, entry)

    def alter(self, change: Alteration) -> None:
        """Apply a change that was made from here, and tell the other pane."""
        self.apply(change)
        self.post_message(self.Altered(self.me, change))
