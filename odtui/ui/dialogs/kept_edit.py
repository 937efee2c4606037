"""What to do with an edited text that has not reached the drive."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Static

from odtui.ui.dialogs.base import Dialog
from odtui.ui.formats import minute
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.buttons import ButtonRow, KeyButton

Choice = Literal["send", "open", "discard"]
CHOICES: dict[str, Choice] = {"send": "send", "open": "open", "discard": "discard"}
NAME_CELLS, PATH_CELLS = 120, 180


class KeptEditDialog(Dialog[Choice | None]):
    """Esc decides nothing: the text is kept and offered again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "choose('send')", "Send", show=False),
        Binding("e", "choose('open')", "Open", show=False),
        Binding("x", "choose('discard')", "Discard", show=False),
    ]
    AUTO_FOCUS = "#send"
    HINT = "← → choose · Enter press · Esc later"

    def __init__(self, name: str, path: str, edited: int | None) -> None:
        """`name` is the file's, hostile; `edited` the time of the last change, in seconds since the epoch."""
        super().__init__("An edit has not been sent yet")
        self._file = name
        self._path = path
        self._edited = edited

    def compose_body(self) -> ComposeResult:
        when = minute(self._edited)
        yield Static(
            Content.from_markup(
                "Your text of [b]$name[/b]$when is kept on this computer:\n[dim]$path[/]",
                name=shorten(clean(self._file), NAME_CELLS),
                when=f", from {when}," if when else "",
                path=shorten(clean(self._path), PATH_CELLS),
            ),
            classes="dialog-text",
        )
        yield ButtonRow(
            KeyButton("Send it", "s", id="send", classes="-main"),
            KeyButton("Open it", "e", id="open"),
            KeyButton("Discard it", "x", id="discard", classes="-danger"),
            KeyButton("Later", "escape", id="later"),
        )

    @on(Button.Pressed)
    def choose_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(CHOICES.get(event.button.id or ""))

    def action_choose(self, choice: Choice) -> None:
        self.dismiss(choice)
