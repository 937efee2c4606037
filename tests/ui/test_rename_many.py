"""R renames several: by replacing a text, or as a list in the user's editor."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from odtui.demo.dataset import ODD_NAMES
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.ui.dialogs.rename_many import RenameManyDialog
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.widgets.buttons import KeyButton
from odtui.ui.widgets.text_view import TextView
from tests.app_harness import Driven, cursor_to, driven, names, screen_text

FIRST, SECOND = "Shopping list.txt", "Welcome to OneDrive.md"


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread(Options(account="personal")) as running:
        yield running


@pytest.fixture
async def drive(demo: DemoThread, tmp_path: Path) -> AsyncIterator[Driven]:
    async with driven(demo, tmp_path) as made:
        for name in (FIRST, SECOND):
            cursor_to(made.left, name)
            made.left.action_select()
        yield made


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets an editor that runs Python on the text of the list, `text`."""
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)

    def choose(code: str) -> None:
        script = tmp_path / "editor.py"
        before = "import pathlib, sys\npath = pathlib.Path(sys.argv[-1])\ntext = path.read_text()"
        script.write_text(f"{before}\n{code}\npath.write_text(text)\n")
        monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{script}'")

    return choose


def preview(drive: Driven) -> list[str]:
    return [line.plain for line in drive.app.screen.query_one(TextView).lines]


def accepts(drive: Driven) -> bool:
    return not drive.app.screen.query_one("#accept", KeyButton).disabled


async def test_a_text_is_replaced_in_all_names_and_that_is_one_step_to_undo(drive: Driven) -> None:
    await drive.press("R")
    assert isinstance(drive.app.screen, RenameManyDialog)
    assert not accepts(drive)
    await drive.press("o", "tab", "0")
    assert preview(drive) == [f"  {FIRST} → Sh0pping list.txt", f"  {SECOND} → Welc0me t0 OneDrive.md"]
    await drive.press("enter")
    assert {"Sh0pping list.txt", "Welc0me t0 OneDrive.md"} <= set(names(drive.left))
    assert drive.remote("Sh0pping list.txt")
    assert drive.notices() == ["2 names are changed."]
    await drive.press("u")
    assert {FIRST, SECOND} <= set(names(drive.left))
    assert drive.notices()[-1] == f"Undone: rename of {FIRST} and 1 more."


async def test_names_that_cannot_be_used_keep_it_from_being_done(drive: Driven) -> None:
    await drive.press("R")
    await drive.press(*"Shopping list.txt", "tab", *"Documents")
    assert preview(drive) == [f"✗ {FIRST} → Documents  There is already something of that name here."]
    assert not accepts(drive)
    await drive.press("enter")
    assert isinstance(drive.app.screen, RenameManyDialog)
    assert "1 name cannot be used." in "".join(screen_text(drive.app))
    await drive.press("escape")
    assert isinstance(drive.app.screen, BrowserScreen)
    assert FIRST in names(drive.left)


async def test_the_editor_s_list_is_shown_before_it_is_done(drive: Driven, editor: Callable[[str], None]) -> None:
    editor("text = ''.join(reversed(text.splitlines(keepends=True)))")
    await drive.press("R")
    await drive.press("f4")
    assert isinstance(drive.app.screen, RenameManyDialog)
    assert preview(drive) == [f"  {FIRST} → {SECOND}", f"  {SECOND} → {FIRST}"]
    was = await drive.content(FIRST)
    await drive.press("enter")
    await drive.press("enter")
    assert await drive.content(SECOND) == was, "they have swapped their names"
    assert {FIRST, SECOND} <= set(names(drive.left))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("text += 'one more'", "There are 3 lines for 2 names."),
        ("sys.exit(1)", "The editor ended with error 1"),
        ("path.unlink(); sys.exit(0)", "could not be started, or its list not be read"),
    ],
)
async def test_a_list_that_cannot_be_used_says_why(
    drive: Driven, editor: Callable[[str], None], code: str, told: str
) -> None:
    editor(code)
    await drive.press("R")
    await drive.press("f4")
    assert told in " ".join(screen_text(drive.app)).replace("│", "")
    assert not accepts(drive)


async def test_hostile_names_stay_unless_their_line_is_changed(
    demo: DemoThread, tmp_path: Path, editor: Callable[[str], None]
) -> None:
    editor("lines = text.splitlines(); lines[0] = 'renamed'; text = '\\n'.join(lines)")
    async with driven(demo, tmp_path) as drive:
        await drive.open("Odd names")
        before = names(drive.left)
        assert set(before) >= set(ODD_NAMES)
        drive.left.action_select_all()
        await drive.press("R")
        await drive.press("f4")
        assert len(preview(drive)) == 1
        await drive.press("enter")
        assert drive.no_card()
        assert sorted(names(drive.left)) == sorted(["renamed", *before[1:]])


async def test_each_that_fails_is_told_and_the_others_get_their_names(drive: Driven) -> None:
    await drive.press("R")
    await drive.press("o", "tab", "0")
    drive.change(FIRST, "lock")
    await drive.press("enter")
    card = drive.card()
    assert card.title == "1 of 2 could not be renamed"
    assert f"{FIRST}: It is open or locked elsewhere." in card.words
    assert {FIRST, "Welc0me t0 OneDrive.md"} <= set(names(drive.left))
    drive.change(FIRST, "unlock")
    await drive.press("r")
    assert "Sh0pping list.txt" in names(drive.left)


async def test_files_of_this_computer_are_renamed_too(drive: Driven) -> None:
    await drive.press("tab")
    drive.right.action_select_all()
    await drive.press("R")
    await drive.press("a", "tab", "4")
    await drive.press("enter")
    assert sorted(path.name for path in drive.disk.iterdir()) == ["Budget.csv", "Minutes of M4y.txt"]
