"""What the keys of the transfers panel do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from odtui.config.rates import parse_rate
from odtui.services.transfers import Job, JobState, TransferService
from odtui.services.words import Step
from odtui.ui.formats import count, size_words, speed_words

if TYPE_CHECKING:
    from odtui.ui.dialogs.job import JobDialog
    from odtui.ui.screens.browser_transfers import TransferringScreen

LIMITS = (256 * 1024, 1024**2, 5 * 1024**2)
"""Bytes per second that are offered."""


class TransferControl:
    """Joins the panel's commands to the service; asks before what cannot be taken back."""

    def __init__(self, screen: TransferringScreen, service: TransferService) -> None:
        self._screen = screen
        self._service = service
        self.dialog: JobDialog | None = None
        """The open view of one job."""
        self._of_job: dict[str, Callable[[Job], object]] = {
            "transfers.pause": self._pause,
            "transfers.cancel": lambda job: service.cancel(job.id),
            "transfers.retry": lambda job: service.retry(job.id),
            "transfers.move_up": lambda job: service.move_up(job.id),
            "transfers.move_down": lambda job: service.move_down(job.id),
            "transfers.details": self._details,
        }
        self._of_all: dict[str, Callable[[], object]] = {
            "transfers.pause_all": self._pause_all,
            "transfers.cancel_all": self._cancel_all,
            "transfers.retry_failed": service.retry_failed,
            "transfers.clear": self._clear,
            "transfers.limit": self._limit,
            "transfers.saved": screen.show_saved,
        }

    def run(self, command_id: str, job: Job | None) -> None:
        """Do it to the job under the cursor, or to all. The screen has made sure that it works now."""
        if command_id in self._of_all:
            self._of_all[command_id]()
        elif job is not None:
            self._of_job[command_id](job)
        self._screen.show_jobs()

    def _pause(self, job: Job) -> None:
        if job.state is JobState.PAUSED:
            self._service.resume(job.id)
        else:
            self._service.pause(job.id)

    def _pause_all(self) -> None:
        if self._service.flow.paused:
            self._service.resume_all()
        else:
            self._service.pause_all()

    def _cancel_all(self) -> None:
        from odtui.ui.dialogs.confirm import ConfirmDialog

        running = self._service.running
        what, them = ("1 transfer is", "it") if running == 1 else (f"{count(running, 'transfer')} are", "them")
        body = Content(f"{what} not finished. What arrived already stays, unfinished files are removed.")
        question = ConfirmDialog("Cancel all transfers?", body, yes=f"Cancel {them}", no="Keep running", danger=True)
        self._screen.app.push_screen(question, lambda sure: self._service.cancel_all() if sure else None)

    def _clear(self) -> None:
        self._service.clear_ended()
        if not self._service.jobs:
            self._screen.action_leave_transfers()

    # --- details ------------------------------------------------------------------------------------

    def _details(self, job: Job) -> None:
        from odtui.ui.dialogs.job import JobDialog

        def leave(step: Step | None) -> None:
            self.dialog = None
            if step == "retry":
                self._service.retry(job.id)
            elif step is not None:
                self._screen.leave_to(step)

        self.dialog = JobDialog(job)
        self._screen.app.push_screen(self.dialog, leave)

    def update_details(self) -> None:
        """The open view of a job follows it."""
        if self.dialog is not None and self.dialog.is_mounted:
            shown = self.dialog.job.id
            newer = next((job for job in self._service.jobs if job.id == shown), None)
            if newer is not None:
                self.dialog.show(newer)

    # --- bandwidth ----------------------------------------------------------------------------------

    def _limit(self) -> None:
        from odtui.ui.dialogs.pick import Option, PickDialog

        now = self._service.flow.limit
        options = [Option("none", Content("No limit"))]
        options += [Option(str(limit), Content(speed_words(limit))) for limit in LIMITS]
        own = f"now {speed_words(now)}" if now is not None and now not in LIMITS else ""
        options.append(Option("own", Content("Another…"), own))
        current = "none" if now is None else str(now) if now in LIMITS else "own"

        def chosen(option: str | None) -> None:
            if option == "own":
                self._ask_limit(now)
            elif option is not None:
                self._set_limit(None if option == "none" else int(option))

        self._screen.app.push_screen(PickDialog("All transfers together", options, current=current), chosen)

    def _ask_limit(self, now: int | None) -> None:
        from odtui.ui.dialogs.input import InputDialog

        def typed(text: str | None) -> None:
            if text is not None:
                self._set_limit(parse_rate(text))

        dialog = InputDialog(
            "All transfers together",
            body=Content("At most so much in a second, such as 750 KB or 2.5 MB; 0 for no limit."),
            value=size_words(now) if now is not None else "",
            problem=_rate_problem,
            accept="Limit",
        )
        self._screen.app.push_screen(dialog, typed)

    def _set_limit(self, limit: int | None) -> None:
        self._service.set_limit(limit)
        words = "Transfers are as fast as they can." if limit is None else f"Transfers: {speed_words(limit)} at most."
        self._screen.active.tell(words)
        self._screen.show_jobs()


def _rate_problem(text: str) -> str | None:
    """What is wrong with a typed limit, as a sentence."""
    if not text.strip():
        return "Type a number and KB or MB."
    try:
        parse_rate(text)
    except ValueError:
        return "This is no speed from 16 KB upwards. Type a number and KB or MB."
    return None
