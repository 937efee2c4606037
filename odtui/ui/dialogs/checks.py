"""The checks behind the Test button, line by line as they end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from odtui.config.settings import Profile
from odtui.ui.dialogs.base import Dialog
from odtui.ui.text import clean
from odtui.ui.widgets.buttons import ButtonRow, KeyButton

if TYPE_CHECKING:
    from odtui.services.checks import CheckResult

_SIGNS = {"ok": ("✓", "$text-success"), "warn": ("!", "$text-warning"), "fail": ("✗", "$text-error")}
"""By verdict; another one is a question mark."""


class ChecksDialog(Dialog["str | None"]):
    """Gives the field of the settings to go to, None for none. Esc stops the checks, and nothing is kept of them."""

    BINDINGS = [
        Binding("g", "go", "Go to the field", show=False),
        Binding("r", "again", "Again", show=False),
        Binding("c", "copy", "Copy", show=False),
        Binding("pageup", "page(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Down", show=False),
    ]
    AUTO_FOCUS = "#close"
    HINT = "← → choose · Enter press · Esc close"

    def __init__(self, profile: Profile, checks: Callable[[], AsyncIterator[CheckResult]]) -> None:
        super().__init__("Testing the settings")
        self._profile = profile
        self._checks = checks
        self._results: list[CheckResult] = []

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="checks", can_focus=False):
            yield Static(id="check-lines")
        yield ButtonRow(
            KeyButton("Close", "escape", id="close"),
            KeyButton("Go to the field", "g", id="go", classes="-main", disabled=True),
            KeyButton("Again", "r", id="again", disabled=True),
            KeyButton("Copy", "c", id="copy"),
        )

    def on_mount(self) -> None:
        self.query_one("#go").display = False
        self.run_checks()

    @work(exclusive=True, group="checks")
    async def run_checks(self) -> None:
        from odtui.services.checks import planned

        self._results = []
        self.query_one("#again", Button).disabled = self.query_one("#go", Button).disabled = True
        titles = planned(self._profile)
        self._show(titles)
        async for result in self._checks():
            self._results.append(result)
            self._show(titles[len(self._results) :])
        self._end()

    # --- what is shown ------------------------------------------------------------------------------------

    def _show(self, waiting: tuple[str, ...]) -> None:
        from odtui.services.checks import TITLES

        lines = [_line(result) for result in self._results]
        lines += [
            Content.styled(f"· {TITLES[check]}{'…' if not at else ''}", "dim") for at, check in enumerate(waiting)
        ]
        self.query_one("#check-lines", Static).update(Content("\n").join(lines))

    def _end(self) -> None:
        wrong = sum(result.verdict == "fail" for result in self._results)
        doubtful = sum(result.verdict == "warn" for result in self._results)
        box = self.query_one(".dialog")
        box.border_title = Content(_summary(wrong, doubtful))
        box.set_class(wrong > 0, "-danger")
        self.query_one("#again", Button).disabled = False
        go = self.query_one("#go", Button)
        go.disabled = self.setting is None
        go.display = not go.disabled
        if self.setting is not None:
            go.focus()

    @property
    def setting(self) -> str | None:
        """The field that cures the first failure, else the first doubt; None if none does."""
        told = [result for verdict in ("fail", "warn") for result in self._results if result.verdict == verdict]
        return next((result.setting for result in told if result.setting), None)

    # --- keys and buttons ---------------------------------------------------------------------------------

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        actions = {"go": self.action_go, "again": self.action_again, "copy": self.action_copy}
        actions.get(event.button.id or "", self.action_safe_way)()

    def action_go(self) -> None:
        """Leave for the field that has to be put right."""
        if self.setting is not None and not self.query_one("#go", Button).disabled:
            self.dismiss(self.setting)

    def action_again(self) -> None:
        if not self.query_one("#again", Button).disabled:
            self.query_one(".dialog").border_title = Content("Testing the settings")
            self.run_checks()

    def action_copy(self) -> None:
        """Put the lines on the clipboard, with the server's own words below each."""
        text = "\n".join(
            part
            for result in self._results
            for part in (f"{result.verdict.value:8}{result.title}: {result.said}", result.advice, result.details)
            if part
        )
        self.app.copy_to_clipboard("\n".join(clean(line) for line in text.split("\n")))
        self.app.notify("The results are on the clipboard.", markup=False)

    def action_page(self, direction: int) -> None:
        scroll = self.query_one("#checks", VerticalScroll)
        scroll.scroll_page_down() if direction > 0 else scroll.scroll_page_up()


def _line(result: CheckResult) -> Content:
    """A sign, what it is about, a sentence, and below it what to do."""
    sign, style = _SIGNS.get(result.verdict.value, ("?", "dim"))
    told = Content.assemble((f"{sign} ", style), (result.title, "bold"), f"  {clean(result.said)}")
    if not result.advice:
        return told
    return Content.assemble(told, "\n", Content.styled(f"  {clean(result.advice)}", "dim"))


def _summary(wrong: int, doubtful: int) -> str:
    if wrong:
        return f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong"
    if doubtful:
        return f"This works, with {doubtful} {'doubt' if doubtful == 1 else 'doubts'}"
    return "Everything that can be checked is well"
