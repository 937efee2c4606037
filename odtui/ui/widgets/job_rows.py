"""One transfer as a strip of exactly the right number of cells."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from odtui.services.transfers import Job, JobState
from odtui.ui.formats import bar, eta_words, share, size_words, speed_words
from odtui.ui.text import clean, fit, shorten

ARROWS = {"upload": "↑", "download": "↓", "copy": "→", "move": "⇒"}
_WAY = 19
_FIGURES = 9
_ETA = 10


def draw_job(job: Job, width: int, style: Callable[[str], Style]) -> Strip:
    """Arrow, name, bar, percent, bytes, speed and time left, as far as there is room; else what came of it.

    `style` gives the style of a part by the end of its component class.
    """
    part = share(job.done, job.total)
    moving = job.state in (JobState.RUNNING, JobState.PLANNING)
    words = _words(job)
    figures = part is not None and (moving or job.state is JobState.WAITING)
    columns = _columns(width) if figures else 0
    bar_width = max(8, min(30, width // 5)) if not job.state.ended else 0
    right = columns + (bar_width + 6 if bar_width else 0)
    if not figures:
        right += min(max(0, width - right - 24), len(words) + 2)
    name_width = max(8, width - 4 - right)
    segments = [
        Segment(f" {ARROWS[job.kind]} ", style(_tone(job))),
        Segment(fit(clean(job.name), name_width), style("name")),
    ]
    if bar_width:
        filled, rest = bar(part or 0.0, bar_width)
        segments += [Segment(" ", style("dim")), Segment(filled, style("bar")), Segment(rest, style("rest"))]
        segments.append(Segment(f"{part:>5.0%}" if part is not None else "     ", style("name")))
    if columns:
        segments.append(Segment(_figures(job, columns), style("dim")))
    elif not figures:
        room = max(0, width - 4 - name_width - (bar_width + 6 if bar_width else 0))
        segments.append(Segment(f"  {shorten(words, max(0, room - 2))}", style(_tone(job))))
    return Strip(segments).adjust_cell_length(width, style("dim"))


def _columns(width: int) -> int:
    """Cells for bytes, speed and time left: in that order they go when the line is short."""
    if width >= 100:
        return _WAY + _FIGURES + 3 + _ETA + 4
    if width >= 76:
        return _FIGURES + 3 + _ETA
    return _ETA if width >= 56 else 0


def _figures(job: Job, columns: int) -> str:
    way = f"{size_words(job.done)} of {size_words(job.total)}"
    speed, eta = speed_words(job.speed), eta_words(job.eta)
    left = f"{eta} left" if eta and columns > _WAY + _FIGURES + _ETA else eta
    if columns > _WAY + _FIGURES + _ETA:
        return f"{way:>{_WAY}}{speed:>{_FIGURES + 2}}{left:>{columns - _WAY - _FIGURES - 2}}"[:columns]
    if columns > _ETA:
        return f"{speed:>{_FIGURES + 2}}{left:>{columns - _FIGURES - 2}}"[:columns]
    return f"{left:>{columns}}"[:columns]


def _tone(job: Job) -> str:
    if job.state is JobState.FAILED:
        return "error"
    if job.state is JobState.DONE:
        return "done"
    return "ask" if job.state in (JobState.ASKING, JobState.WAITING) else "dim" if job.state.ended else "arrow"


def _words(job: Job) -> str:
    """The state, and why; an end with what it came to."""
    if job.problem:
        return clean(f"{job.problem} {job.advice}".strip())
    if job.state is JobState.DONE:
        files = f"{job.files_total:,} files, " if job.files_total > 1 else ""
        size = size_words(job.total) if job.total is not None else ""
        return clean(f"{files}{size} → {job.target}" if size else f"→ {job.target}")
    return job.state.value
