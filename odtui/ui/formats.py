"""Sizes, times, counts and speeds in the words of the screen."""

import time

from odtui.services.format import size_words as size_words


def day(modified: int | None) -> str:
    """The local day, ten cells. Unknown or beyond what the system's calendar knows: an empty text."""
    return _time(modified, "%Y-%m-%d")


def minute(modified: int | None) -> str:
    """The local day and time, sixteen cells. Unknown: an empty text."""
    return _time(modified, "%Y-%m-%d %H:%M")


def _time(modified: int | None, form: str) -> str:
    if modified is None:
        return ""
    try:
        local = time.localtime(modified)
    except (OverflowError, ValueError, OSError):
        return ""
    return time.strftime(form, local) if 0 < local.tm_year < 10_000 else ""


def count(number: int, noun: str, plural: str = "") -> str:
    """Such as `1 item` or `1,204 items`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def speed_words(speed: float) -> str:
    """Bytes per second; an empty text while nothing moves."""
    return f"{size_words(int(speed))}/s" if speed >= 1 else ""


def eta_words(seconds: float | None) -> str:
    """The time left, rounded the way people speak. Unknown: an empty text."""
    if seconds is None:
        return ""
    left = round(seconds)
    if left < 60:
        return f"{max(1, left)} s"
    if left < 3600:
        return f"{round(left / 60)} min"
    if left < 86_400:
        hours, minutes = divmod(round(left / 60), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{left // 86_400} d"


def share(done: int, total: int | None) -> float | None:
    """How much of it, 0 to 1; None while the total is not known."""
    if total is None:
        return None
    return 1.0 if total <= 0 else min(1.0, max(0.0, done / total))


def percent(part: float) -> int:
    """Whole percents, rounded down: what is not done is never shown as 100 %."""
    return int(part * 100 + 1e-6)


def bar(part: float, width: int) -> tuple[str, str]:
    """A bar of `width` cells in two pieces, told apart without colours too: the filled one in half cells, the rest."""
    halves = round(min(1.0, max(0.0, part)) * width * 2)
    filled = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return filled, "─" * (width - len(filled))
