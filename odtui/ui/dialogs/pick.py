"""Choose one of a few things."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.screen import ModalScreen


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    title: Content
    note: str = ""
    """Our own words, dimmed, behind the title."""
    enabled: bool = True


class PickDialog(ModalScreen[str | None]):
    """Gives the id of the option; None: Esc. Typing a number or moving and Enter both choose."""

    def __init__(self, title: str, options: Sequence[Option], *, current: str | None = None) -> None:
        super().__init__()
