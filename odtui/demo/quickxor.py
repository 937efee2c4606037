"""quickXorHash, the one content hash that every OneDrive keeps. Source: REFERENCE §11."""

from base64 import b64encode

ROW = 160
"""Bytes after which the shifts repeat: byte i is placed at bit 11 * i mod 160."""
_MASK = (1 << 160) - 1


class QuickXor:
    """The hash of bytes that come in pieces of any size."""

    def __init__(self) -> None:
        self._columns = 0
        """The content folded to one row of 160 bytes, as a little-endian number."""
        self._length = 0

    def update(self, data: bytes) -> None:
        skip = self._length % ROW
        self._length += len(data)
        if skip:
            data = bytes(skip) + data
        self._columns ^= int.from_bytes(fold_rows(data), "little")

    def update_folded(self, row: bytes, length: int) -> None:
        """Take in `length` bytes of which the rows XOR to `row`. Both they and what came before are whole rows."""
        self._length += length
        self._columns ^= int.from_bytes(row, "little")

    def digest(self) -> bytes:
        """The 20 bytes of the hash."""
        state = 0
        for index, byte in enumerate(self._columns.to_bytes(ROW, "little")):
            placed = byte << (11 * index % 160)
            state ^= (placed & _MASK) | (placed >> 160)
        return (state ^ (self._length << 96)).to_bytes(20, "little")

    def base64(self) -> str:
        return b64encode(self.digest()).decode()


def fold_rows(data: bytes) -> bytes:
    """XOR all rows of 160 bytes into one, by halves, so that the work is done by a few large numbers."""
    while len(data) > ROW:
        half = (-(-len(data) // ROW) + 1) // 2 * ROW
        low, high = data[:half], data[half:]
        data = (int.from_bytes(low, "little") ^ int.from_bytes(high, "little")).to_bytes(half, "little")
    return data


def quickxor(data: bytes) -> str:
    """The hash of some bytes as Graph writes it: base64, 28 characters."""
    hasher = QuickXor()
    hasher.update(data)
    return hasher.base64()
