"""A pane: listing, going around, selecting, filtering, sorting, and what it says when it cannot."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from odtui.graph.errors import Forbidden, ItemNotFound, Unreachable
from odtui.services.entry import Entry, Kind
from odtui.services.tree import Order
from odtui.ui.dialogs.error import ErrorDialog
from odtui.ui.dialogs.input import InputDialog
from odtui.ui.dialogs.pick import PickDialog
from odtui.ui.widgets.error_card import ErrorCard
from tests.services.fakes import FakePlace
from tests.ui.browser_app import BrowserApp, at, local_place, names, settle

TREE: dict[str, bytes | None] = {
    "/docs": None,
    "/docs/a.txt": b"a",
    "/docs/deep": None,
    "/docs/deep/x.txt": b"x",
    "/pics": None,
    "/b2.txt": b"22",
    "/b10.txt": b"1",
    "/.hidden": b"",
}


def app(**options: Any) -> BrowserApp:
    return BrowserApp(FakePlace(dict(TREE)), local_place({"/local.txt": b""}), **options)


async def keys(pilot: Pilot[Any], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


# Listing


async def test_both_places_are_listed_folders_first_in_natural_order() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]
        assert names(shown.right) == ["local.txt"]


async def test_one_pane_works_while_the_other_still_reads() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        shown.cloud.gate.clear()
        await settle(pilot, without="reading")
        assert names(shown.left) == []
        await pilot.press("tab", "space")
        assert names(shown.right) == ["local.txt"]
        assert shown.right.model is not None
        assert len(shown.right.model.selected) == 1
        shown.cloud.gate.set()
        await settle(pilot)
        assert len(names(shown.left)) == 4


async def test_keys_work_while_pages_arrive_and_the_cursor_stays_on_its_row() -> None:
    place = FakePlace()
    go = [asyncio.Event(), asyncio.Event()]

    async def pages(_folder: Entry) -> AsyncIterator[list[Entry]]:
        yield [Entry("d", f"m{n}", f"m{n:03}", Kind.FILE) for n in range(50)]
        await go[0].wait()
        yield [Entry("d", f"a{n}", f"a{n:03}", Kind.FILE) for n in range(50)]
        await go[1].wait()

    place.pages = pages  # type: ignore[method-assign]
    shown = BrowserApp(place)
    async with shown.run_test() as pilot:
        await settle(pilot, without="reading")
        await pilot.press("down", "down", "space")
        assert at(shown.left) == "m003"
        go[0].set()
        await pilot.pause()
        assert at(shown.left) == "m003"
        await pilot.press("up")
        assert at(shown.left) == "m002"
        assert "Reading… 100 items" in str(shown.left.border_subtitle)
        go[1].set()
        await settle(pilot)
        assert str(shown.left.border_subtitle) == "100 items"


async def test_escape_stops_reading_and_keeps_what_has_come() -> None:
    place = FakePlace()

    async def pages(_folder: Entry) -> AsyncIterator[list[Entry]]:
        yield [Entry("d", "1", "one", Kind.FILE)]
        await asyncio.Event().wait()

    place.pages = pages  # type: ignore[method-assign]
    shown = BrowserApp(place)
    async with shown.run_test() as pilot:
        await settle(pilot, without="reading")
        await keys(pilot, "escape")
        assert names(shown.left) == ["one"]
        assert shown.left.reading == 0
        assert "Stopped" in str(shown.left.border_subtitle)


# What cannot be read


async def test_a_forbidden_folder_is_a_card_and_never_looks_empty() -> None:
    shown = app()
    assert shown.cloud is not None
    shown.cloud.fail("pages", Forbidden("secret server text", status=403, codes=("accessDenied",)))
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert shown.left.view == "card"
        assert shown.left.query_one(ErrorCard).explained.title
        assert "item" not in str(shown.left.border_subtitle)
        assert not shown.left.tree_view.display


async def test_the_card_reads_again_with_r() -> None:
    shown = app()
    assert shown.cloud is not None
    shown.cloud.fail("pages", Unreachable("no route"))
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert shown.left.has_focus_within
        await keys(pilot, "r")
        assert shown.left.view == "tree"
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]
        assert shown.left.tree_view.has_focus


async def test_a_folder_that_cannot_be_unfolded_says_so_in_its_row_and_the_rest_lives() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.cloud.fail("pages", Forbidden("no", status=403))
        await keys(pilot, "right")
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]
        assert shown.left.tree_view.notes
        await keys(pilot, "right")
        assert names(shown.left)[:3] == ["docs", "  deep", "  a.txt"]
        assert not shown.left.tree_view.notes


async def test_a_failed_refresh_keeps_the_rows_and_says_so() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.cloud.fail("page", Unreachable("gone"))
        await keys(pilot, "ctrl+r")
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]
        assert shown.left.message


async def test_an_empty_folder_says_what_can_be_done() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "down", "enter")
        assert "empty" in shown.left.tree_view.hint
        assert names(shown.left) == []


# Going around


async def test_enter_opens_and_backspace_returns_to_the_row_one_came_from() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "down", "enter")
        assert [entry.name for entry in shown.left.trail] == ["root", "pics"]
        await keys(pilot, "backspace")
        assert at(shown.left) == "pics"
        await keys(pilot, "backspace")
        assert [entry.name for entry in shown.left.trail] == ["root"]


async def test_opening_an_unfolded_row_keeps_the_folders_between_in_the_path() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "right")
        await keys(pilot, "down", "enter")
        assert [entry.name for entry in shown.left.trail] == ["root", "docs", "deep"]
        assert names(shown.left) == ["x.txt"]


async def test_back_and_forward_retrace_the_way() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        await keys(pilot, "enter")
        await keys(pilot, "H")
        assert [entry.name for entry in shown.left.trail] == ["root", "docs"]
        await keys(pilot, "H")
        assert at(shown.left) == "docs"
        await keys(pilot, "L", "L")
        assert [entry.name for entry in shown.left.trail] == ["root", "docs", "deep"]


async def test_unfold_and_fold_in_place() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "l")
        assert names(shown.left)[:3] == ["docs", "  deep", "  a.txt"]
        await keys(pilot, "right")
        assert at(shown.left) == "deep"
        await keys(pilot, "left")
        assert at(shown.left) == "docs"
        await keys(pilot, "h")
        assert names(shown.left)[:2] == ["docs", "pics"]


async def test_left_at_the_edge_opens_the_folder_above() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        await keys(pilot, "left")
        assert at(shown.left) == "docs"


async def test_a_folder_left_behind_is_shown_at_once_on_return_and_read_again() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        shown.cloud.add("/new.txt", b"")
        shown.cloud.gate.clear()
        await pilot.press("backspace")
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]
        shown.cloud.gate.set()
        await settle(pilot)
        assert "new.txt" in names(shown.left)


async def test_go_to_opens_a_folder_or_the_folder_of_a_file() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+l")
        assert isinstance(shown.screen, InputDialog)
        shown.screen.query_one(Input).value = "/docs/deep/x.txt"
        await keys(pilot, "enter")
        assert [entry.name for entry in shown.left.trail] == ["root", "docs", "deep"]
        assert at(shown.left) == "x.txt"


async def test_a_path_may_be_written_as_on_the_command_line() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.left.go_to("onedrive:/docs/deep")
        await settle(pilot)
        assert [entry.name for entry in shown.left.trail] == ["root", "docs", "deep"]


async def test_a_path_that_is_not_there_is_told() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.left.go_to("/nowhere")
        await settle(pilot)
        assert isinstance(shown.screen, ErrorDialog)
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]


async def test_an_address_is_passed_on() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.left.go_to("https://1drv.ms/f/abc")
        shown.left.go_to("~/Documents")
        await pilot.pause()
        assert [(event.pane, event.text) for event in shown.heard] == [
            (shown.left, "https://1drv.ms/f/abc"),
            (shown.left, "~/Documents"),
        ]


async def test_a_click_on_the_path_opens_that_folder() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.left.go_to("/docs/deep")
        await settle(pilot)
        await pilot.click(shown.left, offset=(14, 0))
        await settle(pilot)
        assert [entry.name for entry in shown.left.trail] == ["root", "docs"]


# Refresh


async def test_refresh_keeps_cursor_selection_and_unfolded_folders() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "right")
        await keys(pilot, "down", "space")
        shown.cloud.add("/docs/aa.txt", b"")
        await shown.cloud.delete(shown.cloud.entries["/b2.txt"])
        await keys(pilot, "ctrl+r")
        assert names(shown.left) == ["docs", "  deep", "  a.txt", "  aa.txt", "pics", "b10.txt"]
        assert at(shown.left) == "a.txt"
        assert [entry.name for entry in shown.left.chosen] == ["deep"]


# Selection


@pytest.mark.parametrize(
    ("pressed", "chosen"),
    [
        (("space", "space"), ["docs", "pics"]),
        (("space", "up", "space"), ["docs"]),
        (("shift+down", "shift+down"), ["docs", "pics", "b2.txt"]),
        (("end", "shift+up"), ["b2.txt", "b10.txt"]),
        (("space", "end", "V"), ["docs", "pics", "b2.txt", "b10.txt"]),
        (("ctrl+a",), ["docs", "pics", "b2.txt", "b10.txt"]),
        (("space", "asterisk"), ["pics", "b2.txt", "b10.txt"]),
        (("ctrl+a", "escape", "home"), ["docs"]),
    ],
)
async def test_selection(pressed: tuple[str, ...], chosen: list[str]) -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*pressed)
        if pressed == ("space", "up", "space"):
            assert shown.left.model is not None
            assert not shown.left.model.selected
            await pilot.press("home")
        assert [entry.name for entry in shown.left.chosen] == chosen


# Filter and order


async def test_the_filter_narrows_while_typing_enter_keeps_it_and_escape_ends_it() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", "b", "1")
        assert names(shown.left) == ["b10.txt"]
        assert "1 of" in str(shown.left.border_subtitle)
        await pilot.press("enter")
        assert shown.left.tree_view.has_focus
        assert names(shown.left) == ["b10.txt"]
        await pilot.press("escape")
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]


async def test_escape_in_the_filter_line_shows_all_again() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", "z", "q")
        assert names(shown.left) == []
        assert "“zq”" in shown.left.tree_view.hint
        await pilot.press("escape")
        assert len(names(shown.left)) == 4
        assert shown.left.tree_view.has_focus


async def test_letters_in_the_filter_line_are_text_and_arrows_move_the_cursor() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", "b", "d")
        assert shown.left.query_one(Input).value == "bd"
        await pilot.press("backspace", "down")
        assert at(shown.left) == "b10.txt"


async def test_sorting_by_the_same_column_turns_it_round() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("comma")
        assert isinstance(shown.screen, PickDialog)
        await keys(pilot, "2")
        assert names(shown.left) == ["docs", "pics", "b2.txt", "b10.txt"]
        await pilot.press("comma")
        await keys(pilot, "2")
        assert names(shown.left)[2:] == ["b10.txt", "b2.txt"]
        assert [event.order for event in shown.heard] == [Order("size", reverse=True), Order("size")]


async def test_a_click_on_a_column_sorts_by_it() -> None:
    shown = app()
    async with shown.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        header = shown.left.header
        assert header.columns.size is not None
        await pilot.click(header, offset=(header.columns.size.start + 4, 0))
        await pilot.click(header, offset=(header.columns.size.start + 4, 0))
        assert names(shown.left)[2:] == ["b10.txt", "b2.txt"]


async def test_hidden_names_come_and_go() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("full_stop")
        assert ".hidden" in names(shown.left)
        await pilot.press("full_stop")
        assert ".hidden" not in names(shown.left)


# The mouse


async def test_a_double_click_opens_and_the_arrow_unfolds() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.click(shown.left.tree_view, offset=(2, 0))
        await settle(pilot)
        assert names(shown.left)[1] == "  deep"
        await pilot.double_click(shown.left.tree_view, offset=(8, 0))
        await settle(pilot)
        assert [entry.name for entry in shown.left.trail] == ["root", "docs"]


async def test_ctrl_click_selects() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.click(shown.left.tree_view, offset=(8, 2), control=True)
        assert [entry.name for entry in shown.left.chosen] == ["b2.txt"]


async def test_a_place_that_vanished_is_told_on_opening() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.cloud.fail("pages", ItemNotFound("gone", status=404))
        await keys(pilot, "enter")
        assert shown.left.view == "card"
        await keys(pilot, "p")
        assert shown.left.view == "tree"
        assert at(shown.left) == "docs"


async def test_a_place_that_does_not_open_is_a_card_and_opens_with_r() -> None:
    shown = app()
    shown.local.fail("root", PermissionError(13, "Permission denied", "/home"))
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert shown.right.view == "card"
        await keys(pilot, "tab", "r")
        assert names(shown.right) == ["local.txt"]
        assert shown.heard == []
