"""u takes back what was done, says what that was, and asks before anything goes to the recycle bin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from odtui.config.settings import Profile
from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.services.transfers import Choice, Conflict
from odtui.ui.dialogs.confirm import ConfirmDialog
from tests.app_harness import Driven, cursor_to, driven, names

NAME = "Shopping list.txt"
WHOLE = Profile(client_id=PUBLIC_CLIENT, scopes=("Files.ReadWrite.All", "User.Read"))


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread(Options(account="personal")) as running:
        yield running


@pytest.fixture
async def drive(demo: DemoThread, tmp_path: Path) -> AsyncIterator[Driven]:
    async with driven(demo, tmp_path, profile=WHOLE) as made:
        cursor_to(made.left, NAME)
        yield made


async def test_there_may_be_nothing_to_undo(drive: Driven) -> None:
    await drive.press("u")
    assert drive.notices() == ["There is nothing to undo."]


async def test_a_rename_a_new_folder_and_a_deletion_are_undone_one_after_the_other(drive: Driven) -> None:
    await drive.press("r")
    await drive.press(*"List", "enter")
    await drive.press("n")
    await drive.press(*"New", "enter")
    cursor_to(drive.left, "Welcome to OneDrive.md")
    await drive.press("d")
    await drive.press("y")
    assert {"List.txt", "New"} <= set(names(drive.left))
    await drive.press("u")
    assert drive.notices()[-1] == "Undone: deletion of Welcome to OneDrive.md."
    assert "Welcome to OneDrive.md" in names(drive.left)
    await drive.press("u")
    assert isinstance(drive.app.screen, ConfirmDialog)
    await drive.press("enter")
    assert "New" in names(drive.left), "the safe answer"
    await drive.press("u")
    await drive.press("y")
    assert "New" not in names(drive.left)
    assert not drive.remote("New")
    await drive.press("u")
    assert NAME in names(drive.left)
    assert drive.remote(NAME)
    await drive.press("u")
    assert drive.notices()[-1] == "There is nothing to undo."


async def test_an_upload_is_undone(drive: Driven) -> None:
    await drive.press("tab")
    await drive.transfer("Budget.csv")
    assert drive.remote("Budget.csv")
    await drive.press("u")
    await drive.press("y")
    assert not drive.remote("Budget.csv")
    assert "Budget.csv" not in names(drive.left)
    assert drive.notices()[-1] == "Undone: upload of Budget.csv."


async def test_what_replaced_another_is_not_undone(drive: Driven) -> None:
    drive.change(NAME, "rename", "Budget.csv")

    async def replace(conflict: Conflict) -> tuple[Choice, bool]:
        return "replace", False

    drive.app.browser.questions.conflict = replace  # type: ignore[method-assign]
    await drive.press("tab")
    job = await drive.transfer("Budget.csv")
    assert job.state == "done"
    await drive.press("u")
    assert drive.notices()[-1] == "There is nothing to undo."
    assert drive.remote("Budget.csv")


async def test_a_move_within_the_drive_is_undone(drive: Driven) -> None:
    await drive.press("tab", "a")
    await drive.press("1")
    cursor_to(drive.right, "Documents")
    await drive.press("enter")
    await drive.press("tab")
    job = await drive.transfer(NAME, "m")
    assert job.kind == "move"
    assert drive.remote(f"Documents/{NAME}")
    await drive.press("u")
    assert drive.notices()[-1] == f"Undone: move of {NAME}."
    assert drive.remote(NAME)
    assert NAME in names(drive.left)
    assert NAME not in names(drive.right)


async def test_a_move_of_several_is_undone(drive: Driven) -> None:
    await drive.press("tab", "a")
    await drive.press("1")
    cursor_to(drive.right, "Documents")
    await drive.press("enter")
    await drive.press("tab")
    for name in (NAME, "Welcome to OneDrive.md"):
        cursor_to(drive.left, name)
        drive.left.action_select()
    job = await drive.ended("m")
    assert job.state == "done"
    assert drive.remote("Documents/Welcome to OneDrive.md")
    await drive.press("u")
    assert drive.notices()[-1] == f"Undone: move of {NAME} and 1 more."
    assert {NAME, "Welcome to OneDrive.md"} <= set(names(drive.left))
    assert drive.remote(NAME)


async def test_a_deletion_of_several_is_undone(drive: Driven) -> None:
    for name in (NAME, "Welcome to OneDrive.md"):
        cursor_to(drive.left, name)
        drive.left.action_select()
    await drive.press("d")
    await drive.ended("y")
    assert NAME not in names(drive.left)
    await drive.press("u")
    assert drive.notices()[-1] == f"Undone: deletion of {NAME} and 1 more."
    assert {NAME, "Welcome to OneDrive.md"} <= set(names(drive.left))


async def test_what_others_have_changed_is_refused_with_the_reason(drive: Driven) -> None:
    await drive.press("r")
    await drive.press(*"List", "enter")
    drive.change("List.txt", "delete")
    await drive.press("u")
    card = drive.card()
    assert card.title == "This cannot be undone"
    assert "It is not there any more." in card.words
    await drive.press("escape")
    await drive.press("u")
    assert drive.notices()[-1] == "There is nothing to undo."


async def test_a_failure_of_the_network_keeps_the_step(drive: Driven) -> None:
    await drive.press("r")
    await drive.press(*"List", "enter")
    drive.fail("status", status=423, code="resourceLocked", method="PATCH")
    await drive.press("u")
    assert drive.card().title == "It is open or locked elsewhere"
    await drive.press("r")
    assert drive.remote(NAME)


async def test_a_work_account_is_led_to_its_recycle_bin(tmp_path: Path) -> None:
    opened: list[str] = []
    with DemoThread(Options(account="business")) as demo:
        async with driven(demo, tmp_path) as drive:
            drive.app._open_url = lambda url: not opened.append(url)  # type: ignore[func-returns-value]
            name = next(node.entry.name for node in drive.left.tree_view.rows if not node.entry.is_folder)
            cursor_to(drive.left, name)
            await drive.press("d")
            await drive.press("y")
            await drive.press("u")
            assert drive.card().title == "This cannot be undone"
            await drive.press("b")
            assert opened[0].endswith("/_layouts/15/RecycleBin.aspx")
