"""A question with one line of text as the answer, checked while typing."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Static
from textual.widgets.input import Selection

from odtui.ui.dialogs.base import Dialog
from odtui.ui.text import safe
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.line_input import LineInput


class InputDialog(Dialog[str | None]):
    """None: Esc. The problem of the typed text is shown below it and keeps Enter from accepting."""

    AUTO_FOCUS = "#answer"
    HINT = "Tab buttons"

    def __init__(
        self,
        title: str,
        *,
        body: Content | None = None,
        value: str = "",
        select: tuple[int, int] | None = None,
        problem: Callable[[str], str | None] = lambda _: None,
        accept: str = "OK",
        placeholder: str = "",
    ) -> None:
        """`select`: the characters of `value` selected at first: typing replaces a name, not its extension."""
        super().__init__(title)
        self._body = body
        self._value = value
        self._select = select if select is not None else (0, len(value))
        self._problem = problem
        self._accept = accept
        self._placeholder = placeholder

    def compose_body(self) -> ComposeResult:
        if self._body is not None:
            yield Static(self._body, classes="dialog-text")
        answer = LineInput(self._value, placeholder=self._placeholder, select_on_focus=False, id="answer", compact=True)
        yield answer
        yield Static(id="problem")
        yield ButtonRow(
            KeyButton("Cancel", "escape", id="cancel"), KeyButton(self._accept, "enter", id="accept", classes="-main")
        )

    def on_mount(self) -> None:
        self.query_one(LineInput).selection = Selection(*self._select)

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Says what is wrong as soon as something was typed; an untouched answer is not blamed yet."""
        if event.value != self._value or self.query_one("#problem").has_class("-told"):
            self._tell(self._problem(event.value))

    @on(Input.Submitted)
    def accept(self) -> None:
        value = self.query_one(LineInput).value
        problem = self._problem(value)
        self._tell(problem)
        if problem is None:
            self.dismiss(value)

    @on(Button.Pressed)
    def answer_button(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "accept":
            self.accept()
        else:
            self.dismiss(None)

    def _tell(self, problem: str | None) -> None:
        line = self.query_one("#problem", Static)
        line.update(safe(problem or ""))
        line.add_class("-told")
        self.query_one("#accept", KeyButton).disabled = problem is not None
