"""An explained error with its next steps as buttons."""

from dataclasses import dataclass
from typing import get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Static

from odtui.services.words import Explained, Step
from odtui.ui.text import clean_lines
from odtui.ui.widgets.buttons import ButtonRow, KeyButton

STEPS: dict[Step, tuple[str, str]] = {
    "retry": ("r", "Try again"),
    "sign_in": ("s", "Sign in"),
    "settings": ("o", "Settings"),
    "other_method": ("m", "Other method"),
    "rename": ("n", "Another name"),
    "refresh": ("f", "Refresh"),
    "parent": ("p", "Folder above"),
    "open_browser": ("b", "Open in browser"),
    "admin_link": ("l", "Link for the administrator"),
    "admin_open": ("a", "Approve it myself"),
}
"""Key and label of the steps that a button stands for."""

_LONGEST = 6000
"""Characters of details worth showing; a server may send megabytes."""


class ErrorCard(VerticalGroup):
    """What happened, why, what to do; the details stay folded until `d`, and `c` copies them."""

    BINDINGS = [
        *(Binding(key, f"choose('{step}')", label, show=False) for step, (key, label) in STEPS.items()),
        Binding("d", "details", "Details", show=False),
        Binding("c", "copy_details", "Copy details", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """A step was chosen; None: the card was closed."""

        card: "ErrorCard"
        step: Step | None

        @property
        def control(self) -> "ErrorCard":
            return self.card

    def __init__(
        self, explained: Explained, *, close: str = "Close", close_key: str = "escape", id: str | None = None
    ) -> None:
        """`close`: the label of the button without a step. The title is shown by whoever holds the card."""
        super().__init__(id=id, classes="error-card")
        self.explained = explained
        self._close = close
        self._close_key = close_key

    def compose(self) -> ComposeResult:
        told = self.explained
        with VerticalScroll(classes="card-text", can_focus=False):
            yield Static(clean_lines(told.why), markup=False, classes="why")
            if told.advice:
                yield Static(clean_lines(told.advice), markup=False, classes="advice")
            with VerticalScroll(id="details", can_focus=True) as details:
                details.display = False
                yield Static(self.details, markup=False)
        steps = [step for step in told.steps if step in STEPS]
        buttons = [
            KeyButton(STEPS[step][1], STEPS[step][0], id=step, classes="" if position else "-main")
            for position, step in enumerate(steps)
        ]
        if self.details:
            buttons.append(KeyButton("Details", "d", id="unfold"))
            buttons.append(KeyButton("Copy", "c", id="copy"))
        buttons.append(KeyButton(self._close, self._close_key, id="close"))
        yield ButtonRow(*buttons)

    @property
    def details(self) -> str:
        """The details as they may be shown and copied."""
        text = self.explained.details
        cut = "\n…" if len(text) > _LONGEST else ""
        return clean_lines(text[:_LONGEST]).strip() + cut

    def focus_first(self) -> None:
        """Give the best step the focus."""
        self.query(KeyButton).first().focus()

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        chosen = event.button.id
        if chosen == "unfold":
            self.action_details()
        elif chosen == "copy":
            self.action_copy_details()
        else:
            step = next((known for known in get_args(Step) if known == chosen), None)
            self.post_message(self.Chosen(self, step))

    def action_choose(self, step: Step) -> None:
        if step in self.explained.steps:
            self.post_message(self.Chosen(self, step))

    def action_details(self) -> None:
        """Unfold or fold the details."""
        details = self.query_one("#details")
        if self.details:
            details.display = not details.display

    def action_copy_details(self) -> None:
        """Put everything on the clipboard that helps in a bug report."""
        if self.details:
            told = self.explained
            text = "\n".join(filter(None, (told.title, told.why, told.advice, self.details)))
            self.app.copy_to_clipboard(clean_lines(text))
            self.app.notify("The details are on the clipboard.", markup=False)
