"""Graph's addresses, read from the raw path of a request before anything is decoded. Source: REFERENCE §2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from odtui.demo.errors import bad_request

_KEY = re.compile(r"([A-Za-z]+)\('((?:[^']|'')*)'\)")
"""A segment in OData's key form, such as `items('id')`; it says the same as `items/id`."""
_KEYED = frozenset({"drives", "users", "groups", "sites", "shares", "items", "children", "versions", "permissions"})
_ARGUMENTS = r"\((?:[^()']|'[^']*')*\)"
_HEAD = re.compile(rf"((?:[^:(]|{_ARGUMENTS}|\()*)(:?)(.*)", re.DOTALL)
_SEGMENT = re.compile(rf"(?:[^/(]|{_ARGUMENTS}|\()+")
"""A colon or a slash within the arguments of a function separates nothing."""
_CALL = re.compile(r"(?:microsoft\.graph\.)?([A-Za-z]+)\((.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"(\w+)='((?:[^']|'')*)'")
_WRAPPED = re.compile(r"([^:]*/items/)([^/:]*%3A%2F[^/:]*)(.*)", re.DOTALL | re.IGNORECASE)
"""A path in the place of an item's id, encoded as one segment."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request points: a drive, then perhaps an item, then perhaps something of it."""

    drive: tuple[str, ...]
    """`("me",)`, or `drives`, `users`, `groups`, `sites` or `shares` with an id; empty if there is no single drive."""
    anchor: tuple[str, ...] = ()
    """`("root",)`, `("items", id)` or `("special", name)`; empty for the drive itself."""
    path: tuple[str, ...] = ()
    """Decoded names below the anchor, from the colon syntax."""
    tail: tuple[str, ...] = ()
    """Decoded segments behind the item, such as `("children",)` or `("thumbnails", "0", "small")`."""


def decode(segment: str) -> str:
    """One percent-encoded segment as text.

    Raises:
        GraphFault: 400 if it is not UTF-8.
    """
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("The path is not UTF-8.") from None


def parse(raw: str) -> Address:
    """Read a raw path without its version prefix, such as `/me/drive/root:/a%20b.txt:/content`.

    The official SDKs know item ids only, take `root:/a b.txt:` for one, and send `items/root%3A%2Fa%20b.txt%3A`.
    """
    if (wrapped := _WRAPPED.fullmatch(raw)) is not None:
        path = re.sub("%2F", "/", re.sub("%3A", ":", wrapped[2], flags=re.IGNORECASE), flags=re.IGNORECASE)
        raw = f"{wrapped[1]}{path}{wrapped[3]}"
    found = _HEAD.fullmatch(raw)
    assert found is not None  # noqa: S101  # every text matches
    head, colon, below = found.groups()
    drive, rest = _drive(_split(head))
    if not drive:
        return Address((), tail=(*rest, *_split(below)))
    anchor, tail = _anchor(drive, rest)
    if not colon:
        return Address(drive, anchor, (), tuple(tail))
    if not anchor or tail:
        raise bad_request("The colon syntax needs an item to start from.")
    path, _, behind = below.partition(":")
    # No name has a slash in it: one that is encoded separates too, as in the paths of clients that encode them whole.
    names = tuple(name for name in decode(path).split("/") if name not in ("", "."))
    if ".." in names:
        raise bad_request("The path contains a segment that is not allowed.")
    return Address(drive, anchor, names, tuple(_split(behind)))


def function(segment: str) -> tuple[str, dict[str, str]]:
    """Name and arguments of a segment: `search(q='it''s')` is `("search", {"q": "it's"})`."""
    found = _CALL.fullmatch(segment)
    if found is None:
        return segment.removeprefix("microsoft.graph."), {}
    return found[1], {name: text.replace("''", "'") for name, text in _ARGUMENT.findall(found[2])}


def _split(raw: str) -> list[str]:
    """Decoded segments, those in key form taken apart."""
    segments: list[str] = []
    for text in map(decode, _SEGMENT.findall(raw)):
        key = _KEY.fullmatch(text)
        if key is not None and key[1] in _KEYED:
            segments += [key[1], key[2].replace("''", "'")]
        else:
            segments.append(text)
    return segments


def _drive(segments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The drive that a path starts with, and what follows it."""
    match segments:
        case ["me", "drive", *rest] | ["drive", *rest]:
            return ("me",), rest
        case ["drives", drive_id, *rest]:
            return ("drives", drive_id), rest
        case ["users", user_id, "drive", *rest]:
            return ("users", user_id), rest
        case ["groups", group_id, "drive", *rest]:
            return ("groups", group_id), rest
        case ["sites", site_id, "drive", *rest]:
            return ("sites", site_id), rest
        case ["shares", share_id, "driveItem", *rest]:
            return ("shares", share_id), ["root", *rest]
        case ["shares", share_id, ("root" | "items"), *rest]:
            return ("shares", share_id), segments[2:]
        case _:
            return (), segments


def _anchor(drive: tuple[str, ...], rest: list[str]) -> tuple[tuple[str, ...], list[str]]:
    match rest:
        case []:
            return (), []
        case ["root", *tail] | ["items", "root", *tail]:
            return ("root",), tail
        case ["items", item_id, *tail]:
            return ("items", item_id), tail
        case ["special", name, *tail]:
            return ("special", name), tail
        case _:
            return (), rest
