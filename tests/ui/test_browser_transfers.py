"""Transfers as the browser begins, shows and asks about them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from odtui.config.scopes import Capability
from odtui.graph.errors import Unreachable
from odtui.services.entry import Entry, Kind
from odtui.services.transfers import Conflict, Flow, Job, JobState
from odtui.ui.commands import BY_ID, COMMANDS
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.conflict import ConflictDialog
from odtui.ui.dialogs.error import ErrorDialog
from odtui.ui.dialogs.input import InputDialog
from odtui.ui.dialogs.job import JobDialog
from odtui.ui.dialogs.saved import SavedDialog
from odtui.ui.screens import browser_transfers
from odtui.ui.widgets.comparison import Comparison
from odtui.ui.widgets.line_input import LineInput
from odtui.ui.widgets.status_line import StatusLine
from odtui.ui.widgets.transfers_panel import TransfersPanel
from tests.services.fakes import FakePlace
from tests.ui.browser_app import BrowserApp, FakeSession, local_place, names, settle
from tests.ui.scenes.browser import JOBS
from tests.ui.scenes.transfers import MANY, SAVED

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
        assert "1,001 running" in panel(shown).head.words
        shown.transfers.put(replace(jobs[0], state=JobState.DONE))
        await settle(pilot)
        assert "1,001 running" in panel(shown).head.words
        shown.browser.end_rest()
        assert "1,000 running · 1 done" in panel(shown).head.words


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
        assert "10%" in panel(shown).rows.render_line(0).text
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
        panel(shown).show = lambda jobs, *rest: (drawn.append(len(jobs)), show(jobs, *rest))[1]  # type: ignore[method-assign]
        for done in range(1000):
            shown.transfers.put(replace(RUNNING, done=done, total=1000))
        await settle(pilot)
        assert len(drawn) <= 3
        assert " 99%" in panel(shown).rows.render_line(0).text


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
        assert "can be tried again" in shown.notices[-1]
        await keys(pilot, "down", "down", "down", "r")
        assert shown.transfers.asked[-1] == ("retry", 4)
        await keys(pilot, "enter")
        assert isinstance(shown.screen, JobDialog)
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
        first = asyncio.ensure_future(shown.browser.questions.conflict(conflict("one")))
        second = asyncio.ensure_future(shown.browser.questions.conflict(conflict("two")))
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
        asking = asyncio.ensure_future(shown.browser.questions.conflict(conflict("one")))
        await pilot.pause()
        assert isinstance(shown.screen, ConflictDialog)
        asking.cancel()
        await pilot.pause()
        await pilot.pause()
        assert shown.screen is shown.browser


async def test_a_question_does_not_come_into_another_dialog() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("r")
        asked = shown.screen
        assert isinstance(asked, InputDialog)
        asking = asyncio.ensure_future(shown.browser.questions.conflict(conflict("one")))
        await pilot.pause()
        assert shown.screen is asked
        assert shown.notices[-1] == "A transfer waits for your answer."
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(shown.screen, ConflictDialog)
        await pilot.press("k")
        assert await asking == ("keep_both", False)


async def test_a_question_does_not_come_into_what_is_being_typed() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", "o")
        asking = asyncio.ensure_future(shown.browser.questions.conflict(conflict("one")))
        await pilot.pause()
        await pilot.press("s")
        assert shown.screen is shown.browser
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(shown.screen, ConflictDialog)
        await pilot.press("s")
        assert await asking == ("skip", False)


async def test_a_question_that_waits_for_its_turn_can_be_taken_back() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        first = asyncio.ensure_future(shown.browser.questions.conflict(conflict("one")))
        second = asyncio.ensure_future(shown.browser.questions.conflict(conflict("two")))
        await pilot.pause()
        second.cancel()
        await pilot.press("s")
        assert await first == ("skip", False)
        await pilot.pause()
        assert shown.screen is shown.browser


async def test_both_sides_of_a_taken_name_can_be_compared() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        here, there = shown.local.entries["/local.txt"], shown.cloud.entries["/a.txt"]
        shown.cloud.fail("properties", Unreachable("no route"))
        asking = asyncio.ensure_future(shown.browser.questions.conflict(Conflict("a.txt", here, there, "OneDrive")))
        await pilot.pause()
        await pilot.press("d")
        await settle(pilot)
        told = shown.screen.query_one(Comparison)
        assert told.is_filled
        assert shown.cloud.asked[-1] == ("properties", "/a.txt")
        assert shown.local.asked[-1] == ("properties", "/local.txt")
        await pilot.press("s")
        await asking


# --- the keys of the panel ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key", "asked"),
    [
        ("backup.tar.gz", "space", ("pause", 1)),
        ("Letters", "space", ("resume", 6)),
        ("Letters", "x", ("cancel", 6)),
        ("notes of the meeting.md", "K", ("move_up", 7)),
        ("notes of the meeting.md", "shift+down", ("move_down", 7)),
        ("Drafts and 12 more", "r", ("retry", 11)),
        ("backup.tar.gz", "P", ("pause_all", None)),
        ("backup.tar.gz", "R", ("retry_failed", None)),
    ],
)
async def test_a_key_of_the_panel_reaches_the_service(name: str, key: str, asked: tuple[str, Any]) -> None:
    shown = app()
    async with shown.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        shown.transfers.put(*MANY)
        await settle(pilot)
        await keys(pilot, "w")
        panel(shown).rows.go([job.name for job in MANY].index(name))
        await keys(pilot, key)
        assert shown.transfers.asked == [asked]


async def test_all_that_is_paused_goes_on_with_the_same_key() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(MANY[0])
        shown.transfers.pour(Flow(paused=True))
        await settle(pilot)
        assert "all paused" in panel(shown).head.words
        assert "paused" in shown.browser.query_one(StatusLine).render_line(0).text
        await keys(pilot, "w", "P")
        assert shown.transfers.asked == [("resume_all", None)]


@pytest.mark.parametrize(("pressed", "cancels"), [("enter", False), ("escape", False), ("y", True)])
async def test_to_cancel_all_asks_and_no_is_the_safe_answer(pressed: str, cancels: bool) -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(*MANY)
        await settle(pilot)
        await keys(pilot, "w", "X")
        assert isinstance(shown.screen, ConfirmDialog)
        await keys(pilot, pressed)
        assert shown.transfers.asked == ([("cancel_all", None)] if cancels else [])


@pytest.mark.parametrize(
    ("pressed", "limit"),
    [
        (["1"], None),
        (["2"], 256 * 1024),
        (["4"], 5 * 1024**2),
        (["5", *"750 KB", "enter"], 750 * 1024),
        (["5", *"2.5m", "enter"], int(2.5 * 1024**2)),
        (["5", "0", "enter"], None),
    ],
)
async def test_the_speed_of_all_can_be_limited(pressed: list[str], limit: int | None) -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(MANY[0])
        await settle(pilot)
        await keys(pilot, "w", "b", *pressed)
        assert shown.transfers.asked == [("set_limit", limit)]
        assert shown.screen is shown.browser


@pytest.mark.parametrize("typed", ["3 KB", "fast", "", "-1", "1e9", "\u0661 MB"])
async def test_a_limit_that_is_no_speed_is_not_taken(typed: str) -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(MANY[0])
        await settle(pilot)
        await keys(pilot, "w", "b", "5")
        shown.screen.query_one(LineInput).value = typed
        await keys(pilot, "enter")
        assert isinstance(shown.screen, InputDialog)
        assert shown.transfers.asked == []


async def test_the_view_of_a_job_follows_it_and_can_start_it_again() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(RUNNING)
        await settle(pilot)
        await keys(pilot, "w", "enter")
        shown.transfers.put(replace(RUNNING, state=JobState.FAILED, problem="The drive is full."))
        await settle(pilot)
        assert isinstance(shown.screen, JobDialog)
        assert shown.screen.job.state is JobState.FAILED
        await keys(pilot, "r")
        assert shown.transfers.asked == [("retry", 1)]


async def test_the_palette_has_the_commands_of_the_panel_that_work_now() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        works = {each.id for each in COMMANDS if each.where == "transfers" and shown.browser.why_not(each) is None}
        assert works == {"transfers.limit"}
        shown.transfers.put(RUNNING)
        await settle(pilot)
        assert shown.browser.why_not(BY_ID["transfers.pause_all"]) is None
        assert shown.browser.why_not(BY_ID["transfers.cancel"]) is not None
        await keys(pilot, "w")
        assert shown.browser.why_not(BY_ID["transfers.cancel"]) is None
        await keys(pilot, "escape")
        await shown.run_action("ask('transfers.cancel')", panel(shown))
        await settle(pilot)
        assert shown.transfers.asked == []
        assert shown.notices[-1].startswith("Choose a transfer first")


# --- height, cursor, what is in view --------------------------------------------------------------------------------


@pytest.mark.parametrize(("height", "rows"), [(24, 7), (36, 11), (12, 3)])
async def test_the_panel_takes_no_more_than_a_third_of_the_screen(height: int, rows: int) -> None:
    shown = app()
    async with shown.run_test(size=(100, height)) as pilot:
        await settle(pilot)
        shown.transfers.put(*(replace(RUNNING, id=number) for number in range(40)))
        await settle(pilot)
        assert panel(shown).rows.size.height == rows
        assert panel(shown).size.height == rows + 1
        await pilot.resize_terminal(100, 60)
        await settle(pilot)
        assert panel(shown).rows.size.height == 19


async def test_what_runs_is_in_view_among_many_that_have_ended_or_wait() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        ended = [replace(RUNNING, id=number, state=JobState.DONE) for number in range(50)]
        waiting = [replace(RUNNING, id=number, state=JobState.QUEUED) for number in range(60, 110)]
        shown.transfers.put(*ended, replace(RUNNING, id=55, name="this one"), *waiting)
        await settle(pilot)
        rows = panel(shown).rows
        assert any("this one" in rows.render_line(y).text for y in range(rows.size.height))


async def test_the_cursor_stays_on_its_job_and_goes_by_pages() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        jobs = [replace(RUNNING, id=number, name=f"{number}.txt") for number in range(40)]
        shown.transfers.put(*jobs)
        await settle(pilot)
        await keys(pilot, "w", "pagedown")
        assert panel(shown).job == jobs[6]
        await keys(pilot, "end")
        assert panel(shown).job == jobs[39]
        shown.transfers.clear_ended()
        shown.transfers.put(replace(jobs[0], state=JobState.DONE))
        shown.transfers.clear_ended()
        shown.transfers.put(jobs[39])
        await settle(pilot)
        assert panel(shown).job == jobs[39]
        await keys(pilot, "home")
        assert panel(shown).job == jobs[1]


async def test_the_focus_goes_back_when_the_last_job_is_gone() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.transfers.put(replace(RUNNING, state=JobState.DONE))
        await settle(pilot)
        await keys(pilot, "w", "C")
        assert shown.left.tree_view.has_focus
        assert not panel(shown).display


# --- an earlier run ------------------------------------------------------------------------------------------------


def earlier(*, notice: str = "") -> BrowserApp:
    shown = app()
    shown.transfers.earlier = list(SAVED)
    shown.transfers.notice = notice
    return shown


async def test_what_an_earlier_run_left_is_offered_after_connecting() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert isinstance(shown.screen, SavedDialog)
        assert names(shown.left) == ["docs", "a.txt", "b.txt"]
        await keys(pilot, "down", "space", "enter")
        assert shown.transfers.asked == [("go_on", ("a", "c"))]
        assert [job.key for job in shown.browser.saved] == ["b"]


async def test_later_leaves_the_offer_in_the_palette_and_connecting_again_does_not_repeat_it() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "escape")
        assert shown.transfers.asked == []
        shown.browser.offer_saved()
        await settle(pilot)
        assert shown.screen is shown.browser
        assert shown.browser.why_not(BY_ID["transfers.saved"]) is None
        await shown.run_action("ask('transfers.saved')", panel(shown))
        await settle(pilot)
        assert isinstance(shown.screen, SavedDialog)


async def test_the_key_for_the_transfers_leads_to_the_offer_while_there_are_no_others() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "escape", "w")
        await settle(pilot)
        assert isinstance(shown.screen, SavedDialog)


async def test_with_another_account_only_what_it_makes_possible_is_offered() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "escape")
        second = FakeSession(FakePlace({}, id="drive:second"))
        second.account = replace(second.account, id="second")
        shown.transfers.earlier.append(replace(SAVED[0], key="relay"))
        shown.browser.connected(second, pane=shown.right)  # type: ignore[arg-type]
        await settle(pilot)
        assert isinstance(shown.screen, SavedDialog)
        assert shown.screen.query_one(OptionList).option_count == 1
        await keys(pilot, "escape")
        assert len(shown.browser.saved) == 4
        shown.browser.connected(second, pane=shown.right)  # type: ignore[arg-type]
        await settle(pilot)
        assert shown.screen is shown.browser


async def test_what_needs_an_account_is_not_offered_once_that_has_signed_out() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "escape")
        second = FakeSession(FakePlace({}, id="drive:second"))
        shown.browser.connected(second, pane=shown.right)  # type: ignore[arg-type]
        await settle(pilot)
        shown.transfers.earlier = list(SAVED[:1])
        shown.browser.ended(second, "Signed out.")  # type: ignore[arg-type]
        await settle(pilot)
        assert shown.screen is shown.browser
        assert [job.key for job in shown.browser.saved] == ["a"]


async def test_the_offer_waits_for_another_dialog() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        other = InputDialog("Rename")
        await shown.push_screen(other)
        await settle(pilot)
        assert shown.screen is other
        await keys(pilot, "escape")
        assert isinstance(shown.screen, SavedDialog)


async def test_transfers_that_cannot_go_on_say_why_and_can_be_tried_again() -> None:
    shown = earlier()
    shown.transfers.refusals = [Unreachable("no route")]
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        assert isinstance(shown.screen, ErrorDialog)
        assert len(shown.browser.saved) == 3
        await keys(pilot, "r")
        assert isinstance(shown.screen, SavedDialog)
        await keys(pilot, "enter")
        assert shown.transfers.asked == [("go_on", ("a", "b", "c"))]


async def test_discarded_ones_are_gone() -> None:
    shown = earlier()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "d", "y")
        assert shown.transfers.asked == [("discard", ("a", "b", "c"))]
        assert shown.browser.why_not(BY_ID["transfers.saved"]) is not None


async def test_a_damaged_journal_is_told_once() -> None:
    shown = earlier(notice="The journal was damaged.")
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "escape")
        shown.browser.offer_saved()
        await settle(pilot)
        assert shown.notices == ["The journal was damaged."]
