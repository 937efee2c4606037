"""The one place that makes text from a drive, a server or a file safe to draw."""

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from textual.content import Content

_ZERO_WIDTH = frozenset("\u034f\u115f\u1160\u2028\u2029\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
"""Shape Arabic and Indic letters, so they stay between those."""
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Characters of category Cf that do have a shape."""
_STRAY = re.compile("(?<![\u0590-\u1cff\ua800-\uabff\U00011000-\U00011fff])[\u200c\u200d]")
"""Joiners where they shape nothing: terminals draw them, or what follows, as they like."""
_VARIANTS = re.compile("[\ufe00-\ufe0f]|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d")
"""Terminals do not agree on the width of what these make out of the signs before them."""
ELLIPSIS = "…"


def clean(text: str) -> str:
    """One line of plain text: control, bidi and invisible characters and lone surrogates become visible signs.

    Controls become their Unicode pictures (␛ for ESC), the others a replacement character. Spaces at either end
    become ␠, since they would not be seen. Emoji lose their joiners and variant marks, so that columns stay aligned.
    """
    plain = text.isascii() and text.isprintable()
    shown = text if plain else "".join(map(_visible, _joined(text)))
    if shown.startswith(" ") or shown.endswith(" "):
        core = shown.strip(" ")
        if not core:
            return "␠" * len(shown)
        lead = len(shown) - len(shown.lstrip(" "))
        shown = "␠" * lead + core + "␠" * (len(shown) - lead - len(core))
    return shown


def _joined(text: str) -> str:
    """Without the joiners and variant marks on which terminals do not agree."""
    return _STRAY.sub("\ufffd", _VARIANTS.sub("", text))


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if char in _ZERO_WIDTH:
        return "\ufffd"
    category = unicodedata.category(char)
    if category == "Cf":
        return char if char in _JOINERS or char in _VISIBLE_FORMAT else "\ufffd"
    return "\ufffd" if category in ("Cc", "Cs", "Co", "Cn") else char


def clean_lines(text: str) -> str:
    """Several lines: like `clean`, but line feeds stay, tabs become four spaces, edge spaces stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(char if char == "\n" else _visible(char) for char in _joined(text))


def safe(text: str) -> Content:
    """Hostile text as Content: no markup is parsed, nothing invisible is left."""
    return Content(clean(text))


def shorten(text: str, width: int) -> str:
    """Already clean text cut in the middle to `width` cells, its end (extension) kept."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[: max(0, width)]
    tail = _tail(text, min(max(width // 3, 1), 12))
    head = set_cell_size(text, width - 1 - cell_len(tail)).rstrip(" ")
    return f"{head}{ELLIPSIS}{tail}"


def cut(text: str, width: int) -> str:
    """Already clean text cut at its end to `width` cells: for sentences, whose beginning tells most."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[: max(0, width)]
    return f"{set_cell_size(text, width - 1).rstrip(' ')}{ELLIPSIS}"


def _tail(text: str, width: int) -> str:
    """The end of a text in at most `width` cells, not begun inside a character and its accents."""
    tail = text[-width:]
    while cell_len(tail) > width:
        tail = tail[1:]
    while tail and (unicodedata.combining(tail[0]) or tail[0] in _JOINERS):
        tail = tail[1:]
    return tail


def fit(text: str, width: int) -> str:
    """Already clean text shortened and padded to exactly `width` cells."""
    if text.isascii() and len(text) <= width:
        return text.ljust(width)
    return set_cell_size(shorten(text, width), width)
