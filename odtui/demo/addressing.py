"""Graph's addresses, read from the raw path of a request before anything is decoded. Source: REFERENCE §2."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from odtui.demo.errors import bad_request


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request points: a drive, then perhaps an item, then perhaps something of it."""

    drive: tuple[str, ...]
    """`("me",)`, `("drives", id)`, `("users", id)` or `("shares", id)`; empty if the path names no single drive."""
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
    """Read a raw path without its version prefix, such as `/me/drive/root:/a%20b.txt:/content`."""
    head, colon, below = raw.partition(":")
    segments = [decode(segment) for segment in head.split("/") if segment]
    drive, rest = _drive(segments)
    if not drive:
        return Address((), tail=tuple(rest) + _split(below))
    anchor, tail = _anchor(drive, rest)
    if not colon:
        return Address(drive, anchor, (), tuple(tail))
    if not anchor or tail:
        raise bad_request("The colon syntax needs an item to start from.")
    path, _, behind = below.partition(":")
    names = tuple(decode(name) for name in path.split("/") if name)
    if any(name in (".", "..") for name in names):
        raise bad_request("The path contains a segment that is not allowed.")
    return Address(drive, anchor, names, _split(behind))


def _split(raw: str) -> tuple[str, ...]:
    return tuple(decode(segment) for segment in raw.split("/") if segment)


def _drive(segments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The drive that a path starts with, and what follows it."""
    match segments:
        case ["me", "drive", *rest] | ["drive", *rest]:
            return ("me",), rest
        case ["drives", drive_id, *rest]:
            return ("drives", drive_id), rest
        case ["users", user_id, "drive", *rest]:
            return ("users", user_id), rest
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
