"""Which instance of odtui a job in the journal belongs to: a lock file says whether that one still lives."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from secrets import token_hex

from odtui.auth.errors import AuthError
from odtui.auth.locks import file_lock


class Owner:
    """This instance. Its lock is held until the program ends, however it ends. Methods block shortly."""

    def __init__(self, folder: Path) -> None:
        self.id = token_hex(8)
        self._folder = folder
        self._held = ExitStack()
        self._locked = False

    def live(self) -> None:
        """Take the lock. Raises AuthError if the folder cannot be written."""
        while not self._locked:
            self._held.enter_context(file_lock(self._path(self.id)))
            self._locked = self._path(self.id).exists()
            if not self._locked:  # another instance took it for one that was left behind
                self._held.close()

    def is_dead(self, owner: str) -> bool:
        """Whether another instance has ended. Its lock file is removed."""
        if owner == self.id:
            return False
        path = self._path(owner)
        if not path.exists():
            return True
        try:
            with file_lock(path, timeout=0):
                with suppress(OSError):
                    path.unlink()
                return True
        except AuthError:
            return False

    def sweep(self) -> None:
        """Remove the lock files of instances that ended without any job."""
        for path in self._folder.glob("transfers-*.lock"):
            self.is_dead(path.stem.removeprefix("transfers-"))

    def leave(self) -> None:
        """Give the lock back."""
        if self._locked:
            self._locked = False
            self._held.close()
            with suppress(OSError):
                self._path(self.id).unlink()

    def _path(self, owner: str) -> Path:
        return self._folder / f"transfers-{owner}.lock"
