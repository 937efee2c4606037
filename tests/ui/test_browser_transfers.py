"""Transfers as the browser begins, shows and asks about them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from rich.style import Style
from textual.pilot import Pilot

from odtui.config.scopes import Capability
from odtui.services.entry import Entry, Kind
from odtui.services.transfers import Conflict, Job, JobState
from odtui.ui.commands import BY_ID
from odtui.ui.dialogs.conflict import ConflictDialog
from odtui.ui.dialogs.error import ErrorDialog
from odtui.ui.screens import browser_transfers
from odtui.ui.widgets.job_rows import draw_job
from odtui.ui.widgets.status_line import StatusLine
from odtui.ui.widgets.transfers_panel import TransfersPanel
from tests.services.fakes import FakePlace
from tests.ui.browser_app import BrowserApp, local_place, names, settle
from tests.ui.scenes.browser import JOBS

TREE: dict[str, bytes | None] = {"/docs": None, "/docs/in.txt": b"", "/a.txt": b"1", "/b.txt": b"2"}
RUNNING = Job(1, "upload", "x.bin", "This computer", "OneDrive", JobState.RUNNING, 10, 100, speed=5.0, eta=18.0)


def app(**options: Any) -> BrowserApp:
    cloud = options.pop("cloud", None) or FakePlace(dict(TREE))
    return BrowserApp(cloud, local_place({"/local.txt": b"1"}), **options)


async def keys(pilot: Pilot[Any], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


def panel(shown: BrowserApp) -> TransfersPanel:
    return shown.browser.query_one(TransfersPanel)


@pytest.mark.parametrize(("key", "move"), [("c", False), ("f5", False), ("m", True), ("ctrl+d", False)])
async def test_what_is_chosen_goes_to_the_folder_of_the_other_pane(key: str, move: bool) -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "down", "space", "space", key)
        assert shown.transfers.started == [(["a.txt", "b.txt"], "drive:fake", "local", "root", move)]
        assert "2 items" in shown.notices[-1]
        assert shown.left.model is not None
        assert not shown.left.model.selected


async def test_very_many_jobs_are_drawn_in_turns_with_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_transfers, "JOBS_A_SECOND", 0.01)
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        jobs = [replace(RUNNING, id=number) for number in range(browser_transfers.MANY_JOBS + 1)]
        shown.transfers.put(*jobs)
        await settle(pilot)
        assert str(panel(shown).border_title) == "Transfers · 1,001 running"
        shown.transfers.put(replace(jobs[0], state=JobState.DONE))
        await settle(pilot)
        assert str(panel(shown).border_title) == "Transfers · 1,001 running"
        shown.browser.end_rest()
        assert str(panel(shown).border_title) == "Transfers · 1,000 running · 1 done"


async def test_upload_goes_the_other_way() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        await keys(pilot, "tab", "ctrl+u")
        assert shown.transfers.started == [(["local.txt"], "local", "drive:fake", "docs", False)]


async def test_download_of_a_local_file_says_why_not() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "tab", "ctrl+d")
        assert shown.transfers.started == []
        assert shown.notices[-1].startswith("Download works from OneDrive")


async def test_upload_needs_the_permission_to_write() -> None:
    shown = app(cloud=FakePlace(dict(TREE), can=frozenset({Capability.READ})))
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "tab", "c")
        assert shown.transfers.started == []
        assert "permission" in shown.notices[-1]


async def test_a_folder_does_not_go_into_itself() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.right.open_place(shown.cloud, shown.cloud.entries["/docs"])  # type: ignore[arg-type]
        await settle(pilot)
        await keys(pilot, "m")
        assert shown.transfers.started == []
        assert shown.notices[-1] == "docs cannot go into itself."


async def test_what_arrives_and_leaves_is_shown_in_the_panes() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        root = shown.cloud.entries["/"]
        shown.transfers.arrive(shown.cloud, root, replace(shown.cloud.entries["/a.txt"], id="/new", name="aa.txt"))  # type: ignore[arg-type]
        assert names(shown.left) == ["docs", "a.txt", "aa.txt", "b.txt"]
        shown.transfers.depart(shown.cloud, shown.cloud.entries["/a.txt"])  # type: ignore[arg-type]
        assert names(shown.left) == ["docs", "aa.txt", "b.txt"]
        assert names(shown.right) == ["local.txt"]


async def test_what_arrives_in_a_folder_not_read_changes_nothing() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.arrive(shown.cloud, shown.cloud.entries["/docs"], shown.cloud.entries["/docs/in.txt"])  # type: ignore[arg-type]
        assert names(shown.left) == ["docs", "a.txt", "b.txt"]


async def test_the_panel_is_there_only_while_there_are_transfers() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert not panel(shown).display
        shown.transfers.put(RUNNING)
        await settle(pilot)
        assert panel(shown).display
        assert "10%" in panel(shown).render_line(0).text
        assert "1 transfer" in shown.browser.query_one(StatusLine).render_line(0).text
        shown.transfers.put(replace(RUNNING, state=JobState.DONE, done=100))
        await settle(pilot)
        await keys(pilot, "w", "C")
        assert not panel(shown).display
        assert shown.left.tree_view.has_focus


async def test_a_thousand_reports_cost_a_few_refreshes() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        drawn: list[int] = []
        show = panel(shown).show
        panel(shown).show = lambda jobs: (drawn.append(len(jobs)), show(jobs))[1]  # type: ignore[method-assign]
        for done in range(1000):
            shown.transfers.put(replace(RUNNING, done=done, total=1000))
        await settle(pilot)
        assert len(drawn) <= 3
        assert "100%" in panel(shown).render_line(0).text


async def test_a_transfer_that_has_ended_is_not_stopped_and_its_key_is_dimmed() -> None:
    shown = app()
    async with shown.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        ended = next(job for job in JOBS if job.state is JobState.DONE)
        shown.transfers.put(ended)
        await settle(pilot)
        await keys(pilot, "w")
        assert shown.browser.why_not(BY_ID["transfers.cancel"]) == "This transfer has ended already."
        await keys(pilot, "x")
        assert shown.transfers.asked == []
        assert shown.notices[-1] == "This transfer has ended already."


async def test_keys_of_the_panel_cancel_retry_and_tell() -> None:
    shown = app()
    async with shown.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        shown.transfers.put(*JOBS)
        await settle(pilot)
        await keys(pilot, "w", *["up"] * 9, "x")
        assert shown.transfers.asked == [("cancel", 1)]
        await keys(pilot, "r")
        assert "can be started again" in shown.notices[-1]
        await keys(pilot, "down", "down", "down", "r")
        assert shown.transfers.asked[-1] == ("retry", 4)
        await keys(pilot, "enter")
        assert isinstance(shown.screen, ErrorDialog)
        await keys(pilot, "escape")
        await keys(pilot, "escape")
        assert shown.left.tree_view.has_focus


async def test_w_without_transfers_says_how_to_begin_one() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "w")
        assert shown.left.tree_view.has_focus
        assert shown.notices[-1].startswith("There are no transfers")


async def test_the_quota_is_read_again_when_the_last_transfer_has_ended() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(RUNNING)
        await settle(pilot)
        session = shown.browser.session
        assert session is not None
        assert session.asked == 0  # type: ignore[attr-defined]
        shown.transfers.put(replace(RUNNING, state=JobState.DONE))
        await settle(pilot)
        assert session.asked == 1  # type: ignore[attr-defined]


def conflict(name: str) -> Conflict:
    entry = Entry("d", name, name, Kind.FILE, 5, 1_760_000_000)
    return Conflict(name, entry, entry, "OneDrive")


async def test_one_question_at_a_time() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        first = asyncio.ensure_future(shown.browser.ask_conflict(conflict("one")))
        second = asyncio.ensure_future(shown.browser.ask_conflict(conflict("two")))
        await pilot.pause()
        assert isinstance(shown.screen, ConflictDialog)
        await pilot.press("k")
        await pilot.pause()
        assert await first == ("keep_both", False)
        assert isinstance(shown.screen, ConflictDialog)
        await pilot.press("a", "s")
        await pilot.pause()
        assert await second == ("skip", True)
        assert shown.screen is shown.browser


async def test_a_transfer_that_stops_takes_its_question_away() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        asking = asyncio.ensure_future(shown.browser.ask_conflict(conflict("one")))
        await pilot.pause()
        assert isinstance(shown.screen, ConflictDialog)
        asking.cancel()
        await pilot.pause()
        await pilot.pause()
        assert shown.screen is shown.browser


@pytest.mark.parametrize("width", [30, 58, 78, 118, 200])
@pytest.mark.parametrize("state", list(JobState))
def test_every_job_fills_its_line_exactly(width: int, state: JobState) -> None:
    job = Job(
        1, "move", "\x1b日本[b]" + "n" * 90, "a", "b\u202e", state, 50, 100, problem="It is full.", advice="Press r."
    )
    for variant in (job, replace(job, problem="", total=None, speed=3e6, eta=70.0)):
        strip = draw_job(variant, width, lambda _part: Style())
        assert strip.cell_length == sum(segment.cell_length for segment in strip) == width
        assert "\x1b" not in strip.text
        assert "\u202e" not in strip.text
