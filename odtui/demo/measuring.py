"""Pictures that were uploaded: how large they are, by the first bytes of their formats."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from odtui.demo.errors import GraphFault

if TYPE_CHECKING:
    from odtui.demo.bodies import Bodies
    from odtui.demo.nodes import Node

_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "gif", "bmp"})
HEAD = 256 << 10
"""Bytes of a file in which its size must stand: a JPEG has a thumbnail of its own, or a profile, in front of it."""
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers of a JPEG after which its size stands."""
_TYPES = {b"\x89P": "image/png", b"\xff\xd8": "image/jpeg", b"GI": "image/gif", b"BM": "image/bmp"}


def source_of(node: Node) -> tuple[str, int]:
    """Where the bytes of a picture lie, and how many: its own, or those of a thumbnail given for it."""
    return (node.thumbnail, node.thumbnail_size) if node.thumbnail else (node.content, node.size)


def size_of(bodies: Bodies, node: Node, *, own: bool = False) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no picture that was uploaded or given.

    `own`: of the file itself, whatever was given as its thumbnail.
    """
    content, size = (node.content, node.size) if own else source_of(node)
    if not size or not content.startswith(("blob:", "disk:")):
        return None
    named_so = (node.thumbnail and not own) or node.name.rpartition(".")[2].lower() in _EXTENSIONS
    found = _measured(bodies, content, size) if named_so else None
    return found[:2] if found is not None else None


def mime_type(bodies: Bodies, node: Node) -> str:
    """Of the picture that `size_of` has measured."""
    found = _measured(bodies, *source_of(node))
    return found[2] if found is not None else "application/octet-stream"


@lru_cache(maxsize=4096)
def _measured(bodies: Bodies, content: str, size: int) -> tuple[int, int, str] | None:
    try:
        body = bodies.open_content(content, size)
    except GraphFault:  # a real file that has gone
        return None
    try:
        head = body.read(0, min(size, HEAD))
    finally:
        body.close()
    found = measure(head)
    return (*found, _TYPES[head[:2]]) if found is not None and min(found) > 0 else None


def measure(head: bytes) -> tuple[int, int] | None:
    """Width and height that stand in the first bytes of a PNG, GIF, BMP or JPEG; None if they do not."""
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
            width, height = struct.unpack_from(">II", head, 16)
        elif head.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", head, 6)
        elif head.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", head, 18)
        elif head.startswith(b"\xff\xd8\xff"):
            height, width = struct.unpack_from(">HH", head, _frame(head) + 5)
        else:
            return None
    except struct.error:
        return None
    return width, abs(height)


def _frame(head: bytes) -> int:
    """Where the frame of a JPEG begins. Raises struct.error if it does not in these bytes."""
    at = 2
    while True:
        start, marker, length = struct.unpack_from(">BBH", head, at)
        if start != 0xFF or marker in _FRAMES:
            return at if start == 0xFF else len(head)
        at += 2 + length if marker != 0xFF else 1
