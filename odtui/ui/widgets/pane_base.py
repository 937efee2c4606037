"""What every part of a file pane builds on: its state, its messages, and saying what cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import getters
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.notifications import SeverityLevel

from odtui.auth.errors import AuthError
from odtui.config.scopes import Capability
from odtui.graph.errors import GraphError
from odtui.services.capabilities import Reason, Refusal
from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.tree import Node, Order, TreeModel
from odtui.services.undo import Step as UndoStep
from odtui.services.words import Explained, Step, explain
from odtui.ui.commands import BY_ID, Command
from odtui.ui.formats import count
from odtui.ui.keynames import keys_in_use
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.column_header import ColumnHeader
from odtui.ui.widgets.path_bar import Crumb, crumbs, path_title
from odtui.ui.widgets.preview import PreviewView
from odtui.ui.widgets.tree_view import TreeView

if TYPE_CHECKING:
    from odtui.ui.widgets.pane import FilePane

FAILURES = (GraphError, AuthError, OSError)
"""What a place raises."""
NEEDS_ROW = frozenset(
    f"items.{name}"
    for name in (
        "open",
        "expand",
        "preview",
        "copy",
        "move",
        "download",
        "upload",
        "rename",
        "delete",
        "edit",
        "rename_many",
        "delete_forever",
    )
)
"""Commands that need a row under the cursor."""
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def without(explained: Explained, step: Step) -> Explained:
    """The same words without a step that leads nowhere here."""
    return replace(explained, steps=tuple(each for each in explained.steps if each != step))


@dataclass(frozen=True, slots=True)
class Location:
    """A folder that was open, for Back and Forward."""

    place: Place
    trail: tuple[Entry, ...]
    """Topmost folder first, the open one last."""
    cursor: tuple[str, str] | None
    """The entry under the cursor."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """What happened to the entries of a place, for other panes that show it too."""

    place: Place
    gone: Entry | None = None
    new: Entry | None = None
    folder: Entry | None = None
    """Where the new one is; None if it takes the place of the one that is gone."""


class PaneBase(Vertical):
    """State of a pane: one place, the trail of folders to the open one, the tree of what is in it."""

    tree_view = getters.query_one(TreeView)
    header = getters.query_one(ColumnHeader)
    preview = getters.query_one(PreviewView)

    @dataclass
    class PaneMessage(Message):
        """From a pane."""

        pane: FilePane

        @property
        def control(self) -> FilePane:
            return self.pane

    @dataclass
    class StatusChanged(PaneMessage):
        """Selection or place changed; a later one replaces it."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, type(self)) and message.pane is self.pane

    @dataclass
    class PreviewRequested(PaneMessage):
        """The user wants to see into a file."""

        entry: Entry

    @dataclass
    class StepDone(PaneMessage):
        """Something was done that can be taken back."""

        step: UndoStep

    @dataclass
    class DeletionRequested(PaneMessage):
        """The user wants several entries deleted, and was asked whether that is meant."""

        place: Place
        entries: list[Entry]

    @dataclass
    class EditRequested(PaneMessage):
        """The user wants to change a file in an editor."""

        place: Place
        entry: Entry

    @dataclass
    class GoRequested(PaneMessage):
        """Something was typed that is not a path of this place, such as a link."""

        text: str

    @dataclass
    class StepChosen(PaneMessage):
        """A step of the error card that the pane cannot take itself. `setting`: the field that cures it, if any."""

        step: Step
        setting: str = ""

    @dataclass
    class OrderChanged(PaneMessage):
        """The user chose another order."""

        order: Order

    @dataclass
    class Altered(PaneMessage):
        """Something in the pane's place was changed from here."""

        alteration: Alteration

    def __init__(self, order: Order, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.place: Place | None = None
        """What is shown; None while connecting."""
        self.trail: list[Entry] = []
        """The folders from the top of the place to the open one; at least that one once a place is shown."""
        self.owner = ""
        """Whose drive it is, where that is not plain."""
        self.order = order
        self.message = ""
        """One line for the lower edge, about the last reading that did not go well; our own words."""
        self.spin = 0
        """Step of the spinner."""
        self._foot = ""
        self.crumbs: list[Crumb] = []
        """The path as it is drawn."""

    @property
    def me(self) -> FilePane:
        """Itself, for messages."""
        raise NotImplementedError

    @property
    def model(self) -> TreeModel | None:
        return self.tree_view.model

    @property
    def folder(self) -> Entry | None:
        """The open folder."""
        return self.trail[-1] if self.trail else None

    @property
    def reading(self) -> int:
        """How many folders are being read."""
        return 0

    @property
    def busy(self) -> str:
        """What the pane waits for, in words; empty when it does not."""
        return ""

    # What may be done

    def why_not(self, command: Command) -> str | None:
        """Why a command does not work here and now, as a sentence; None if it does."""
        if self.place is None:
            return "Nothing is open in this pane yet."
        if command.id in NEEDS_ROW and (self.tree_view.node is None or not self.tree_view.display):
            return "There is nothing here to do this with."
        if command.id == "items.delete_forever" and not self.place.deletes_forever:
            return "Only OneDrive for work deletes for good; d puts things where they can be brought back."
        if command.needs is None:
            return None
        node = self.tree_view.node
        entry = node.entry if node is not None and command.id in NEEDS_ROW else None
        folders = self.folders_around(node)
        refusal = self.place.refusal(command.needs, folders=folders, entry=entry, operation=command.id)
        return self._refused(command, refusal) if refusal is not None else None

    def why_nothing_arrives(self, command: Command) -> str | None:
        """Why a command of the other pane cannot put anything into the open folder; None if it can."""
        if self.place is None:
            return "Nothing is open in this pane yet."
        refusal = self.place.refusal(Capability.WRITE, folders=self.trail)
        return self._refused(command, refusal) if refusal is not None else None

    def folders_around(self, node: Node | None) -> list[Entry]:
        """The folders that a row is in, topmost first; without a row those down to the open one."""
        between = [step.entry for step in node.above() if step.parent is not None] if node is not None else []
        return [*self.trail, *reversed(between)]

    def _refused(self, command: Command, refusal: Refusal) -> str:
        """Why not, and which key helps."""
        match refusal.reason:
            case Reason.READ_ONLY:
                return f"odtui is in read-only mode. {self._press('app.read_only')} to leave it."
            case Reason.PERMISSION if refusal.scope:
                ask = self._press("app.permission")
                return f"{command.title} needs the permission {refusal.scope} here. {ask} to ask for it."
            case Reason.PERMISSION:
                return f"{command.title} is not possible here: no permission of this kind of account allows it."
            case Reason.REFUSED:
                again = self._press("pane.refresh")
                return f"OneDrive refused a change here, so nothing is changed here for now. {again} to try again."
            case _:
                return f"{command.title} does not exist for this kind of account."

    def _press(self, command_id: str) -> str:
        key = keys_in_use(BY_ID[command_id], self.app._keymap).split(" ")[0]  # Textual keeps it without a public name
        return f"Press {key}"

    def may(self, command_id: str) -> bool:
        """Whether a command works here and now; if not, says why."""
        reason = self.why_not(BY_ID[command_id])
        if reason is not None:
            self.tell(reason, warning=True)
        return reason is None

    def tell(self, words: str, *, warning: bool = False) -> None:
        """A short notice. Names in it may be hostile."""
        severity: SeverityLevel = "warning" if warning else "information"
        self.app.notify(clean(words), severity=severity, timeout=4 if warning else 2, markup=False)

    def fail(
        self,
        error: BaseException,
        *,
        doing: str,
        retry: Callable[[], object] | None = None,
        rename: Callable[[], object] | None = None,
    ) -> None:
        """The error card as a dialog; `retry` does the failed thing again, `rename` asks for another name first."""
        self.show_failure(explain(error, doing=doing), retry, rename)

    def show_failure(
        self,
        explained: Explained,
        retry: Callable[[], object] | None = None,
        rename: Callable[[], object] | None = None,
    ) -> None:
        from odtui.ui.dialogs.error import ErrorDialog

        def leave(step: Step | None) -> None:
            if step == "retry" and retry is not None:
                retry()
            elif step == "rename" and rename is not None:
                rename()
            elif step not in (None, "none", "copy_details"):
                self.take_step(step, explained.setting)

        if rename is None:
            explained = without(explained, "rename")
        self.app.push_screen(ErrorDialog(explained), leave)

    def take_step(self, step: Step, setting: str = "") -> None:
        """Do what a step of an error card says, or pass it on."""
        self.post_message(self.StepChosen(self.me, step, setting))

    # Titles

    def update_title(self) -> None:
        """Path above, what is going on below."""
        width = max(1, self.size.width - 6)
        label = self.place.label if self.place is not None else "OneDrive"
        if self.owner:
            label = f"{label} {self.owner}"
        self.crumbs = crumbs([label, *(entry.name for entry in self.trail[1:])], width)
        self.border_title = path_title(self.crumbs)
        self.update_foot()

    def show_owner(self, owner: str) -> None:
        """Name whose drive it is. Hostile; empty: nobody."""
        if owner != self.owner:
            self.owner = owner
            self.update_title()

    def update_foot(self) -> None:
        """The lower edge: reading, else a problem, else the numbers."""
        if self.busy:
            words = f" {self.busy}" if self.place is not None else ""
            foot = Content.assemble((SPINNER[self.spin % len(SPINNER)], "$text-accent"), words)
        elif self.message:
            foot = Content.styled(shorten(self.message, max(1, self.size.width - 6)), "$text-error")
        else:
            foot = Content(self._numbers())
        self.set_foot(foot)

    def set_foot(self, foot: Content) -> None:
        """Setting a border title draws the whole frame again, so only if it differs."""
        if foot.plain != self._foot:
            self._foot = foot.plain
            self.border_subtitle = foot

    def _numbers(self) -> str:
        model = self.model
        if model is None or model.top.view is None:
            return ""
        shown, known = len(model.top.view), len(model.top.children or {})
        if model.needle:
            return f"{shown:,} of {count(known, 'item')}"
        hidden = known - shown
        return count(shown, "item") + (f", {hidden:,} hidden" if hidden else "")

    def status_changed(self) -> None:
        """Tell the screen; the numbers may have changed too."""
        self.update_foot()
        self.post_message(self.StatusChanged(self.me))

    def folder_of(self, node: Node) -> Entry | None:
        """The folder that a row is in."""
        return node.parent.entry if node.parent is not None else self.folder
