"""The error card as a dialog."""

from textual import on
from textual.app import ComposeResult

from odtui.services.words import Explained, Step
from odtui.ui.dialogs.base import Dialog
from odtui.ui.text import clean
from odtui.ui.widgets.error_card import ErrorCard


class ErrorDialog(Dialog[Step | None]):
    """What happened, why, what to do now; each step a button and a key; details can be unfolded and copied."""

    AUTO_FOCUS = "ErrorCard KeyButton"
    HINT = "← → choose · Enter press · Esc close"

    def __init__(self, explained: Explained) -> None:
        super().__init__(clean(explained.title), danger=True)
        self._explained = explained

    def compose_body(self) -> ComposeResult:
        yield ErrorCard(self._explained)

    @on(ErrorCard.Chosen)
    def leave(self, event: ErrorCard.Chosen) -> None:
        event.stop()
        self.dismiss(event.step)
