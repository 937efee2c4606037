"""New names for several entries: by replacing a text in them, or as an edited list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Input, Static

from odtui.services.renaming import Candidate, Proposal
from odtui.ui.dialogs.base import Dialog
from odtui.ui.formats import count
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.line_input import LineInput
from odtui.ui.widgets.text_view import TextView

NAME_CELLS = 60
INDENT = 4
"""Cells by which a long line is continued."""
Answer = list[Proposal] | Literal["editor"] | None


class RenameManyDialog(Dialog[Answer]):
    """Shows old and new names while one types. Gives the proposals, or the wish to edit the names as a list."""

    AUTO_FOCUS = "#find"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "editor", "Edit as a list", show=False),
        Binding("pagedown", "scroll(8)", "Down", show=False),
        Binding("pageup", "scroll(-8)", "Up", show=False),
    ]
    HINT = "Tab next · PgUp PgDn scroll · Esc cancel"

    def __init__(
        self,
        candidates: Sequence[Candidate],
        propose: Callable[[list[str]], list[Proposal]],
        *,
        names: list[str] | None = None,
        told: str = "",
    ) -> None:
        """
        Args:
            propose: Checks new names, one for each candidate.
            names: Of an edited list, to start with; None: the names as they are.
            told: What was wrong with an edited list.
        """
        super().__init__(f"Rename {count(len(candidates), 'item')}")
        self._propose = propose
        self._start = names or [candidate.entry.name for candidate in candidates]
        self._told = told
        self._proposals = propose(self._start)

    def compose_body(self) -> ComposeResult:
        yield Static("Replace this text in the names:")
        yield LineInput("", placeholder="Text to find", select_on_focus=False, id="find", compact=True)
        yield Static("by this:")
        yield LineInput("", placeholder="Nothing: it is left out", select_on_focus=False, id="by", compact=True)
        yield TextView(id="preview")
        yield Static(id="problem")
        yield ButtonRow(
            KeyButton("Cancel", "escape", id="cancel"),
            KeyButton("Edit as a list", "f4", id="editor"),
            KeyButton("Rename", "enter", id="accept", classes="-main"),
        )

    def on_mount(self) -> None:
        self._show(self._told)

    @on(Input.Changed)
    def replace(self) -> None:
        """Work out the names anew; upper and lower case count."""
        find, by = self.query_one("#find", LineInput).value, self.query_one("#by", LineInput).value
        names = [name.replace(find, by) for name in self._start] if find else list(self._start)
        self._proposals = self._propose(names)
        self._show()

    def _show(self, told: str = "") -> None:
        changed = [proposal for proposal in self._proposals if proposal.changes]
        wrong = sum(proposal.problem is not None for proposal in changed)
        lines = [_line(proposal) for proposal in changed or self._proposals]
        self.query_one(TextView).show(lines, indents=[INDENT] * len(lines))
        words = told or (f"{count(wrong, 'name')} cannot be used." if wrong else "")
        self.query_one("#problem", Static).update(Content(words))
        accept = self.query_one("#accept", KeyButton)
        accept.disabled = bool(wrong) or not changed
        note = f"{count(len(changed), 'name')} will change" if changed else "No name changes yet"
        self.query_one(TextView).border_subtitle = Content(note)

    @on(Input.Submitted)
    def accept(self) -> None:
        if not self.query_one("#accept", KeyButton).disabled:
            self.dismiss(self._proposals)

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "accept":
                self.accept()
            case "editor":
                self.action_editor()
            case _:
                self.dismiss(None)

    def action_editor(self) -> None:
        self.dismiss("editor")

    def action_scroll(self, lines: int) -> None:
        self.query_one(TextView).scroll_lines(lines)


def _line(proposal: Proposal) -> Content:
    old = shorten(clean(proposal.candidate.entry.name), NAME_CELLS)
    if not proposal.changes:
        return Content.styled(f"  {old}", "dim")
    new = shorten(clean(proposal.name), NAME_CELLS)
    if proposal.problem is not None:
        return Content.assemble(f"✗ {old} → ", (new, "bold $text-error"), f"  {clean(proposal.problem)}")
    return Content.assemble(f"  {old} → ", (new, "bold"))
