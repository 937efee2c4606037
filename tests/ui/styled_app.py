"""An app with odtui's look and nothing else, for tests of one screen."""

from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

import odtui.ui
from odtui.ui.theme import THEMES

_STYLES = Path(odtui.ui.__file__).parent / "styles"


class StyledApp(App[None]):
    """Shows one screen above a backdrop and keeps what it was left with."""

    CSS_PATH: ClassVar = [_STYLES / f"{name}.tcss" for name in ("dialogs", "settings", "sign_in", "help")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, screen: Screen[Any], *, theme: str = "odtui-dark") -> None:
        super().__init__()
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self.animation_level = "none"
        self.shown = screen
        self.answers: list[Any] = []
        """What the screen was dismissed with; one element once it is gone."""

    def compose(self) -> ComposeResult:
        yield Static(Content("\n".join(f"  Report {number:02}.docx" for number in range(1, 60))))

    def on_mount(self) -> None:
        self.push_screen(self.shown, self.answers.append)
