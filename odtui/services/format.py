"""Sizes and times as people read them."""

from __future__ import annotations

import time

_UNITS = ("KB", "MB", "GB", "TB", "PB", "EB")


def size_words(size: int | None) -> str:
    """Bytes in at most seven cells, such as `48.2 MB` (1 KB is 1,024 bytes). Unknown: an empty text."""
    if size is None:
        return ""
    if size < 1000:
        return f"{max(0, size)} B"
    value, power = size / 1024, 0
    while value >= 999.5 and power < len(_UNITS) - 1:
        value, power = value / 1024, power + 1
    number = f"{value:.1f}".removesuffix(".0") if value < 99.95 else f"{value:.0f}"
    return f"{number} {_UNITS[power]}"


def bytes_text(size: int | None) -> str:
    """All digits for the details view, such as `1.4 MB (1,468,006 bytes)`; empty if not known."""
    if size is None:
        return ""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    return f"{size_words(size)} ({size:,} bytes)"


def time_text(seconds: float | None) -> str:
    """Local time as `2026-03-01 14:05`; empty for unknown or for what no calendar knows."""
    if seconds is None:
        return ""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (ValueError, OverflowError, OSError):
        return ""


def duration_text(seconds: float) -> str:
    """Such as `8 s`, `4:05 min`, `2:15 h`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}:{minutes:02d} h"
