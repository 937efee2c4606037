"""Transfers of an earlier run that can go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from odtui.services.transfers import SavedJob
from odtui.ui.dialogs.question import Question
from odtui.ui.formats import count, minute, size_words
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.job_rows import ARROWS

_CELLS = 60


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What to do with which of them."""

    action: Literal["go_on", "discard"]
    keys: tuple[str, ...]
    """Of the journal."""


class SavedDialog(Question[SavedAnswer]):
    """All are ticked at first. Esc leaves them for later: they are offered again at the next start."""

    BINDINGS = [
        Binding("space", "tick", "Choose", show=False),
        Binding("a", "tick_all", "All or none", show=False),
        Binding("enter", "go_on", "Continue", show=False, priority=True),
        Binding("d", "discard", "Discard", show=False),
        Binding("j", "move(1)", "Down", show=False),
        Binding("k", "move(-1)", "Up", show=False),
    ]
    AUTO_FOCUS = "OptionList"
    HINT = "↑ ↓ move · Space choose · a all or none · Esc later"

    def __init__(self, saved: Sequence[SavedJob], *, grace: float = 0.0) -> None:
        words = "1 transfer can continue" if len(saved) == 1 else f"{len(saved):,} transfers can continue"
        super().__init__(words, grace=grace)
        self._saved = tuple(saved)
        self._ticked = {job.key for job in saved}

    def compose_body(self) -> ComposeResult:
        these = "It was" if len(self._saved) == 1 else "They were"
        yield Static(Content(f"{these} not finished when odtui ended. What arrived already is not sent again."))
        yield OptionList(*(Option(self._line(job)) for job in self._saved), markup=False)
        yield ButtonRow(
            KeyButton("Continue", "enter", id="go_on", classes="-main"),
            KeyButton("Discard", "d", id="discard"),
            KeyButton("Later", "escape", id="later"),
        )

    def _line(self, job: SavedJob) -> Content:
        done = f"{size_words(job.done)} of {size_words(job.total)}" if job.total is not None else size_words(job.done)
        saved_at = minute(job.saved_at)
        route = f"{shorten(clean(job.source), _CELLS // 2)} → {shorten(clean(job.target), _CELLS // 2)}"
        tick = "[✓]" if job.key in self._ticked else "[ ]"
        return Content.assemble(
            f"{tick} {ARROWS[job.kind]} ",
            (shorten(clean(job.name), _CELLS - 10), "bold"),
            f"  {done}",
            "\n      ",
            (f"{route}{f' · {saved_at}' if saved_at else ''}", "dim"),
            _changed(job.changed),
        )

    @on(OptionList.OptionSelected)
    def toggle_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_tick()

    def action_tick(self) -> None:
        """Tick the row under the cursor, or take the tick away."""
        row = self.query_one(OptionList).highlighted
        if row is not None:
            self._ticked ^= {self._saved[row].key}
            self._redraw(row)

    def action_tick_all(self) -> None:
        everything = {job.key for job in self._saved}
        self._ticked = set() if self._ticked == everything else everything
        for row in range(len(self._saved)):
            self._redraw(row)

    def action_move(self, by: int) -> None:
        rows = self.query_one(OptionList)
        rows.action_cursor_down() if by > 0 else rows.action_cursor_up()

    def _redraw(self, row: int) -> None:
        self.query_one(OptionList).replace_option_prompt_at_index(row, self._line(self._saved[row]))
        for button in self.query("#go_on, #discard").results(KeyButton):
            button.disabled = not self._ticked

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "discard":
            self.action_discard()
        elif event.button.id == "go_on":
            self._leave("go_on")
        else:
            self.action_safe_way()

    def action_go_on(self) -> None:
        """Enter continues from the list; on a button it presses that."""
        if isinstance(self.focused, Button):
            self.focused.press()
        else:
            self._leave("go_on")

    def action_discard(self) -> None:
        """Asks first: what arrived of them is given up."""
        from odtui.ui.dialogs.confirm import ConfirmDialog

        if not self._ticked:
            return
        body = Content(
            f"{count(len(self._ticked), 'unfinished transfer')} will not continue. What arrived already stays, "
            "unfinished files are removed. The files at the source stay as they are."
        )
        question = ConfirmDialog(
            f"Discard {'it' if len(self._ticked) == 1 else 'them'}?", body, yes="Discard", danger=True
        )
        self.app.push_screen(question, lambda sure: self._leave("discard") if sure else None)

    def _leave(self, action: Literal["go_on", "discard"]) -> None:
        if keys := tuple(job.key for job in self._saved if job.key in self._ticked):
            self.answer(SavedAnswer(action, keys))

    def action_safe_way(self) -> None:
        self.answer(None)


def _changed(files: int) -> Content:
    """Continue or discard is decided knowing that what had arrived of these is of no use."""
    if not files:
        return Content()
    have = "has" if files == 1 else "have"
    return Content.assemble(
        "\n      ", (f"{count(files, 'file')} {have} changed since and will be sent anew", "$text-warning")
    )
