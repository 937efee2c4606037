"""Which names a place allows, in plain sentences. Sources: REFERENCE §9, QUIRKS 45-49."""

from __future__ import annotations

import os
import re

DRIVE_NAME_LENGTH = 255
"""UTF-16 units per name."""
LOCAL_NAME_LENGTH = 255
"""Bytes per name."""

_FORBIDDEN = '"*:<>?/\\|'
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ENTITY = re.compile(r"&#\d{1,4};")
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


def drive_name_problem(name: str, *, drive_type: str, at_root: bool) -> str | None:
    """Why a driveItem cannot be called so; None if it can.

    Args:
        drive_type: personal, business or documentLibrary; anything else counts as business (QUIRKS 35).
        at_root: Whether the parent is the top of the drive.
    """
    if not name or not name.strip():
        return "A name needs at least one character that is not a space."
    if name in (".", ".."):
        return f"“{name}” stands for a folder itself and cannot be a name."
    if any(0xD800 <= ord(char) <= 0xDFFF for char in name):
        return "This name is not valid text, and OneDrive stores text only."
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
    length = len(name.encode("utf-16-le")) // 2
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
    if "_vti_" in folded:
        return "OneDrive for work does not allow _vti_ in names."
    if _ENTITY.search(name):
        return "OneDrive for work does not accept character codes such as &#39; in names."
    if folded == "forms" and at_root and drive_type != "business":
        return "“Forms” is reserved at the top of a library."
    return None
