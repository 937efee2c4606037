"""Taking a file out of the trash again. Source: the freedesktop.org trash specification, which Linux desktops share."""

from __future__ import annotations

import errno
import os
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

from odtui.services.disk import rename_new

TOLERANCE = 60.0
"""Seconds by which a time in the trash may be before the moment of deletion, which is noted when it is over."""


def restore(path: str, since: float) -> None:
    """Put back what was at a path and went into the trash at `since`, in seconds since the epoch, or later.

    Never overwrites. Raises FileExistsError if something is there by now, FileNotFoundError if it is not in the trash,
    OSError with ENOTSUP where odtui does not know the trash.
    """
    if sys.platform in ("win32", "darwin"):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), path)
    found: list[tuple[float, Path]] = []
    for trash, top in _trashes(path):
        for info in (trash / "info").glob("*.trashinfo"):
            when = _deleted_at(info, top, path)
            if when is not None and when >= since - TOLERANCE:
                found.append((when, info))
    if not found:
        raise FileNotFoundError(errno.ENOENT, "it is not in the trash", path)
    info = max(found)[1]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    rename_new(str(info.parent.parent / "files" / info.name.removesuffix(".trashinfo")), path)
    info.unlink(missing_ok=True)


def _trashes(path: str) -> list[tuple[Path, str]]:
    """Where it may be, and what paths in there are relative to: the home trash, then those of the path's disk."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    top = os.path.realpath(os.path.dirname(path))
    while not os.path.ismount(top):
        top = os.path.dirname(top)
    own = os.getuid()
    there = [(Path(top, ".Trash", str(own)), top), (Path(top, f".Trash-{own}"), top)]
    return [(Path(data, "Trash"), data), *there]


def _deleted_at(info: Path, top: str, path: str) -> float | None:
    """When the file of an info was deleted; None if it is another one, or the info cannot be read."""
    told: dict[str, str] = {}
    try:
        for line in info.read_text("utf-8", "surrogateescape").splitlines():
            key, _, value = line.partition("=")
            told.setdefault(key, value)
        original = os.path.join(top, os.fsdecode(unquote_to_bytes(told["Path"])))
        if os.path.realpath(os.path.dirname(original)) != os.path.realpath(os.path.dirname(path)):
            return None
        if os.path.basename(original) != os.path.basename(path):
            return None
        return datetime.fromisoformat(told["DeletionDate"]).timestamp()
    except (OSError, KeyError, ValueError):
        return None
