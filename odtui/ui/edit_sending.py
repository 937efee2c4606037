"""Sending an edited text back, and what to do when somebody else was faster."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.content import Content

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, ItemNotFound, StaleETag
from odtui.graph.models import DriveItem, IdentitySet
from odtui.services.diff import compare
from odtui.services.disk import on_disk, on_disk_to_end
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.edit import Editing, Theirs, mine_beside
from odtui.services.edit_store import Edit, EditStore
from odtui.services.entry import Entry
from odtui.services.transfers.problems import TransferError
from odtui.services.words import Explained, Step, explain
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.difference import DifferenceDialog
from odtui.ui.dialogs.edit_conflict import Choice, EditConflictDialog, Version
from odtui.ui.text import clean
from odtui.ui.widgets.pane_base import Alteration

if TYPE_CHECKING:
    from odtui.ui.app import OdtuiApp
    from odtui.ui.widgets.pane import FilePane

FAILURES = (GraphError, AuthError, OSError, TransferError)


@dataclass(frozen=True, slots=True)
class Task:
    """One file on its way to the editor and back."""

    pane: FilePane
    """Where it was chosen, and where its row is."""
    place: DrivePlace
    entry: Entry
    edit: Edit

    @property
    def name(self) -> str:
        return clean(self.entry.name)


class EditSending:
    """Each step is a short worker; between them the user is asked. Whatever happens, the text is kept until it is on
    the drive or the user discards it."""

    def __init__(self, app: OdtuiApp, store: EditStore) -> None:
        self._app = app
        self._store = store
        self._editing = Editing(store, sleep=app.accounts.workspace.sleep)
        self._busy: set[tuple[str, str]] = set()
        """Drive and item ids of what is being edited, sent or asked about."""

    async def _send(self, task: Task, version: DriveItem | None = None) -> None:
        """Put the text over the version that it was made from, or over `version`, which the user has seen."""
        self._busy.add(task.edit.item)
        task.pane.tree_view.note(task.entry, "sending…")
        try:
            item = await self._editing.send(task.place.client, task.edit, version)
        except (StaleETag, ItemNotFound):
            await self._conflict(task)
        except FAILURES as error:
            self._not_sent(task, error, lambda: self._send(task, version))
        else:
            await self._drop(task)
            task.pane.alter(Alteration(task.place, gone=task.entry, new=_row(task, item)))
            task.pane.tell(f"{task.name} is saved on OneDrive.")
        finally:
            task.pane.tree_view.note(task.entry, "")

    async def _send_beside(self, task: Task, name: str) -> None:
        """As a file of its own in the same folder."""
        about = task.edit.about
        try:
            item = await self._editing.send_beside(task.place.client, task.edit, name)
            folder = await task.place.client.item(about.drive_id, about.parent_id or "")
        except FAILURES as error:
            self._not_sent(task, error, lambda: self._send_beside(task, name))
            return
        await self._drop(task)
        new = from_drive_item(item, about.drive_id)
        task.pane.alter(Alteration(task.place, new=new, folder=from_drive_item(folder, about.drive_id)))
        task.pane.tell(f"Your text is in {clean(new.name)}.")

    def _not_sent(self, task: Task, error: BaseException, again: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Say why, where the text is, and offer to try again."""
        told = explain(error, doing=f"save {task.entry.name}")
        further = [step for step in told.steps if step in ("sign_in", "settings", "copy_details")]
        steps: tuple[Step, ...] = ("retry", *further)
        words = replace(kept_here(task.edit, told.title, told.why), steps=steps, details=told.details)
        self._busy.discard(task.edit.item)
        task.pane.show_failure(words, lambda: self._work(again()))

    # --- somebody else was faster -----------------------------------------------------------------

    async def _conflict(self, task: Task) -> None:
        try:
            theirs = await self._editing.theirs(task.place.client, task.edit)
            found = await on_disk(os.stat, task.edit.path)
        except FAILURES as error:
            self._not_sent(task, error, lambda: self._conflict(task))
            return
        now = None if theirs.item is None else _row(task, theirs.item)
        task.pane.alter(Alteration(task.place, gone=task.entry, new=now))
        self._ask_conflict(task, theirs, Version(found.st_size, int(found.st_mtime)))

    def _ask_conflict(self, task: Task, theirs: Theirs, mine: Version) -> None:
        item = theirs.item
        version = None
        if item is not None:
            entry = from_drive_item(item, task.edit.about.drive_id)
            version = Version(entry.size, entry.modified, _who(item.last_modified_by))

        def leave(choice: Choice | None) -> None:
            match choice:
                case "diff":
                    self._work(self._show_difference(task, theirs, mine))
                case "both":
                    name = task.edit.about.name
                    self._work(self._send_beside(task, name if item is None else mine_beside(name)))
                case "overwrite":
                    self._ask_overwrite(task, theirs, mine)
                case "discard":
                    self._ask_discard(task, lambda: self._ask_conflict(task, theirs, mine))
                case None:
                    self._put_off(task)

        self._app.push_screen(EditConflictDialog(task.entry.name, mine, version), leave)

    async def _show_difference(self, task: Task, theirs: Theirs, mine: Version) -> None:
        """The card comes back afterwards."""
        text = await on_disk(task.edit.path.read_bytes)
        lines = await on_disk(compare, theirs.data, text) if theirs.data is not None else None

        def back(_: object = None) -> None:
            self._ask_conflict(task, theirs, mine)

        if lines:
            self._app.push_screen(DifferenceDialog("What is different", lines), back)
        elif lines is None:
            task.pane.tell("They cannot be compared line by line: one is no text, or too large.", warning=True)
            back()
        else:
            task.pane.tell("The lines are the same; only their ends or the encoding differ.", warning=True)
            back()

    def _ask_overwrite(self, task: Task, theirs: Theirs, mine: Version) -> None:
        body = Content.from_markup(
            "Your text takes the place of theirs in [b]$name[/b]. Theirs stays in the version history on the web.",
            name=task.name,
        )

        def leave(yes: bool | None) -> None:
            if yes:
                self._work(self._send(task, theirs.item))
            else:
                self._ask_conflict(task, theirs, mine)

        self._app.push_screen(ConfirmDialog("Overwrite their version?", body, yes="Overwrite", danger=True), leave)

    # --- how an edit ends -------------------------------------------------------------------------

    def _ask_discard(self, task: Task, back: Callable[[], object]) -> None:
        body = Content.from_markup("What you typed in [b]$name[/b] is deleted for good.", name=task.name)

        def leave(yes: bool | None) -> None:
            if yes:
                self._work(self._drop(task))
            else:
                back()

        self._app.push_screen(ConfirmDialog("Discard your text?", body, yes="Discard", danger=True), leave)

    def _put_off(self, task: Task) -> None:
        self._busy.discard(task.edit.item)
        task.pane.tell(f"Your text of {task.name} is kept. Edit the file again to go on with it.", warning=True)

    async def _drop(self, task: Task) -> None:
        clear = await on_disk_to_end(self._store.discard, task.edit.path)
        self._busy.discard(task.edit.item)
        if not clear:
            task.pane.tell(f"What you saved beside it stays in {task.edit.folder}.", warning=True)

    def _work(self, step: Coroutine[Any, Any, None]) -> None:
        self._app.run_worker(step, group="editing")


def kept_here(edit: Edit, title: str, why: str) -> Explained:
    """Words for a text that could not be sent."""
    return Explained(
        title,
        f"{why}\nYour text is safe: {clean(str(edit.path))}",
        "Edit the file again to go on with it; odtui also asks at its next start.",
    )


def _row(task: Task, item: DriveItem) -> Entry:
    """The entry after the edit; a shortcut stays one."""
    new = from_drive_item(item, task.edit.about.drive_id)
    return new if task.entry.target is None else replace(task.entry, size=new.size, modified=new.modified)


def _who(people: IdentitySet | None) -> str:
    user = people.user if people is not None else None
    return (user.display_name or user.email or "") if user is not None else ""
