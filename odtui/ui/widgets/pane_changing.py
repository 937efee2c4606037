"""Changing what is in a place, from a pane: rename, delete, new folder; and handing a path on."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.content import Content

from odtui.services.entry import Entry
from odtui.services.order import fold
from odtui.services.place import Place
from odtui.services.tree import Node
from odtui.services.undo import Deleted, Made, Renamed
from odtui.ui.formats import count, size_words
from odtui.ui.text import clean
from odtui.ui.widgets.pane_base import FAILURES, Alteration
from odtui.ui.widgets.pane_selecting import SelectingPane


class ChangingPane(SelectingPane):
    """Every change is asked for first, then made by a worker, then shown in both panes."""

    # Rename

    @work(group="question")
    async def action_rename(self) -> None:
        node = self.tree_view.node
        if node is None or not self.may("items.rename"):
            return
        await self._ask_name(node, node.entry)

    @work(group="question")
    async def ask_another_name(self, node: Node, entry: Entry, taken: str) -> None:
        """Ask again after a name turned out to be taken."""
        await self._ask_name(node, entry, taken)

    async def _ask_name(self, node: Node, entry: Entry, refused: str | None = None) -> None:
        """`refused`: a name that was tried already; it is shown, to be changed."""
        from odtui.ui.dialogs.input import InputDialog

        place, parent = self.place, self.folder_of(node)
        if place is None or parent is None:
            return
        shown = clean(entry.name)
        siblings = node.parent.children if node.parent is not None else None
        taken = {fold(other.entry.name) for other in (siblings or {}).values() if other is not node}
        taken |= {fold(refused)} if refused is not None else set()
        value = shown if refused is None else refused
        name = await self.app.push_screen_wait(
            InputDialog(
                "Rename",
                value=value,
                select=(0, stem_length(entry, value)),
                problem=lambda text: None if text == shown else _problem(place, parent, taken, text),
                accept="Rename",
            )
        )
        if name not in (None, entry.name, shown):
            self.rename(place, node, entry, name)

    @work(group="changing")
    async def rename(self, place: Place, node: Node, entry: Entry, name: str) -> None:
        """Give an entry another name; the cursor stays on it."""
        self.tree_view.note(entry, "renaming…")
        try:
            new = await place.rename(entry, name)
        except FAILURES as error:
            self.tree_view.note(entry, "")
            self.fail(
                error,
                doing=f"rename {entry.name}",
                retry=lambda: self.rename(place, node, entry, name),
                rename=lambda: self.ask_another_name(node, entry, name),
            )
            return
        self.tree_view.note(entry, "")
        at_cursor = self.tree_view.entry is not None and self.tree_view.entry.key == entry.key
        self.alter(Alteration(place, gone=entry, new=new))
        self.post_message(self.StepDone(self.me, Renamed(place, entry, new)))
        if at_cursor:
            self.tree_view.seek(new.key)

    # New folder or file

    @work(group="question")
    async def action_new_folder(self) -> None:
        await self._ask_new(file=False)

    @work(group="question")
    async def action_new_file(self) -> None:
        await self._ask_new(file=True)

    async def _ask_new(self, *, file: bool) -> None:
        """Asks for a name; it is made beside the row under the cursor."""
        place, node = self.place, self.tree_view.node
        parent = self.folder_of(node) if node is not None else self.folder
        if place is None or parent is None or not self.may("items.new_file" if file else "items.new_folder"):
            return
        await self._ask_new_name(place, parent, file=file)

    @work(group="question")
    async def ask_another_new_name(self, place: Place, parent: Entry, taken: str, *, file: bool) -> None:
        """Ask again after a name turned out to be taken."""
        await self._ask_new_name(place, parent, taken, file=file)

    async def _ask_new_name(self, place: Place, parent: Entry, refused: str | None = None, *, file: bool) -> None:
        """`refused`: a name that was tried already; it is shown, to be changed."""
        from odtui.ui.dialogs.input import InputDialog

        known = self.model.find(parent.key) if self.model is not None else None
        taken = {fold(child.entry.name) for child in (known.children or {}).values()} if known is not None else set()
        taken |= {fold(refused)} if refused is not None else set()
        name = await self.app.push_screen_wait(
            InputDialog(
                "New empty file" if file else "New folder",
                body=Content.from_markup("In [b]$folder[/b]", folder=self.words_for(parent)),
                value=refused or "",
                problem=lambda text: _problem(place, parent, taken, text),
                accept="Make file" if file else "Make folder",
                placeholder="Name",
            )
        )
        if name:
            self.make_new(place, parent, name, file=file)

    @work(group="changing")
    async def make_new(self, place: Place, parent: Entry, name: str, *, file: bool) -> None:
        """Make a folder or an empty file; the cursor goes to it."""
        try:
            new = await (place.create_file(parent, name) if file else place.create_folder(parent, name))
        except FAILURES as error:
            self.fail(
                error,
                doing=f"make the {'file' if file else 'folder'} {name}",
                retry=lambda: self.make_new(place, parent, name, file=file),
                rename=lambda: self.ask_another_new_name(place, parent, name, file=file),
            )
            return
        self.alter(Alteration(place, new=new, folder=parent))
        self.post_message(self.StepDone(self.me, Made(place, "creation", (new,))))
        if self.place is place:
            self.tree_view.seek(new.key)

    # Delete

    @work(group="question")
    async def action_delete(self) -> None:
        from odtui.ui.dialogs.confirm import ConfirmDialog

        place, entries = self.place, self.chosen
        if place is None or not entries or not self.may("items.delete"):
            return
        title = "Delete?" if len(entries) == 1 else f"Delete {count(len(entries), 'item')}?"
        body = delete_question(entries, local=place.is_local)
        if not await self.app.push_screen_wait(ConfirmDialog(title, body, yes="Delete", danger=True)):
            return
        if len(entries) == 1:
            self.delete(place, entries[0])
        else:
            self.clear_selection()
            self.post_message(self.DeletionRequested(self.me, place, entries))

    @work(group="changing")
    async def delete(self, place: Place, entry: Entry) -> None:
        """Delete one entry, at once."""
        self.tree_view.note(entry, "deleting…")
        try:
            await place.delete(entry)
        except FAILURES as error:
            self.fail(error, doing=f"delete {entry.name}", retry=lambda: self.delete(place, entry))
            return
        finally:
            self.tree_view.note(entry, "")
        self.alter(Alteration(place, gone=entry))
        self.post_message(self.StepDone(self.me, Deleted(place, (entry,))))
        self.tell(f"{clean(entry.name)} is in the {'trash' if place.is_local else 'recycle bin'}.")

    @work(group="question")
    async def action_delete_forever(self) -> None:
        """Past the recycle bin: the word has to be typed."""
        from odtui.ui.dialogs.input import InputDialog

        place, entries = self.place, self.chosen
        if place is None or not entries or not self.may("items.delete_forever"):
            return
        body = Content("\n").join(
            [
                *_first_names(entries),
                Content(""),
                Content("Nobody can bring this back, not even from the recycle bin. Type “delete” to go on."),
            ]
        )
        answer = await self.app.push_screen_wait(
            InputDialog(
                f"Delete {count(len(entries), 'item')} for good?",
                body=body,
                problem=lambda text: None if text == "delete" else "Type “delete”, or press Esc to keep everything.",
                accept="Delete for good",
                placeholder="delete",
            )
        )
        if answer == "delete":
            self.delete_forever(place, entries)

    @work(group="changing")
    async def delete_forever(self, place: Place, entries: Sequence[Entry]) -> None:
        """One after the other; the first that fails stops it."""
        for number, entry in enumerate(entries):
            self.tree_view.note(entry, "deleting…")
            try:
                await place.delete_forever(entry)
            except FAILURES as error:
                left = entries[number:]
                doing = f"delete {entry.name} for good"
                self.fail(error, doing=doing, retry=lambda left=left: self.delete_forever(place, left))  # type: ignore[misc]
                return
            finally:
                self.tree_view.note(entry, "")
            self.alter(Alteration(place, gone=entry))
        self.tell(f"{count(len(entries), 'item')} deleted for good.")

    # Handing on

    def action_edit(self) -> None:
        """Have the file under the cursor edited."""
        place, entry = self.place, self.tree_view.entry
        if place is not None and entry is not None and self.may("items.edit"):
            self.post_message(self.EditRequested(self.me, place, entry))

    def action_copy_path(self) -> None:
        """Put the paths of the chosen entries on the clipboard, a line each."""
        place, model = self.place, self.model
        if place is None or model is None:
            return
        paths = []
        for entry in self.chosen:
            node = model.find(entry.key)
            between = [step.entry for step in node.above() if step.parent is not None] if node is not None else []
            paths.append(clean(place.path([*self.trail, *reversed(between), entry])))
        if paths:
            self.app.copy_to_clipboard("\n".join(paths))
            self.tell(
                "The path is on the clipboard." if len(paths) == 1 else f"{len(paths)} paths are on the clipboard."
            )

    def action_open_web(self) -> None:
        """Open the entry on the web; only an https address is followed."""
        entry = self.tree_view.entry or self.folder
        if entry is None:
            return
        url = entry.web_url or ""
        if url.startswith("https://") and url.isprintable():
            self.app.open_url(url)
        elif self.place is not None and self.place.is_local:
            self.tell("Files of this computer have no web address.", warning=True)
        else:
            self.tell("OneDrive gave no web address for this.", warning=True)

    def words_for(self, folder: Entry) -> str:
        """A folder's name for a sentence, safe; that of the place for its top."""
        if self.place is not None and self.trail and folder.key == self.trail[0].key:
            return clean(self.place.label)
        return clean(folder.name)


def stem_length(entry: Entry, shown: str) -> int:
    """How many characters of a name come before its extension."""
    dot = shown.rfind(".")
    return len(shown) if entry.is_folder or dot <= 0 else dot


def _problem(place: Place, parent: Entry, taken: set[str], text: str) -> str | None:
    problem = place.name_problem(text, parent)
    if problem is None and fold(text) in taken:
        return "There is already something of that name here."
    return problem


def _first_names(entries: Sequence[Entry]) -> list[Content]:
    lines = [Content.styled(clean(entry.name), "bold") for entry in entries[:5]]
    if len(entries) > 5:
        lines.append(Content(f"and {count(len(entries) - 5, 'other')}"))
    return lines


def delete_question(entries: Sequence[Entry], *, local: bool) -> Content:
    """How many, what, and where it goes."""
    where = "the trash of this computer" if local else "the recycle bin of OneDrive"
    size = sum(entry.size or 0 for entry in entries)
    lines = _first_names(entries)
    amount = f" ({size_words(size)})" if size else ""
    subject = "It" if len(entries) == 1 else "They"
    verb = "goes" if len(entries) == 1 else "go"
    lines += [Content(""), Content(f"{subject} {verb} to {where}{amount}.")]
    shortcuts = [entry for entry in entries if entry.target is not None or entry.link]
    if any(entry.is_folder and entry not in shortcuts for entry in entries):
        lines.append(Content("A folder goes with everything in it."))
    if shortcuts:
        lines.append(Content("Of a shortcut only the shortcut goes; what it leads to stays."))
    return Content("\n").join(lines)
