"""Which program edits files here."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Mapping

FALLBACKS = ("nano", "vi", "notepad")
"""Tried in this order where neither $VISUAL nor $EDITOR names one."""


def find_editor(
    environ: Mapping[str, str], *, which: Callable[[str], str | None] = shutil.which, platform: str = sys.platform
) -> list[str] | None:
    """The command and its arguments, to be followed by a path; None if there is no editor.

    What $VISUAL or $EDITOR names is taken at its word, so that a wrong one is told instead of another one opened.
    """
    for variable in ("VISUAL", "EDITOR"):
        wanted = environ.get(variable, "").strip()
        if wanted:
            return _split(wanted, posix=platform != "win32")
    return next(([name] for name in FALLBACKS if which(name)), None)


def _split(command: str, *, posix: bool) -> list[str]:
    """As a shell would, where quotes are closed; else the whole as one program."""
    try:
        words = shlex.split(command, posix=posix)
    except ValueError:
        return [command]
    return words if posix else [word.strip('"') for word in words]
