"""quickXorHash against its definition, one byte after the other, and against SHA-1 of the C library."""

import hashlib
import os
import time
from collections.abc import Callable

from odtui.services.quickxor import QuickXor
from tests.services.test_quickxor import naive

MIB = 1 << 20
BUDGET = 100
"""Times as fast as the naive loop (DESIGN §6)."""


def main() -> None:
    data = os.urandom(MIB)
    slow = _seconds(lambda: naive(data), 3)
    large = _seconds(lambda: _quick(data, MIB), 64)
    uneven = _seconds(lambda: _quick(data, 65_536), 32)
    small = data[:10_240]
    short = _seconds(lambda: _quick(small, MIB), 1000)
    sha1 = _seconds(lambda: hashlib.sha1(data, usedforsecurity=False).digest(), 64)
    print(f"  quickXorHash of 1 MiB: {1 / large:,.0f} MiB/s, {slow / large:.0f} × the naive loop (budget {BUDGET})")
    print(f"  the same in pieces of 64 KiB: {1 / uneven:,.0f} MiB/s, {slow / uneven:.0f} × the naive loop")
    print(f"  of 10 KiB: {short * 1e6:.0f} µs; SHA-1 of the C library takes {sha1 / large:.2f} × the time for 1 MiB")


def _quick(data: bytes, piece: int) -> None:
    hasher = QuickXor()
    for start in range(0, len(data), piece):
        hasher.update(data[start : start + piece])
    hasher.digest()


def _seconds(work: Callable[[], object], times: int) -> float:
    """The best of three rounds, per call."""
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - begin) / times)
    return best
