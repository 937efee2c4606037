"""A yes or no question."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from odtui.ui.dialogs.base import Dialog
from odtui.ui.widgets.buttons import ButtonRow, KeyButton


class ConfirmDialog(Dialog[bool]):
    """The safe button has the focus; Esc is no."""

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n", "answer(False)", "No", show=False),
    ]
    AUTO_FOCUS = "#no"
    HINT = "← → choose · Enter press · Esc cancel"

    def __init__(self, title: str, body: Content, *, yes: str, no: str = "Cancel", danger: bool = False) -> None:
        """`title`, `yes`, `no` are our own words; `body` may hold names made safe."""
        super().__init__(title, danger=danger)
        self._body = body
        self._yes = yes
        self._no = no

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-text", can_focus=False):
            yield Static(self._body)
        yield ButtonRow(
            KeyButton(self._no, "n", id="no"),
            KeyButton(self._yes, "y", id="yes", classes="-danger" if self._danger else "-main"),
        )

    @on(Button.Pressed)
    def answer_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def action_safe_way(self) -> None:
        self.dismiss(False)
