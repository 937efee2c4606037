"""What sets two versions of a text apart, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

from odtui.services.preview import decode

LARGEST = 2 * 1024 * 1024
"""Bytes of a version; comparing larger ones takes too long."""
MOST_LINES = 20_000
AROUND = 3
"""Lines shown around each difference."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: Literal["same", "mine", "theirs", "gap"]
    """`gap`: lines that both have are left out here."""
    text: str
    """Without its end; hostile."""


def compare(theirs: bytes, mine: bytes) -> list[DiffLine] | None:
    """Both versions as one list; empty if the lines are the same, None if one is no text or too large to compare."""
    if max(len(theirs), len(mine)) > LARGEST:
        return None
    texts = [decode(theirs), decode(mine)]
    if texts[0] is None or texts[1] is None:
        return None
    before, after = texts[0].splitlines(), texts[1].splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    return [_line(line) for line in list(unified_diff(before, after, n=AROUND, lineterm=""))[2:]]


def _line(line: str) -> DiffLine:
    match line[:1]:
        case "+":
            return DiffLine("mine", line[1:])
        case "-":
            return DiffLine("theirs", line[1:])
        case "@":
            return DiffLine("gap", line)
        case _:
            return DiffLine("same", line[1:])
