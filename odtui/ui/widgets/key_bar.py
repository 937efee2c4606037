"""The last line: the keys that matter where the focus is, made from the bindings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from odtui.ui.commands import COMMANDS, Command
from odtui.ui.keynames import key_name


@dataclass(frozen=True, slots=True)
class Hint:
    """One key and what it does."""

    command: Command
    key: str
    """As Textual names it; the user may have chosen another than the table's."""
    dimmed: bool

    @property
    def shown_key(self) -> str:
        return key_name(self.key)

    @property
    def width(self) -> int:
        return cell_len(self.shown_key) + len(self.command.title) + 4


class KeyBar(Widget):
    """Drops keys where there is no room: first what does not work now, then the least important.

    A click presses the key.
    """

    COMPONENT_CLASSES = {"keys--key", "keys--title", "keys--dimmed"}
    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; }"

    def __init__(self, why_not: Callable[[Command], str | None]) -> None:
        """`why_not` says why a command would not work now; such ones are dimmed."""
        super().__init__()
        self._why_not = why_not

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def hints(self) -> list[Hint]:
        """What fits, in the order of the table."""
        keys: dict[str, list[str]] = {}
        for key, active in self.screen.active_bindings.items():
            keys.setdefault(active.binding.id or "", []).append(key)
        hints = [
            Hint(command, _first(command, keys[command.id]), self._why_not(command) is not None)
            for command in COMMANDS
            if command.show and command.id in keys
        ]
        while hints and sum(hint.width for hint in hints) > self.size.width:
            hints.remove(min(reversed(hints), key=lambda hint: (not hint.dimmed, hint.command.weight)))
        return hints

    def render_line(self, y: int) -> Strip:
        key_style = self.get_component_rich_style("keys--key")
        title_style = self.get_component_rich_style("keys--title")
        dimmed = self.get_component_rich_style("keys--dimmed")
        segments = []
        for hint in self.hints():
            segments.append(Segment(f" {hint.shown_key}", dimmed if hint.dimmed else key_style))
            segments.append(Segment(f" {hint.command.title}  ", dimmed if hint.dimmed else title_style))
        return Strip(segments).adjust_cell_length(self.size.width, title_style)

    def on_click(self, event: events.Click) -> None:
        start = 0
        for hint in self.hints():
            if start <= event.x < start + hint.width:
                self.app.simulate_key(hint.key)
            start += hint.width


def _first(command: Command, keys: list[str]) -> str:
    """The key to show: the first of the table's that is in use, else whichever the user has chosen."""
    return next((key for key in command.keys.split(",") if key in keys), keys[0])
