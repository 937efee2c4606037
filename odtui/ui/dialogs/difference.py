"""Two versions of a text, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from odtui.services.diff import DiffLine
from odtui.ui.dialogs.base import Dialog
from odtui.ui.text import clean_lines
from odtui.ui.widgets.text_view import TextView

SIGNS = {"same": "  ", "mine": "+ ", "theirs": "- ", "gap": ""}
STYLES = {"same": "", "mine": "$text-success", "theirs": "$text-error", "gap": "dim"}
LONGEST = 2000
"""Characters of a line; a file may be a single one."""


class DifferenceDialog(Dialog[None]):
    """Scrolls in both directions; a sign before each line says whose it is, with or without colours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
        Binding("q,enter,d", "safe_way", "Close", show=False),
    ]
    AUTO_FOCUS = "TextView"
    HINT = "↑ ↓ ← → PgUp PgDn scroll · Esc close"

    def __init__(self, title: str, lines: Sequence[DiffLine]) -> None:
        super().__init__(title)
        self._lines = lines

    def compose_body(self) -> ComposeResult:
        yield Static(Content.from_markup("[$text-error]- theirs[/]   [$text-success]+ yours[/]"), id="legend")
        yield TextView(id="difference")

    def on_mount(self) -> None:
        self.query_one(TextView).show([_content(line) for line in self._lines])

    def action_scroll(self, lines: int) -> None:
        self.query_one(TextView).scroll_lines(lines)


def _content(line: DiffLine) -> Content:
    text = clean_lines(line.text[:LONGEST]).replace("\n", " ") + ("…" if len(line.text) > LONGEST else "")
    return Content.styled(SIGNS[line.kind] + text, STYLES[line.kind])
