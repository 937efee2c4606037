"""What was found before the first byte moves, and what is to be done about it."""

from __future__ import annotations

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from odtui.services.transfers import Preflight, PreflightAnswer, Trouble
from odtui.ui.dialogs.question import Question
from odtui.ui.formats import count, size_words
from odtui.ui.text import clean, shorten
from odtui.ui.widgets.buttons import ButtonRow, KeyButton

_LINE = 70
"""Cells of a line in the list: a path may have thousands of characters."""
_NEW_NAME = 32


class PreflightDialog(Question[PreflightAnswer]):
    """Numbers, then each trouble with its remedy. Esc gives the transfer up, so that nothing moves unseen."""

    BINDINGS = [
        Binding("g", "answer('go')", "Start", show=False),
        Binding("l", "answer('skip_all')", "Leave out", show=False),
        Binding("x", "answer('cancel')", "Do not start", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup", "scroll_page(-1)", "Page up", show=False),
        Binding("pagedown", "scroll_page(1)", "Page down", show=False),
    ]
    AUTO_FOCUS = "#go"
    HINT = "↑ ↓ scroll · Enter press · Esc does not start it"

    def __init__(self, preflight: Preflight, *, grace: float = 0.0) -> None:
        super().__init__("Before it starts", grace=grace)
        self._preflight = preflight

    def compose_body(self) -> ComposeResult:
        found = self._preflight
        yield Static(_summary(found), classes="dialog-text")
        if found.free is not None and found.size > found.free:
            words = f"The target has only {size_words(found.free)} left: this does not fit."
            yield Static(Content(words), classes="warning")
        if found.troubles:
            yield Static(Content(_heading(found)), classes="dialog-text troubles-heading")
            with VerticalScroll(id="troubles", can_focus=False):
                yield Static(_list(found))
        troubles = len(found.troubles) + found.more
        buttons = [KeyButton("Start" if not troubles else "Start like this", "g", id="go", classes="-main")]
        if troubles:
            what = "this one" if troubles == 1 else f"all {troubles:,}"
            buttons.append(KeyButton(f"Leave out {what}", "l", id="skip_all"))
        buttons.append(KeyButton("Do not start", "x", id="cancel"))
        yield ButtonRow(*buttons)

    @on(Button.Pressed)
    def answer_button(self, event: Button.Pressed) -> None:
        event.stop()
        answers: dict[str | None, PreflightAnswer] = {"go": "go", "skip_all": "skip_all"}
        self.answer(answers.get(event.button.id, "cancel"))

    def action_answer(self, answer: PreflightAnswer) -> None:
        if answer != "skip_all" or self._preflight.troubles:
            self.answer(answer)

    def action_safe_way(self) -> None:
        self.answer("cancel")

    def action_scroll(self, lines: int) -> None:
        for scroller in self.query("#troubles"):
            scroller.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        for scroller in self.query("#troubles"):
            scroller.scroll_relative(y=pages * max(1, scroller.size.height - 1), animate=False)


def _summary(found: Preflight) -> Content:
    """What goes where, in numbers."""
    amount = [count(found.files, "file")] if found.files or not found.folders else []
    amount += [count(found.folders, "folder")] if found.folders else []
    so_far = "" if found.counted else " so far"
    return Content.from_markup(
        "[b]$name[/b] → $target\n$amount",
        name=shorten(clean(found.name), _LINE),
        target=shorten(clean(found.target), _LINE),
        amount=f"{' in '.join(amount)}, {size_words(found.size)}{so_far}",
    )


def _heading(found: Preflight) -> str:
    number = len(found.troubles) + found.more
    first = f", the first {len(found.troubles):,} of them" if found.more else ""
    return f"{count(number, 'item')} cannot go over as {'it is' if number == 1 else 'they are'}{first}:"


def _list(found: Preflight) -> Content:
    return Content("\n").join(_trouble(trouble) for trouble in found.troubles)


def _trouble(trouble: Trouble) -> Content:
    """The path and what will become of it, and below it what is wrong."""
    renamed = trouble.remedy == "rename"
    remedy = shorten(clean(trouble.new_name), _NEW_NAME) if renamed else "left out"
    path = shorten(clean(trouble.path), _LINE - 3 - cell_len(remedy))
    tone = "$text-accent" if renamed else "$text-warning"
    return Content.assemble(path, (" → ", "dim"), (remedy, tone), "\n  ", (clean(trouble.problem), "dim"))
