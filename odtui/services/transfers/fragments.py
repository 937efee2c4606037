"""How much of a file is sent in one request."""

from odtui.graph.uploads import FRAGMENT, LARGEST_FRAGMENT

FIRST = 16 * FRAGMENT
"""Bytes of a file's first fragment: 5 MiB, before its speed is known."""
SECONDS = 8.0
"""That a fragment should take (QUIRKS 121)."""
GROWTH = 4
"""Times that a fragment may be larger than the one before."""


class FragmentSize:
    """How much of one file to send at once: what takes some seconds, in multiples of 320 KiB."""

    def __init__(self) -> None:
        self._wanted = FIRST

    def fit(self, room: int) -> int:
        """Bytes, not more than `room` unless that is less than the smallest fragment."""
        return max(FRAGMENT, min(self._wanted, room, LARGEST_FRAGMENT) // FRAGMENT * FRAGMENT)

    def took(self, count: int, seconds: float) -> None:
        """A fragment of so many bytes has arrived."""
        best = int(count / seconds * SECONDS) if seconds > 0 else LARGEST_FRAGMENT
        self._wanted = max(FRAGMENT, min(best, self._wanted * GROWTH, LARGEST_FRAGMENT))
