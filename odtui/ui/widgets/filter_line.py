"""The line at the lower edge of a pane in which a filter is typed."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class FilterLine(Horizontal):
    """Enter keeps the filter, Esc ends it."""

    BINDINGS = [Binding("escape", "end", "Show all", show=False)]

    @dataclass
    class Changed(Message):
        """Another text was typed."""

        line: FilterLine
        needle: str

        @property
        def control(self) -> FilterLine:
            return self.line

    @dataclass
    class Left(Message):
        """The user is done with typing."""

        line: FilterLine
        keep: bool

        @property
        def control(self) -> FilterLine:
            return self.line

    def compose(self) -> ComposeResult:
        yield Label("/")
        yield Input(placeholder="part of a name", compact=True, select_on_focus=False)
        yield Label("Enter keeps · Esc shows all", classes="keys")

    def on_mount(self) -> None:
        self.display = False

    def open(self, needle: str) -> None:
        """Show the line with a text in it and type there."""
        self.display = True
        field = self.query_one(Input)
        with self.prevent(Input.Changed):
            field.value = needle
        field.cursor_position = len(needle)
        field.focus()

    def close(self) -> None:
        self.display = False

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(self, keep=True))

    def action_end(self) -> None:
        self.post_message(self.Left(self, keep=False))
