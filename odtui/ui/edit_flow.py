"""Editing a file in the user's own editor, which gets the whole terminal meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported
from textual.content import Content

from odtui.config.scopes import Capability
from odtui.services.capabilities import Reason
from odtui.services.disk import on_disk, on_disk_to_end
from odtui.services.drive_place import DrivePlace
from odtui.services.edit_store import EditStore, is_changed
from odtui.services.editor import find_editor
from odtui.services.entry import Entry, Kind
from odtui.services.place import Place
from odtui.services.words import Explained, explain
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.kept_edit import Choice, KeptEditDialog
from odtui.ui.edit_sending import FAILURES, EditSending, Task, kept_here
from odtui.ui.formats import size_words
from odtui.ui.text import clean
from odtui.ui.widgets.pane_base import Alteration

if TYPE_CHECKING:
    from odtui.services.session import Session
    from odtui.ui.app import OdtuiApp
    from odtui.ui.widgets.pane import FilePane

LARGE = 20 * 1024 * 1024
"""Bytes from which opening is asked about first."""
AT_ONCE = 1.0
"""Seconds; an editor that ends sooner has probably opened a window of its own."""

NO_EDITOR = Explained(
    "No editor was found",
    "Neither $VISUAL nor $EDITOR names one, and there is no nano or vi here.",
    "Set one before odtui starts, such as: export EDITOR=nano",
)
NO_TERMINAL = Explained(
    "An editor cannot be shown here",
    "This terminal cannot be handed over to another program.",
    "Download the file, edit it there, then upload it again.",
)


class EditFlow(EditSending):
    """From the file to the editor, and to sending what was typed."""

    def __init__(
        self,
        app: OdtuiApp,
        store: EditStore,
        *,
        environ: Callable[[], dict[str, str]] = lambda: dict(os.environ),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` measures in seconds how long an editor was open."""
        super().__init__(app, store)
        self._environ = environ
        self._clock = clock

    def edit(self, pane: FilePane, place: Place, entry: Entry) -> None:
        """Open a file in the editor. Says why if that is not possible."""
        editor = find_editor(self._environ())
        if entry.kind is not Kind.FILE:
            pane.tell("Only files can be edited.", warning=True)
        elif editor is None:
            pane.show_failure(NO_EDITOR)
        elif isinstance(place, DrivePlace):
            self._edit_remote(pane, place, entry)
        else:
            self._work(self._edit_local(pane, place, entry, editor))

    async def _edit_local(self, pane: FilePane, place: Place, entry: Entry, editor: list[str]) -> None:
        try:
            await self._app.run_in_terminal([*editor, entry.id])
        except SuspendNotSupported:
            pane.show_failure(NO_TERMINAL)
            return
        except OSError:
            pane.show_failure(_no_start(editor))
            return
        try:
            new = await place.refetch(entry)
        except FAILURES as error:
            pane.fail(error, doing=f"read {entry.name} again")
        else:
            pane.alter(Alteration(place, gone=entry, new=new))

    def _edit_remote(self, pane: FilePane, place: DrivePlace, entry: Entry) -> None:
        at = entry.content
        if (at.drive_id, at.id) in self._busy:
            pane.tell(f"{clean(entry.name)} is being edited already.", warning=True)
        elif (entry.size or 0) > LARGE:
            body = Content.from_markup(
                "[b]$name[/b] has $size. It is downloaded first, and all of it is sent again when you have changed it.",
                name=clean(entry.name),
                size=size_words(entry.size),
            )
            self._app.push_screen(
                ConfirmDialog("Edit this large file?", body, yes="Edit"),
                lambda yes: self._work(self._begin(pane, place, entry)) if yes else None,
            )
        else:
            self._work(self._begin(pane, place, entry))

    async def _begin(self, pane: FilePane, place: DrivePlace, entry: Entry) -> None:
        """Go on with a text that was kept, else fetch the file."""
        item = (entry.content.drive_id, entry.content.id)
        session = self._app.accounts.session
        self._busy.add(item)
        pane.tree_view.note(entry, "opening…")
        try:
            kept = [edit for edit in await on_disk_to_end(self._store.kept) if edit.item == item]
            if not kept:
                account = session.account.id if session is not None else ""
                edit = await self._editing.fetch(place.client, entry, account)
        except BaseException as error:
            self._busy.discard(item)
            if not isinstance(error, FAILURES):
                raise
            pane.fail(error, doing=f"edit {entry.name}", retry=lambda: self._work(self._begin(pane, place, entry)))
            return
        finally:
            pane.tree_view.note(entry, "")
        if kept:
            await self._ask_kept(Task(pane, place, entry, kept[-1]))
        else:
            await self._run(Task(pane, place, entry, edit))

    # --- the editor -------------------------------------------------------------------------------

    async def _run(self, task: Task) -> None:
        """Hand the terminal to the editor, then look what came of it."""
        self._busy.add(task.edit.item)
        editor = find_editor(self._environ()) or []
        start = self._clock()
        try:
            if (reason := _why_read_only(task)) is not None:
                await on_disk(os.chmod, task.edit.path, 0o400)
                task.pane.tell(f"{reason} What you change cannot be sent.", warning=True)
            code = await self._app.run_in_terminal([*editor, str(task.edit.path)])
        except SuspendNotSupported:
            await self._leave(task, NO_TERMINAL)
            return
        except OSError:
            await self._leave(task, _no_start(editor))
            return
        await self._look(task, code, quick=self._clock() - start < AT_ONCE)

    async def _look(self, task: Task, code: int, *, quick: bool) -> None:
        try:
            changed = await on_disk(is_changed, task.edit)
        except OSError as error:
            await self._leave(task, explain(error, doing=f"read the edited {task.name}"))
            return
        if not changed and quick and code == 0:
            self._ask_saved(task)
        elif not changed:
            await self._drop(task)
            task.pane.tell(f"Nothing was changed in {task.name}.")
        elif (reason := _why_read_only(task)) is not None:
            await self._leave(task, kept_here(task.edit, "It cannot be sent", reason))
        elif code:
            self._ask_in_spite(task, code)
        else:
            await self._send(task)

    def _ask_in_spite(self, task: Task, code: int) -> None:
        """Editors say so when one leaves them without wanting the changes, such as vi by :cq."""

        def leave(yes: bool | None) -> None:
            if yes:
                self._work(self._send(task))
            else:
                self._put_off(task)

        body = Content.from_markup("The text of [b]$name[/b] was changed. Send it to OneDrive?", name=task.name)
        title = f"The editor ended with error {code}"
        self._app.push_screen(ConfirmDialog(title, body, yes="Send", no="Decide later"), leave)

    def _ask_saved(self, task: Task, *, again: bool = False) -> None:
        """The editor gave the terminal back at once, so it shows the file in a window of its own."""

        def leave(saved: bool | None) -> None:
            self._work(self._look_again(task, saved=bool(saved)))

        body = Content.from_markup(
            "$again[b]$name[/b] seems to be open in a window. Save and close it there, then press Enter here.",
            name=task.name,
            again="Nothing has been saved yet. " if again else "",
        )
        self._app.push_screen(_SavedDialog("Is it saved?", body, yes="It is saved", no="Stop editing"), leave)

    async def _look_again(self, task: Task, *, saved: bool) -> None:
        try:
            changed = await on_disk(is_changed, task.edit)
        except OSError as error:
            await self._leave(task, explain(error, doing=f"read the edited {task.name}"))
            return
        if changed:
            await self._look(task, 0, quick=False)
        elif saved:
            self._ask_saved(task, again=True)
        else:
            await self._drop(task)

    async def _leave(self, task: Task, words: Explained) -> None:
        """Nothing more can be done now. What was not changed, or is gone, need not be kept."""
        try:
            keep = await on_disk(is_changed, task.edit)
        except OSError:
            keep = task.edit.path.exists()
        if not keep:
            await self._drop(task)
        self._busy.discard(task.edit.item)
        task.pane.show_failure(words)

    # --- what was kept ----------------------------------------------------------------------------

    async def offer(self, session: Session) -> None:
        """Ask about each text of this account that has not reached the drive."""
        place = session.place
        if not isinstance(place, DrivePlace):
            return
        for edit in await on_disk_to_end(self._store.kept):
            about = edit.about
            if about.account == session.account.id and edit.item not in self._busy:
                entry = Entry(about.drive_id, about.item_id, about.name, Kind.FILE, about.size, e_tag=about.e_tag)
                await self._ask_kept(Task(self._app.browser.left, place, entry, edit))

    async def _ask_kept(self, task: Task) -> None:
        self._busy.add(task.edit.item)

        def leave(choice: Choice | None) -> None:
            match choice:
                case "send":
                    self._work(self._send(task))
                case "open":
                    self._work(self._run(task))
                case "discard":
                    self._ask_discard(task, lambda: self._work(self._ask_kept(task)))
                case None:
                    self._put_off(task)

        edited = await on_disk(_edited_at, task.edit.path)
        self._app.push_screen(KeptEditDialog(task.entry.name, str(task.edit.path), edited), leave)


class _SavedDialog(ConfirmDialog):
    """Enter says that it is saved."""

    AUTO_FOCUS = "#yes"


def _why_read_only(task: Task) -> str | None:
    """Why the text could not be sent, as a sentence; None if it could."""
    refusal = task.place.refusal(Capability.WRITE, entry=task.entry)
    if refusal is None:
        return None
    return "odtui is in read-only mode." if refusal.reason is Reason.READ_ONLY else "This account may only read here."


def _edited_at(path: Path) -> int | None:
    try:
        return int(path.stat().st_mtime)
    except OSError:
        return None


def _no_start(editor: list[str]) -> Explained:
    return Explained(
        "The editor could not be started",
        f"There is no program {clean(editor[0])} here that can be run." if editor else "No editor is set.",
        "Correct $VISUAL or $EDITOR, then start odtui again.",
    )
