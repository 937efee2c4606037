"""Uploaded pictures in other sizes. Pillow is loaded for the first of them. Source: REFERENCE §5.10, 5.20."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from odtui.demo.errors import GraphFault
from odtui.demo.measuring import HEAD

if TYPE_CHECKING:
    from PIL.Image import Image

    from odtui.demo.bodies import Bodies

MAX_PIXELS = 50_000_000
"""Of a picture that is scaled: a small file can claim to be far larger than memory."""
MAX_BYTES = 64 << 20
"""Of its file."""
QUALITY = 85
_ORIENTATION = 0x0112
"""EXIF tag; from 5 on the picture lies on its side."""


def fitted(whole: tuple[int, int], width: int, height: int, *, crop: bool) -> tuple[int, int]:
    """Width and height of a picture made to fit into so many pixels, or cut to them. Nothing is enlarged."""
    if crop:
        return min(width, whole[0]), min(height, whole[1])
    scale = min(width / whole[0], height / whole[1], 1.0)
    return max(round(whole[0] * scale), 1), max(round(whole[1] * scale), 1)


@lru_cache(maxsize=4096)
def upright_size(bodies: Bodies, content: str, size: int, measured: tuple[int, int]) -> tuple[int, int] | None:
    """Width and height of a picture as it is to be looked at; None for one that is broken or too large to scale."""
    if size > MAX_BYTES or measured[0] * measured[1] > MAX_PIXELS:
        return None
    opened = _open(_read(bodies, content, min(size, HEAD)))
    if opened is None or opened.width * opened.height > MAX_PIXELS:
        return None
    return (opened.height, opened.width) if _orientation(opened) >= 5 else opened.size


@lru_cache(maxsize=64)
def jpeg(bodies: Bodies, content: str, size: int, width: int, height: int, upright: bool) -> bytes | None:
    """A picture as JPEG of exactly so many pixels, of which the middle is shown; None if it is broken.

    `upright`: turned as its EXIF data say.
    """
    opened = _open(_read(bodies, content, min(size, MAX_BYTES)))
    if opened is None or opened.width * opened.height > MAX_PIXELS:
        return None
    from PIL import ImageOps

    made = BytesIO()
    try:
        on_side = upright and _orientation(opened) >= 5
        opened.draft("RGB", (height, width) if on_side else (width, height))
        turned = ImageOps.exif_transpose(opened) if upright and opened.format == "JPEG" else opened
        ImageOps.fit(_opaque(turned), (width, height)).save(made, "JPEG", quality=QUALITY)
    except Exception:  # what a decoder raises for hostile bytes is of any kind
        return None
    return made.getvalue()


def _read(bodies: Bodies, content: str, length: int) -> bytes:
    """The first bytes; none if a real file has gone."""
    try:
        body = bodies.open_content(content, length)
    except GraphFault:
        return b""
    try:
        return body.read(0, length)
    finally:
        body.close()


def _open(data: bytes) -> Image | None:
    """A picture of which only the head has been read; None for what is none."""
    from PIL import Image

    try:
        return Image.open(BytesIO(data), formats=("JPEG", "PNG", "GIF", "BMP"))
    except Exception:  # as above
        return None


def _orientation(opened: Image) -> int:
    """1 to 8; other formats than JPEG are never turned, as theirs stands anywhere in the file."""
    if opened.format != "JPEG":
        return 1
    try:
        value = opened.getexif().get(_ORIENTATION, 1)
    except Exception:  # as above
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _opaque(image: Image) -> Image:
    """In RGB, on white where it is transparent."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    white = Image.new("RGB", layer.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white
