"""Editing: the user's own editor gets the terminal, and what is typed reaches the drive or is kept."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from odtui.config.settings import Profile
from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.difference import DifferenceDialog
from odtui.ui.dialogs.edit_conflict import EditConflictDialog
from odtui.ui.dialogs.kept_edit import KeptEditDialog
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.widgets.text_view import TextView
from tests.app_harness import Driven, cursor_to, driven, names, screen_text, settle

NAME = "Shopping list.txt"
SCRIPT = """
import os, pathlib, sys
path = pathlib.Path(sys.argv[-1])
pathlib.Path(os.environ["SEEN"]).write_text(str(path) + "\\n" + path.read_text())
for word in sys.argv[1:-1]:
    if word == "gone":
        path.unlink()
    elif word.startswith("exit"):
        sys.exit(int(word[4:]))
    else:
        path.write_text(word)
"""


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread(Options(account="personal")) as running:
        yield running


Choose = Callable[..., None]
"""Sets the editor that does these things with the file."""


@dataclass(frozen=True)
class Seen:
    """What the editor was given."""

    note: Path

    @property
    def path(self) -> Path | None:
        return Path(self.note.read_text().partition("\n")[0]) if self.note.exists() else None

    @property
    def text(self) -> str:
        return self.note.read_text().partition("\n")[2]

    def write(self, text: str) -> None:
        """As if a window of the editor saved the file."""
        assert self.path is not None
        self.path.write_text(text)


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    path = tmp_path / "seen"
    monkeypatch.setenv("SEEN", str(path))
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
    (tmp_path / "editor.py").write_text(SCRIPT)
    return Seen(path)


@pytest.fixture
async def drive(demo: DemoThread, tmp_path: Path, seen: Seen) -> AsyncIterator[Driven]:
    async with driven(demo, tmp_path) as made:
        cursor_to(made.left, NAME)
        yield made


@pytest.fixture
def editor(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Choose:
    def choose(*words: str) -> None:
        quoted = " ".join(f"'{word}'" for word in words)
        monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{tmp_path / 'editor.py'}' {quoted}")

    choose("mine")
    return choose


def _kept(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "home").rglob("edit-*"))


def _says(drive: Driven, words: str) -> bool:
    return words in " ".join(" ".join(screen_text(drive.app)).replace("│", " ").split())


def _slowly(drive: Driven) -> None:
    """Each editor seems to have been open for a minute."""
    times = iter(range(0, 100_000, 60))
    drive.app.edits._clock = lambda: float(next(times))


async def test_what_is_saved_in_the_editor_is_saved_on_the_drive(
    drive: Driven, editor: Choose, seen: Seen, tmp_path: Path
) -> None:
    await drive.press("e")
    assert await drive.content(NAME) == b"mine"
    assert seen.text.startswith("oat milk")
    assert seen.path is not None
    assert seen.path.name == NAME
    assert drive.notices() == [f"{NAME} is saved on OneDrive."]
    assert _kept(tmp_path) == []
    assert drive.app.focused is drive.left.tree_view


async def test_f4_edits_a_file_of_this_computer_in_place(drive: Driven, editor: Choose, seen: Seen) -> None:
    await drive.press("tab")
    cursor_to(drive.right, "Budget.csv")
    await drive.press("f4")
    assert (drive.disk / "Budget.csv").read_text() == "mine"
    assert seen.path == drive.disk / "Budget.csv"
    assert drive.right.tree_view.entry is not None
    assert drive.right.tree_view.entry.size == 4


async def test_nothing_is_sent_when_nothing_was_changed(
    drive: Driven, editor: Choose, seen: Seen, tmp_path: Path
) -> None:
    editor()
    _slowly(drive)
    drive.demo.state.log.clear()
    await drive.press("e")
    assert drive.notices() == [f"Nothing was changed in {NAME}."]
    assert not [entry for entry in drive.demo.state.log.entries() if entry.method != "GET"]
    assert _kept(tmp_path) == []


async def test_an_editor_with_its_own_window_is_waited_for(
    drive: Driven, editor: Choose, seen: Seen, tmp_path: Path
) -> None:
    editor()
    await drive.press("e")
    assert isinstance(drive.app.screen, ConfirmDialog)
    await drive.press("enter")
    assert _says(drive, "Nothing has been saved yet.")
    seen.write("from the window")
    await drive.press("enter")
    assert await drive.content(NAME) == b"from the window"
    assert _kept(tmp_path) == []


async def test_waiting_for_a_window_can_be_ended(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    editor()
    await drive.press("e")
    await drive.press("escape")
    assert isinstance(drive.app.screen, BrowserScreen)
    assert _kept(tmp_path) == []


async def _conflict(drive: Driven, text: str = "theirs\n") -> EditConflictDialog:
    """Somebody else saves while the editor is open."""
    send = drive.app.edits._send

    async def later(*task: object) -> None:
        drive.change(NAME, "write", text)
        await send(*task)  # type: ignore[arg-type]

    drive.app.edits._send = later  # type: ignore[method-assign]
    await drive.press("e")
    drive.app.edits._send = send  # type: ignore[method-assign]
    assert isinstance(drive.app.screen, EditConflictDialog)
    assert await drive.content(NAME) == text.encode()
    return drive.app.screen


async def test_of_two_versions_both_can_be_kept(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    await _conflict(drive)
    assert _says(drive, "Somebody else changed it meanwhile")
    await drive.press("enter")
    assert await drive.content(NAME) == b"theirs\n"
    assert await drive.content("Shopping list (my edit).txt") == b"mine"
    assert _kept(tmp_path) == []


async def test_the_difference_is_shown_and_the_question_comes_back(drive: Driven, editor: Choose) -> None:
    await _conflict(drive, "theirs \x1b[31m\n")
    await drive.press("d")
    assert isinstance(drive.app.screen, DifferenceDialog)
    lines = [line.plain for line in drive.app.screen.query_one(TextView).lines]
    assert lines == ["@@ -1 +1 @@", "- theirs ␛[31m", "+ mine"]
    await drive.press("escape")
    assert isinstance(drive.app.screen, EditConflictDialog)


async def test_bytes_that_are_no_text_cannot_be_compared(drive: Driven, editor: Choose) -> None:
    await _conflict(drive, "\0\1\2")
    await drive.press("d")
    assert isinstance(drive.app.screen, EditConflictDialog)
    assert "They cannot be compared" in drive.notices()[-1]


async def test_overwriting_asks_once_more(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    await _conflict(drive)
    await drive.press("o")
    assert isinstance(drive.app.screen, ConfirmDialog)
    await drive.press("enter")
    assert isinstance(drive.app.screen, EditConflictDialog), "the safe answer"
    await drive.press("o")
    await drive.press("y")
    assert await drive.content(NAME) == b"mine"
    assert _kept(tmp_path) == []


async def test_overwriting_spares_a_version_that_nobody_has_seen(drive: Driven, editor: Choose) -> None:
    await _conflict(drive)
    await drive.press("o")
    drive.change(NAME, "write", "theirs again")
    await drive.press("y")
    assert isinstance(drive.app.screen, EditConflictDialog)
    assert await drive.content(NAME) == b"theirs again"


async def test_discarding_asks_once_more(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    await _conflict(drive)
    await drive.press("x")
    await drive.press("escape")
    assert isinstance(drive.app.screen, EditConflictDialog)
    assert _kept(tmp_path)
    await drive.press("x")
    await drive.press("y")
    assert isinstance(drive.app.screen, BrowserScreen)
    assert (await drive.content(NAME), _kept(tmp_path)) == (b"theirs\n", [])


async def test_deciding_later_keeps_the_text_for_the_next_edit(
    drive: Driven, editor: Choose, seen: Seen, tmp_path: Path
) -> None:
    await _conflict(drive)
    await drive.press("escape")
    assert len(_kept(tmp_path)) == 1
    await drive.press("e")
    assert isinstance(drive.app.screen, KeptEditDialog)
    editor("mine, better")
    await drive.press("e")
    assert seen.text == "mine"
    assert isinstance(drive.app.screen, EditConflictDialog)
    await drive.press("k")
    assert await drive.content("Shopping list (my edit).txt") == b"mine, better"


async def test_a_deleted_file_can_be_put_back(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    send = drive.app.edits._send

    async def later(*task: object) -> None:
        drive.change(NAME, "delete")
        await send(*task)  # type: ignore[arg-type]

    drive.app.edits._send = later  # type: ignore[method-assign]
    await drive.press("e")
    assert _says(drive, "It was deleted meanwhile")
    await drive.press("d")
    await drive.press("o")
    assert isinstance(drive.app.screen, EditConflictDialog), "there is nothing to compare with or to overwrite"
    await drive.press("k")
    assert drive.remote(NAME)
    assert names(drive.left).count(NAME) == 1
    assert await drive.content(NAME) == b"mine"


async def test_a_failing_upload_says_where_the_text_is_and_can_be_repeated(
    drive: Driven, editor: Choose, tmp_path: Path
) -> None:
    drive.fail("quota_full", path="content", method="PUT")
    await drive.press("e")
    card = drive.card()
    kept = _kept(tmp_path)[0] / NAME
    assert card.title == "The drive is full"
    assert str(kept) in card.words
    assert kept.read_text() == "mine"
    await drive.press("r")
    assert await drive.content(NAME) == b"mine"
    assert _kept(tmp_path) == []


async def test_an_editor_that_ends_with_an_error_sends_nothing_unasked(
    drive: Driven, editor: Choose, tmp_path: Path
) -> None:
    editor("half a thought", "exit1")
    await drive.press("e")
    assert _says(drive, "The editor ended with error 1")
    await drive.press("enter")
    assert (await drive.content(NAME)).startswith(b"oat milk")
    assert len(_kept(tmp_path)) == 1
    await drive.press("e")
    await drive.press("s")
    assert await drive.content(NAME) == b"half a thought"


@pytest.mark.parametrize("command", ["/no/such/editor", "."])
async def test_an_editor_that_is_not_there_is_named(
    drive: Driven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("VISUAL", command)
    await drive.press("e")
    assert drive.card().title == "The editor could not be started"
    assert command in drive.card().words
    assert _kept(tmp_path) == []


async def test_without_any_editor_that_is_said(drive: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr("odtui.ui.edit_flow.find_editor", lambda environ: None)
    await drive.press("e")
    assert drive.card().title == "No editor was found"


async def test_where_the_terminal_cannot_be_handed_over_that_is_said(
    drive: Driven, editor: Choose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HeadlessDriver, "can_suspend", False)
    await drive.press("e")
    assert drive.card().title == "An editor cannot be shown here"
    assert _kept(tmp_path) == []
    await drive.press("escape")
    await drive.press("tab")
    cursor_to(drive.right, "Budget.csv")
    await drive.press("e")
    assert drive.card().title == "An editor cannot be shown here"


async def test_an_editor_that_removes_the_file_does_no_harm(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    editor("gone")
    await drive.press("e")
    assert drive.card().title
    assert (await drive.content(NAME)).startswith(b"oat milk")
    assert _kept(tmp_path) == []


async def test_a_download_that_fails_can_be_repeated(drive: Driven, editor: Choose, tmp_path: Path) -> None:
    drive.fail("status", status=403, code="accessDenied", path="/content$")
    await drive.press("e")
    assert drive.card().title == "You are not allowed to do this"
    assert _kept(tmp_path) == []
    await drive.press("escape")
    await drive.press("e")
    assert await drive.content(NAME) == b"mine"


async def test_a_large_file_is_asked_about(
    drive: Driven, editor: Choose, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odtui.ui.edit_flow.LARGE", 1)
    await drive.press("e")
    assert _says(drive, "Edit this large file?")
    await drive.press("enter")
    assert seen.path is None, "the safe answer"


async def test_a_folder_cannot_be_edited(drive: Driven, editor: Choose) -> None:
    cursor_to(drive.left, "Documents")
    await drive.press("e")
    assert drive.notices() == ["Only files can be edited."]


async def test_an_account_that_may_only_read_keeps_what_it_cannot_send(
    demo: DemoThread, tmp_path: Path, editor: Choose
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may write to a file without write permission")
    reading = Profile(client_id=PUBLIC_CLIENT, scopes=("Files.Read", "User.Read"))
    async with driven(demo, tmp_path, profile=reading) as drive:
        cursor_to(drive.left, NAME)
        await drive.press("e")
        assert drive.card().title == "It cannot be sent"
        assert "may only read" in drive.notices()[0]
        assert (_kept(tmp_path)[0] / NAME).read_text() == "mine"


async def test_after_a_crash_the_text_is_offered_again(demo: DemoThread, tmp_path: Path, editor: Choose) -> None:
    async with driven(demo, tmp_path, memory_only=False) as drive:
        cursor_to(drive.left, NAME)
        drive.fail("status", status=423, code="resourceLocked", method="PUT")
        await drive.press("e")
        await drive.press("escape")
        drive.app.edits._store.close()  # as the end of the process would
    shutil.rmtree(tmp_path / "here")
    async with driven(demo, tmp_path, memory_only=False) as drive:
        await settle(drive.pilot)
        assert isinstance(drive.app.screen, KeptEditDialog)
        assert _says(drive, "An edit has not been sent yet")
        await drive.press("enter")
        assert await drive.content(NAME) == b"mine"
        assert _kept(tmp_path) == []


async def test_another_account_s_text_is_not_offered(drive: Driven, editor: Choose) -> None:
    drive.fail("status", status=423, code="resourceLocked", method="PUT")
    await drive.press("e")
    await drive.press("escape")
    session = drive.app.accounts.session
    assert session is not None
    session.account = replace(session.account, id="somebody else")
    await drive.app.edits.offer(session)
    await settle(drive.pilot)
    assert isinstance(drive.app.screen, BrowserScreen)
