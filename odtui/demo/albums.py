"""Albums: lists of items, kept apart from the folders. Source: REFERENCE §5.27, QUIRKS 249."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


class Album(msgspec.Struct, kw_only=True):
    """One bundle."""

    guid: str
    drive: str
    """Slug of the drive."""
    name: str
    is_album: bool = True
    children: list[str] = []
    """guids of items."""
    created: int = 0
    """Seconds since the epoch."""
    modified: int = 0
    version: int = 1


class Albums:
    """All albums of a server, kept in one file of its folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "albums.json"
        known = msgspec.json.decode(self._path.read_bytes(), type=list[Album]) if self._path.exists() else []
        self._by_guid = {album.guid: album for album in known}

    def get(self, guid: str) -> Album | None:
        return self._by_guid.get(guid)

    def of(self, drive: str) -> list[Album]:
        """Those of a drive, by name."""
        own = (album for album in self._by_guid.values() if album.drive == drive)
        return sorted(own, key=lambda album: album.name.lower())

    def keep(self, album: Album) -> None:
        """Add an album, or keep what has changed about one."""
        self._by_guid[album.guid] = album
        self._save()

    def remove(self, album: Album) -> None:
        del self._by_guid[album.guid]
        self._save()

    def _save(self) -> None:
        part = self._path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(list(self._by_guid.values())))
        os.replace(part, self._path)
