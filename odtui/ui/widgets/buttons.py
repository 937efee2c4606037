"""One-line buttons with their key beside the label, in a row that the arrow keys walk."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget
from textual.widgets import Button

from odtui.ui.keynames import key_name


class KeyButton(Button):
    """A button that shows which key presses it. The owner binds the key."""

    def __init__(self, label: str, key: str = "", *, id: str, classes: str = "", disabled: bool = False) -> None:
        """`label` is our own words; `key` a Textual key name, empty for none."""
        text = Content.from_markup("$label [dim]$key[/]", label=label, key=key_name(key)) if key else Content(label)
        super().__init__(text, id=id, classes=classes, disabled=disabled, compact=True)


class FlowLayout(Layout):
    """Children of one line each, two cells apart; the next line begins where there is no room."""

    name = "flow"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        placements, x, y = [], 0, 0
        for child in children:
            width = child.get_content_width(size, size) + child.styles.padding.width
            if x and x + width > size.width:
                x, y = 0, y + 1
            placements.append(WidgetPlacement(Region(x, y, width, 1), NULL_OFFSET, Spacing(), child))
            x += width + 2
        return placements


class ButtonRow(Widget):
    """Buttons side by side, or below each other where there is no room."""

    DEFAULT_CSS = "ButtonRow { width: 1fr; height: auto; }"

    BINDINGS = [
        Binding("left,up", "step(-1)", "Previous button", show=False),
        Binding("right,down", "step(1)", "Next button", show=False),
    ]

    def __init__(self, *buttons: KeyButton, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buttons = buttons

    def compose(self) -> ComposeResult:
        yield from self._buttons

    @property
    def layout(self) -> Layout:
        return FlowLayout()

    def action_step(self, by: int) -> None:
        """Focus the button before or after the focused one, going round at the ends."""
        live = [button for button in self._buttons if button.focusable]
        if live and self.screen.focused in live:
            live[(live.index(self.screen.focused) + by) % len(live)].focus()
