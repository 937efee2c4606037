"""Leaving odtui while transfers run."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from odtui.config.paths import Directories
from odtui.config.settings import Settings
from odtui.config.store import SettingsStore
from odtui.services.transfers import Job, JobState
from odtui.services.workspace import Workspace
from odtui.ui.app import OdtuiApp, Start
from odtui.ui.dialogs.pick import PickDialog
from odtui.ui.quitting import last_words
from odtui.ui.widgets.status_line import StatusLine
from tests.services.conftest import Clock
from tests.ui.fake_transfers import FakeTransfers
from tests.ui.scenes.transfers import job

RUNNING = job(1, "upload", "film.mkv", JobState.RUNNING, 10, 100)
DONE = replace(RUNNING, state=JobState.DONE, done=100)
FAILED = replace(RUNNING, state=JobState.FAILED, problem="The drive is full.")


class Left:
    """An app over transfers that a test moves, and what came of it."""

    def __init__(self, app: OdtuiApp, pilot: Pilot[Any], transfers: FakeTransfers, clock: Clock) -> None:
        self.app, self.pilot, self.transfers, self.clock = app, pilot, transfers, clock
        self.written: list[str] = []

    async def put(self, *jobs: Job) -> None:
        self.transfers.put(*jobs)
        await self.pilot.pause()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def is_running(self) -> bool:
        return not self.app._exit

    @property
    def asks(self) -> bool:
        return isinstance(self.app.screen, PickDialog)

    @property
    def status(self) -> str:
        return self.app.browser.query_one(StatusLine).render_line(0).text

    @property
    def notices(self) -> list[str]:
        return [f"{note.title} {note.message}".strip() for note in self.app._notifications]


Leaving = Callable[..., Any]


@pytest.fixture
def leaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leaving:
    transfers, clock = FakeTransfers(), Clock()
    monkeypatch.setattr("odtui.ui.app.TransferService", lambda **_options: transfers)
    monkeypatch.setattr("odtui.ui.account_flow.AccountFlow.begin", lambda _self: None)

    @asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[Left]:
        directories = Directories.below(tmp_path / "home")
        store = SettingsStore(directories.settings_file)
        app = OdtuiApp(Workspace(store, Settings(**settings), directories, clock=clock), Start(tmp_path))
        async with app.run_test(size=(120, 30)) as pilot:
            left = Left(app, pilot, transfers, clock)
            monkeypatch.setattr(app, "write_terminal", left.written.append)
            await pilot.pause()
            yield left

    return start


async def test_nothing_is_asked_when_nothing_runs(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(DONE)
        await left.press("q")
        assert not left.is_running


@pytest.mark.parametrize("keys", [["escape"], ["n"], ["enter"]])
async def test_the_safe_answer_keeps_everything_running(leaving: Leaving, keys: list[str]) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q")
        assert left.asks
        await left.press(*keys)
        assert left.is_running
        assert left.transfers.asked == []


async def test_asking_twice_opens_one_question(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q", "ctrl+q")
        await left.press("escape")
        assert not left.asks


async def test_cancel_and_quit_waits_until_everything_has_stopped(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q", "x")
        assert left.transfers.asked == [("cancel_all", None)]
        assert left.is_running
        left.transfers.drained.set()
        await left.pilot.pause()
        await left.pilot.pause()
        assert not left.is_running


async def test_to_quit_again_while_it_stops_leaves_at_once(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q", "x")
        await left.press("q")
        assert not left.is_running


async def test_finish_then_quit_says_so_and_leaves_after_the_last_one(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING, replace(RUNNING, id=2))
        await left.press("q", "w")
        assert "Quits after 2 transfers" in left.status
        assert "Esc stays" in left.status
        await left.put(DONE)
        assert left.is_running
        await left.put(replace(DONE, id=2))
        assert not left.is_running
        assert left.app.last_words == ""
        assert left.app.return_code == 0


async def test_escape_takes_it_back(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q", "w")
        await left.press("escape")
        assert "Quits" not in left.status
        assert left.notices[-1] == "odtui stays open."
        await left.put(DONE)
        assert left.is_running


async def test_what_is_paused_goes_on_before_odtui_leaves(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(replace(RUNNING, state=JobState.PAUSED))
        await left.press("q", "w")
        assert left.transfers.asked == [("resume_all", None)]


async def test_the_last_one_may_end_while_the_question_is_open(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q")
        await left.put(DONE)
        await left.press("w")
        assert not left.is_running


async def test_failures_are_told_on_the_terminal_after_the_quit(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("q", "w")
        await left.put(FAILED)
        assert not left.is_running
        assert left.app.last_words == "1 transfer failed:\n  film.mkv: The drive is full."
        assert left.app.return_code == 1


def test_last_words_are_safe_and_few() -> None:
    failed = [replace(FAILED, id=number, name="\x1b]0;x\x07.txt") for number in range(30)]
    words = last_words(failed)
    assert words.count("\n") == 21
    assert words.endswith("  and 10 more")
    assert "\x1b" not in words


# --- what ended while the user looked elsewhere ---------------------------------------------------------------


async def test_a_long_transfer_rings_and_tells_the_desktop(leaving: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    async with leaving() as left:
        await left.put(RUNNING)
        left.clock.now += 31
        await left.put(DONE)
        assert left.notices == ["All transfers have ended film.mkv is done."]
        assert left.written == ["\x1b]9;All transfers have ended: film.mkv is done.\x07"]


async def test_nothing_is_told_to_somebody_who_watches(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("w")
        left.clock.now += 31
        await left.put(DONE)
        assert left.notices == []
        assert left.written == []


async def test_who_switched_to_another_window_does_not_watch(leaving: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    async with leaving() as left:
        await left.put(RUNNING)
        await left.press("w")
        left.app.app_focus = False
        left.clock.now += 31
        await left.put(DONE)
        assert len(left.written) == 1


async def test_the_setting_keeps_bell_and_desktop_quiet(leaving: Leaving) -> None:
    async with leaving(notify=False) as left:
        await left.put(RUNNING)
        left.clock.now += 31
        await left.put(DONE)
        assert left.notices == ["All transfers have ended film.mkv is done."]
        assert left.written == []


async def test_failures_are_one_toast(leaving: Leaving) -> None:
    async with leaving() as left:
        await left.put(FAILED, replace(FAILED, id=2))
        assert left.notices == ["2 transfers failed film.mkv: The drive is full. w shows them."]
