"""The transfers below the panes: a line about all of them, and a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalGroup
from textual.message import Message

from odtui.services.transfers import Flow, Job
from odtui.ui.commands import bindings
from odtui.ui.job_sums import JobSums
from odtui.ui.widgets.job_list import JobList
from odtui.ui.widgets.transfers_head import TransfersHead

LEAST_ROWS = 3
"""However small the screen is."""


class TransfersPanel(VerticalGroup):
    """Draws snapshots and passes commands on; is there only while there are jobs."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("transfers"))

    rows = getters.query_one(JobList)
    head = getters.query_one(TransfersHead)

    @dataclass
    class CommandChosen(Message):
        """A command of the table that the panel cannot do itself."""

        panel: TransfersPanel
        command_id: str
        job: Job | None
        """The one under the cursor."""

        @property
        def control(self) -> TransfersPanel:
            return self.panel

    def compose(self) -> ComposeResult:
        yield TransfersHead()
        yield JobList()

    def on_mount(self) -> None:
        self.display = False

    @property
    def job(self) -> Job | None:
        """The one under the cursor."""
        return self.rows.job

    @property
    def is_watched(self) -> bool:
        """Whether it has the focus."""
        return self.display and self.rows.has_focus

    def show(self, jobs: Sequence[Job], sums: JobSums, flow: Flow) -> None:
        """Newer snapshots."""
        self.display = bool(jobs)
        self.rows.show(jobs)
        self.head.show(sums, flow)
        self.fit()

    def fit(self) -> None:
        """As high as its rows, with its head up to a third of the screen."""
        most = max(LEAST_ROWS, self.screen.size.height // 3 - 1)
        self.rows.styles.height = min(most, self.rows.count)

    def focus_rows(self) -> None:
        self.rows.focus()

    @on(JobList.CursorMoved)
    def update_keys(self, event: JobList.CursorMoved) -> None:
        """Other commands work on it."""
        event.stop()
        self.screen.refresh_bindings()

    @on(JobList.Opened)
    def open_job(self, event: JobList.Opened) -> None:
        event.stop()
        self.action_ask("transfers.details")

    def action_move(self, by: int) -> None:
        self.rows.go(self.rows.cursor + by)

    def action_page(self, by: int) -> None:
        self.rows.go_page(by)

    def action_end(self, last: bool) -> None:
        self.rows.go_end(last)

    def action_ask(self, command_id: str) -> None:
        self.post_message(self.CommandChosen(self, command_id, self.job))
