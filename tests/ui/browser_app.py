"""The browser on places in memory, and the way to wait for it without sleeping."""

import contextlib
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerCancelled

import odtui.ui
from odtui.auth.accounts import Account
from odtui.graph.models import Drive, Quota
from odtui.services.entry import LOCAL_DRIVE, Entry
from odtui.services.tree import Order
from odtui.ui.commands import bindings
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.theme import THEMES
from odtui.ui.widgets.pane import FilePane
from tests.services.fakes import FakePlace
from tests.ui.fake_transfers import FakeTransfers

STYLES = Path(odtui.ui.__file__).parent / "styles"
GIB = 1024**3


class FakeSession:
    """Somebody who is signed in."""

    def __init__(self, place: FakePlace) -> None:
        self.place = place
        self.account = Account(id="a", profile="default", username="anna.larsen@contoso.com", name="Anna Larsen")
        self.drive = Drive(id="fake", drive_type="personal", quota=Quota(total=15 * GIB, used=int(12.4 * GIB)))
        self.asked = 0

    def has(self, place: object) -> bool:
        return place is self.place

    async def refresh_quota(self) -> Drive:
        self.asked += 1
        return self.drive


class BrowserApp(App[None]):
    """Only the browser. `heard` keeps what the screen asks of the app."""

    CSS_PATH: ClassVar = [STYLES / "browser.tcss", STYLES / "dialogs.tcss"]
    BINDINGS: ClassVar = list(bindings("app"))
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        cloud: FakePlace | None = None,
        local: FakePlace | None = None,
        *,
        transfers: FakeTransfers | None = None,
        order: Order = Order(),  # noqa: B008 - frozen
        theme: str = "odtui-dark",
    ) -> None:
        """`cloud`: None leaves the left pane connecting."""
        super().__init__()
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self.animation_level = "none"
        self.cloud = cloud
        self.local = local or local_place({})
        self.transfers = transfers or FakeTransfers()
        self.browser = BrowserScreen(local=self.local, transfers=self.transfers, order=order)  # type: ignore[arg-type]
        self.browser.questions.grace = 0
        self.browser.gather = 3600
        self.heard: list[Any] = []
        self.opened: list[str] = []

    def get_default_screen(self) -> Screen[None]:
        return self.browser

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        for field in self.browser.query(Input):
            field.cursor_blink = False
        if self.cloud is not None:
            self.browser.connected(FakeSession(self.cloud))  # type: ignore[arg-type]

    def on_browser_screen_accounts_requested(self, event: BrowserScreen.AccountsRequested) -> None:
        self.heard.append(event)

    def on_browser_screen_step_chosen(self, event: BrowserScreen.StepChosen) -> None:
        self.heard.append(event)

    def on_browser_screen_go_requested(self, event: BrowserScreen.GoRequested) -> None:
        self.heard.append(event)

    def on_browser_screen_order_changed(self, event: BrowserScreen.OrderChanged) -> None:
        self.heard.append(event)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        self.opened.append(url)

    @property
    def left(self) -> FilePane:
        return self.browser.left

    @property
    def right(self) -> FilePane:
        return self.browser.right

    @property
    def notices(self) -> list[str]:
        """The toasts so far."""
        return [str(notice.message) for notice in self._notifications]


def local_place(tree: dict[str, bytes | None], **options: Any) -> FakePlace:
    """This computer, in memory."""
    place = FakePlace(tree, id="local", label="This computer", is_local=True, **options)
    place.drive_id = LOCAL_DRIVE
    return place


async def settle(pilot: Pilot[Any], *, without: str = "") -> None:
    """Wait until the workers of the panes have ended, those of questions excepted, and everything is drawn."""
    await pilot.pause()
    idle = False
    while not idle:
        idle = True
        for worker in list(pilot.app.workers):
            if worker.is_finished or worker.group in ("question", without):
                continue
            idle = False
            with contextlib.suppress(WorkerCancelled):
                await worker.wait()
        await pilot.pause()


def names(pane: FilePane) -> list[str]:
    """The rows, two spaces for each level of depth."""
    return ["  " * node.depth + node.entry.name for node in pane.tree_view.rows]


def at(pane: FilePane) -> str:
    """The name under the cursor."""
    entry: Entry | None = pane.tree_view.entry
    return entry.name if entry is not None else ""
