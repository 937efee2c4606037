"""Why a pane shows no files: the error card in the place of the list."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from odtui.services.words import Explained
from odtui.ui.text import clean
from odtui.ui.widgets.error_card import ErrorCard


class PaneCard(VerticalScroll, can_focus=False):
    """Title and ErrorCard in the middle of a pane. The pane handles ErrorCard.Chosen."""

    def __init__(self, explained: Explained) -> None:
        super().__init__()
        self.explained = explained

    def compose(self) -> ComposeResult:
        yield Static(clean(self.explained.title), markup=False, classes="title")
        yield ErrorCard(self.explained, close="Other pane", close_key="tab")

    def focus_first(self) -> None:
        """Give the best step the focus."""
        self.query_one(ErrorCard).focus_first()
