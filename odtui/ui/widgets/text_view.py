"""Styled lines of text, wrapped if wanted, drawn as far as they are on screen."""

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
        self._given: Sequence[Content] = ()
        self._indents: Sequence[int] | None = None
        self._lines: Sequence[Content] = ()
        self._strips: dict[int, Strip] = {}

    def show(self, lines: Sequence[Content], *, indents: Sequence[int] | None = None) -> None:
        """Other lines, from the top. Each is one line of safe text.

        `indents`: for each line the column, counted in characters and cells alike, below which a long one continues;
        None: long lines go on beyond the right edge.
        """
        self._given, self._indents = lines, indents
        self._arrange()
        self.scroll_to(0, 0, animate=False, force=True)

    def _arrange(self) -> None:
        """From the lines as given to those that fit."""
        width = self.scrollable_content_region.width
        lines = self._given
        if self._indents is not None and width:
            lines = [
                part for line, indent in zip(lines, self._indents, strict=True) for part in _wrap(line, indent, width)
            ]
        self._lines = lines
        self._strips.clear()
        self.virtual_size = Size(max((cell_len(line.plain) for line in lines), default=0), len(lines))
        self.refresh()

    def on_resize(self) -> None:
        if self._indents is not None:
            self._arrange()

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


def _wrap(line: Content, indent: int, width: int) -> list[Content]:
    """A line in pieces of at most `width` cells, all but the first indented."""
    if cell_len(line.plain) <= width:
        return [line]
    indent = min(indent, width // 2)
    first, *more = line[indent:].wrap(width - indent)
    return [Content.assemble(line[:indent], first), *(Content.assemble(" " * indent, part) for part in more)]
