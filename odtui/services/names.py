"""Which names a place allows, in plain sentences, and the nearest ones. Sources: REFERENCE §9, QUIRKS 45-61."""

from __future__ import annotations

import os
import re
import unicodedata
import zlib
from collections.abc import Callable

DRIVE_NAME_LENGTH = 255
"""UTF-16 units per name."""
LOCAL_NAME_LENGTH = 255
"""Bytes per name."""

LONGEST_SUFFIX = 32
"""Bytes of what is taken for the extension of a file."""
DRIVE_PATH_LENGTH = 400
"""Characters of all names on the way to a driveItem, joined by slashes (QUIRKS 60)."""

_FORBIDDEN = '"*:<>?/\\|'
_TWINS = {ord(char): ord(char) - 0x20 + 0xFF00 for char in _FORBIDDEN}
"""Each has a twin of full width that looks much the same (QUIRKS 50)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENTITY = re.compile(r"&(?=#\d{1,4};)")
_SHAREPOINT = re.compile("(_vti)_", re.IGNORECASE)
_RESERVED = {".lock", "desktop.ini", "con", "prn", "aux", "nul"}
_RESERVED |= {f"{device}{digit}" for device in ("com", "lpt") for digit in range(10)}
_DEVICES = _RESERVED - {".lock", "desktop.ini"}


def local_name_problem(name: str) -> str | None:
    """Why a file of this computer cannot be called so; None if it can."""
    if not name:
        return "A name needs at least one character."
    if name in (".", ".."):
        return f"“{name}” stands for a folder itself and cannot be a name."
    if "/" in name or (os.sep != "/" and os.sep in name):
        return "A name cannot contain a slash."
    if "\0" in name:
        return "A name cannot contain a null character."
    try:
        length = len(os.fsencode(name))
    except UnicodeEncodeError:
        return "This name has characters that this computer cannot store."
    if length > LOCAL_NAME_LENGTH:
        return f"This name is too long: {length} bytes, and this computer takes {LOCAL_NAME_LENGTH}."
    return None


def drive_name_problem(name: str, *, drive_type: str, at_root: bool, folder: bool = False) -> str | None:
    """Why a driveItem cannot be called so; None if it can.

    Args:
        drive_type: personal, business or documentLibrary; anything else counts as business (QUIRKS 35).
        at_root: Whether the parent is the top of the drive.
        folder: Whether it is one: not every name of a file is allowed then (QUIRKS 46).
    """
    if not name or not name.strip():
        return "A name needs at least one character that is not a space."
    if name in (".", ".."):
        return f"“{name}” stands for a folder itself and cannot be a name."
    if _SURROGATE.search(name):
        return "This name is not valid text, and OneDrive stores text only."
    if folder and name.startswith("~") and drive_type != "personal":
        return "OneDrive for work does not allow a folder name that begins with ~."
    return _character_problem(name) or _edge_problem(name) or _word_problem(name, drive_type, at_root)


def _character_problem(name: str) -> str | None:
    bad = [char for char in _FORBIDDEN if char in name]
    if bad:
        return f"OneDrive does not allow {' '.join(bad)} in names."
    if _CONTROL.search(name):
        return "OneDrive does not allow control characters, such as tabs and line breaks, in names."
    return None


def _edge_problem(name: str) -> str | None:
    if name[0].isspace() or name[-1].isspace():
        return "OneDrive does not allow a space at the beginning or end of a name."
    if name.endswith("."):
        return "OneDrive does not allow a full stop at the end of a name."
    length = utf16_length(name)
    if length > DRIVE_NAME_LENGTH:
        return f"This name is too long: {length} characters, and OneDrive takes {DRIVE_NAME_LENGTH}."
    return None


def _word_problem(name: str, drive_type: str, at_root: bool) -> str | None:
    folded = name.casefold()
    if folded in _RESERVED or folded.partition(".")[0] in _DEVICES:
        return f"“{name}” is reserved by Microsoft and cannot be a name."
    if folded.startswith("~$"):
        return "OneDrive does not allow names that begin with ~$, which Office uses for its own files."
    if drive_type == "personal":
        return None
    if _SHAREPOINT.search(name):
        return "OneDrive for work does not allow _vti_ in names."
    if _ENTITY.search(name):
        return "OneDrive for work does not accept character codes such as &#39; in names."
    if folded == "forms" and at_root:
        return "“Forms” is reserved at the top of a library."
    return None


def folded(name: str) -> str:
    """To compare names by where only case or Unicode form differ and it is one name all the same (QUIRKS 51, 54)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def legal_local_name(name: str) -> str:
    """The name itself if a file of this computer can be called so, else the nearest one that it can.

    A slash becomes its twin of full width; what cannot be stored an underscore. A name that is too long is cut, and
    gets a mark that is always the same for it.
    """
    if local_name_problem(name) is None:
        return name
    name = name.replace("/", "\uff0f").replace(os.sep, "\uff0f").replace("\0", "_")
    name = name if _storable(name) else _SURROGATE.sub("_", name)
    name = f"_{name}" if name in ("", ".", "..") else name
    return _cut(name, LOCAL_NAME_LENGTH, lambda text: len(os.fsencode(text)))


def legal_drive_name(name: str, *, drive_type: str, at_root: bool, folder: bool = False) -> str:
    """The name itself if a driveItem can be called so, else the nearest one that it can.

    Characters that are not allowed become their twins of full width; those that have none, and spaces at either end, an
    underscore. A word that is reserved gets an underscore before it. A name that is too long is cut, and gets a mark
    that is always the same for it.
    """
    if drive_name_problem(name, drive_type=drive_type, at_root=at_root, folder=folder) is None:
        return name
    name = _SURROGATE.sub("_", _CONTROL.sub("_", name.translate(_TWINS)))
    if drive_type != "personal":
        name = _ENTITY.sub("\uff06", _SHAREPOINT.sub(r"\1-", name))
    name = _cut(name or "_", DRIVE_NAME_LENGTH - 1, utf16_length)
    name = f"_{name[1:]}" if name[0].isspace() else name
    name = f"{name[:-1]}_" if name[-1].isspace() else name
    name = f"{name[:-1]}\uff0e" if name.endswith(".") else name
    word = drive_name_problem(name, drive_type=drive_type, at_root=at_root, folder=folder)
    return name if word is None else f"_{name}"


def _storable(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return True


def utf16_length(name: str) -> int:
    """In UTF-16 units, as OneDrive counts; lone surrogates included."""
    return len(name) if name.isascii() else len(name) + sum(char > "\uffff" for char in name)


def _cut(name: str, most: int, length: Callable[[str], int]) -> str:
    """A name of `most` units or bytes: stem, mark, and the end of the name that says what kind it is."""
    if length(name) <= most:
        return name
    stem, suffix = os.path.splitext(name)
    if length(suffix) > LONGEST_SUFFIX:
        stem, suffix = name, ""
    mark = f" {zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}{suffix}"
    while length(stem) + length(mark) > most:
        stem = stem[:-1]
    return stem + mark


def numbered(name: str, number: int, *, folder: bool = False) -> str:
    """`name 1.ext`: cut before the number, if need be, so that it fits everywhere. A folder's name has no extension."""
    stem, suffix = (name, "") if folder else os.path.splitext(name)
    if len(os.fsencode(suffix)) > LONGEST_SUFFIX:
        stem, suffix = name, ""
    tail = f" {number}{suffix}"
    raw = os.fsencode(stem)[: LOCAL_NAME_LENGTH - len(os.fsencode(tail))]
    return f"{raw.decode('utf-8', 'ignore') if len(raw) < len(os.fsencode(stem)) else stem}{tail}"
