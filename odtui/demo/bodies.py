"""The bytes of files: read from texts, seeds, blobs or a real folder, any range at a time."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from random import Random
from urllib.parse import unquote_to_bytes

from odtui.demo.errors import not_found
from odtui.demo.nodes import Node
from odtui.demo.quickxor import ROW, QuickXor, fold_rows, quickxor

BLOCK = 160 * 4096
"""Bytes after which seeded content repeats but for a counter; a multiple of the hash's row."""
PIECE = 1 << 20
"""Bytes handed to the network at a time."""


class Body(ABC):
    """The content of one file, opened. Close it after reading."""

    size: int

    @abstractmethod
    def read(self, start: int, length: int) -> bytes:
        """The bytes from `start`, fewer at the end."""

    def close(self) -> None:  # noqa: B027  # most hold nothing
        """Give back what it holds."""

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to but not including `stop`."""
        while start < stop and (piece := self.read(start, min(PIECE, stop - start))):
            yield piece
            start += len(piece)


class Memory(Body):
    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self._data = data

    def read(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]


@lru_cache(maxsize=8)
def _block(seed: str) -> bytes:
    return Random(seed).randbytes(BLOCK)  # noqa: S311  # content, not a secret


class Seeded(Body):
    """Bytes that follow from a seed: a block repeated, its first 8 bytes replaced by the block's number."""

    def __init__(self, seed: str, size: int, head: bytes = b"") -> None:
        self._seed = seed
        self._head = head
        self.size = size

    def read(self, start: int, length: int) -> bytes:
        stop = min(start + length, self.size)
        block = _block(self._seed)
        parts = []
        while start < stop:
            if start < len(self._head):
                part = self._head[start:stop]
            else:
                number, offset = divmod(start, BLOCK)
                end = min(BLOCK, offset + stop - start)
                stamp = number.to_bytes(8, "big")[offset:end]
                part = stamp + block[offset + len(stamp) : end]
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def hash(self) -> str:
        """quickXorHash without reading it all: whole blocks cancel out in pairs."""
        hasher = QuickXor()
        whole = self.size // BLOCK
        hasher.update(self.read(0, min(BLOCK, self.size)))
        if whole > 1:
            between = int.from_bytes(fold_rows(bytes(8) + _block(self._seed)[8:]), "big") if (whole - 1) % 2 else 0
            for number in range(1, whole):
                between ^= number << (ROW - 8) * 8
            hasher.update_folded(between.to_bytes(ROW, "big"), (whole - 1) * BLOCK)
        if whole:
            hasher.update(self.read(whole * BLOCK, BLOCK))
        return hasher.base64()


class OnDisk(Body):
    """A file of this machine."""

    def __init__(self, path: str | bytes | Path) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115  # closed by close()
        self.size = os.fstat(self._file.fileno()).st_size

    def read(self, start: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, start) if hasattr(os, "pread") else self._seek(start, length)

    def _seek(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def close(self) -> None:
        self._file.close()


class Bodies:
    """Opens the content of items and hashes it."""

    def __init__(
        self, blobs: Path, real: Path | None, text: Callable[[str], bytes], head: Callable[[str], bytes]
    ) -> None:
        """`text` gives the content of `text:KEY`,
        `head` the first bytes of `seed:KEY`; `real` is the root of `disk:`."""
        self._blobs = blobs
        self._real = real
        self._text = text
        self._head = head

    def open(self, node: Node) -> Body:
        """The content of a file.

        Raises:
            GraphFault: 404 if a real file behind it has gone.
        """
        return self.open_content(node.content, node.size)

    def open_content(self, content: str, size: int) -> Body:
        """As `open`, for a `Node.content` and the number of its bytes."""
        kind, _, key = content.partition(":")
        try:
            match kind:
                case "text":
                    return Memory(self._text(key))
                case "seed":
                    return Seeded(key, size, self._head(key))
                case "blob":
                    return OnDisk(self._blobs / key)
                case "disk" if self._real is not None:
                    return OnDisk(os.path.join(os.fsencode(self._real), unquote_to_bytes(key)))
        except OSError:
            raise not_found() from None
        return Memory(b"")

    def hash(self, node: Node) -> str:
        """Its quickXorHash; empty for empty and for real files, as it is missing at times on the service too."""
        if not node.hash and node.size and not node.content.startswith("disk:"):
            node.hash = _text_hash(self._text, node.content) if node.content.startswith("text:") else self._read(node)
        return node.hash

    def discard(self, content: str) -> None:
        """Delete bytes that nothing refers to any more."""
        if content.startswith("blob:"):
            with suppress(OSError):
                (self._blobs / content.removeprefix("blob:")).unlink()

    def _read(self, node: Node) -> str:
        body = self.open(node)
        try:
            if isinstance(body, Seeded):
                return body.hash()
            hasher = QuickXor()
            for piece in body.pieces(0, body.size):
                hasher.update(piece)
            return hasher.base64()
        finally:
            body.close()


@lru_cache(maxsize=4096)
def _text_hash(text: Callable[[str], bytes], content: str) -> str:
    return quickxor(text(content.removeprefix("text:")))
