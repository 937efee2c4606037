"""A sign that something goes on."""

from textual.reactive import reactive
from textual.widgets import Static

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Spinner(Static):
    """One cell that turns; it stands still where animations are switched off."""

    DEFAULT_CSS = "Spinner { width: 2; height: 1; }"

    frame = reactive(0)

    def on_mount(self) -> None:
        if self.app.animation_level != "none":
            self.set_interval(0.1, self._turn)

    def render(self) -> str:
        return _FRAMES[self.frame % len(_FRAMES)]

    def _turn(self) -> None:
        self.frame += 1
