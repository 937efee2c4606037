"""Taking back what was done in this run, the last first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content

from odtui.services.entry import Entry
from odtui.services.transfers import Job, JobState, TransferService
from odtui.services.undo import CannotUndo, Step, UndoJournal, Undone, step_of
from odtui.services.words import Explained
from odtui.services.words import Step as CardStep
from odtui.ui.screens.browser_transfers import TransferringScreen
from odtui.ui.text import clean
from odtui.ui.widgets.pane import FilePane
from odtui.ui.widgets.pane_base import FAILURES, Alteration

if TYPE_CHECKING:
    Origins = dict[tuple[str, str], Entry]


class UndoingScreen(TransferringScreen):
    """Keeps the journal of what panes and transfers have done."""

    def __init__(self, transfers: TransferService, *, clock: Callable[[], float]) -> None:
        super().__init__(transfers, clock=clock)
        self.journal = UndoJournal()
        self._origins: dict[int, Origins] = {}
        """By job: the folders that its entries were in."""
        self._undoing = False

    # --- what was done ----------------------------------------------------------------------------

    def watch_transfers(self) -> None:
        super().watch_transfers()
        self._unwatch.append(self.transfers.watch(self._note_job))

    def begun(self, job_ids: list[int], source: FilePane, entries: list[Entry]) -> None:
        origins = {}
        for entry in entries:
            node = source.model.find(entry.key) if source.model is not None else None
            folder = source.folder_of(node) if node is not None else None
            if folder is not None:
                origins[entry.key] = folder
        for job_id in job_ids:
            self._origins[job_id] = origins

    def _note_job(self, job: Job) -> None:
        if job.state.ended:
            origins = self._origins.get(job.id, {})
            if job.state is JobState.DONE:  # else it may be tried again
                self._origins.pop(job.id, None)
            step = step_of(job.kind, self.transfers.take_deeds(job.id), origins)
            if step is not None:
                self.journal.add(step)

    @on(FilePane.StepDone)
    def note_step(self, event: FilePane.StepDone) -> None:
        event.stop()
        self.journal.add(event.step)

    # --- taking it back ---------------------------------------------------------------------------

    def action_undo(self) -> None:
        """Take back the newest step; asks first if something is deleted by that."""
        step = self.journal.last
        if step is None:
            self.active.tell("There is nothing to undo.")
        elif self._undoing:
            self.active.tell("The last undo is still under way.", warning=True)
        elif step.removes:
            self._ask(step)
        else:
            self.undo(step)

    def _ask(self, step: Step) -> None:
        from odtui.ui.dialogs.confirm import ConfirmDialog

        where = "the trash" if step.place.is_local else "the recycle bin"
        body = Content.from_markup(
            "Take back the $what? That puts $count into $where; what was changed since stays.",
            what=clean(step.what),
            count=step.removes,
            where=where,
        )

        def leave(yes: bool | None) -> None:
            if yes:
                self.undo(step)

        self.app.push_screen(ConfirmDialog("Undo?", body, yes="Undo", danger=True), leave)

    @work(group="changing")
    async def undo(self, step: Step) -> None:
        self._undoing = True
        try:
            undone = await step.undo()
        except CannotUndo as error:
            self.journal.drop(step)
            self._refused(step, error)
        except FAILURES as error:
            self.active.fail(error, doing=f"undo the {step.what}", retry=lambda: self.undo(step))
        else:
            self.journal.drop(step)
            self._show(step, undone)
        finally:
            self._undoing = False

    def _show(self, step: Step, undone: Undone) -> None:
        for change in undone.changes:
            self._altered(Alteration(change.place, gone=change.gone, new=change.new, folder=change.folder))
        if not step.place.is_local:
            self.refresh_quota()
        if undone.left:
            why = "\n".join([*(clean(line) for line in undone.left[:5]), *(["…"] if undone.left[5:] else [])])
            self.active.show_failure(
                Explained("Not all of it was undone", why, "", ("copy_details",), "\n".join(undone.left))
            )
        else:
            self.active.tell(f"Undone: {step.what}.")

    def _refused(self, step: Step, error: CannotUndo) -> None:
        from odtui.ui.dialogs.error import ErrorDialog

        steps: tuple[CardStep, ...] = ("open_browser",) if error.web else ()
        advice = "Open the recycle bin in the browser." if error.web else "The step before it can still be undone."
        title = "This cannot be undone"
        told = Explained(title, f"{clean(step.what).capitalize()}\n{error.why}", advice, steps)

        def leave(choice: CardStep | None) -> None:
            if choice == "open_browser":
                self.app.open_url(error.web)

        self.app.push_screen(ErrorDialog(told), leave)
