"""What the preview shows of an entry: the first 64 KiB of a text, else its properties."""

from __future__ import annotations

from dataclasses import dataclass

from odtui.services.entry import Entry
from odtui.services.place import Place

PREVIEW_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class TextPreview:
    text: str
    """Decoded (UTF-8, UTF-16 with a mark, else Latin-1); control characters still in it: hostile."""
    language: str | None
    """A tree-sitter/Pygments language name by file name, None for plain text."""
    truncated: bool
    """The file goes on."""


@dataclass(frozen=True, slots=True)
class PropertiesPreview:
    rows: list[tuple[str, str]]
    reason: str
    """Why there is no text, as a sentence: a picture, a program, empty, blocked as malware."""


async def load_preview(place: Place, entry: Entry) -> TextPreview | PropertiesPreview:
    """Reads at most PREVIEW_BYTES by one Range request. Raises what the place raises."""
    raise NotImplementedError
