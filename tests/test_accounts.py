"""Several accounts at once: each pane its own, signing in again in place, signing out of one, profiles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import OptionList, Select

from odtui.demo.clients import CONFIDENTIAL_CLIENT
from odtui.demo.control import Expiry, expire
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import approve
from odtui.services.transfers import JobState
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.pick import PickDialog
from odtui.ui.dialogs.signed_in import SignedInDialog
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.screens.settings import SettingsScreen
from odtui.ui.screens.sign_in import SignInScreen
from tests.app_harness import LOCAL, PROFILE, Driven, driven, names, screen_text
from tests.auth.live import files_below

WELCOME, PRIVATE = "Welcome to OneDrive.md", "Private"
ADA, GRACE = "ada.lindqvist@outlook.example", "grace.okafor@outlook.example"
HOME = replace(PROFILE, name="home")


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


def as_grace(url: str) -> bool:
    threading.Thread(target=approve, args=(url,), kwargs={"account": "grace"}, daemon=True).start()
    return True


def status(odtui: Driven) -> str:
    """The status line, above the keys."""
    return screen_text(odtui.app)[-2]


async def choose(odtui: Driven, *words: str) -> None:
    """Take the first line with all of these words from the list behind `a`."""
    await odtui.press("a")
    assert isinstance(odtui.app.screen, PickDialog)
    rows = odtui.app.screen.query_one(OptionList)
    lines = [str(option.prompt) for option in rows.options]
    rows.highlighted = next(index for index, line in enumerate(lines) if all(word in line for word in words))
    await odtui.press("enter")


async def both(odtui: Driven) -> None:
    """Ada on the left, Grace on the right, where the focus is."""
    await odtui.press("tab")
    await choose(odtui, "another account")
    await odtui.press("enter")
    assert WELCOME in names(odtui.left)
    assert PRIVATE in names(odtui.right)


async def test_each_pane_shows_its_own_account_and_the_status_line_that_of_the_active_one(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path, browser=as_grace) as odtui:
        await both(odtui)
        assert GRACE in status(odtui)
        assert "OneDrive ada.lindqvist" in screen_text(odtui.app)[0]
        assert "OneDrive grace.okafor" in screen_text(odtui.app)[0]
        assert any(f"Signed in as Grace Okafor ({GRACE})" in notice for notice in odtui.notices())
        await odtui.press("tab")
        assert ADA in status(odtui)


async def test_enter_signs_in_where_the_pane_has_said_to_press_a(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        await odtui.press("escape")
        assert "Press a to sign in" in "".join(screen_text(odtui.app))
        await odtui.press("a")
        await odtui.press("enter")
        assert isinstance(odtui.app.screen, SignInScreen)


async def test_an_open_drive_is_shown_again_without_a_request_for_it(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, browser=as_grace) as odtui:
        await both(odtui)
        await choose(odtui, "This computer")
        assert set(names(odtui.right)) == set(LOCAL)
        seen = len(demo.state.log.entries("/me/drive$"))
        await choose(odtui, GRACE)
        assert PRIVATE in names(odtui.right)
        assert len(demo.state.log.entries("/me/drive$")) == seen


async def test_files_go_from_one_account_to_the_other(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, browser=as_grace) as odtui:
        await both(odtui)
        await odtui.press("tab")
        job = await odtui.transfer(WELCOME)
        assert job.state is JobState.DONE
        assert WELCOME in names(odtui.right)


async def test_only_the_account_whose_session_ended_signs_in_again_in_place(demo: DemoThread, tmp_path: Path) -> None:
    people = iter(["grace", "ada"])

    def person(url: str) -> bool:
        threading.Thread(target=approve, args=(url,), kwargs={"account": next(people)}, daemon=True).start()
        return True

    async with driven(demo, tmp_path, browser=person) as odtui:
        await both(odtui)
        graces = odtui.app.browser.session
        await odtui.press("tab")
        await odtui.open("Documents")
        expire(demo.state, Expiry(tokens=True, refresh=True))
        await odtui.open("House")
        assert odtui.card().title == "You need to sign in again"
        await odtui.press("s")
        assert isinstance(odtui.app.screen, SignInScreen)
        assert "session ended" in "\n".join(screen_text(odtui.app))
        await odtui.press("enter")
        assert isinstance(odtui.app.screen, BrowserScreen)
        assert odtui.left.trail[-1].name == "House"
        assert odtui.no_card()
        assert odtui.app.accounts.open.of(odtui.right.place).session is graces  # type: ignore[union-attr]


async def test_signing_out_of_one_account_leaves_the_other(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, browser=as_grace) as odtui:
        await both(odtui)
        await choose(odtui, "Sign out", GRACE)
        assert isinstance(odtui.app.screen, ConfirmDialog)
        assert "Files stay where they are" in "\n".join(screen_text(odtui.app))
        await odtui.press("y")
        assert set(names(odtui.right)) == set(LOCAL)
        assert WELCOME in names(odtui.left)
        assert ADA in status(odtui)
        assert "OneDrive ada" not in screen_text(odtui.app)[0]
        await odtui.press("H")
        assert set(names(odtui.right)) == set(LOCAL), "Back does not lead to an account that is gone"
        await odtui.press("a")
        assert GRACE not in "\n".join(screen_text(odtui.app))


async def test_signing_out_of_the_last_account_leaves_no_token_behind(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, memory_only=False) as odtui:
        assert any(name.startswith("tokens-") for name in files_below(tmp_path / "home"))
        await choose(odtui, "Sign out", ADA)
        await odtui.press("y")
        assert "browser may still be signed in" in " ".join(odtui.left.tree_view.hint.split())
        assert not any(name.startswith("tokens-") for name in files_below(tmp_path / "home"))


async def test_accounts_of_other_profiles_are_listed_and_opened_in_the_pane_that_asked(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path, others=[HOME], browser=as_grace) as odtui:
        await odtui.press("tab")
        await choose(odtui, "another account", "profile home")
        assert "home ·" in "\n".join(screen_text(odtui.app))
        await odtui.press("b")
        assert PRIVATE in names(odtui.right)
        assert odtui.app.accounts.workspace.draft.name == "home"
        await odtui.press("a")
        lines = "\n".join(screen_text(odtui.app))
        assert f"{ADA}  profile default" in lines
        assert f"{GRACE}  profile home" in lines


async def test_an_account_that_cannot_connect_leaves_the_panes_as_they_were(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, browser=as_grace) as odtui:
        demo.state.faults.clear()
        await odtui.press("tab")
        await choose(odtui, "another account")
        odtui.fail("status", status=403, code="accessDenied", path="/me/drive$")
        await odtui.press("b")
        assert odtui.card().title == "You are not allowed to do this"
        assert WELCOME in names(odtui.left)
        assert set(names(odtui.right)) == set(LOCAL)
        await odtui.press("escape")
        assert ADA in status(odtui)


async def test_the_card_of_an_account_that_cannot_connect_is_about_that_account(
    demo: DemoThread, tmp_path: Path
) -> None:
    people = iter(["grace", "grace"])

    def person(url: str) -> bool:
        threading.Thread(target=approve, args=(url,), kwargs={"account": next(people)}, daemon=True).start()
        return True

    async with driven(demo, tmp_path, browser=person) as odtui:
        await odtui.press("tab")
        await choose(odtui, "another account")
        odtui.fail("unauthorized", path="/me/drive$", times=2)
        await odtui.press("b")
        assert odtui.card().title == "You need to sign in again"
        await odtui.press("s")
        assert f"{GRACE} · session ended" in "\n".join(screen_text(odtui.app))
        await odtui.press("enter")
        assert PRIVATE in names(odtui.right)
        assert WELCOME in names(odtui.left)


async def test_other_permissions_in_the_settings_lead_to_signing_in_for_them(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, memory_only=False) as odtui:
        await odtui.press("ctrl+o")
        odtui.app.screen.query_one("#preset", Select).value = "shared"
        await odtui.press("f2")
        assert isinstance(odtui.app.screen, SignInScreen)
        assert "Other permissions are chosen now" in "\n".join(screen_text(odtui.app))
        await odtui.press("enter")
        assert isinstance(odtui.app.screen, BrowserScreen)
        assert WELCOME in names(odtui.left)
        (known,) = odtui.app.accounts.open
        assert "Files.ReadWrite.All" in known.session.account.granted


async def test_another_theme_in_the_settings_does_not_touch_the_session(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Documents")
        session = odtui.app.browser.session
        await odtui.press("ctrl+o")
        odtui.app.screen.query_one("#theme Select", Select).value = "odtui-light"
        await odtui.press("f2")
        assert odtui.app.theme == "odtui-light"
        assert odtui.app.browser.session is session
        assert odtui.left.trail[-1].name == "Documents"


async def test_what_was_not_granted_is_told_with_what_it_means(demo: DemoThread, tmp_path: Path) -> None:
    demo.state.withheld = {"files.readwrite"}
    profile = replace(PROFILE, scopes=("Files.Read", "Files.ReadWrite", "User.Read"))
    async with driven(demo, tmp_path, profile=profile, signed_in=False) as odtui:
        await odtui.press("b")
        assert isinstance(odtui.app.screen, SignedInDialog)
        lines = "\n".join(screen_text(odtui.app))
        assert "Ada Lindqvist" in lines
        assert "OneDrive Personal" in lines
        assert "✗ Files.ReadWrite was not granted." in lines
        assert "cannot upload, rename, move and delete your files" in lines
        await odtui.press("enter")
        assert isinstance(odtui.app.screen, BrowserScreen)
        assert WELCOME in names(odtui.left)


async def test_from_there_one_key_leads_to_the_permissions(demo: DemoThread, tmp_path: Path) -> None:
    demo.state.withheld = {"user.read"}
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        await odtui.press("b", "o")
        assert isinstance(odtui.app.screen, SettingsScreen)
        assert odtui.focused_field() == "scopes"


async def test_deleting_a_profile_forgets_its_account_and_keeps_the_other(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, others=[HOME], browser=as_grace, memory_only=False) as odtui:
        await odtui.press("tab")
        await choose(odtui, "another account", "profile home")
        await odtui.press("b")
        tokens = [name for name in files_below(tmp_path / "home") if name.startswith("tokens-")]
        assert len(tokens) == 2
        await odtui.press("ctrl+o", "f8")
        assert isinstance(odtui.app.screen, ConfirmDialog)
        await odtui.press("y")
        assert isinstance(odtui.app.screen, SettingsScreen)
        assert list(odtui.app.accounts.workspace.settings.profiles) == ["default"]
        await odtui.press("escape")
        assert set(names(odtui.right)) == set(LOCAL)
        assert WELCOME in names(odtui.left)
        assert len([name for name in files_below(tmp_path / "home") if name.startswith("tokens-")]) == 1


async def test_a_profile_with_another_name_signs_in_anew_and_leaves_nothing_behind(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path, memory_only=False) as odtui:
        await odtui.press("ctrl+o")
        odtui.app.screen.query_one("#name Input").value = "work"  # type: ignore[attr-defined]
        await odtui.press("f2")
        assert isinstance(odtui.app.screen, SignInScreen)
        assert not any(name.startswith("tokens-") for name in files_below(tmp_path / "home"))
        await odtui.press("enter")
        assert WELCOME in names(odtui.left)
        assert list(odtui.app.accounts.workspace.settings.profiles) == ["work"]


async def test_a_new_profile_stands_beside_the_old_one(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, others=[HOME], browser=as_grace) as odtui:
        await odtui.press("ctrl+o")
        odtui.app.screen.query_one("#profile Select", Select).value = ""
        await odtui.press()
        odtui.app.screen.query_one("#client_id Input").value = CONFIDENTIAL_CLIENT  # type: ignore[attr-defined]
        await odtui.press("f2")
        workspace = odtui.app.accounts.workspace
        assert list(workspace.settings.profiles) == ["default", "home", "profile-2"]
        assert workspace.settings.profile == "default"
        assert workspace.draft.client_id == CONFIDENTIAL_CLIENT
        assert isinstance(odtui.app.screen, SignInScreen)


async def test_a_further_proof_is_brought_by_the_browser_even_where_a_device_code_is_usual(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path, profile=replace(PROFILE, sign_in="device")) as odtui:
        odtui.fail("challenge", interactive=True)
        await odtui.open("Documents")
        assert odtui.card().title == "Microsoft wants one more proof that it is you"
        await odtui.press("s")
        assert "Microsoft wants a further proof" in "\n".join(screen_text(odtui.app))
        await odtui.press("enter")
        assert odtui.no_card()
        assert "Ideas.md" in names(odtui.left)
