"""The browser: two file panes, the transfers below them, one line of status and one of keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.dom import DOMNode
from textual.message import Message

from odtui.services.entry import LOCAL_DRIVE, Entry, drive_key
from odtui.services.place import Place
from odtui.services.transfers import TransferService
from odtui.services.tree import Order
from odtui.services.words import Explained, Step
from odtui.ui import transfer_rules
from odtui.ui.commands import Command, Where
from odtui.ui.formats import count
from odtui.ui.screens.browser_undo import UndoingScreen
from odtui.ui.widgets.key_bar import KeyBar
from odtui.ui.widgets.pane import FilePane
from odtui.ui.widgets.status_line import StatusLine
from odtui.ui.widgets.transfers_panel import TransfersPanel

if TYPE_CHECKING:
    from odtui.services.session import Session

DOUBLE_WIDTH = 70
"""Cells from which both panes are shown."""
PREVIEW_STEP = 5
"""Lines that a key scrolls a preview by."""


class BrowserScreen(UndoingScreen):
    """OneDrive on the left, this computer on the right; either pane can show any place."""

    HORIZONTAL_BREAKPOINTS = [(0, "-single"), (DOUBLE_WIDTH, "-double")]
    AUTO_FOCUS: ClassVar[str] = "#left TreeView"

    left = getters.query_one("#left", FilePane)
    right = getters.query_one("#right", FilePane)

    @dataclass
    class AccountsRequested(Message):
        """Choose what a pane shows, sign in or out."""

        pane: FilePane

    @dataclass
    class StepChosen(Message):
        """A step of an error card that needs the app, such as sign_in, settings, or retry of a connection.

        `setting`: the field of the settings that cures it, if any.
        """

        step: Step
        setting: str = ""
        pane: FilePane | None = None
        """Where the card was; None for that of a transfer."""

    @dataclass
    class GoRequested(Message):
        """A web address, sharing link or path of another place was typed in a pane."""

        pane: FilePane
        text: str

    @dataclass
    class OrderChanged(Message):
        """The user chose another order; to be kept for the next time."""

        order: Order

    def __init__(
        self,
        *,
        local: Place,
        transfers: TransferService,
        order: Order = Order(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock`: seconds, monotonic."""
        super().__init__(transfers, clock=clock)
        self._local = local
        self._order = order
        self._active = "left"

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield FilePane(self._order, id="left")
            yield FilePane(self._order, id="right")
        yield TransfersPanel()
        yield StatusLine()
        yield KeyBar(self.why_not)

    def on_mount(self) -> None:
        self._activate(self.left)
        self.watch_transfers()
        self.left.connecting("Connecting to OneDrive…")
        self.right.open_place(self._local)

    # --- the account's drive -----------------------------------------------------------------------

    def connected(self, session: Session, *, open_at: Entry | None = None, pane: FilePane | None = None) -> None:
        """Show a drive in a pane, or in the one that waits for it; account and quota below."""
        if session not in self.sessions:
            self.sessions.append(session)
        (pane or self._cloud_pane()).open_place(session.place, open_at)
        self.name_owners()
        self.update_status()
        self.offer_saved()

    def connecting(self, message: str) -> None:
        """Nothing of OneDrive is shown until `connected`. A message that ends in … gets a spinner."""
        self.sessions.clear()
        self.journal.forget(lambda place: not place.is_local)
        waiting = self._cloud_pane()
        for pane in self.panes:
            if pane is not waiting and pane.place is not None and not pane.place.is_local:
                pane.open_place(self._local)  # what it shows ends with the session
        waiting.connecting(message)
        self.update_status()

    def ended(self, session: Session, message: str) -> None:
        """An account has signed out: its places leave the panes; the other accounts stay."""
        showing = [pane for pane in self.panes if pane.place is not None and session.has(pane.place)]
        self.sessions = [each for each in self.sessions if each is not session]
        if not self.sessions:
            self.connecting(message)
            return
        for pane in self.panes:
            pane.forget_places(session.has)
        for pane in showing:
            pane.clear_place()
            pane.open_place(self._local)
        self.active.tell(message.replace("\n", " "))
        self.name_owners()
        self.update_status()
        self.offer_saved()  # what needs that account cannot go on now

    def name_owners(self) -> None:
        """Once there are several accounts, the title of a pane says whose drive it is."""
        users = [session.account.username for session in self.sessions]
        short = [user.partition("@")[0] for user in users]
        names = short if len(set(short)) == len(short) else users
        for pane in self.panes:
            place = pane.place
            owners = [
                name
                for session, name in zip(self.sessions, names, strict=True)
                if place is not None and session.has(place)
            ]
            pane.show_owner(owners[0] if owners and len(self.sessions) > 1 else "")

    def shows(self, session: Session) -> bool:
        """Whether a pane shows something of this session."""
        return any(pane.place is not None and session.has(pane.place) for pane in self.panes)

    def replaced(self, old: Session, new: Session) -> None:
        """The same account has another session now: panes that show its drive stay at their folder."""
        self.sessions = [new if each is old else each for each in self.sessions]
        for pane in self.panes:
            if pane.place is None or not old.has(pane.place):
                continue
            same = pane.place.id == new.place.id
            pane.forget_places(old.has)
            pane.open_place(new.place, pane.folder if same else None)
        self.update_status()

    def read_again(self, session: Session) -> None:
        """The account has signed in again: what could not be read before is read now, where it was."""
        for pane in self.panes:
            if pane.place is not None and session.has(pane.place):
                pane.read_again()
        self.refresh_quota()

    def connection_failed(self, explained: Explained) -> None:
        """The pane that waits says why, with the next steps as keys."""
        pane = self._cloud_pane()
        pane.connecting("")
        pane.show_card(explained)

    def _cloud_pane(self) -> FilePane:
        """The pane with OneDrive, or the one that waits for it."""
        for pane in self.panes:
            if pane.place is None or not pane.place.is_local:
                return pane
        return self.left

    def show_read_only(self, on: bool) -> None:
        """Whether changes to OneDrive are possible: keys are dimmed, the status line says it."""
        self.read_only = on
        self.update_status()
        self.query_one(KeyBar).refresh()

    # --- panes --------------------------------------------------------------------------------------

    @property
    def panes(self) -> tuple[FilePane, FilePane]:
        return self.left, self.right

    @property
    def active(self) -> FilePane:
        """The pane that has the focus, or had it last."""
        return self.left if self._active == "left" else self.right

    @property
    def other(self) -> FilePane:
        return self.right if self._active == "left" else self.left

    def _activate(self, pane: FilePane) -> None:
        self._active = pane.id or "left"
        for each in self.panes:
            each.set_class(each is pane, "-active")
        self.update_status()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for pane in self.panes:
            if pane in event.widget.ancestors and pane is not self.active:
                self._activate(pane)

    def action_other_pane(self) -> None:
        self.focus_pane(self.other)

    def focus_pane(self, pane: FilePane) -> None:
        """Bring a pane into view and give it the focus."""
        self._activate(pane)
        pane.focus_view()

    def leave_to(self, step: Step) -> None:
        self.post_message(self.StepChosen(step))

    def place_of(self, entry: Entry) -> Place | None:
        if entry.drive_id == LOCAL_DRIVE:
            return self._local
        drive = drive_key(entry.drive_id)
        owner = next((each for each in self.sessions if drive_key(each.drive.id) == drive), self.session)
        return owner.place if owner is not None else None

    def action_places(self) -> None:
        self.post_message(self.AccountsRequested(self.active))

    def action_escape(self) -> None:
        """The nearest thing that can be stopped or closed; never the program."""
        pane = self.active
        if self.take_back_leaving() or pane.stop_reading() or self._close_preview():
            return
        if not pane.clear_filter():
            pane.clear_selection()

    def namespace(self, where: Where) -> DOMNode:
        """The node that runs the actions of a group of commands, for the palette."""
        if where == "pane":
            return self.active
        return self.query_one(TransfersPanel) if where == "transfers" else self.app

    def why_not(self, command: Command) -> str | None:
        """Why a command does not work now, as a sentence; None if it does.

        Such commands are dimmed, and say so when they are used.
        """
        if command.where == "transfers":
            return transfer_rules.why_not(command.id, self.transfers_now)
        if command.where != "pane" or (command.id == "items.preview" and self.active.view == "preview"):
            return None
        reason = self.active.why_not(command)
        if reason is None and command.id in ("items.copy", "items.move", "items.download", "items.upload"):
            return self.why_no_transfer(command.id, self.active, self.other)
        return reason

    # --- preview ------------------------------------------------------------------------------------

    def action_preview(self) -> None:
        self._preview(self.active.tree_view.entry, details=False)

    def action_details(self) -> None:
        self._preview(self.active.tree_view.entry or self.active.folder, details=True)

    def _preview(self, entry: Entry | None, *, details: bool) -> None:
        """Show an entry in the other pane; the same again closes it."""
        if self.active.view == "preview":
            self._close_preview()
            return
        place, target = self.active.place, self.other
        if entry is None or place is None:
            return
        shown = target.preview.entry
        if target.view == "preview" and shown is not None and (shown.key, target.shows_details) == (entry.key, details):
            self._close_preview()
            return
        target.show_preview(place, entry, details=details)
        if self.has_class("-single"):
            self.focus_pane(target)

    def _close_preview(self) -> bool:
        """Whether there was one to close; the focus goes back to the rows."""
        for pane in self.panes:
            if pane.close_preview():
                if pane is self.active:
                    self.focus_pane(self.other)
                return True
        return False

    def action_scroll_preview(self, direction: int) -> None:
        for pane in self.panes:
            if pane.view == "preview":
                pane.preview.scroll_lines(direction * PREVIEW_STEP)

    # --- what panes say ------------------------------------------------------------------------------

    @on(FilePane.PreviewRequested)
    def preview_entry(self, event: FilePane.PreviewRequested) -> None:
        event.stop()
        self._preview(event.entry, details=False)

    @on(FilePane.StatusChanged)
    def show_status(self, event: FilePane.StatusChanged) -> None:
        event.stop()
        self.name_owners()
        self.update_status()
        self.query_one(KeyBar).refresh()

    @on(FilePane.Altered)
    def apply_to_other(self, event: FilePane.Altered) -> None:
        event.stop()
        for pane in self.panes:
            if pane is not event.pane:
                pane.apply(event.alteration)
        if not event.alteration.place.is_local:
            self.refresh_quota()

    @on(FilePane.DeletionRequested)
    def delete_many(self, event: FilePane.DeletionRequested) -> None:
        event.stop()
        self.transfers.delete(event.entries, event.place)
        event.pane.tell(f"Deleting {count(len(event.entries), 'item')}.")

    @on(FilePane.GoRequested)
    def pass_address_on(self, event: FilePane.GoRequested) -> None:
        event.stop()
        self.post_message(self.GoRequested(event.pane, event.text))

    @on(FilePane.StepChosen)
    def pass_step_on(self, event: FilePane.StepChosen) -> None:
        event.stop()
        self.post_message(self.StepChosen(event.step, event.setting, event.pane))

    @on(FilePane.OrderChanged)
    def pass_order_on(self, event: FilePane.OrderChanged) -> None:
        event.stop()
        self.post_message(self.OrderChanged(event.order))
