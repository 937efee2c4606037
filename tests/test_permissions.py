"""Permissions in the whole app: what is missing is named, asked for in place, and read-only mode sends no change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odtui.demo.thread import DemoThread
from odtui.ui.commands import BY_ID, COMMANDS
from odtui.ui.screens.sign_in import SignInScreen
from tests.app_harness import PROFILE, Driven, cursor_to, driven, names, screen_text, settle

READER = replace(PROFILE, scopes=("Files.Read", "User.Read"))
READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


async def test_a_missing_permission_is_named_and_one_key_asks_for_it_in_place(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, profile=READER) as run:
        await run.open("Documents")
        here, place = names(run.left), run.left.place
        await run.press("r")
        assert run.notices()[-1] == "Rename needs the permission Files.ReadWrite here. Press + to ask for it."
        await run.press("plus")
        assert any("● Files.ReadWrite " in line for line in screen_text(run.app))
        await run.press("enter")
        assert isinstance(run.app.screen, SignInScreen)
        await run.press("enter")
        assert run.app.screen is run.app.browser
        session = run.app.accounts.session
        assert session is not None
        assert "Files.ReadWrite" in session.account.granted
        assert run.left.place is place
        assert names(run.left) == here
        await run.press("n")
        await run.pilot.press(*"Mine", "enter")
        await settle(run.pilot)
        assert "Mine" in names(run.left)
        assert run.remote("/Documents/Mine")


async def test_leaving_the_question_leaves_everything_as_it_was(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, profile=READER) as run:
        session = run.app.accounts.session
        await run.press("plus", "enter", "escape")
        assert run.app.screen is run.app.browser
        assert run.app.accounts.session is session
        await run.press("n")
        assert "needs the permission" in run.notices()[-1]


async def test_a_refused_change_counts_until_the_folder_is_refreshed(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as run:
        run.fail("status", path="/items/", method="PATCH", status=403, code="accessDenied", times=1)
        cursor_to(run.left, "Welcome to OneDrive.md")
        await run.press("r")
        await run.pilot.press("x", "enter")
        await settle(run.pilot)
        assert "not allowed" in run.card().title
        await run.press("escape")
        await run.press("d")
        assert "OneDrive refused a change here" in run.notices()[-1]
        assert "Press Ctrl+R" in run.notices()[-1]
        await run.press("ctrl+r")
        cursor_to(run.left, "Welcome to OneDrive.md")
        await run.press("d")
        assert run.app.screen is not run.app.browser
        await run.press("escape")
        run.mend()


def sent_changes(run: Driven) -> list[str]:
    return [
        f"{entry.method} {entry.path}"
        for entry in run.demo.state.log.entries()
        if entry.host.startswith("graph.") and entry.method not in READING
    ]


async def back_to_the_browser(run: Driven) -> None:
    """Close whatever a command has opened, having tried to confirm it: y answers a question, and makes a new name."""
    for key in ("y", "enter", "enter"):
        if run.app.screen is run.app.browser:
            return
        await run.press(key)
    while run.app.screen is not run.app.browser:
        await run.press("escape")


SKIPPED = ("app.quit", "app.read_only", "app.permission", "app.accounts", "app.palette", "app.settings", "app.help")
"""They leave the browser, or are about other things."""
TO_ONEDRIVE = ("items.copy", "items.move", "items.upload")
"""What can change OneDrive from the pane of this computer, whose own files are nobody's to delete here."""


async def test_no_command_changes_anything_in_read_only_mode(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as run:
        await run.press("W")
        assert any("Read only" in line for line in screen_text(run.app))
        demo.state.log.clear()
        run.app.browser.focus_pane(run.right)
        for command in TO_ONEDRIVE:
            await run.press(BY_ID[command].keys.split(",")[0])
            assert "read-only mode" in run.notices()[-1]
        run.app.browser.focus_pane(run.left)
        for command in COMMANDS:
            if command.where != "pane" or command.id in SKIPPED:
                continue
            if run.left.view == "tree" and run.left.tree_view.rows:
                run.left.tree_view.go(min(3, len(run.left.tree_view.rows) - 1))
            await run.press(command.keys.split(",")[0])
            await back_to_the_browser(run)
            run.app.browser.focus_pane(run.left)
        assert sent_changes(run) == []


async def test_read_only_mode_can_be_left_again(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as run:
        await run.press("W")
        await run.press("n")
        assert run.notices()[-1] == "odtui is in read-only mode. Press W to leave it."
        await run.press("W")
        assert not any("Read only" in line for line in screen_text(run.app))
        await run.press("n")
        assert run.app.screen is not run.app.browser
        await run.press("escape")


async def test_a_revoked_session_signs_in_again_in_place(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as run:
        await run.open("Documents")
        place, here = run.left.place, names(run.left)
        demo.state.demand(interactive=True)
        try:
            await run.press("ctrl+r")
            assert "one more proof" in run.card().title
            await run.press("enter")
            assert isinstance(run.app.screen, SignInScreen)
            await run.press("enter")
            assert run.app.screen is run.app.browser
            assert run.no_card()
            assert run.left.place is place
            assert names(run.left) == here
        finally:
            demo.state.challenge = None


async def test_a_renewed_sign_in_that_cannot_be_stored_is_told_once_and_used(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    async with driven(demo, tmp_path, memory_only=False) as run:
        monkeypatch.setattr("odtui.auth.cache.write_atomic", full)
        for _ in range(2):
            demo.state.epochs.tokens += 1
            await run.press("ctrl+r")
            assert "Documents" in names(run.left)
            assert run.no_card()
        assert run.notices() == [
            "The sign-in cannot be stored: No space left on device. "
            "The session goes on, but the next start may ask you to sign in."
        ]
