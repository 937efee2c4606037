"""What outlives the server: a journal of changed items and the bytes of uploaded files, in one folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

import msgspec

from odtui.demo.nodes import Node


class Entry(msgspec.Struct):
    """One line of the journal: an item of a drive after a change."""

    drive: str
    node: Node


class Journal:
    """Appends every change at once, so that even a killed server forgets at most the line it was writing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = folder / "blobs"
        self.blobs.mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.jsonl"
        self._last: dict[tuple[str, str], Node] = {}
        for entry in self._read():
            self._last[entry.drive, entry.node.guid] = entry.node
        self.seq = max((node.seq for node in self._last.values()), default=0)
        """How many changes there have been."""
        self._compact()
        self._file: IO[bytes] = self._path.open("ab", buffering=0)

    def overlay(self, drive: str) -> dict[str, Node]:
        """The last state of every changed item of a drive, deleted ones included, by guid."""
        return {guid: node for (owner, guid), node in self._last.items() if owner == drive}

    def write(self, drive: str, node: Node) -> None:
        self._file.write(msgspec.json.encode(Entry(drive, node)) + b"\n")

    def new_blob(self) -> tuple[str, Path]:
        """A name for `Node.content` and the file that it stands for; the file does not exist yet."""
        name = uuid4().hex
        return f"blob:{name}", self.blobs / name

    def copy_blob(self, content: str) -> str:
        """A `Node.content` of its own for the same bytes."""
        if not content.startswith("blob:"):
            return content
        copy, path = self.new_blob()
        old = self.blobs / content.removeprefix("blob:")
        try:
            os.link(old, path)
        except OSError:
            shutil.copyfile(old, path)
        return copy

    def close(self) -> None:
        self._file.close()

    def _read(self) -> Iterator[Entry]:
        if not self._path.exists():
            return
        decoder = msgspec.json.Decoder(Entry)
        for line in self._path.read_bytes().splitlines():
            with suppress(msgspec.DecodeError):  # the last line of a killed server
                yield decoder.decode(line)

    def _compact(self) -> None:
        """Keep one line per item, and no half line that the next one would be glued to."""
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            for (drive, _), node in self._last.items():
                file.write(msgspec.json.encode(Entry(drive, node)) + b"\n")
        os.replace(part, self._path)
