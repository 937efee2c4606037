"""What to do with a name that is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from odtui.services.entry import Entry
from odtui.services.transfers import Choice, Conflict
from odtui.ui.dialogs.question import Question
from odtui.ui.formats import minute, size_words
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.comparison import Comparison
from odtui.ui.widgets.tick import Tick

Properties = Callable[[Entry], Awaitable[list[tuple[str, str]]]]
"""Label and value pairs of an entry; raises nothing: a failure is told in a pair. Values are hostile."""

_CHOICES: dict[str, Choice] = {
    "skip": "skip",
    "keep_both": "keep_both",
    "newer": "newer",
    "replace": "replace",
    "cancel": "cancel",
}

_NAME_CELLS = 120
"""About two lines of the dialog; names have up to 255 characters."""


class ConflictDialog(Question[tuple[Choice, bool]]):
    """Shows both files side by side. Esc skips: of all answers the one that changes nothing."""

    BINDINGS = [
        Binding("o", "choose('replace')", "Replace", show=False),
        Binding("n", "choose('newer')", "Replace if newer", show=False),
        Binding("s", "choose('skip')", "Skip", show=False),
        Binding("k", "choose('keep_both')", "Keep both", show=False),
        Binding("x", "choose('cancel')", "Stop", show=False),
        Binding("d", "compare", "Compare", show=False),
        Binding("a", "toggle_all", "For all", show=False),
        Binding("pageup", "scroll_page(-1)", "Page up", show=False),
        Binding("pagedown", "scroll_page(1)", "Page down", show=False),
    ]
    AUTO_FOCUS = "#skip"
    HINT = "← → choose · Enter press · Esc skip"

    def __init__(self, conflict: Conflict, *, properties: Properties | None = None, grace: float = 0.0) -> None:
        """`properties` is asked when the user wants to compare; None: there is nothing more to compare."""
        super().__init__("This name is taken", grace=grace)
        self._conflict = conflict
        self._properties = properties

    def compose_body(self) -> ComposeResult:
        conflict = self._conflict
        told = Content.from_markup(
            "[b]$name[/b] is already in $folder. Nothing is overwritten unless you choose it.",
            name=shorten(clean(conflict.name), _NAME_CELLS),
            folder=shorten(clean(conflict.folder), _NAME_CELLS),
        )
        yield Static(told, classes="dialog-text")
        with Horizontal(id="sides"):
            yield _Side("Already there", conflict.existing, conflict.source)
            yield _Side("New", conflict.source, conflict.existing)
        with VerticalScroll(id="comparison", can_focus=False) as scroll:
            scroll.display = False
            yield Comparison("Already there", "New")
        yield Tick(Content.from_markup("The same for all others [dim]a[/]"), id="all", compact=True)
        buttons = [
            KeyButton("Skip", "s", id="skip"),
            KeyButton("Keep both", "k", id="keep_both"),
            KeyButton("Replace if newer", "n", id="newer"),
            KeyButton("Replace", "o", id="replace", classes="-danger"),
            KeyButton("Stop", "x", id="cancel"),
        ]
        if self._properties is not None:
            buttons.append(KeyButton("Compare", "d", id="compare"))
        yield ButtonRow(*buttons)

    @on(Button.Pressed)
    def choose_button(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "compare":
            self.action_compare()
        else:
            self.action_choose(_CHOICES[event.button.id or "skip"])

    def action_choose(self, choice: Choice) -> None:
        self.answer((choice, self.query_one(Tick).value))

    def action_toggle_all(self) -> None:
        self.query_one(Tick).toggle()

    def action_safe_way(self) -> None:
        self.action_choose("skip")

    # --- comparing ------------------------------------------------------------------------------------

    def action_compare(self) -> None:
        """All that is known of both, or back to size and date."""
        if self._properties is None:
            return
        scroll, sides = self.query_one("#comparison"), self.query_one("#sides")
        scroll.display, sides.display = sides.display, scroll.display
        self.set_class(scroll.display, "-wide")
        if scroll.display and not self.query_one(Comparison).is_filled:
            self.read_properties(self._properties)

    def action_scroll_page(self, pages: int) -> None:
        """Of a comparison longer than the screen."""
        scroll = self.query_one("#comparison")
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    @work(group="properties", exclusive=True)
    async def read_properties(self, properties: Properties) -> None:
        """One after the other: the service sees no burst, and the nearer one is usually quick."""
        there = await properties(self._conflict.existing)
        here = await properties(self._conflict.source)
        self.query_one(Comparison).fill(there, here)


class _Side(VerticalGroup):
    """One of the two: what it is, its size and date, and what sets it apart from the other."""

    def __init__(self, heading: str, entry: Entry, other: Entry) -> None:
        super().__init__(classes="side")
        self._heading = heading
        self._entry = entry
        self._other = other

    def compose(self) -> ComposeResult:
        entry, other = self._entry, self._other
        yield Static(Content(self._heading), classes="side-heading")
        size = (
            size_words(entry.size) if entry.kind == "file" and entry.size is not None else entry.kind.value.capitalize()
        )
        yield Static(
            _marked(size, _compared(entry.size, other.size, "larger") if entry.kind == other.kind == "file" else "")
        )
        yield Static(
            _marked(minute(entry.modified) or "Date not known", _compared(entry.modified, other.modified, "newer"))
        )


def _compared(mine: int | None, others: int | None, word: Literal["larger", "newer"]) -> str:
    """The word if it is true of mine, `same` if there is no difference; nothing if not known or the other way round."""
    if mine is None or others is None or mine < others:
        return ""
    return word if mine > others else "same"


def _marked(text: str, mark: str) -> Content:
    return Content.assemble(
        text, Content.styled(f"  {mark}", "$text-accent" if mark != "same" else "dim") if mark else ""
    )
