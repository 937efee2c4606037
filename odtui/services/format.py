"""Sizes and times as people read them."""

from __future__ import annotations

import time


def size_text(size: int | None) -> str:
    """Such as `0 B`, `980 B`, `1.4 MB`, `312 GB`; empty if not known. One KB is 1,024 bytes, as OneDrive counts."""
    if size is None:
        return ""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    units = iter(("KB", "MB", "GB", "TB", "PB", "EB"))
    unit = "B"
    while value >= 999.5 and (larger := next(units, "")):
        value /= 1024
        unit = larger
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


def bytes_text(size: int | None) -> str:
    """All digits for the details view, such as `1.4 MB (1,468,006 bytes)`; empty if not known."""
    if size is None:
        return ""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    return f"{size_text(size)} ({size:,} bytes)"


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
