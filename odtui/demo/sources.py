"""Folders whose items are made when someone looks: any number of files, or a real folder of this machine."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from odtui.demo.folders import RangeSource, Source
from odtui.demo.names import fold, free_name
from odtui.demo.nodes import Node, guid_of

_NUMBER = re.compile(r"file-([0-9]{6,})\.txt", re.IGNORECASE)
_PREFIX = guid_of("many files")[:24]


def many_text(number: int) -> bytes:
    """Content of the n-th of many files; there are 64 different ones."""
    return f"Content number {number % 64} of the many files.\n".encode() * (number % 64 + 1)


class ManyFiles(RangeSource):
    """`file-000000.txt` and so on: any of them is known by its number, none is held."""

    def __init__(self, count: int, when: int) -> None:
        self._count = count
        self._when = when
        self._sizes = [len(many_text(number)) for number in range(64)]

    def children(self, folder: Node) -> list[Node]:
        return [self.at(folder, index) for index in range(self._count)]

    def count(self, folder: Node) -> int:
        return self._count

    def total(self, folder: Node) -> int:
        rounds, rest = divmod(self._count, 64)
        return rounds * sum(self._sizes) + sum(self._sizes[:rest])

    def at(self, folder: Node, index: int) -> Node:
        when = self._when - index * 61
        kind = index % 64
        return Node(
            guid=f"{_PREFIX}{index:08x}",
            name=f"file-{index:06}.txt",
            parent=folder.guid,
            size=self._sizes[kind],
            created=when,
            modified=when,
            fs_created=when,
            fs_modified=when,
            content=f"text:many:{kind}",
        )

    def index_of_name(self, folder: Node, name: str) -> int | None:
        found = _NUMBER.fullmatch(name)
        index = int(found[1]) if found else self._count
        return index if index < self._count and len(name) == len(f"file-{index:06}.txt") else None

    def index_of_guid(self, folder: Node, guid: str) -> int | None:
        if not guid.startswith(_PREFIX):
            return None
        try:
            index = int(guid[24:], 16)
        except ValueError:
            return None
        return index if index < self._count else None


class RealFolder(Source):
    """A folder of this machine, read one level at a time and never written to. Links and devices are left out."""

    def __init__(self, base: Path) -> None:
        self._base = os.fsencode(base)

    def children(self, folder: Node) -> list[Node]:
        relative = unquote_to_bytes(folder.source.partition(":")[2])
        taken: set[str] = set()
        nodes = []
        for entry in self._entries(relative):
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            node = self._node(folder, os.path.join(relative, entry.name), entry.name, status)
            if fold(node.name) in taken:
                node.name = free_name(node.name, taken, folder=node.is_container)
            taken.add(fold(node.name))
            nodes.append(node)
        return nodes

    def count(self, folder: Node) -> int:
        return len(self._entries(unquote_to_bytes(folder.source.partition(":")[2])))

    def _entries(self, relative: bytes) -> list[os.DirEntry[bytes]]:
        """What a real folder holds; nothing if it cannot be read."""
        try:
            with os.scandir(os.path.join(self._base, relative)) as entries:
                plain = [
                    each
                    for each in entries
                    if each.is_file(follow_symlinks=False) or each.is_dir(follow_symlinks=False)
                ]
        except OSError:
            return []
        return sorted(plain, key=lambda each: each.name)

    def _node(self, folder: Node, relative: bytes, name: bytes, status: os.stat_result) -> Node:
        key = quote(relative)
        is_folder = stat.S_ISDIR(status.st_mode)
        when = int(status.st_mtime)
        return Node(
            guid=guid_of(f"disk/{key}"),
            name=name.decode("utf-8", "replace"),
            parent=folder.guid,
            kind="folder" if is_folder else "file",
            size=0 if is_folder else status.st_size,
            created=when,
            modified=when,
            fs_created=when,
            fs_modified=when,
            content="" if is_folder else f"disk:{key}",
            source=f"disk:{key}" if is_folder else "",
        )
