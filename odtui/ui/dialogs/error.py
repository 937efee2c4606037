"""The error card."""

from textual.screen import ModalScreen

from odtui.services.words import Explained, Step


class ErrorDialog(ModalScreen[Step | None]):
    """What happened, why, what to do now; each step a button and a key; details can be unfolded and copied."""

    def __init__(self, explained: Explained) -> None:
        super().__init__()
