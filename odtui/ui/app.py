"""The app: theme, keys, transfers' lifetime, quitting. What concerns accounts is in account_flow.py."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from odtui.config.rates import parse_rate
from odtui.services.local_place import LocalPlace
from odtui.services.transfers import TransferService
from odtui.services.tree import Order
from odtui.services.words import Explained, Step
from odtui.ui.account_flow import AccountFlow
from odtui.ui.commands import BY_ID, bindings
from odtui.ui.demo_drive import DemoOptions
from odtui.ui.desktop_notice import notice_sequence
from odtui.ui.keynames import key_name, keys_in_use
from odtui.ui.quitting import Quitting
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.text import clean
from odtui.ui.theme import DEFAULT_THEME, THEMES
from odtui.ui.widgets.pane import FilePane

if TYPE_CHECKING:
    from odtui.services.session import Session
    from odtui.services.workspace import Workspace
    from odtui.ui.edit_flow import EditFlow
    from odtui.ui.permission_chooser import PermissionChooser
    from odtui.ui.place_chooser import PlaceChooser
    from odtui.ui.screens.sign_in import SignInScreen

log = logging.getLogger(__name__)


def _commands() -> type[Provider]:
    """The palette's commands, imported when the palette is opened."""
    from odtui.ui.palette import OdtuiCommands

    return OdtuiCommands


@dataclass(frozen=True, slots=True)
class Start:
    """How the app begins."""

    folder: Path
    """Folder of this computer that the right pane opens."""
    target: str | None = None
    """A path on OneDrive or a sharing link that the left pane opens; None: the top of the drive."""
    demo: DemoOptions | None = None


class OdtuiApp(App[None]):
    """OneDrive on the left, this computer on the right."""

    TITLE = "odtui"
    CSS_PATH: ClassVar = ["styles/browser.tcss", "styles/dialogs.tcss"]
    """What the first screen needs; the other screens bring their own when they are opened."""
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("app"))
    COMMANDS: ClassVar = App.COMMANDS | {_commands}

    def __init__(self, workspace: Workspace, start: Start, *, open_url: Callable[[str], bool] | None = None) -> None:
        """`open_url` starts a browser and says whether it could; None: there is none."""
        super().__init__()
        self._start = start
        self._open_url = open_url
        self.log_file = workspace.directories.log_file
        self.last_words = ""
        """What is left on the terminal: after a bug, or transfers that failed while nobody waited for them."""
        settings = workspace.settings
        self.transfers = TransferService(
            ask=lambda conflict: self.browser.questions.conflict(conflict),
            ask_preflight=lambda preflight: self.browser.questions.preflight(preflight),
            concurrency=settings.concurrent_transfers,
            bandwidth_limit=parse_rate(settings.bandwidth_limit),
            journal=workspace.journal,
            clock=workspace.clock,
            sleep=workspace.sleep,
        )
        order = Order(settings.sort, settings.sort_reverse, settings.show_hidden)
        self.browser = BrowserScreen(
            local=LocalPlace(start.folder), transfers=self.transfers, order=order, clock=workspace.clock
        )
        self.browser.read_only = workspace.read_only
        self.accounts = AccountFlow(self, workspace, start, open_url)
        self._edits: dict[Path, EditFlow] = {}
        self._handed_over = False
        self.quitting = Quitting(self, self.transfers)

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or key_name(binding.key)

    def get_default_screen(self) -> Screen[None]:
        return self.browser

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        settings = self.accounts.workspace.settings
        self.theme = settings.theme if settings.theme in self.available_themes else DEFAULT_THEME
        self.set_keymap(settings.keys)
        self.accounts.workspace.on_unsaved = self._tell_unsaved
        self.run_transfers()
        self.set_interval(1, self.transfers.tick)
        self.call_after_refresh(self._first_frame_drawn)

    def _first_frame_drawn(self) -> None:
        """The slow things come now.

        Long-lived objects no longer count for the garbage collector, and it runs less often: with a hundred thousand
        rows a full collection would be a pause that one feels.
        """
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()
        self.accounts.begin()

    @work(group="transfers")
    async def run_transfers(self) -> None:
        await self.transfers.run()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Only what the command table does not have."""
        yield SystemCommand("Theme", "Choose the colours.", self.action_change_theme)

    def watch_theme(self, theme: str) -> None:
        """A theme chosen in the palette is kept."""
        settings = self.accounts.workspace.settings
        if self.is_running and theme != settings.theme and theme in self.available_themes:
            self.accounts.settings.keep(replace(settings, theme=theme))

    @on(BrowserScreen.OrderChanged)
    def keep_order(self, event: BrowserScreen.OrderChanged) -> None:
        order = event.order
        self.accounts.settings.keep(
            replace(
                self.accounts.workspace.settings,
                sort=order.sort,
                sort_reverse=order.reverse,
                show_hidden=order.show_hidden,
            )
        )

    @cached_property
    def places(self) -> PlaceChooser:
        from odtui.ui.place_chooser import PlaceChooser

        return PlaceChooser(self, self.accounts, self._start)

    @cached_property
    def permissions(self) -> PermissionChooser:
        from odtui.ui.permission_chooser import PermissionChooser

        return PermissionChooser(self, self.accounts)

    @on(BrowserScreen.AccountsRequested)
    def choose_place(self, event: BrowserScreen.AccountsRequested) -> None:
        self.places.ask(event.pane)

    @on(BrowserScreen.GoRequested)
    def open_address(self, event: BrowserScreen.GoRequested) -> None:
        self.run_worker(self.places.open_address(event.pane, event.text), group="opening", exclusive=True)

    @property
    def edits(self) -> EditFlow:
        """For the workspace in use; the demo drive has its own."""
        from odtui.services.edit_store import EditStore
        from odtui.ui.edit_flow import EditFlow

        folder = self.accounts.workspace.directories.edits
        if folder not in self._edits:
            self._edits[folder] = EditFlow(self, EditStore(folder))
        return self._edits[folder]

    @on(FilePane.EditRequested)
    def edit_file(self, event: FilePane.EditRequested) -> None:
        self.edits.edit(event.pane, event.place, event.entry)

    async def offer_edits(self, session: Session) -> None:
        """Ask about texts of an earlier run that have not reached the drive."""
        if self.accounts.workspace.directories.edits.is_dir():
            await self.edits.offer(session)

    async def run_in_terminal(self, command: list[str]) -> int:
        """Give another program the terminal; its exit code. Raises SuspendNotSupported or OSError."""
        from odtui.ui.handing_over import run_in_terminal

        self._handed_over = True
        try:
            return await run_in_terminal(self, command)
        finally:
            self._handed_over = False

    def bell(self) -> None:
        """Not into a terminal that another program has."""
        if not self._handed_over:
            super().bell()

    def on_sign_in_screen_settings_requested(self, event: SignInScreen.SettingsRequested) -> None:
        self.accounts.settings.show(focus=event.field)

    @on(BrowserScreen.StepChosen)
    def take_step(self, event: BrowserScreen.StepChosen) -> None:
        self.accounts.steps.take(event.step, event.setting, event.pane)

    def show_error(self, explained: Explained) -> None:
        """An error card over whatever is shown; its steps lead on."""
        from odtui.ui.dialogs.error import ErrorDialog

        def leave(step: Step | None) -> None:
            if step is not None:
                self.accounts.steps.take(step, explained.setting)

        self.push_screen(ErrorDialog(explained), leave)

    def action_help(self) -> None:
        from odtui.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def _tell_unsaved(self, reason: str) -> None:
        """From a thread: the sign-in was renewed, but the next start may have to ask again."""
        words = clean(f"{reason} The session goes on, but the next start may ask you to sign in.")
        with suppress(RuntimeError):  # the app has ended meanwhile
            self.call_from_thread(self.notify, words, severity="warning", markup=False)

    def action_read_only(self) -> None:
        """Read-only mode on or off, for this run."""
        workspace = self.accounts.workspace
        workspace.read_only = not workspace.read_only
        self.browser.show_read_only(workspace.read_only)
        words = "Nothing on OneDrive is changed now." if workspace.read_only else "OneDrive can be changed again."
        self.notify(words, title="Read-only mode", markup=False)

    def action_ask_permission(self) -> None:
        self.permissions.choose()

    def action_settings(self) -> None:
        self.accounts.settings.show()

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Show an address in the browser; where there is none, as over SSH, it goes to the clipboard."""
        if self._open_url is not None and self._open_url(url):
            self.notify("It opens in your browser.", markup=False)
        else:
            self.copy_to_clipboard(url)
            self.notify("No browser was found here. The address is on the clipboard.", markup=False)

    def action_help_quit(self) -> None:
        """Ctrl+C, pressed by habit: say which keys leave."""
        keys = " or ".join(keys_in_use(BY_ID["app.quit"], self._keymap).split(" ")[:2])
        self.notify(f"Ctrl+C does not quit. Press {keys} to leave odtui.", markup=False)

    async def action_quit(self) -> None:
        """Leaves at once when nothing is lost by it, else asks."""
        self.quitting.ask()

    @on(BrowserScreen.AllEnded)
    def leave_if_waited(self) -> None:
        self.quitting.all_ended()

    @on(BrowserScreen.StayChosen)
    def stay(self) -> None:
        self.quitting.stay()

    @on(BrowserScreen.LongJobsEnded)
    def tell_ended(self, event: BrowserScreen.LongJobsEnded) -> None:
        """A toast, the bell, and a notice of the desktop where the terminal knows how."""
        ended = event.ended
        if not ended.failed:  # failures have had their toast
            self.notify(ended.words, title=ended.title, timeout=10, markup=False)
        if self.accounts.workspace.settings.notify:
            self.bell()
            self.write_terminal(notice_sequence(ended.title, ended.words, os.environ))

    def write_terminal(self, sequence: str) -> None:
        """Send a control sequence to the terminal, unless another program has it just now."""
        if sequence and self._driver is not None and not self.is_headless and not self._handed_over:
            self._driver.write(sequence)

    async def on_unmount(self) -> None:
        await self.transfers.close()  # while its connections are open
        await self.accounts.aclose()

    def _handle_exception(self, error: Exception) -> None:
        """A bug: the traceback goes to the log with its secrets taken out, the terminal gets `last_words`.

        Textual's own report prints every local variable, tokens among them.
        """
        self._return_code = 1
        log.critical("unhandled", exc_info=error)
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.last_words = (
                f"odtui has stopped because of a bug ({type(error).__name__}).\nThe log says more: {self.log_file}"
            )
        self._close_messages_no_wait()
