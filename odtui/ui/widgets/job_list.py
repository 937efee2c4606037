"""The rows of the transfers: one line each, a cursor, nothing that acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from odtui.services.transfers import Job
from odtui.ui.widgets.job_rows import draw_job


class JobList(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws only what is on the screen."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        f"jobs--{part}" for part in ("name", "dim", "arrow", "bar", "rest", "done", "ask", "error", "cursor")
    }
    DEFAULT_CSS = "JobList { scrollbar-size-vertical: 1; overflow-x: hidden; }"

    @dataclass
    class CursorMoved(Message):
        """Another job, or another state of it, is under the cursor."""

        rows: JobList

        @property
        def control(self) -> JobList:
            return self.rows

    @dataclass
    class Opened(Message):
        """A job was clicked twice."""

        rows: JobList

        @property
        def control(self) -> JobList:
            return self.rows

    def __init__(self) -> None:
        super().__init__()
        self._jobs: Sequence[Job] = ()
        self._strips: dict[int, tuple[Job, int, Strip]] = {}
        self._leader = (0, 0)
        """The row that is kept in view, and of how many."""
        self.cursor = 0

    @property
    def job(self) -> Job | None:
        """The one under the cursor."""
        return self._jobs[self.cursor] if self.cursor < len(self._jobs) else None

    @property
    def count(self) -> int:
        return len(self._jobs)

    def show(self, jobs: Sequence[Job]) -> None:
        """Newer snapshots; the cursor stays on its job. Without the focus, what has not ended stays in view."""
        at = self.job
        self._jobs = jobs
        rows = {job.id: row for row, job in enumerate(jobs)}
        self._strips = {key: value for key, value in self._strips.items() if key in rows}
        if at is not None and at.id in rows:
            self.cursor = rows[at.id]
        self.cursor = max(0, min(self.cursor, len(jobs) - 1))
        if len(jobs) != self.virtual_size.height:
            self.virtual_size = Size(self.size.width, len(jobs))
        if not self.has_focus:
            self._follow()
        self.refresh()
        now = self.job
        if now is None or at is None or (now.id, now.state) != (at.id, at.state):
            self.post_message(self.CursorMoved(self))

    def _follow(self) -> None:
        """Put the cursor on the first job that has not ended, else on the last, whenever that is another one."""
        first = next((row for row, job in enumerate(self._jobs) if not job.state.ended), max(0, len(self._jobs) - 1))
        leader = (first, len(self._jobs))
        if leader != self._leader:
            self._leader = leader
            self.cursor = first
            self.call_after_refresh(self._show_leader)

    def _show_leader(self) -> None:
        if not self.has_focus:
            self.scroll_to(y=max(0, self.cursor - 1), animate=False, force=True)

    # Drawing

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        self._strips.clear()

    def on_focus(self) -> None:
        self._keep_in_view()
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
        self._keep_in_view()
        self.refresh()
        self.post_message(self.CursorMoved(self))

    def go_page(self, by: int) -> None:
        self.go(self.cursor + by * max(1, self.scrollable_content_region.height - 1))

    def go_end(self, last: bool) -> None:
        self.go(len(self._jobs) - 1 if last else 0)

    def _keep_in_view(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        region = self.scrollable_content_region
        row = event.y - region.y + self.scroll_offset.y
        if row < len(self._jobs) and event.y >= region.y:
            self.go(row)
            if event.chain == 2:
                self.post_message(self.Opened(self))
