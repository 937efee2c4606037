"""A labelled control of a form, with one line below it."""

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from odtui.ui.text import safe


class Field(VerticalGroup):
    """The line below says what to enter, or what is wrong with it."""

    problem: reactive[str | None] = reactive(None)
    """One sentence; None while nothing is wrong or nothing was entered yet."""
    remark: reactive[str] = reactive("")
    """Our own words about what was just entered, in place of the hint."""
    optional: reactive[bool] = reactive(False)
    """Whether it can stay blank."""

    def __init__(self, label: str, control: Widget, hint: str = "", *, optional: bool = False, id: str) -> None:
        """`label` and `hint` are our own words."""
        super().__init__(id=id)
        self.control = control
        self._label = label
        self._hint = hint
        self.set_reactive(Field.optional, optional)

    def compose(self) -> ComposeResult:
        yield Static(self._title, classes="field-label")
        yield self.control
        yield Static(classes="field-note")

    def on_mount(self) -> None:
        self._note()

    def watch_optional(self) -> None:
        if self.is_mounted:
            self.query_one(".field-label", Static).update(self._title)

    def watch_problem(self, problem: str | None) -> None:
        self.set_class(problem is not None, "-bad")
        if self.is_mounted:
            self._note()

    def watch_remark(self) -> None:
        if self.is_mounted:
            self._note()

    def enter(self) -> None:
        """Give the control the focus."""
        self.control.focus()

    @property
    def _title(self) -> Content:
        return Content.assemble(self._label, Content.styled("  optional", "dim") if self.optional else Content())

    def _note(self) -> None:
        note = self.query_one(".field-note", Static)
        told = f"✗ {self.problem}" if self.problem else self.remark or self._hint
        note.update(safe(told))
        note.display = bool(told)
