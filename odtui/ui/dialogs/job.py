"""All about one transfer."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from odtui.services.transfers import Job, JobState
from odtui.services.words import Step
from odtui.ui.dialogs.base import Dialog
from odtui.ui.formats import eta_words, percent, size_words, speed_words
from odtui.ui.job_sums import part_of
from odtui.ui.text import clean, clean_lines
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.error_card import STEPS

KINDS = {"upload": "Upload", "download": "Download", "copy": "Copy", "move": "Move", "delete": "Deletion"}
_OF_THE_APP: tuple[Step, ...] = ("sign_in", "settings")
"""Steps of a job's problem that somebody can take from here, beside trying again."""
_LONGEST = 20_000
"""Characters of details worth showing."""


class JobDialog(Dialog[Step | None]):
    """Where from and to, how far, what failed and why; follows the job while it is open. Gives the step chosen."""

    BINDINGS = [
        *(Binding(key, f"choose('{step}')", label, show=False) for step, (key, label) in STEPS.items()),
        Binding("c", "copy", "Copy", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup", "scroll_page(-1)", "Page up", show=False),
        Binding("pagedown", "scroll_page(1)", "Page down", show=False),
    ]
    AUTO_FOCUS = "#close"
    HINT = "↑ ↓ scroll · c copy · Esc close"

    def __init__(self, job: Job) -> None:
        super().__init__(KINDS[job.kind])
        self.job = job

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="job-text", can_focus=False):
            yield Static(self._facts(), id="facts")
            yield Static(self._problem(), id="job-problem")
            yield Static(self._failures(), id="failures")
        order: tuple[Step, ...] = (*_OF_THE_APP, "retry")
        steps = [KeyButton(STEPS[step][1], STEPS[step][0], id=step) for step in order]
        yield ButtonRow(*steps, KeyButton("Copy", "c", id="copy"), KeyButton("Close", "escape", id="close"))

    def on_mount(self) -> None:
        self._offer_steps()

    def show(self, job: Job) -> None:
        """A newer snapshot of the same job."""
        if job == self.job:
            return
        self.job = job
        self.query_one("#facts", Static).update(self._facts())
        self.query_one("#job-problem", Static).update(self._problem())
        self.query_one("#failures", Static).update(self._failures())
        self._offer_steps()

    @property
    def steps(self) -> tuple[Step, ...]:
        """What can be done about it now, the best first."""
        ended_badly = self.job.state in (JobState.FAILED, JobState.CANCELLED)
        again: tuple[Step, ...] = ("retry",) if ended_badly else ()
        return (*(step for step in _OF_THE_APP if step in self.job.steps), *again)

    def _offer_steps(self) -> None:
        for button in self.query(KeyButton):
            if button.id in STEPS:
                button.display = button.id in self.steps
        self.query_one("#failures").display = bool(self.job.details)
        self.query_one("#job-problem").display = bool(self.job.problem or self.job.advice)

    # --- words ------------------------------------------------------------------------------------------

    def lines(self) -> list[tuple[str, str]]:
        """Label and value; the values are safe to show."""
        job = self.job
        part, moves = part_of(job), job.kind != "delete"
        done = f"{size_words(job.done)} of {size_words(job.total)}" if job.total is not None else size_words(job.done)
        if not moves:
            done = f"{job.files_done:,} of {job.files_total:,}"
        if part is not None and not job.state.ended:
            done += f" ({percent(part)}%)"
        many_failed = job.state is JobState.FAILED and job.files_total > 1  # counted as settled, though not all arrived
        files = f"{job.files_total:,}" if many_failed else f"{job.files_done:,} of {job.files_total:,}"
        pace = ", ".join(filter(None, (speed_words(job.speed), f"{eta_words(job.eta)} left" if job.eta else "")))
        pairs = [
            ("Name", clean(job.name)),
            ("From", clean(job.source)),
            ("To", clean(job.target)),
            ("State", job.state.value),
            ("Waits", clean(job.waiting)),
            ("Done", "" if many_failed else done),
            ("Files", files if job.files_total > 1 and moves else ""),
            ("Speed", pace if moves else ""),
        ]
        return [(label, value) for label, value in pairs if value]

    def _facts(self) -> Content:
        rows = [Content.assemble((f"{label:<8}", "dim"), value) for label, value in self.lines()]
        return Content("\n").join(rows)

    def _problem(self) -> Content:
        tone = "$text-error" if self.job.state is JobState.FAILED else "$text-warning"
        parts = [Content.styled(clean_lines(self.job.problem), tone)] if self.job.problem else []
        parts += [Content.styled(clean_lines(self.job.advice), "bold")] if self.job.advice else []
        return Content("\n").join(parts)

    def _failures(self) -> Content:
        return Content(clean_lines(self.job.details[:_LONGEST]).strip())

    # --- leaving --------------------------------------------------------------------------------------------

    @on(Button.Pressed)
    def press_button(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "copy":
            self.action_copy()
        else:
            self.dismiss(next((step for step in self.steps if step == event.button.id), None))

    def action_choose(self, step: Step) -> None:
        if step in self.steps:
            self.dismiss(step)

    def action_copy(self) -> None:
        """All of it on the clipboard, for a bug report."""
        job = self.job
        rows = [f"{label}: {value}" for label, value in self.lines()]
        told = [clean_lines(text) for text in (job.problem, job.advice, job.details[:_LONGEST]) if text]
        self.app.copy_to_clipboard("\n".join([KINDS[job.kind], *rows, *told]))
        self.app.notify("The details are on the clipboard.", markup=False)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#job-text").scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        scroller = self.query_one("#job-text")
        scroller.scroll_relative(y=pages * max(1, scroller.size.height - 1), animate=False)
