"""Which names the service takes. Source: REFERENCE §9, QUIRKS 45-47 and 60."""

from __future__ import annotations

import re

from odtui.demo.errors import bad_request

MAX_NAME = 255
"""UTF-16 units in one name."""
MAX_PATH = 400
"""UTF-16 units in the decoded path below the root of the drive."""

_FORBIDDEN = re.compile('["*:<>?/\\\\|\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def units(text: str) -> int:
    """Length in UTF-16 units, which is how the service counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def fold(name: str) -> str:
    """The key under which names collide: case does not count, Unicode forms do."""
    return name.lower()


def check_name(name: object, *, business: bool = False, folder: bool = False, in_root: bool = False) -> str:
    """The name, if it may be given to an item.

    Raises:
        GraphFault: 400 invalidRequest; the inner code says pathIsTooLong for a name beyond 255 units.
    """
    if not isinstance(name, str) or not name:
        raise bad_request("The provided name cannot be blank.")
    if units(name) > MAX_NAME:
        raise bad_request("The specified item name is too long.", inner="pathIsTooLong")
    lowered = name.lower()
    if (
        _FORBIDDEN.search(name)
        or name != name.strip(" ")
        or name.endswith(".")
        or lowered in (".lock", "desktop.ini")
        or _DEVICE.fullmatch(name)
        or name.startswith("~$")
        or any("\ud800" <= character <= "\udfff" for character in name)
    ):
        raise bad_request("The provided name contains characters or a form that is not allowed.")
    if business and ("_vti_" in lowered or (folder and (name.startswith("~") or (in_root and lowered == "forms")))):
        raise bad_request("The provided name is reserved.")
    return name


def check_path(path: str) -> None:
    """Refuse a decoded path below the root that is longer than the service keeps."""
    if units(path) > MAX_PATH:
        raise bad_request("The length of the path is longer than the limit.", inner="pathIsTooLong")


def free_name(name: str, taken: frozenset[str] | set[str], *, folder: bool = False) -> str:
    """The first `name 1.ext`, `name 2.ext`... that is not taken. `taken` holds folded names."""
    stem, dot, extension = (name, "", "") if folder else name.rpartition(".")
    if not dot or not stem:
        stem, extension = name, ""
    else:
        extension = "." + extension
    number = 1
    while fold(f"{stem} {number}{extension}") in taken:
        number += 1
    return f"{stem} {number}{extension}"
