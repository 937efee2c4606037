"""The one place that makes text from a drive, a server or a file safe to draw."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from textual.content import Content

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH = frozenset("\u200b\u2028\u2029\u2060\ufeff")
ELLIPSIS = "…"


def clean(text: str) -> str:
    """One line of plain text: control, bidi and invisible characters and lone surrogates become visible signs.

    Controls become their Unicode pictures (␛ for ESC), the others a replacement character. Spaces at either end
    become ␠, since they would not be seen.
    """
    if text.isascii() and text.isprintable():
        shown = text
    else:
        shown = "".join(map(_visible, text))
    if shown.startswith(" ") or shown.endswith(" "):
        core = shown.strip(" ")
        lead = len(shown) - len(shown.lstrip(" "))
        shown = "␠" * lead + core + "␠" * (len(shown) - lead - len(core))
    return shown


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if char in _BIDI or char in _ZERO_WIDTH or unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn"):
        return "\ufffd"
    return char


def clean_lines(text: str) -> str:
    """Several lines: like `clean`, but line feeds stay, tabs become four spaces, edge spaces stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(char if char == "\n" else _visible(char) for char in text)


def safe(text: str) -> Content:
    """Hostile text as Content: no markup is parsed, nothing invisible is left."""
    return Content(clean(text))


def shorten(text: str, width: int) -> str:
    """Already clean text cut in the middle to `width` cells, its end (extension) kept."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    tail_room = min(max(width // 3, 1), 12)
    tail = text[-tail_room:]
    while cell_len(tail) > tail_room:
        tail = tail[1:]
    while tail and unicodedata.combining(tail[0]):
        tail = tail[1:]
    head = set_cell_size(text, width - 1 - cell_len(tail)).rstrip(" ")
    return f"{head}{ELLIPSIS}{tail}"


def fit(text: str, width: int) -> str:
    """Already clean text shortened and padded to exactly `width` cells."""
    if text.isascii() and len(text) <= width:
        return text.ljust(width)
    return set_cell_size(shorten(text, width), width)
