"""Bandwidth limits as the user writes them."""

import re

_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(?:([KMG])(?:i?B)?|(B))?(?:/s|ps)?", re.IGNORECASE | re.ASCII)
_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}

ALLOWED = 'such as "2 MB/s", "500 KB/s" or "512" (KiB per second), at least 16 KB/s; "0" or "" for no limit'


def parse_rate(text: str) -> int | None:
    """Bytes per second; None for no limit. A bare number counts KiB, as with rclone; units are powers of 1024.

    Raises ValueError for anything else, and for less than 16 KiB/s: the service gives up on slower transfers.
    """
    text = text.strip()
    if not text:
        return None
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    rate = int(float(match[1]) * _UNITS[(match[2] or match[3] or "K").lower()])
    if 0 < rate < 16 * 1024:
        raise ValueError(text)
    return rate or None


def check_rate(text: str) -> str | None:
    """One sentence about a text that is no limit."""
    try:
        parse_rate(text)
    except ValueError:
        return "bandwidth_limit is not a speed."
    return None
