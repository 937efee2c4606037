"""Leaving odtui while transfers run: ask, wait, put them aside, or stop them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from odtui.services.transfers import Job, JobState, TransferService
from odtui.ui.formats import count
from odtui.ui.job_sums import JobSums
from odtui.ui.text import clean

if TYPE_CHECKING:
    from odtui.ui.app import OdtuiApp
    from odtui.ui.dialogs.pick import PickDialog

_TOLD = 20
"""Failures named on the terminal after a quit that waited."""


class Quitting:
    """What `q` leads to. Nothing is lost without a choice."""

    def __init__(self, app: OdtuiApp, transfers: TransferService) -> None:
        self._app = app
        self._transfers = transfers
        self._ends = False
        """The last steps are under way; to quit again is to leave at once."""

    def ask(self) -> None:
        """Leaves at once when nothing is lost by it, else asks."""
        from odtui.ui.dialogs.pick import PickDialog

        running = self._transfers.running
        if not running or self._ends:
            self._app.exit()
            return
        if isinstance(self._app.screen, PickDialog):
            return
        self._app.push_screen(quit_dialog(running), self._chosen)

    def _chosen(self, option: str | None) -> None:
        match option:
            case "wait":
                self._wait()
            case "pause":
                self._app.run_worker(self._put_aside(), group="quitting", exclusive=True)
            case "cancel":
                self._app.run_worker(self._stop(), group="quitting", exclusive=True)

    def _wait(self) -> None:
        sums = JobSums.of(self._transfers.jobs)
        if sums.paused:
            self._transfers.resume_all()
        self._set_leaving(True)
        self.all_ended()  # the last one may have ended while the question was open

    async def _put_aside(self) -> None:
        self._begin_end("Putting the transfers aside…")
        await self._transfers.shelve()
        self._app.exit()

    async def _stop(self) -> None:
        self._begin_end("Stopping the transfers…")
        self._transfers.cancel_all()
        await self._transfers.drain()
        self._app.exit()

    def _begin_end(self, words: str) -> None:
        self._ends = True
        self._app.notify(f"{words} Quit again to leave at once.", timeout=30, markup=False)

    def stay(self) -> None:
        """The user takes it back."""
        self._set_leaving(False)
        self._app.notify("odtui stays open.", markup=False)

    def _set_leaving(self, leaving: bool) -> None:
        self._app.browser.leaving = leaving
        self._app.browser.update_status()

    def all_ended(self) -> None:
        """Leave, if that is what was waited for; what failed is told on the terminal."""
        if not self._app.browser.leaving or self._transfers.running:
            return
        failed = [job for job in self._transfers.jobs if job.state is JobState.FAILED]
        if failed:
            self._app.last_words = last_words(failed)
        self._app.exit(return_code=1 if failed else 0)


def quit_dialog(running: int) -> PickDialog:
    """The question while so many transfers run; the first, safe answer needs no choice."""
    from odtui.ui.dialogs.pick import Option, PickDialog

    choices = (
        ("stay", "n", "Keep running", "stay here"),
        ("wait", "w", "Finish, then quit", "odtui quits by itself after the last one"),
        ("pause", "p", "Pause and quit", "the next start offers to go on"),
        ("cancel", "x", "Cancel and quit", "unfinished files are removed"),
    )
    options = [Option(choice, Content(f"{title:<17}"), note, key=key) for choice, key, title, note in choices]
    are, them = ("is", "it") if running == 1 else ("are", "them")
    body = Content(f"{count(running, 'transfer')} {are} not finished. What is to become of {them}?")
    return PickDialog("Quit odtui?", options, body=body, danger=True)


def last_words(failed: Sequence[Job]) -> str:
    """Which transfers failed, a line each."""
    lines = [f"{count(len(failed), 'transfer')} failed:"]
    lines += [f"  {clean(f'{job.name}: {job.problem}')}" for job in failed[:_TOLD]]
    if len(failed) > _TOLD:
        lines.append(f"  and {len(failed) - _TOLD:,} more")
    return "\n".join(lines)
