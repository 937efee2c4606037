"""The transfers of the browser: starting them, showing them, asking about taken names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.screen import Screen

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import Choice, Conflict, Job, JobState, TransferService
from odtui.services.words import Explained, Step
from odtui.ui.commands import BY_ID
from odtui.ui.formats import count
from odtui.ui.text import clean
from odtui.ui.widgets.pane_base import FAILURES, Alteration
from odtui.ui.widgets.status_line import Status, StatusLine
from odtui.ui.widgets.transfers_panel import TransfersPanel

if TYPE_CHECKING:
    from odtui.services.session import Session
    from odtui.ui.widgets.pane import FilePane

Answer = tuple[Choice, bool]

MANY_JOBS = 1000
"""Beyond these, looking through all jobs is noticed, so it is done in turns with everything else."""
JOBS_A_SECOND = 50_000
"""How many are looked through at most, then."""


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the status line says of all jobs."""

    running: int = 0
    part: float | None = None
    """How much of the bytes of what runs; None if that is not known."""
    failed: int = 0

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> _Sums:
        running = [job for job in jobs if not job.state.ended]
        total = sum(job.total or 0 for job in running)
        part = sum(job.done for job in running) / total if total else None
        return cls(len(running), part, sum(job.state is JobState.FAILED for job in jobs))


class TransferringScreen(Screen[None]):
    """Jobs belong to the service; here they are only begun and drawn."""

    @dataclass
    class JobsChanged(Message):
        """Some job has a newer snapshot; a thousand of these cost one refresh."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TransferringScreen.JobsChanged)

    @dataclass
    class ConflictFound(Message):
        """A transfer waits for an answer."""

        conflict: Conflict
        answer: asyncio.Future[Answer]

    def __init__(self, transfers: TransferService) -> None:
        super().__init__()
        self.transfers = transfers
        self.session: Session | None = None
        """None while nobody is signed in."""
        self.read_only = False
        """Shown in the status line; the session itself keeps to it."""
        self._asking = asyncio.Lock()
        self._unended = 0
        self._sums = _Sums()
        self._resting = self._newer_jobs = False
        self._unwatch: list[Callable[[], None]] = []

    @property
    def panes(self) -> tuple[FilePane, FilePane]:
        raise NotImplementedError

    @property
    def active(self) -> FilePane:
        raise NotImplementedError

    @property
    def other(self) -> FilePane:
        raise NotImplementedError

    def focus_pane(self, pane: FilePane) -> None:
        raise NotImplementedError

    # --- starting ------------------------------------------------------------------------------------

    def why_no_transfer(self, command_id: str, source: FilePane, target: FilePane) -> str | None:
        """Why nothing can be sent from one pane to the other, as a sentence; None if it can."""
        if target.place is None or target.folder is None:
            return "The other pane shows no folder to put it in."
        if source.place is None:
            return "Nothing is open in this pane yet."
        if command_id == "items.download" and (source.place.is_local or not target.place.is_local):
            return "Download works from OneDrive to a pane that shows this computer."
        if command_id == "items.upload" and (not source.place.is_local or target.place.is_local):
            return "Upload works from this computer to a pane that shows OneDrive."
        return target.why_nothing_arrives(BY_ID[command_id])

    def action_copy(self) -> None:
        self._start("items.copy")

    def action_move(self) -> None:
        self._start("items.move", move=True)

    def action_download(self) -> None:
        self._start("items.download")

    def action_upload(self) -> None:
        self._start("items.upload")

    def _start(self, command_id: str, *, move: bool = False) -> None:
        """Send what is chosen in the active pane to the folder of the other one."""
        source, target = self.active, self.other
        if source.view != "tree" or not source.may(command_id):
            return
        reason = self.why_no_transfer(command_id, source, target)
        entries = source.chosen
        place, to_place, folder = source.place, target.place, target.folder
        if reason is None and entries and place and to_place and folder:
            reason = _impossible(entries, place, to_place, target.trail)
            if reason is None:
                self.transfers.start(entries, place, to_place, folder, move=move)
                source.clear_selection()
                source.tell(_begun(entries, place, to_place, target.words_for(folder), move=move))
        if reason is not None:
            source.tell(reason, warning=True)

    # --- showing -------------------------------------------------------------------------------------

    def watch_transfers(self) -> None:
        """Hear of every newer snapshot, and of what arrives and leaves."""
        service = self.transfers
        self._unwatch = [
            service.watch(self._job_changed),
            service.watch_arrivals(
                lambda place, folder, entry: self._altered(Alteration(place, new=entry, folder=folder))
            ),
            service.watch_departures(lambda place, entry: self._altered(Alteration(place, gone=entry))),
        ]

    def _job_changed(self, _job: Job) -> None:
        self.post_message(self.JobsChanged())

    def on_unmount(self) -> None:
        for stop in self._unwatch:
            stop()

    def _altered(self, change: Alteration) -> None:
        for pane in self.panes:
            pane.apply(change)

    @on(JobsChanged)
    def show_newer_jobs(self) -> None:
        """Draw the jobs now, or after the rest that follows on drawing very many."""
        if self._resting:
            self._newer_jobs = True
            return
        self.show_jobs()
        if (count := len(self.transfers.jobs)) > MANY_JOBS:
            self._resting = True
            self.set_timer(count / JOBS_A_SECOND, self.end_rest)

    def end_rest(self) -> None:
        """Draw what has changed since."""
        self._resting = False
        if self._newer_jobs:
            self._newer_jobs = False
            self.show_newer_jobs()

    def show_jobs(self) -> None:
        """Bring panel, status line and, after the last job, the quota up to date."""
        jobs = self.transfers.jobs
        self._sums = _Sums.of(jobs)
        self.query_one(TransfersPanel).show(jobs)
        self.update_status()
        before, self._unended = self._unended, self.transfers.running
        if before and not self._unended:
            self.refresh_quota()

    @work(group="quota", exclusive=True)
    async def refresh_quota(self) -> None:
        """Read the numbers of the quota bar again; if that fails the old ones stay, the next action will tell."""
        if self.session is None:
            return
        try:
            await self.session.refresh_quota()
        except FAILURES:
            return
        self.update_status()

    def update_status(self) -> None:
        """The status line from what is known now."""
        sums = self._sums
        model, session = self.active.model, self.session
        quota = session.drive.quota if session is not None else None
        self.query_one(StatusLine).show(
            Status(
                account=(session.account.username or session.account.name) if session is not None else "",
                used=quota.used if quota is not None else None,
                total=quota.total if quota is not None else None,
                selected=len(model.selected) if model is not None else 0,
                selected_size=model.selected_size() if model is not None else 0,
                read_only=self.read_only,
                running=sums.running,
                part=sums.part,
                failed=sums.failed,
            )
        )

    # --- the panel -----------------------------------------------------------------------------------

    def action_transfers(self) -> None:
        """To the panel; says where it is when there is none."""
        panel = self.query_one(TransfersPanel)
        if panel.display:
            panel.focus()
        else:
            self.active.tell("There are no transfers. c copies the selection to the other pane.")

    def action_leave_transfers(self) -> None:
        self.focus_pane(self.active)

    @on(TransfersPanel.CancelRequested)
    def cancel_job(self, event: TransfersPanel.CancelRequested) -> None:
        event.stop()
        if self._may("transfers.cancel", event.panel):
            self.transfers.cancel(event.job.id)

    @on(TransfersPanel.RetryRequested)
    def retry_job(self, event: TransfersPanel.RetryRequested) -> None:
        event.stop()
        if self._may("transfers.retry", event.panel):
            self.transfers.retry(event.job.id)

    def _may(self, command_id: str, panel: TransfersPanel) -> bool:
        """Whether a command works on the job under the cursor; if not, says why."""
        reason = panel.why_not(command_id)
        if reason is not None:
            self.active.tell(reason, warning=True)
        return reason is None

    @on(TransfersPanel.ClearRequested)
    def clear_jobs(self, event: TransfersPanel.ClearRequested) -> None:
        event.stop()
        self.transfers.clear_ended()
        self.show_jobs()
        if not self.transfers.jobs:
            self.focus_pane(self.active)

    @on(TransfersPanel.DetailsRequested)
    def tell_job(self, event: TransfersPanel.DetailsRequested) -> None:
        from odtui.ui.dialogs.error import ErrorDialog

        event.stop()
        job = event.job
        title = f"{clean(job.name)}: {job.state.value}"
        why = "\n".join(filter(None, (f"From {clean(job.source)}", f"to {clean(job.target)}", clean(job.problem))))
        steps: list[Step] = [step for step in job.steps if step in ("sign_in", "settings")]
        if job.state is JobState.FAILED:
            steps.append("retry")
        told = Explained(title, why, clean(job.advice), tuple(steps), job.details)

        def leave(step: Step | None) -> None:
            if step == "retry":
                self.transfers.retry(job.id)
            elif step is not None:
                self.leave_to(step)

        self.app.push_screen(ErrorDialog(told), leave)

    def leave_to(self, step: Step) -> None:
        """A step of a job's card that needs the app."""
        raise NotImplementedError

    # --- taken names ------------------------------------------------------------------------------------

    async def ask_conflict(self, conflict: Conflict) -> Answer:
        """Ask what to do with a name that is taken; one dialog at a time. Called by the transfer service."""
        async with self._asking:
            answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            self.post_message(self.ConflictFound(conflict, answer))
            return await answer

    @on(ConflictFound)
    def show_conflict(self, event: ConflictFound) -> None:
        """The dialog goes away by itself when the transfer stops waiting."""
        from odtui.ui.dialogs.conflict import ConflictDialog

        event.stop()
        if event.answer.done():
            return
        dialog = ConflictDialog(event.conflict)
        event.answer.add_done_callback(
            lambda answer: dialog.dismiss(("skip", False)) if answer.cancelled() and dialog.is_current else None
        )

        def leave(choice: Answer | None) -> None:
            if not event.answer.done():
                event.answer.set_result(choice or ("skip", False))

        self.app.push_screen(dialog, leave)


def _impossible(entries: list[Entry], source: Place, target: Place, trail: list[Entry]) -> str | None:
    """Why these cannot go into the last folder of a trail, as a sentence."""
    if source.id != target.id:
        return None
    into = {folder.key for folder in trail}
    inside = next((entry for entry in entries if entry.is_folder and entry.key in into), None)
    if inside is not None:
        return f"{clean(inside.name)} cannot go into itself."
    return None


def _begun(entries: list[Entry], source: Place, target: Place, folder: str, *, move: bool) -> str:
    what = clean(entries[0].name) if len(entries) == 1 else count(len(entries), "item")
    if move:
        return f"Moving {what} to {folder}."
    verb = (
        "Downloading"
        if target.is_local and not source.is_local
        else "Uploading"
        if source.is_local and not target.is_local
        else "Copying"
    )
    return f"{verb} {what} to {folder}."
