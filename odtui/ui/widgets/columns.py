"""How wide the columns of a file list are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from odtui.services.tree import SortKey

MARK = 2
"""Cells for the sign of a selected row."""
ARROW = 2
"""Cells for the sign of a folder, and per level of depth."""
_SIZE = 9
_DAY = 12
_MINUTE = 18
_EDGE = 1
_SMALLEST_NAME = 22


class Span(NamedTuple):
    """Cells of one column, the gap before its text included."""

    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that fit: name always, then size, then modified."""

    name: Span
    size: Span | None
    modified: Span | None
    total: int

    @classmethod
    def within(cls, width: int) -> Columns:
        """The layout for a list of `width` cells."""
        room = width - MARK - _EDGE - _SMALLEST_NAME
        size = _SIZE if room >= _SIZE else 0
        modified = next(
            (cells for cells in (_MINUTE, _DAY) if room >= size + cells + (14 if cells == _MINUTE else 0)), 0
        )
        name = max(0, width - MARK - _EDGE - size - modified)
        end = MARK + name
        return cls(
            Span(MARK, name),
            Span(end, size) if size else None,
            Span(end + size, modified) if modified else None,
            width,
        )

    @property
    def with_time(self) -> bool:
        """Whether there is room for the time of day."""
        return self.modified is not None and self.modified.width >= _MINUTE

    def at(self, x: int) -> SortKey | None:
        """The column at a cell, for clicks on the header."""
        if self.size is not None and self.size.start <= x < self.size.start + self.size.width:
            return "size"
        if self.modified is not None and self.modified.start <= x < self.modified.start + self.modified.width:
            return "modified"
        return "name" if x < self.name.start + self.name.width else None
