"""The preview of one entry: highlighted text, or its properties in a table."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from odtui.services.entry import Entry
from odtui.services.preview import PREVIEW_BYTES, PropertiesPreview, TextPreview
from odtui.ui.formats import size_words
from odtui.ui.text import clean, clean_lines, safe
from odtui.ui.widgets.text_view import TextView

_LONGEST_LINE = 4000
"""Characters of a line that are shown; a minified script is one line."""
_PROSE = ("markdown", "rst")
"""Languages whose long lines are wrapped; code keeps its lines."""
_BEGINNING = re.compile(r" *(?:[-*+>] +|\d+[.)] +)?")


class PreviewView(TextView):
    """Shows one preview at a time; the pane around it holds the title and what it says below."""

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry | None = None
        """What is shown; None while nothing is."""
        self.about = ""
        """Size, kind and how much of it is shown: for the lower edge of the pane."""

    def wait_for(self, entry: Entry) -> None:
        """Reading has begun."""
        self.entry = entry
        self.about = "Reading… Esc stops"
        self.show([Content.styled(" Reading…", "$text-muted")])

    async def show_text(self, preview: TextPreview) -> None:
        """Text with its syntax coloured; that takes a thread, since a large file takes its time."""
        text = "\n".join(_cut(line) for line in clean_lines(preview.text).split("\n"))
        lines = await asyncio.to_thread(_lines, text, preview.language)
        size = self.entry.size if self.entry is not None else None
        parts = [size_words(size), preview.language or "text"]
        if preview.truncated:
            parts.append(f"first {size_words(PREVIEW_BYTES)} shown")
        self.about = " · ".join(part for part in parts if part)
        prose = preview.language in (None, *_PROSE)
        self.show(lines, indents=[_margin(line.plain) for line in lines] if prose else None)

    def show_properties(self, preview: PropertiesPreview) -> None:
        """Why there is no text, and what is known about the entry."""
        lines = [
            Content(""),
            *(Content.assemble(" ", (line, "$text-muted")) for line in clean_lines(preview.reason).split("\n")),
            Content(""),
        ]
        self.about = "Properties"
        above, (rows, column) = lines if preview.reason else lines[:1], _table(preview.rows)
        self.show([*above, *rows], indents=[1] * len(above) + [column] * len(rows))


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"


def _lines(text: str, language: str | None) -> list[Content]:
    """The lines, each with a cell of space before it."""
    if language:
        from odtui.ui.colouring import coloured

        content = coloured(text, language)
    else:
        content = Content(text)
    return [Content.assemble(" ", line) for line in content.split("\n", allow_blank=True)]


def _margin(line: str) -> int:
    """Where the text of a line begins, behind the mark of a list item."""
    match = _BEGINNING.match(line)
    return match.end() if match else 0


def _table(rows: Sequence[tuple[str, str]]) -> tuple[list[Content], int]:
    """Labels in a column, values beside them from the column that is also given.

    A value of several lines continues below itself.
    """
    width = max((cell_len(clean(label)) for label, _ in rows), default=0)
    lines = []
    for label, value in rows:
        first, *more = [safe(line) for line in value.split("\n")] or [Content("")]
        lines.append(Content.assemble(" ", (clean(label).ljust(width), "$text-muted"), "  ", first))
        lines += [Content.assemble(" " * (width + 3), line) for line in more]
    return lines, width + 3
