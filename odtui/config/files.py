"""Writing files that are never half written and that nobody else can read."""

import contextlib
import os
import tempfile
from pathlib import Path


def make_private(folder: Path) -> None:
    """Create the folder (0700) if it is missing; one that exists keeps its mode. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the file by one with this content and mode 0600: whole, or not at all. Raises OSError.

    A symbolic link stays one (settings are often kept in a dotfiles folder); what it points to is replaced.
    """
    path = path.resolve()
    make_private(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
