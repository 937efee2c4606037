"""The private folder of files that are being edited; what is typed there outlives a crash."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from odtui.auth.locks import free_lock, try_lock
from odtui.config.files import make_private, write_atomic

ABOUT = ".odtui-edit.json"
LOCK = ".odtui-lock"
LONGEST_NAME = 120
"""Bytes of the file's name here."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Which file of which drive is edited, and which version of it."""

    account: str
    """Account.id"""
    drive_id: str
    item_id: str
    parent_id: str | None
    name: str
    """On the drive: hostile."""
    file: str
    """Its name here, in the folder of the edit."""
    e_tag: str | None
    c_tag: str | None
    """Changes with the content only."""
    digest: str
    """SHA-256 of what was downloaded, in hex digits."""
    size: int
    """Bytes that were downloaded."""
    fetched_at: int
    """Seconds since the epoch, UTC."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A file of a drive in a folder of its own."""

    path: Path
    about: About

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def item(self) -> tuple[str, str]:
        return self.about.drive_id, self.about.item_id


class EditStore:
    """Edits below one folder (0700, files 0600). An edit is locked by the process that made or took it over.

    Methods block and raise OSError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[Path, int] = {}

    def path_for(self, name: str) -> Path:
        """Where a file of this name will lie: a folder of its own. The extension is kept, for the editor's sake."""
        return self._folder / f"edit-{secrets.token_hex(8)}" / local_name(name)

    def reserve(self, path: Path) -> None:
        """Make the folder of a path."""
        make_private(self._folder.parent)
        make_private(self._folder)
        path.parent.mkdir(mode=0o700)
        self._lock(path.parent)

    def keep(self, path: Path, about: About) -> Edit:
        """From now on the file is offered again until it is discarded."""
        write_atomic(path.parent / ABOUT, msgspec.json.encode(about))
        return Edit(path, about)

    def kept(self) -> list[Edit]:
        """Edits of this process, and those left by one that has ended, oldest first.

        What another process left behind unchanged is removed on the way. What cannot be read is left alone.
        """
        if not self._folder.is_dir():
            return []
        found = []
        for folder in sorted(self._folder.glob("edit-*")):
            with suppress(OSError):
                mine = folder in self._locks
                if self._lock(folder) and (edit := self._read(folder, mine=mine)) is not None:
                    found.append(edit)
        return sorted(found, key=lambda edit: edit.about.fetched_at)

    def discard(self, path: Path) -> bool:
        """Remove the file with its folder. False if somebody has saved other files there: then these stay."""
        folder = path.parent
        handle = self._locks.pop(folder, None)
        clear = not (folder / ABOUT).exists() or not _strangers(path)
        if clear:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)
        with suppress(OSError):  # others are in it
            self._folder.rmdir()
        return clear

    def close(self) -> None:
        """Let go of all locks, so that another process may take the edits over."""
        for handle in self._locks.values():
            os.close(handle)
        self._locks.clear()

    def _lock(self, folder: Path) -> bool:
        """Whether the edit is ours; it stays locked until this process ends."""
        if folder in self._locks:
            return True
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try_lock(handle)
        except OSError:
            os.close(handle)
            return False
        self._locks[folder] = handle
        return True

    def _read(self, folder: Path, *, mine: bool) -> Edit | None:
        """`mine`: it belonged to this process before, so it may be being fetched or open just now."""
        try:
            raw = (folder / ABOUT).read_bytes()
        except FileNotFoundError:
            if not mine:  # the download did not end, so nobody has seen it
                self.discard(folder / ABOUT)
            return None
        try:
            about = msgspec.json.decode(raw, type=About)
            edit = Edit(folder / Path(about.file).name, about)
            if mine or is_changed(edit):
                return edit
        except (msgspec.DecodeError, OSError):  # whatever else lies there may be what somebody has typed
            self._release(folder)
        else:
            self.discard(edit.path)
        return None

    def _release(self, folder: Path) -> None:
        handle = self._locks.pop(folder)
        free_lock(handle)
        os.close(handle)


def _strangers(path: Path) -> bool:
    """Whether there is anything but the file, what odtui notes of it, and what editors leave behind."""
    return any(
        each != path and not each.name.startswith((".", "#")) and not each.name.endswith(("~", ".swp", ".bak"))
        for each in path.parent.iterdir()
    )


def is_changed(edit: Edit) -> bool:
    """Whether the file holds anything else than what was downloaded. Raises OSError if it is gone."""
    return digest_of(edit.path) != edit.about.digest


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def local_name(name: str) -> str:
    """A name that every file system takes and no editor reads as anything but a name; the extension stays."""
    plain = "".join(char if char.isprintable() and char not in '/\\:*?"<>|' else "_" for char in name)
    stem, dot, extension = plain.rpartition(".")
    if not dot or not stem or len(extension.encode(errors="replace")) > 20:
        stem, dot, extension = plain, "", ""
    room = LONGEST_NAME - len(f"{dot}{extension}".encode())
    stem = stem.encode(errors="replace")[:room].decode(errors="ignore").strip(" ") or "file"
    return f"_{stem}{dot}{extension}" if f"{stem}{dot}{extension}" in (ABOUT, LOCK) else f"{stem}{dot}{extension}"
