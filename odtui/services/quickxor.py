"""quickXorHash, the one content hash that every OneDrive keeps. Source: REFERENCE §11, QUIRKS C, 240-245."""

from __future__ import annotations

from base64 import b64encode

PERIOD = 160
"""Bytes after which the shifts repeat, for 11 bits times 160 are eleven whole turns of the 160-bit state."""
WIDTH = 1024 * PERIOD
"""Bytes that are XORed in one step: few steps on long numbers are what makes this fast (QUIRKS C4)."""
_BITS = 160


class QuickXor:
    """The hash of bytes that come in pieces of any size. Finds transfer errors; it is no protection against forgery."""

    name = "quickXorHash"

    def __init__(self) -> None:
        self._taken = (0, 0)
        """Bytes taken in, and all of them, those XORed together that are a multiple of PERIOD apart, as a little-endian
        number. In one, so that another thread may read the state at any time."""

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Holds the interpreter for about a millisecond per MiB, in many short steps."""
        view = memoryview(data)
        length, columns = self._taken
        found = 0
        for start in range(0, len(view), WIDTH):
            found ^= int.from_bytes(view[start : start + WIDTH], "little")
        self._taken = (length + len(view), columns ^ found << 8 * (length % PERIOD))

    @property
    def state(self) -> bytes:
        """What it takes to go on later; about as long as PERIOD."""
        length, columns = self._taken
        return length.to_bytes(8, "little") + _folded(columns)

    @classmethod
    def resumed(cls, state: bytes) -> QuickXor:
        """Raises ValueError for what is no state."""
        if len(state) != 8 + PERIOD:
            raise ValueError("this is no state of a hash")
        hasher = cls()
        hasher._taken = (int.from_bytes(state[:8], "little"), int.from_bytes(state[8:], "little"))
        return hasher

    @property
    def length(self) -> int:
        """Bytes taken in."""
        return self._taken[0]

    def digest(self) -> bytes:
        """20 bytes."""
        length, columns = self._taken
        state = 0
        for index, byte in enumerate(_folded(columns)):
            state ^= byte << 11 * index % _BITS
        state = (state & (1 << _BITS) - 1) ^ (state >> _BITS)  # a byte may stick out over the end: it goes on at bit 0
        return (state ^ length << 96).to_bytes(_BITS // 8, "little")

    def text(self) -> str:
        """As Graph writes it: base64, 28 characters."""
        return b64encode(self.digest()).decode()


def _folded(columns: int) -> bytes:
    """One period of bytes."""
    size = (columns.bit_length() + 7) // 8
    while size > PERIOD:
        half = (-(-size // PERIOD) + 1) // 2 * PERIOD
        columns = (columns >> 8 * half) ^ (columns & (1 << 8 * half) - 1)
        size = half
    return columns.to_bytes(PERIOD, "little")
