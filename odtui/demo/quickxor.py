"""quickXorHash, the one content hash that every OneDrive keeps. Source: REFERENCE §11, QUIRKS C."""

from base64 import b64encode

ROW = 160
"""Bytes after which the shifts repeat: byte i is placed at bit 11 * i mod 160."""
_WIDTH = ROW * 1024
"""Bytes XORed at a time; large numbers make few, fast operations."""
_MASK = (1 << 160) - 1


class QuickXor:
    """The hash of bytes that come in pieces of any size."""

    def __init__(self) -> None:
        self._length = 0
        self._wide = 0
        """All whole widths so far, XORed, as a little-endian number."""
        self._pending = bytearray()
        """What follows them: less than a width."""
        self._row = 0
        """Rows taken in already folded."""

    def fork(self) -> "QuickXor":
        """A hash that goes on from here on its own."""
        twin = QuickXor()
        twin._length, twin._wide, twin._row = self._length, self._wide, self._row
        twin._pending = self._pending[:]
        return twin

    def update(self, data: bytes) -> None:
        self._length += len(data)
        self._pending += data
        whole = len(self._pending) // _WIDTH * _WIDTH
        if whole:
            with memoryview(self._pending) as view:
                for start in range(0, whole, _WIDTH):
                    self._wide ^= int.from_bytes(view[start : start + _WIDTH], "little")
            del self._pending[:whole]

    def update_folded(self, row: bytes, length: int) -> None:
        """Take in `length` bytes, whole rows that XOR to `row`."""
        self._length += length
        self._row ^= int.from_bytes(row, "little")

    def digest(self) -> bytes:
        """The 20 bytes of the hash."""
        columns = self._row ^ int.from_bytes(fold_rows(bytes(self._pending)), "little")
        if self._wide:
            columns ^= int.from_bytes(fold_rows(self._wide.to_bytes(_WIDTH, "little")), "little")
        state = 0
        for index, byte in enumerate(columns.to_bytes(ROW, "little")):
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
