"""The whole way, once: settings, sign-in, browse, preview, upload, rename, download, delete, over real HTTP."""

from pathlib import Path

from odtui.config.paths import Directories
from odtui.config.settings import Settings
from odtui.config.store import SettingsStore
from odtui.demo.visitor import open_url as approve
from odtui.services.workspace import Workspace
from odtui.ui.app import OdtuiApp, Start
from odtui.ui.demo_drive import DemoOptions
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.screens.settings import SettingsScreen
from odtui.ui.screens.sign_in import SignInScreen
from tests.app_harness import cursor_to, names, settle, transferred


def make_app(tmp_path: Path, demo: DemoOptions, target: str | None = None) -> OdtuiApp:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "Minutes of May.txt").write_text("We agreed on the blue one.\n", encoding="utf-8")
    directories = Directories.below(tmp_path / "home")
    workspace = Workspace(SettingsStore(directories.settings_file), Settings(), directories)
    return OdtuiApp(workspace, Start(folder, target, demo), open_url=approve)


async def test_a_newcomer_signs_in_and_uses_a_drive(tmp_path: Path) -> None:
    app = make_app(tmp_path, DemoOptions(first_run=True))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, SettingsScreen)
        await pilot.press("f2")
        await settle(pilot)
        assert isinstance(app.screen, SignInScreen)
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(app.screen, BrowserScreen)
        left, right = app.browser.left, app.browser.right
        assert "Documents" in names(left)
        assert names(right) == ["Minutes of May.txt"]

        cursor_to(left, "Welcome to OneDrive.md")
        await pilot.press("v")
        await settle(pilot)
        assert right.view == "preview"
        await pilot.press("escape")
        await settle(pilot)
        assert right.view == "tree"

        await pilot.press("tab")
        job = await transferred(app, pilot, "c")
        assert (job.state, job.done) == ("done", 27)
        assert "Minutes of May.txt" in names(left)

        await pilot.press("tab")
        cursor_to(left, "Minutes of May.txt")
        await pilot.press("r")
        await pilot.pause()
        await pilot.press(*"Protocol", "enter")
        await settle(pilot)
        assert "Protocol.txt" in names(left)
        assert "Minutes of May.txt" not in names(left)

        cursor_to(left, "Protocol.txt")
        job = await transferred(app, pilot, "c")
        assert job.state == "done"
        assert (tmp_path / "here" / "Protocol.txt").read_text(encoding="utf-8") == "We agreed on the blue one.\n"
        assert sorted(names(right)) == ["Minutes of May.txt", "Protocol.txt"]

        cursor_to(left, "Protocol.txt")
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert "Protocol.txt" in names(left), "Enter on the dialog is the safe answer"
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert "Protocol.txt" not in names(left)
        assert (tmp_path / "here" / "Protocol.txt").exists()
    assert not list((tmp_path / "home").rglob("*")), "the demo leaves nothing of its sign-in behind"


async def test_the_demo_opens_signed_in_at_the_address_given(tmp_path: Path) -> None:
    app = make_app(tmp_path, DemoOptions(items=450), target="/Many files")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, BrowserScreen)
        assert len(names(app.browser.left)) == 450
