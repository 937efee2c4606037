"""The path of a pane, as the title of its border: place › folder › folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from odtui.ui.text import ELLIPSIS, clean, shorten

SEPARATOR = " › "


@dataclass(frozen=True, slots=True)
class Crumb:
    """One piece of the path as drawn."""

    text: str
    level: int
    """Which folder of the trail: 0 is the top; -1 for the pieces that were left out."""


def crumbs(names: Sequence[str], width: int) -> list[Crumb]:
    """The path in at most `width` cells: the middle goes first, then names are shortened. `names` are hostile."""
    shown = [Crumb(clean(name) or ELLIPSIS, level) for level, name in enumerate(names)]
    left_out = Crumb(ELLIPSIS, -1)
    while _width(shown) > width and len(shown) > 3 - (left_out not in shown):
        if left_out in shown:
            if len(shown) <= 3:
                break
            del shown[2]
        else:
            shown[1] = left_out
    while _width(shown) > width and len(shown) > 1 and cell_len(shown[0].text) + 8 > width:
        del shown[0]
    excess = _width(shown) - width
    if excess > 0:
        last = shown[-1]
        shown[-1] = Crumb(shorten(last.text, max(1, cell_len(last.text) - excess)), last.level)
    return shown


def _width(shown: Sequence[Crumb]) -> int:
    return sum(cell_len(crumb.text) for crumb in shown) + len(SEPARATOR) * max(0, len(shown) - 1)


def path_title(shown: Sequence[Crumb]) -> Content:
    """The pieces as border title; the last one stands out."""
    parts: list[Content | str | tuple[str, str]] = []
    for index, crumb in enumerate(shown):
        if index:
            parts.append((SEPARATOR, "dim"))
        parts.append((crumb.text, "bold") if index == len(shown) - 1 else crumb.text)
    return Content.assemble(*parts)


def level_at(shown: Sequence[Crumb], x: int) -> int | None:
    """The folder level of the piece at a cell of the title; None between and beyond."""
    start = 0
    for crumb in shown:
        end = start + cell_len(crumb.text)
        if start <= x < end:
            return crumb.level if crumb.level >= 0 else None
        start = end + len(SEPARATOR)
    return None
