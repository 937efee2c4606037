"""Styled lines of text, drawn as far as they are on screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class TextView(ScrollView, can_focus=True):
    """Scrolls in both directions; arrow keys, PgUp, PgDn, Home and End while it has the focus."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "TextView { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Content] = ()
        self._strips: dict[int, Strip] = {}

    def show(self, lines: Sequence[Content]) -> None:
        """Other lines, from the top. Each is one line of safe text."""
        self._lines = lines
        self._strips.clear()
        self.virtual_size = Size(max((cell_len(line.plain) for line in lines), default=0), len(lines))
        self.scroll_to(0, 0, animate=False, force=True)
        self.refresh()

    @property
    def lines(self) -> Sequence[Content]:
        return self._lines

    def scroll_lines(self, lines: int) -> None:
        """Scroll down, or up for a negative number, by lines."""
        self.scroll_relative(y=lines, animate=False)

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        row = top + y
        if row >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        strip = self._strips.get(row)
        if strip is None:
            parts = self._lines[row].render(self.visual_style, end="", parse_style=self.app.stylesheet.parse_style)
            strip = Strip([Segment(text, style.rich_style) for text, style in parts])
            self._strips[row] = strip
        return strip.crop_extend(left, left + width, self.rich_style)
