"""What the preview shows of an entry: the first 64 KiB of a text, else its properties."""

from __future__ import annotations

from dataclasses import dataclass

from odtui.services.entry import Entry, Kind
from odtui.services.languages import language_of
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
    """Why there is no text, as a sentence: a picture, a program, empty, blocked as malware. Empty for a folder."""


async def load_preview(place: Place, entry: Entry) -> TextPreview | PropertiesPreview:
    """Reads at most PREVIEW_BYTES by one Range request. Raises what the place raises."""
    reason = _no_reading(entry)
    if reason is None:
        data = await place.read(entry, 0, PREVIEW_BYTES)
        truncated = len(data) >= PREVIEW_BYTES and (entry.size is None or entry.size > len(data))
        text = decode(data, truncated=truncated) if data else None
        if text is not None:
            return TextPreview(text, language_of(entry.name, text), truncated)
        reason = kind_of(data) if data else "This file is empty."
    return PropertiesPreview(await place.properties(entry), reason)


def _no_reading(entry: Entry) -> str | None:
    """Why the content is not even asked for."""
    if entry.blocked:
        return "Microsoft reports this file as malware, so it is not opened."
    match entry.kind:
        case Kind.FOLDER:
            return ""
        case Kind.NOTEBOOK:
            return "A notebook opens in the browser only."
        case Kind.OTHER:
            return "This is neither a file nor a folder."
    return "This file is empty." if entry.size == 0 else None


def decode(data: bytes, *, truncated: bool = False) -> str | None:
    """The text that the bytes are; None if they are none. `truncated`: the last character may be cut."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_utf16(data)
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if truncated and error.reason == "unexpected end of data":
            text = data[: error.start].decode("utf-8-sig")
        else:
            text = data.decode("latin-1")
            if _share_of_controls(text) > 0.01:
                return None
    return None if _share_of_controls(text) > 0.1 else text


def _decode_utf16(data: bytes) -> str | None:
    try:
        text = data[: len(data) // 2 * 2].decode("utf-16")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return None
        text = data[: error.start].decode("utf-16")
    return None if "\0" in text else text


def _share_of_controls(text: str) -> float:
    """C0 and C1 controls but white space and escapes (of coloured logs)."""
    controls = sum(1 for char in text if (char < " " and char not in "\t\n\r\f\x1b") or "\x7f" <= char <= "\x9f")
    return controls / max(1, len(text))


_KINDS = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"%PDF", "a PDF document"),
    (b"PK\3\4", "a packed file, such as an Office document or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an older Office document"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"BZh", "a packed file (bzip2)"),
    (b"\xfd7zXZ", "a packed file (xz)"),
    (b"7z\xbc\xaf", "a packed file (7-Zip)"),
    (b"Rar!", "a packed file (RAR)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "music (MP3)"),
    (b"OggS", "music or video (Ogg)"),
    (b"fLaC", "music (FLAC)"),
    (b"\x1aE\xdf\xa3", "a video (Matroska)"),
    (b"SQLite format 3", "a database (SQLite)"),
)


def kind_of(data: bytes) -> str:
    """A sentence that says what bytes that are no text seem to be."""
    for start, kind in _KINDS:
        if data.startswith(start):
            return f"This is {kind}, not text."
    if data[4:8] == b"ftyp":
        return "This is a video or picture, not text."
    if data[:4] == b"RIFF":
        return "This is a picture, sound or video, not text."
    return "This file does not hold text."
