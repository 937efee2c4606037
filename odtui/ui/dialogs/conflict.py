"""What to do with a name that is taken."""

from textual.screen import ModalScreen

from odtui.services.transfers import Choice, Conflict


class ConflictDialog(ModalScreen[tuple[Choice, bool]]):
    """Shows both files side by side; o replace, s skip, k keep both, a apply to all. Esc skips."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__()
