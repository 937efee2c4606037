"""The list of transfers below the panes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from odtui.services.transfers import Job, JobState
from odtui.ui.commands import bindings
from odtui.ui.widgets.job_rows import draw_job

MOST_ROWS = 6


class TransfersPanel(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws snapshots of jobs, one line each; is there only while there are any."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("transfers"))
    COMPONENT_CLASSES = {
        f"jobs--{part}" for part in ("name", "dim", "arrow", "bar", "rest", "done", "ask", "error", "cursor")
    }
    DEFAULT_CSS = "TransfersPanel { height: auto; scrollbar-size-vertical: 1; overflow-x: hidden; }"

    @dataclass
    class JobMessage(Message):
        """About the job under the cursor."""

        panel: TransfersPanel
        job: Job

        @property
        def control(self) -> TransfersPanel:
            return self.panel

    class CancelRequested(JobMessage):
        """Stop it."""

    class RetryRequested(JobMessage):
        """Start it again."""

    class DetailsRequested(JobMessage):
        """Say why it failed."""

    @dataclass
    class ClearRequested(Message):
        """Take ended jobs off the list."""

        panel: TransfersPanel

        @property
        def control(self) -> TransfersPanel:
            return self.panel

    def __init__(self) -> None:
        super().__init__()
        self._jobs: Sequence[Job] = ()
        self._strips: dict[int, tuple[Job, int, Strip]] = {}
        self.cursor = 0

    def on_mount(self) -> None:
        self.display = False

    @property
    def job(self) -> Job | None:
        """The one under the cursor."""
        return self._jobs[self.cursor] if self.cursor < len(self._jobs) else None

    def show(self, jobs: Sequence[Job]) -> None:
        """Newer snapshots; the cursor stays on its job. New jobs come into view unless the panel has the focus."""
        at, known = self.job, len(self._jobs)
        self._jobs = jobs
        state = at.state if at is not None else None
        alive = {job.id for job in jobs}
        self._strips = {key: value for key, value in self._strips.items() if key in alive}
        rows = [job.id for job in jobs]
        self.cursor = (
            rows.index(at.id) if at is not None and at.id in alive else min(self.cursor, max(0, len(jobs) - 1))
        )
        if len(jobs) != known:
            self.display = bool(jobs)
            self.styles.height = min(MOST_ROWS, len(jobs)) + 1
            self.virtual_size = Size(self.size.width, len(jobs))
            if not self.has_focus:
                self.cursor = max(0, len(jobs) - 1)
                self.call_after_refresh(self.scroll_end, animate=False)
        self.update_title()
        self.refresh()
        if (self.job.state if self.job is not None else None) is not state:
            self.screen.refresh_bindings()

    def update_title(self) -> None:
        """How many run, wait and failed."""
        states = [job.state for job in self._jobs]
        running = sum(not state.ended for state in states)
        failed = states.count(JobState.FAILED)
        parts = [f"{running:,} running" if running else "", f"{failed:,} failed" if failed else ""]
        done = states.count(JobState.DONE)
        parts.append(f"{done:,} done" if done else "")
        title = " · ".join(["Transfers", *(part for part in parts if part)])
        self.border_title = Content(title)
        self.set_class(bool(failed), "-failed")

    # Drawing

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        self._strips.clear()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        if row >= len(self._jobs):
            return Strip.blank(width, self.rich_style)
        job = self._jobs[row]
        known = self._strips.get(job.id)
        if known is None or known[0] is not job or known[1] != width:
            known = (job, width, draw_job(job, width, lambda part: self.get_component_rich_style(f"jobs--{part}")))
            self._strips[job.id] = known
        if row == self.cursor and self.has_focus:
            cursor = self.get_component_rich_style("jobs--cursor")
            return Strip(Segment.apply_style(known[2], post_style=cursor), width)
        return known[2]

    # Moving

    def go(self, row: int) -> None:
        """Move the cursor; beyond the ends it stays at them."""
        self.cursor = max(0, min(row, len(self._jobs) - 1))
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)
        self.refresh()
        self.screen.refresh_bindings()

    def on_click(self, event: events.Click) -> None:
        region = self.scrollable_content_region
        row = event.y - region.y + self.scroll_offset.y
        if row < len(self._jobs) and event.y >= region.y:
            self.go(row)
            if event.chain == 2:
                self.action_job_details()

    def action_move(self, by: int) -> None:
        self.go(self.cursor + by)

    # Doing

    def why_not(self, command_id: str) -> str | None:
        """Why a command does not work on the job under the cursor, as a sentence; None if it does."""
        state = self.job.state if self.job is not None else None
        if command_id == "transfers.cancel" and (state is None or state.ended):
            return "This transfer has ended already."
        if command_id == "transfers.retry" and state not in (JobState.FAILED, JobState.CANCELLED):
            return "Only a transfer that failed or was stopped can be started again."
        return None

    def action_cancel_job(self) -> None:
        if self.job is not None:
            self.post_message(self.CancelRequested(self, self.job))

    def action_retry_job(self) -> None:
        if self.job is not None:
            self.post_message(self.RetryRequested(self, self.job))

    def action_job_details(self) -> None:
        if self.job is not None:
            self.post_message(self.DetailsRequested(self, self.job))

    def action_clear_ended(self) -> None:
        self.post_message(self.ClearRequested(self))
