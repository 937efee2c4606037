"""How the rows of a tree are ordered: natural names, size, date or type, in either direction."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from unicodedata import normalize

from odtui.services.entry import Entry, Kind

SortKey = Literal["name", "size", "modified", "type"]
Rank = tuple[Any, ...]
"""What rows are compared by: the column's value if it is not the name, then natural name, name and id."""

_DIGITS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class Order:
    sort: SortKey = "name"
    reverse: bool = False
    """Turns the column; folders come first all the same."""
    show_hidden: bool = False
    """Hidden: a name that begins with a dot."""

    @property
    def flipped(self) -> bool:
        """Text cannot be negated like a number: such a list is kept in ascending ranks and shown from its end."""
        return self.reverse and self.sort in ("name", "type")


def fold(text: str) -> str:
    """Text to compare without regard to case or Unicode form (QUIRKS 54)."""
    return text.lower() if text.isascii() else normalize("NFC", text).casefold()


def natural_key(name: str) -> str:
    """A string that sorts file2 before file10 and A next to a: each number is preceded by its number of digits."""
    return _DIGITS.sub(_counted, fold(name))


def _counted(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0") or "0"
    return f"0{chr(len(digits))}{digits}"


def extension(name: str) -> str:
    """What follows the last dot, folded; empty for none, or when the name only begins with a dot."""
    stem, dot, last = name.rpartition(".")
    return sys.intern(fold(last)) if dot and stem else ""


def ranker(order: Order) -> Callable[[Entry, str], Rank]:
    """A function from an entry and its natural key to its rank in this order.

    Unknown sizes and times count as the smallest. Equal values follow the name, ascending also in a reversed column of
    numbers.
    """
    sign = -1 if order.reverse else 1
    match order.sort:
        case "size":
            return lambda entry, key: (sign * (-1 if entry.size is None else entry.size), key, entry.name, entry.id)
        case "modified":
            return lambda entry, key: (sign * (entry.modified or 0), key, entry.name, entry.id)
        case "type":
            return lambda entry, key: (
                extension(entry.name) if entry.kind is Kind.FILE else "",
                key,
                entry.name,
                entry.id,
            )
        case _:
            return lambda entry, key: (key, entry.name, entry.id)
