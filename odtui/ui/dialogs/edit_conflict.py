"""What to do with an edited file that somebody else changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.widgets import Button, Static

from odtui.ui.dialogs.base import Dialog
from odtui.ui.formats import minute, size_words
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.buttons import ButtonRow, KeyButton

Choice = Literal["diff", "both", "overwrite", "discard"]
CHOICES: dict[str, Choice] = {"diff": "diff", "both": "both", "overwrite": "overwrite", "discard": "discard"}
NAME_CELLS = 120


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two versions."""

    size: int | None
    modified: int | None
    """Seconds since the epoch."""
    who: str = ""
    """Who changed it last: hostile."""


class EditConflictDialog(Dialog[Choice | None]):
    """Both versions side by side. Esc decides nothing: the text is kept on this computer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "choose('diff')", "Show difference", show=False),
        Binding("k", "choose('both')", "Keep both", show=False),
        Binding("o", "choose('overwrite')", "Overwrite", show=False),
        Binding("x", "choose('discard')", "Discard", show=False),
    ]
    AUTO_FOCUS = "#both"
    HINT = "← → choose · Enter press · Esc decide later"

    def __init__(self, name: str, mine: Version, theirs: Version | None) -> None:
        """`name`: of the file, hostile. `theirs`: None if the file was deleted."""
        title = "Somebody else changed it meanwhile" if theirs is not None else "It was deleted meanwhile"
        super().__init__(title)
        self._file = shorten(clean(name), NAME_CELLS)
        self._mine = mine
        self._theirs = theirs

    def compose_body(self) -> ComposeResult:
        theirs = self._theirs
        if theirs is None:
            words = "[b]$name[/b] is not on the drive any more. Your text is safe on this computer."
        else:
            words = "[b]$name[/b] has a newer version on the drive. Nothing was overwritten; your text is safe."
        yield Static(Content.from_markup(words, name=self._file), classes="dialog-text")
        if theirs is None:
            yield ButtonRow(
                KeyButton("Put it back", "k", id="both"),
                KeyButton("Discard mine", "x", id="discard", classes="-danger"),
            )
            return
        with Horizontal(id="sides"):
            yield _Side("Theirs, on the drive", theirs)
            yield _Side("Yours", self._mine)
        yield ButtonRow(
            KeyButton("Keep both", "k", id="both"),
            KeyButton("Show difference", "d", id="diff"),
            KeyButton("Overwrite", "o", id="overwrite", classes="-danger"),
            _discard(),
        )

    @on(Button.Pressed)
    def choose_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(CHOICES[event.button.id or "both"])

    def action_choose(self, choice: Choice) -> None:
        if self.query(f"#{choice}"):
            self.dismiss(choice)


def _discard() -> KeyButton:
    return KeyButton("Discard mine", "x", id="discard", classes="-danger")


class _Side(VerticalGroup):
    def __init__(self, heading: str, version: Version) -> None:
        super().__init__(classes="side")
        self._heading = heading
        self._version = version

    def compose(self) -> ComposeResult:
        version = self._version
        yield Static(Content(self._heading), classes="side-heading")
        yield Static(Content(size_words(version.size) or "Size not known"))
        yield Static(Content(minute(version.modified) or "Date not known"))
        if version.who:
            yield Static(Content(f"by {shorten(clean(version.who), 40)}"))
