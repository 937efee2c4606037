"""A QR code in half-block characters."""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

_DARK, _LIGHT = "#000000", "#ffffff"
"""Scanners want dark on light, whatever the theme."""


class QrCode(Widget):
    """Two modules of the code per cell, one above the other."""

    DEFAULT_CSS = "QrCode { width: auto; height: auto; }"

    def __init__(self, text: str, *, id: str | None = None) -> None:
        """`text`: an address; it is drawn, not opened."""
        super().__init__(id=id)
        self._rows = _modules(text)

    @property
    def cells(self) -> Size:
        """What it takes on the screen."""
        return Size(len(self._rows[0]), (len(self._rows) + 1) // 2)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self.cells.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.cells.height

    def render_line(self, y: int) -> Strip:
        if 2 * y >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        upper = self._rows[2 * y]
        lower = self._rows[2 * y + 1] if 2 * y + 1 < len(self._rows) else [False] * len(upper)
        return Strip([Segment("▀", _style(*pair)) for pair in zip(upper, lower, strict=True)])


def _modules(text: str) -> list[list[bool]]:
    """The code's rows with a quiet border; True is dark."""
    import segno

    code = segno.make(text, error="l", micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=1)]


def _style(upper: bool, lower: bool) -> Style:
    return Style(color=_DARK if upper else _LIGHT, bgcolor=_DARK if lower else _LIGHT)
