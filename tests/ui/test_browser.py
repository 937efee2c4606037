"""The browser: two panes, changes, permissions, preview, connecting."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from odtui.config.scopes import Capability
from odtui.graph.errors import NameConflict, Unreachable
from odtui.services.entry import Kind
from odtui.services.words import explain
from odtui.ui.commands import BY_ID
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.error import ErrorDialog
from odtui.ui.dialogs.input import InputDialog
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.widgets.key_bar import KeyBar
from odtui.ui.widgets.status_line import StatusLine
from tests.services.fakes import FakePlace
from tests.ui.browser_app import BrowserApp, at, local_place, names, settle

TREE: dict[str, bytes | None] = {
    "/docs": None,
    "/docs/a.txt": b"a",
    "/report.final.docx": b"12345",
    "/script.py": b"import os\n\x1b[31mprint(os.name)\n",
    "/z.bin": b"\x00\x01",
}


def app(place: FakePlace | None = None, **options: Any) -> BrowserApp:
    return BrowserApp(place or FakePlace(dict(TREE)), local_place({"/local.txt": b"1", "/home": None}), **options)


async def keys(pilot: Pilot[Any], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


async def type_name(pilot: Pilot[Any], name: str) -> None:
    """Answer the dialog in front."""
    pilot.app.screen.query_one(Input).value = name
    await keys(pilot, "enter")


# Panes


async def test_tab_goes_to_the_other_pane_and_back() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert shown.left.tree_view.has_focus
        await pilot.press("tab")
        assert shown.right.tree_view.has_focus
        assert shown.right.has_class("-active")
        assert not shown.left.has_class("-active")
        await pilot.press("tab")
        assert shown.left.tree_view.has_focus


async def test_a_narrow_terminal_shows_one_pane_and_tab_the_other() -> None:
    shown = app()
    async with shown.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        assert (shown.left.region.width, shown.right.region.width) == (60, 0)
        await keys(pilot, "tab")
        assert (shown.left.region.width, shown.right.region.width) == (0, 60)
        assert shown.right.tree_view.has_focus
        await pilot.press("space")
        assert [entry.name for entry in shown.right.chosen] == ["home"]


async def test_a_click_in_the_other_pane_makes_it_active() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.click(shown.right.tree_view, offset=(8, 1))
        assert shown.browser.active is shown.right
        assert at(shown.right) == "local.txt"


# Rename


async def test_rename_moves_the_row_to_its_place_and_the_cursor_follows() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("down", "r")
        dialog = shown.screen
        assert isinstance(dialog, InputDialog)
        field = dialog.query_one(Input)
        assert field.selected_text == "report.final"
        await type_name(pilot, "zz.docx")
        assert names(shown.left) == ["docs", "script.py", "z.bin", "zz.docx"]
        assert at(shown.left) == "zz.docx"
        assert not shown.left.tree_view.notes


async def test_a_name_that_is_taken_is_seen_before_it_is_asked_for() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("down", "r")
        await type_name(pilot, "SCRIPT.py")
        assert isinstance(shown.screen, InputDialog)
        assert ("rename", "/report.final.docx") not in shown.cloud.asked


async def test_a_name_taken_meanwhile_is_told_in_words_and_nothing_changes() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.cloud.fail("rename", NameConflict("nameAlreadyExists", status=409))
        await pilot.press("down", "r")
        await type_name(pilot, "new.docx")
        assert isinstance(shown.screen, ErrorDialog)
        await keys(pilot, "escape")
        assert "report.final.docx" in names(shown.left)
        assert not shown.left.tree_view.notes


async def test_a_hostile_name_is_offered_in_its_safe_form_and_stays_if_not_touched() -> None:
    place = FakePlace()
    place.add("/x", b"", name="a\x1b[31m.txt")
    shown = app(place)
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("r")
        assert shown.screen.query_one(Input).value == "a␛[31m.txt"
        await keys(pilot, "enter")
        assert ("rename", "/x") not in place.asked


# Delete


async def test_delete_asks_and_the_safe_button_has_the_focus() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("d")
        assert isinstance(shown.screen, ConfirmDialog)
        await keys(pilot, "enter")
        assert not [call for call in shown.cloud.asked if call[0] == "delete"]
        assert "docs" in names(shown.left)


async def test_several_are_deleted_by_one_job() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("down", "space", "space", "d")
        await keys(pilot, "y")
        assert shown.transfers.deleted == [(["report.final.docx", "script.py"], "drive:fake")]
        assert not [call for call in shown.cloud.asked if call[0] == "delete"]
        assert shown.left.model is not None
        assert not shown.left.model.selected
        assert shown.notices == ["Deleting 2 items."]


async def test_what_is_deleted_leaves_both_panes_that_show_it() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.right.open_place(shown.cloud)  # type: ignore[arg-type]
        await settle(pilot)
        await pilot.press("down", "d")
        await keys(pilot, "y")
        assert names(shown.left) == names(shown.right) == ["docs", "script.py", "z.bin"]
        assert "recycle bin" in shown.notices[-1]


# New folder


async def test_a_new_folder_gets_the_cursor() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press("n")
        await type_name(pilot, "pics")
        assert names(shown.left)[:2] == ["docs", "pics"]
        assert at(shown.left) == "pics"


async def test_a_new_folder_is_made_beside_the_row_under_the_cursor() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "right")
        await pilot.press("down", "n")
        await type_name(pilot, "sub")
        assert ("create_folder", "/docs/sub") in shown.cloud.asked
        assert names(shown.left)[1] == "  sub"


# Permissions


async def test_without_the_permission_a_command_is_dimmed_and_says_what_is_missing() -> None:
    shown = app(FakePlace(dict(TREE), can=frozenset({Capability.READ})))
    async with shown.run_test(size=(140, 30)) as pilot:
        await settle(pilot)
        hints = {hint.command.id: hint.dimmed for hint in shown.browser.query_one(KeyBar).hints()}
        assert hints["items.rename"]
        assert hints["items.delete"]
        assert not hints["items.copy"]
        await pilot.press("r")
        assert shown.screen is shown.browser
        assert shown.notices[-1].startswith("Rename needs the permission Files.ReadWrite here")


async def test_nothing_can_be_done_with_a_row_where_there_is_none() -> None:
    shown = app(FakePlace())
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert shown.browser.why_not(BY_ID["items.delete"]) == "There is nothing here to do this with."
        await pilot.press("d", "c")
        assert shown.screen is shown.browser


async def test_narrow_key_bars_keep_help_and_quit() -> None:
    shown = app()
    async with shown.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        shown_keys = [hint.command.id for hint in shown.browser.query_one(KeyBar).hints()]
        assert shown_keys[-2:] == ["app.help", "app.quit"]


# Handing on


async def test_paths_go_to_the_clipboard_and_only_https_to_the_browser() -> None:
    place = FakePlace(dict(TREE))
    place.add("/docs/web.txt", b"", web_url="https://onedrive.live.com/x")
    place.add("/evil.txt", b"", web_url="javascript:alert(1)")
    shown = app(place)
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "right")
        await pilot.press("down", "down", "space", "Y", "up", "O")
        assert shown.clipboard == "/docs/web.txt"
        assert shown.opened == ["https://onedrive.live.com/x"]
        shown.left.clear_selection()
        await pilot.press("down", "O")
        assert at(shown.left) == "evil.txt"
        assert len(shown.opened) == 1


# Preview


async def test_a_text_is_shown_in_the_other_pane_coloured_and_harmless() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "down", "down", "v")
        assert shown.right.view == "preview"
        assert shown.left.tree_view.has_focus
        text = "\n".join(line.plain for line in shown.right.preview.lines)
        assert "import os" in text
        assert "␛[31m" in text
        assert "\x1b" not in text
        assert str(shown.right.border_title) == "script.py"
        await keys(pilot, "v")
        assert shown.right.view == "tree"


async def test_another_row_replaces_the_preview_and_escape_closes_it() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "down", "down", "v")
        await keys(pilot, "down", "v")
        assert str(shown.right.border_title) == "z.bin"
        await pilot.press("escape")
        assert shown.right.view == "tree"
        assert "Reading" not in str(shown.right.border_subtitle)


async def test_details_show_the_properties() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "i")
        assert any("folder" in line.plain for line in shown.right.preview.lines)


async def test_behind_a_preview_nothing_can_be_done_to_the_rows() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "v")
        await keys(pilot, "tab", "d", "r", "c")
        assert shown.screen is shown.browser
        assert shown.transfers.started == []


async def test_a_preview_that_fails_says_why() -> None:
    shown = app()
    assert shown.cloud is not None
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.cloud.fail("read", Unreachable("no route"))
        await keys(pilot, "down", "down", "v")
        assert shown.right.view == "preview"
        assert len([line for line in shown.right.preview.lines if line.plain.strip()]) >= 2


async def test_in_one_pane_the_preview_takes_its_place_and_gives_it_back() -> None:
    shown = app()
    async with shown.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await keys(pilot, "down", "down", "v")
        assert shown.right.preview.has_focus
        assert shown.right.region.width == 60
        await keys(pilot, "v")
        assert shown.left.tree_view.has_focus
        assert shown.left.region.width == 60


# Connecting


async def test_while_connecting_this_computer_can_be_used() -> None:
    shown = BrowserApp(None, local_place({"/local.txt": b""}))
    async with shown.run_test() as pilot:
        await settle(pilot)
        assert "Connecting" in shown.left.tree_view.hint
        await keys(pilot, "r", "d", "enter", "backspace", "slash", "tab", "space")
        assert [entry.name for entry in shown.right.chosen] == ["local.txt"]


async def test_a_failed_connection_is_a_card_whose_steps_reach_the_app() -> None:
    shown = BrowserApp(None)
    async with shown.run_test() as pilot:
        await settle(pilot)
        shown.browser.connection_failed(explain(Unreachable("no route"), doing="connect"))
        await settle(pilot)
        await keys(pilot, "r")
        assert [event.step for event in shown.heard] == ["retry"]


async def test_connecting_again_forgets_the_drive_that_was_shown() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        shown.browser.connecting("Signed out.")
        await settle(pilot)
        assert names(shown.left) == []
        assert shown.left.place is None
        assert shown.left.tree_view.hint == "Signed out."
        assert shown.browser.query_one(StatusLine).status.account == ""
        await keys(pilot, "H")
        assert names(shown.left) == []


async def test_account_quota_and_selection_are_in_the_status_line() -> None:
    shown = app()
    async with shown.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down", "space")
        line = shown.browser.query_one(StatusLine).render_line(0).text
        assert "anna.larsen@contoso.com" in line
        assert "12.4 GB of 15 GB used" in line
        assert "1 selected, 5 B" in line


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
async def test_the_status_line_fits_every_width(width: int) -> None:
    shown = app()
    async with shown.run_test(size=(width, 20)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+a")
        assert shown.browser.query_one(StatusLine).render_line(0).cell_length == width


async def test_a_asks_for_accounts_and_places_of_the_active_pane() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "tab", "a")
        assert [type(event) for event in shown.heard] == [BrowserScreen.AccountsRequested]
        assert shown.heard[0].pane is shown.right


async def test_escape_never_leaves_the_program() -> None:
    shown = app()
    async with shown.run_test() as pilot:
        await settle(pilot)
        await pilot.press(*["escape"] * 6)
        assert shown.is_running
        assert shown.screen is shown.browser


async def test_a_notebook_is_looked_into_not_opened() -> None:
    place = FakePlace()
    place.add("/Notes", kind=Kind.NOTEBOOK)
    shown = app(place)
    async with shown.run_test() as pilot:
        await settle(pilot)
        await keys(pilot, "enter")
        assert [entry.name for entry in shown.left.trail] == ["root"]
        assert shown.right.view == "preview"
