"""The transfers of the browser: showing them, passing their commands and questions on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.message import Message

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import Flow, SavedJob, TransferService
from odtui.services.words import Step, explain
from odtui.ui.commands import BY_ID
from odtui.ui.ended_jobs import GATHER, Ended, EndedJobs
from odtui.ui.job_sums import JobSums
from odtui.ui.screens.transfer_control import TransferControl
from odtui.ui.screens.transfer_questions import TransferQuestions
from odtui.ui.screens.transfer_starting import StartingScreen
from odtui.ui.text import clean
from odtui.ui.transfer_rules import Transfers
from odtui.ui.widgets.pane_base import FAILURES, Alteration
from odtui.ui.widgets.status_line import Status, StatusLine
from odtui.ui.widgets.transfers_panel import TransfersPanel

if TYPE_CHECKING:
    from odtui.services.session import Session
    from odtui.ui.dialogs.saved import SavedAnswer

MANY_JOBS = 1000
"""Beyond these, looking through all jobs is noticed, so it is done in turns with everything else."""
JOBS_A_SECOND = 50_000
"""How many are looked through at most, then."""


class TransferringScreen(StartingScreen):
    """Jobs belong to the service; here they are only begun and drawn."""

    @dataclass
    class JobsChanged(Message):
        """Some job has a newer snapshot; a thousand of these cost one refresh."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TransferringScreen.JobsChanged)

    @dataclass
    class AllEnded(Message):
        """No job is left that has not ended."""

    @dataclass
    class LongJobsEnded(Message):
        """Jobs that took long have ended while the user looked elsewhere."""

        ended: Ended

    @dataclass
    class StayChosen(Message):
        """The user takes back that odtui is left when everything has ended."""

    def __init__(self, transfers: TransferService, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds, monotonic."""
        super().__init__(transfers)
        self.sessions: list[Session] = []
        """One for each account whose drive is open; empty while nobody is signed in."""
        self.read_only = False
        """Shown in the status line; the session itself keeps to it."""
        self._saved: tuple[SavedJob, ...] = ()
        self._offered: set[str] = set()
        """Keys of those that were offered since the start."""
        self._noticed = False
        self.leaving = False
        """odtui is left as soon as everything has ended."""
        self.questions = TransferQuestions(self, self.properties_of)
        self._control = TransferControl(self, transfers)
        self.gather = GATHER
        """Seconds in which failures are gathered while other transfers run."""
        self._ended = EndedJobs(clock)
        self._unended = 0
        self._sums = JobSums()
        self._resting = self._newer_jobs = self._gathering = False
        self._unwatch: list[Callable[[], None]] = []

    @property
    def session(self) -> Session | None:
        """That of the active pane; of a pane of this computer, the other pane's or the last one."""
        for pane in (self.active, self.other):
            for session in self.sessions:
                if pane.place is not None and session.has(pane.place):
                    return session
        return self.sessions[-1] if self.sessions else None

    # --- showing -------------------------------------------------------------------------------------

    def watch_transfers(self) -> None:
        """Hear of every newer snapshot, and of what arrives and leaves."""
        service = self.transfers
        self._unwatch = [
            service.watch(lambda _job: self._jobs_changed()),
            service.watch_flow(lambda _flow: self._jobs_changed()),
            service.watch_arrivals(
                lambda place, folder, entry: self._altered(Alteration(place, new=entry, folder=folder))
            ),
            service.watch_departures(lambda place, entry: self._altered(Alteration(place, gone=entry))),
        ]

    def on_resize(self) -> None:
        self.query_one(TransfersPanel).fit()

    def _jobs_changed(self) -> None:
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
        """Bring panel, status line and, after the last job, the quota up to date; say what has ended."""
        jobs = self.transfers.jobs
        self._sums = JobSums.of(jobs)
        panel = self.query_one(TransfersPanel)
        panel.show(jobs, self._sums, self.transfers.flow)
        if not jobs and panel.has_pseudo_class("focus-within"):
            self.action_leave_transfers()
        self._control.update_details()
        self.update_status()
        self._tell_ended()
        before, self._unended = self._unended, self.transfers.running
        if before and not self._unended:
            self.refresh_quota()
            self.post_message(self.AllEnded())

    def _tell_ended(self) -> None:
        """A word about what has failed, and about what took so long that the user looks elsewhere."""
        self._ended.see(self.transfers.jobs)
        if self._ended.has_failures:
            if not self._sums.unended:
                self.tell_failures()
            elif not self._gathering:
                self._gathering = True
                self.set_timer(self.gather, self.tell_failures)
        ended = self._ended.long_ones(running=self._sums.unended)
        watched = self.app.app_focus and self.query_one(TransfersPanel).is_watched
        if ended is not None and not watched:
            self.post_message(self.LongJobsEnded(ended))

    def tell_failures(self) -> None:
        """One toast for all that failed since the last one."""
        self._gathering = False
        ended = self._ended.failures(running=self._sums.unended)
        if ended is not None:
            self.notify(ended.words, title=ended.title, severity="error", timeout=10, markup=False)

    @work(group="quota", exclusive=True)
    async def refresh_quota(self) -> None:
        """Read the numbers of the quota bar again; if that fails the old ones stay, the next action will tell."""
        for session in tuple(self.sessions):
            with suppress(*FAILURES):
                await session.refresh_quota()
        self.update_status()

    def update_status(self) -> None:
        """The status line from what is known now."""
        sums, flow = self._sums, self.transfers.flow
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
                running=sums.unended,
                part=sums.part,
                held=_held(sums, flow),
                failed=sums.failed,
                leaving=self.leaving,
            )
        )

    # --- the panel -----------------------------------------------------------------------------------

    @property
    def transfers_now(self) -> Transfers:
        """What decides which commands of the panel work."""
        panel = self.query_one(TransfersPanel)
        return Transfers(panel.job if self.focused is panel.rows else None, self._sums, len(self.saved))

    def action_transfers(self) -> None:
        """To the panel; without one to what an earlier run has left, or a word about how transfers begin."""
        panel = self.query_one(TransfersPanel)
        if panel.display:
            panel.focus_rows()
        elif self.saved:
            self.show_saved()
        else:
            self.active.tell("There are no transfers. c copies the selection to the other pane.")

    def action_leave_transfers(self) -> None:
        if not self.take_back_leaving():
            self.focus_pane(self.active)

    def take_back_leaving(self) -> bool:
        """Stay after all; whether there was something to take back."""
        if self.leaving:
            self.post_message(self.StayChosen())
        return self.leaving

    @on(TransfersPanel.CommandChosen)
    def run_command(self, event: TransfersPanel.CommandChosen) -> None:
        """Do it, or say why it does not work now."""
        event.stop()
        reason = self.why_not(BY_ID[event.command_id])
        if reason is None:
            self._control.run(event.command_id, event.job)
        else:
            self.active.tell(reason, warning=True)

    def leave_to(self, step: Step) -> None:
        """A step of a job's card that needs the app."""
        raise NotImplementedError

    # --- questions ------------------------------------------------------------------------------------

    @on(TransferQuestions.Asked)
    def show_question(self, event: TransferQuestions.Asked) -> None:
        event.stop()
        self.questions.show_next(told=True)

    def on_screen_resume(self) -> None:
        self.questions.show_next()

    @on(events.DescendantBlur)
    def show_held_back(self) -> None:
        """Nothing is being typed any more."""
        self.call_later(self.questions.show_next)

    def place_of(self, entry: Entry) -> Place | None:
        """The place that can tell of an entry; None if nobody is signed in."""
        raise NotImplementedError

    async def properties_of(self, entry: Entry) -> list[tuple[str, str]]:
        """Label and value pairs; what cannot be read is told as a pair."""
        place = self.place_of(entry)
        if place is None:
            return [("Not read", "Nobody is signed in.")]
        try:
            return await place.properties(entry)
        except FAILURES as error:
            told = explain(error, doing="read the properties")
            return [("Not read", f"{told.title}. {told.why}")]

    # --- an earlier run -------------------------------------------------------------------------------

    @property
    def saved(self) -> tuple[SavedJob, ...]:
        """Transfers of an earlier run that can go on with the accounts that are signed in."""
        return self._saved if self.sessions else ()

    @work(group="question")
    async def offer_saved(self, *, again: bool = False) -> None:
        """Ask about transfers of an earlier run, each once in a start unless the user wants them all `again`: as soon
        as the accounts that it takes are signed in."""
        from odtui.ui.dialogs.saved import SavedDialog

        self._saved = tuple(await self.transfers.saved(tuple(self.sessions)))
        if not self._noticed and (notice := self.transfers.notice):
            self._noticed = True
            self.active.tell(notice, warning=True)
        offer = tuple(job for job in self._saved if again or job.key not in self._offered)
        self._offered.update(job.key for job in offer)
        if not offer:
            return
        answer = await self.questions.ask(lambda: SavedDialog(offer, grace=self.questions.grace))
        if answer is not None:
            await self._take_saved(answer)
            self._saved = tuple(await self.transfers.saved(tuple(self.sessions)))
            self.refresh_bindings()

    async def _take_saved(self, answer: SavedAnswer) -> None:
        sessions = tuple(self.sessions)
        try:
            if answer.action == "go_on":
                await self.transfers.go_on(answer.keys, sessions)
            else:
                await self.transfers.discard(answer.keys, sessions)
        except FAILURES as error:
            self.active.fail(error, doing="continue the transfers", retry=self.show_saved)

    def show_saved(self) -> None:
        """The offer once more."""
        self.offer_saved(again=True)


def _held(sums: JobSums, flow: Flow) -> str:
    """Why nothing moves, in words; empty if something does."""
    if flow.paused or (sums.unended and sums.paused == sums.unended):
        return "paused"
    if sums.asking and sums.asking == sums.unended:
        return "waiting for your answer"
    return clean(flow.waiting).rstrip(".")
