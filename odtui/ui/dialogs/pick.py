"""Choose one of a few things."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Row

from odtui.ui.dialogs.base import Dialog


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    title: Content
    note: str = ""
    """Our own words, dimmed, behind the title."""
    enabled: bool = True
    key: str = ""
    """A letter that chooses it; empty: its number does."""


class PickDialog(Dialog[str | None]):
    """Gives the id of the option; None: Esc. Typing its key or moving and Enter both choose."""

    BINDINGS = [Binding("j", "move(1)", "Down", show=False), Binding("k", "move(-1)", "Up", show=False)]
    AUTO_FOCUS = "OptionList"
    HINT = "↑ ↓ Enter choose · Esc cancel"

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        *,
        current: str | None = None,
        begin: str | None = None,
        body: Content | None = None,
        danger: bool = False,
    ) -> None:
        """
        Args:
            title: Our own words.
            current: Id of the option that is in use; it gets a mark.
            begin: Id of the option where the cursor stands at first; None: the current one, else the first.
            body: May hold names made safe.
        """
        super().__init__(title, danger=danger)
        self._options = tuple(options)
        self._current = current
        self._begin = begin or current
        self._body = body

    def compose_body(self) -> ComposeResult:
        if self._body is not None:
            yield Static(self._body, classes="dialog-text")
        rows = [
            Row(self._line(number, option), disabled=not option.enabled)
            for number, option in enumerate(self._options, 1)
        ]
        yield OptionList(*rows, markup=False)

    def on_mount(self) -> None:
        ids = [option.id for option in self._options]
        if self._begin in ids:
            self.query_one(OptionList).highlighted = ids.index(self._begin)

    def _line(self, number: int, option: Option) -> Content:
        mark = "● " if option.id == self._current else "" if option.key else "  "
        lead = Content.styled(f"{option.key or (number if number < 10 else ' ')} ", "dim")
        return Content.assemble(
            lead, mark, option.title, Content.styled(f"  {option.note}" if option.note else "", "dim")
        )

    @on(OptionList.OptionSelected)
    def choose_row(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._options[event.option_index].id)

    def on_key(self, event: events.Key) -> None:
        for number, option in enumerate(self._options, 1):
            if event.character == (option.key or str(number)) and option.enabled:
                event.stop()
                self.dismiss(option.id)
                return

    def action_move(self, by: int) -> None:
        rows = self.query_one(OptionList)
        rows.action_cursor_down() if by > 0 else rows.action_cursor_up()
