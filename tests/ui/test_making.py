"""N makes an empty file; D deletes for good where the account can, after the word was typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.ui.dialogs.input import InputDialog
from odtui.ui.screens.browser import BrowserScreen
from tests.app_harness import Driven, cursor_to, driven, names


@pytest.fixture(params=["personal"])
def demo(request: pytest.FixtureRequest) -> Iterator[DemoThread]:
    with DemoThread(Options(account=request.param)) as running:
        yield running


@pytest.fixture
async def drive(demo: DemoThread, tmp_path: Path) -> AsyncIterator[Driven]:
    async with driven(demo, tmp_path) as made:
        yield made


work = pytest.mark.parametrize("demo", ["business"], indirect=True)


async def test_an_empty_file_is_made_and_gets_the_cursor(drive: Driven) -> None:
    await drive.press("N")
    await drive.press(*"a.txt", "enter")
    assert drive.left.tree_view.entry is not None
    assert (drive.left.tree_view.entry.name, drive.left.tree_view.entry.size) == ("a.txt", 0)
    assert await drive.content("a.txt") == b""
    await drive.press("u")
    await drive.press("y")
    assert not drive.remote("a.txt")


async def test_a_new_file_takes_nobody_s_name(drive: Driven) -> None:
    await drive.press("N")
    drive.change("Shopping list.txt", "rename", "a.txt")
    await drive.press(*"a.txt", "enter")
    assert drive.card().title == "The name is taken"
    await drive.press("n")
    assert isinstance(drive.app.screen, InputDialog)
    await drive.press("escape")
    assert (await drive.press("ctrl+r"), await drive.content("a.txt"))[1].startswith(b"oat milk")


async def test_a_file_of_this_computer_is_made(drive: Driven) -> None:
    await drive.press("tab", "N")
    await drive.press(*"new.txt", "enter")
    assert (drive.disk / "new.txt").read_bytes() == b""
    assert "new.txt" in names(drive.right)


async def test_a_personal_account_says_that_it_cannot_delete_for_good(drive: Driven) -> None:
    await drive.press("D")
    assert drive.notices() == ["Only OneDrive for work deletes for good; d puts things where they can be brought back."]
    await drive.press("tab", "D")
    assert len(drive.notices()) == 2
    assert isinstance(drive.app.screen, BrowserScreen)


def _file(drive: Driven) -> str:
    return next(node.entry.name for node in drive.left.tree_view.rows if not node.entry.is_folder)


@work
async def test_the_word_must_be_typed(drive: Driven) -> None:
    name = _file(drive)
    cursor_to(drive.left, name)
    await drive.press("D")
    await drive.press("enter")
    assert isinstance(drive.app.screen, InputDialog), "nothing was typed"
    await drive.press(*"yes", "enter")
    assert isinstance(drive.app.screen, InputDialog), "something else was typed"
    await drive.press("escape")
    assert drive.remote(name)
    await drive.press("D")
    await drive.press(*"delete", "enter")
    assert not drive.remote(name)
    assert name not in names(drive.left)
    assert [entry for entry in drive.demo.state.log.entries("permanentDelete$") if entry.method == "POST"]
    assert drive.notices()[-1] == "1 item deleted for good."
    await drive.press("u")
    assert drive.notices()[-1] == "There is nothing to undo."


@work
async def test_a_newer_version_is_not_deleted_for_good(drive: Driven) -> None:
    name = _file(drive)
    cursor_to(drive.left, name)
    drive.change(name, "write", "newer")
    await drive.press("D")
    await drive.press(*"delete", "enter")
    assert drive.card().title == "It was changed meanwhile"
    assert drive.remote(name)


@work
async def test_where_the_service_does_not_offer_it_it_is_dimmed_from_then_on(drive: Driven) -> None:
    cursor_to(drive.left, _file(drive))
    drive.fail("status", status=405, code="notAllowed", path="permanentDelete")
    await drive.press("D")
    await drive.press(*"delete", "enter")
    assert drive.card().title
    await drive.press("escape")
    await drive.press("D")
    assert drive.notices()[-1] == "Delete for good does not exist for this kind of account."
