"""The whole app, signed in to a demo server of this process, driven by keys and read from its screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.containers import VerticalGroup
from textual.pilot import Pilot
from textual.widgets import Static
from textual.worker import WorkerCancelled

from odtui.auth.secrets import store_secret
from odtui.config.paths import Directories
from odtui.config.settings import Profile, Settings
from odtui.config.store import SettingsStore
from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.control import Change, change, find
from odtui.demo.faults import Rule
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import open_url as approve
from odtui.net.reroute import Routes
from odtui.services.transfers import Job
from odtui.services.workspace import Workspace
from odtui.ui.app import OdtuiApp, Start
from odtui.ui.dialogs.job import JobDialog
from odtui.ui.widgets.buttons import KeyButton
from odtui.ui.widgets.error_card import ErrorCard
from odtui.ui.widgets.field import Field
from odtui.ui.widgets.pane import FilePane
from odtui.ui.widgets.pane_card import PaneCard
from tests.services.conftest import Clock

LOCAL = {"Minutes of May.txt": b"We agreed on the blue one.\n", "Budget.csv": b"cost;12\n"}
"""The files of this computer."""
ENDLESS = ("transfers", "question")
"""Workers that end with the app, or when somebody answers."""


async def settle(pilot: Pilot[Any]) -> None:
    """Until every worker has ended, but the one that runs transfers and those that wait for an answer."""
    await pilot.pause()
    while running := [worker for worker in pilot.app.workers if not (worker.is_finished or worker.group in ENDLESS)]:
        for worker in running:
            with suppress(WorkerCancelled):
                await worker.wait()
        await pilot.pause()


async def transferred(app: OdtuiApp, pilot: Pilot[Any], press: str) -> Job:
    """The snapshot of the job that a key started, when it has ended."""
    ended: asyncio.Future[Job] = asyncio.get_running_loop().create_future()

    def look(job: Job) -> None:
        if job.state.ended and not ended.done():
            ended.set_result(job)

    stop = app.transfers.watch(look)
    await pilot.press(press)
    job = await ended
    stop()
    await settle(pilot)
    return job


def names(pane: FilePane) -> list[str]:
    return [node.entry.name for node in pane.tree_view.rows]


def cursor_to(pane: FilePane, name: str) -> None:
    pane.tree_view.go(names(pane).index(name))


def screen_text(app: OdtuiApp) -> list[str]:
    """The lines on the screen, as they are drawn."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


@dataclass(frozen=True, slots=True)
class Card:
    """The error card on the screen, as a user reads it."""

    title: str
    words: str
    """Why, and what to do."""
    keys: str
    """The buttons with their keys."""
    details: str


@dataclass(slots=True)
class Driven:
    """A running app, its server, and what lies on both sides."""

    app: OdtuiApp
    pilot: Pilot[Any]
    demo: DemoThread
    disk: Path
    clock: Clock

    @property
    def left(self) -> FilePane:
        return self.app.browser.left

    @property
    def right(self) -> FilePane:
        return self.app.browser.right

    async def press(self, *keys: str) -> None:
        """Press, and wait for what comes of it."""
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def transfer(self, name: str, key: str = "c") -> Job:
        """Send a row of the active pane to the other one."""
        cursor_to(self.app.browser.active, name)
        return await transferred(self.app, self.pilot, key)

    async def ended(self, key: str) -> Job:
        """The job that a key has started again, when it is over."""
        return await transferred(self.app, self.pilot, key)

    async def content(self, name: str) -> bytes:
        """The whole content of a row of the left pane."""
        place = self.left.place
        assert place is not None
        entry = next(node.entry for node in self.left.tree_view.rows if node.entry.name == name)
        return await place.read(entry, 0, 64 << 20)

    def focused_field(self) -> str | None:
        """The field of the settings that has the focus."""
        focused = self.app.focused
        fields = [each.id for each in focused.ancestors_with_self if isinstance(each, Field)] if focused else []
        return fields[0] if fields else None

    async def open(self, *path: str) -> None:
        """Go from folder to folder in the active pane."""
        for name in path:
            cursor_to(self.app.browser.active, name)
            await self.press("enter")

    def fail(self, kind: str, **rule: Any) -> None:
        """The server does this to the next request that fits."""
        self.demo.state.faults.add(Rule(kind=kind, **rule))  # type: ignore[arg-type]  # by name

    def mend(self) -> None:
        self.demo.state.faults.clear()

    def change(self, path: str, action: str, value: str = "") -> None:
        """Somebody else changes the drive."""
        change(self.demo.state, Change(path=path, action=action, value=value))

    def remote(self, path: str) -> bool:
        """Whether something is at a path of the drive."""
        try:
            find(self.demo.state.drives["ada"], path)
        except LookupError:
            return False
        return True

    def card(self) -> Card:
        """The one error card, or the view of a transfer; its title must have been drawn."""
        if isinstance(self.app.screen, JobDialog):
            return self._job_card(self.app.screen)
        card = next(each for each in self.app.screen.query(ErrorCard) if each.is_on_screen)
        above = next(each for each in card.ancestors if isinstance(each, PaneCard | VerticalGroup))
        title = above.explained.title if isinstance(above, PaneCard) else str(above.border_title)
        assert any(title[:24] in line for line in screen_text(self.app)), "the title is drawn"
        words = [str(line.render()) for line in card.query(".why, .advice").results(Static)]
        keys = [button.label.plain for button in card.query(KeyButton)]
        return Card(title, " ".join(words), ", ".join(keys), card.details)

    def _job_card(self, dialog: JobDialog) -> Card:
        words = " ".join(str(line.render()) for line in dialog.query("#facts, #job-problem").results(Static))
        keys = [button.label.plain for button in dialog.query(KeyButton) if button.display]
        return Card(dialog.job.name, words, ", ".join(keys), dialog.job.details)

    def no_card(self) -> bool:
        return not any(each.is_on_screen for each in self.app.screen.query(ErrorCard))

    def notices(self) -> list[str]:
        """What toasts say, oldest first."""
        return [f"{note.title} {note.message}".strip() for note in self.app._notifications]

    async def check_other_pane(self) -> None:
        """The pane of this computer lists again and moves its cursor. It has the focus then."""
        if self.app.browser.active is self.left:
            await self.pilot.press("tab")
        assert self.app.focused is self.right.tree_view
        await self.press("ctrl+r", "home", "down")
        assert set(names(self.right)) >= set(LOCAL)
        assert self.right.tree_view.cursor == 1


PROFILE = Profile(client_id=PUBLIC_CLIENT)


@asynccontextmanager
async def driven(
    demo: DemoThread,
    tmp_path: Path,
    *,
    profile: Profile = PROFILE,
    others: Sequence[Profile] = (),
    secret: str = "",
    signed_in: bool = True,
    memory_only: bool = True,
    later: Routes | None = None,
    browser: Callable[[str], bool] = approve,
    size: tuple[int, int] = (110, 30),
) -> AsyncIterator[Driven]:
    """The app over a server.

    Args:
        profile: The one in use.
        others: What the settings have besides.
        secret: The client secret that was entered in the settings.
        memory_only: Whether nothing of the sign-in is kept in files.
        signed_in: Whether an account is known already; else the app begins with the sign-in.
        later: Where requests go from the start of the app on, if not to the server.
        browser: What opens sign-in pages.
    """
    disk = tmp_path / "here"
    disk.mkdir()
    for name, data in LOCAL.items():
        (disk / name).write_bytes(data)
    clock = Clock()
    directories = Directories.below(tmp_path / "home")
    routes = Routes(frozenset(demo.hosts), demo.base)
    workspace = Workspace(
        SettingsStore(directories.settings_file),
        Settings(profile=profile.name, profiles={each.name: each for each in (profile, *others)}),
        directories,
        routes=routes,
        memory_only=memory_only,
        sleep=clock.sleep,
        clock=clock,
    )
    if secret:
        store_secret(profile, secret, directories, memory_only=True)
    if signed_in:
        authenticator = workspace.authenticator(profile)
        await authenticator.sign_in_browser(open_url=approve, show_url=lambda _url: None)
    workspace.routes = later or routes
    app = OdtuiApp(workspace, Start(disk), open_url=browser)
    app.animation_level = "none"
    app.browser.questions.grace = 0
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield Driven(app, pilot, demo, disk, clock)
    assert not demo.state.crashes
