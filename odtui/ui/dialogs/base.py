"""What all dialogs share: the frame, the title, the line of keys."""

from typing import TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A framed box in the middle of the dimmed screen below. Esc leaves by the safe way."""

    BINDINGS = [Binding("escape", "safe_way", "Cancel", show=False)]
    HINT = "Esc cancel"
    """The keys that no button shows, in the frame's lower edge."""

    def __init__(self, title: str, *, danger: bool = False) -> None:
        """`title` is our own words. `danger`: the frame warns."""
        super().__init__()
        self._title = title
        self._danger = danger

    def compose(self) -> ComposeResult:
        with VerticalGroup(classes="dialog") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(self.HINT)
            box.set_class(self._danger, "-danger")
            yield from self.compose_body()

    def compose_body(self) -> ComposeResult:
        """What stands inside the frame."""
        yield from ()

    def action_safe_way(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)
