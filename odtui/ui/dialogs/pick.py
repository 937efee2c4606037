"""Choose one of a few things."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option as Row

from odtui.ui.dialogs.base import Dialog


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    title: Content
    note: str = ""
    """Our own words, dimmed, behind the title."""
    enabled: bool = True


class PickDialog(Dialog[str | None]):
    """Gives the id of the option; None: Esc. Typing a number or moving and Enter both choose."""

    BINDINGS = [Binding("j", "move(1)", "Down", show=False), Binding("k", "move(-1)", "Up", show=False)]
    AUTO_FOCUS = "OptionList"
    HINT = "↑ ↓ Enter choose · Esc cancel"

    def __init__(self, title: str, options: Sequence[Option], *, current: str | None = None) -> None:
        super().__init__(title)
        self._options = tuple(options)
        self._current = current

    def compose_body(self) -> ComposeResult:
        rows = [
            Row(self._line(number, option), disabled=not option.enabled)
            for number, option in enumerate(self._options, 1)
        ]
        yield OptionList(*rows, markup=False)

    def on_mount(self) -> None:
        ids = [option.id for option in self._options]
        if self._current in ids:
            self.query_one(OptionList).highlighted = ids.index(self._current)

    def _line(self, number: int, option: Option) -> Content:
        mark = "●" if option.id == self._current else " "
        lead = Content.styled(f"{number if number < 10 else ' '} ", "dim")
        return Content.assemble(
            lead, f"{mark} ", option.title, Content.styled(f"  {option.note}" if option.note else "", "dim")
        )

    @on(OptionList.OptionSelected)
    def choose_row(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._options[event.option_index].id)

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "123456789":
            index = int(event.character) - 1
            if index < len(self._options) and self._options[index].enabled:
                event.stop()
                self.dismiss(self._options[index].id)

    def action_move(self, by: int) -> None:
        rows = self.query_one(OptionList)
        rows.action_cursor_down() if by > 0 else rows.action_cursor_up()
