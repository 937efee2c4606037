"""One transfer as a strip of exactly the right number of cells."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from odtui.services.transfers import Job, JobState
from odtui.ui.formats import bar, eta_words, share, size_words, speed_words
from odtui.ui.text import clean, fit, shorten

ARROWS = {"upload": "↑", "download": "↓", "copy": "→", "move": "⇒", "delete": "×"}
_WAY = 19
_FIGURES = 9
_ETA = 10


def draw_job(job: Job, width: int, style: Callable[[str], Style]) -> Strip:
    """Arrow, name, bar, percent, bytes, speed and time left, as far as there is room; or what came of it.

    `style` gives the style of a part by the end of its component class.
    """
    name = clean(job.name)
    arrow = Segment(f" {ARROWS[job.kind]} ", style(_tone(job)))
    if job.state not in (JobState.QUEUED, JobState.PLANNING, JobState.RUNNING):
        most = max(width * 2 // 5, width - 6 - cell_len(name))
        words = next((form for form in _words(job) if cell_len(form) <= most), _words(job)[-1])
        room = max(10, min(cell_len(words), most))
        segments = [arrow, Segment(fit(name, max(8, width - 5 - room)), style("name"))]
        segments.append(Segment(f" {shorten(words, room)}", style(_tone(job))))
        return _exactly(segments, width, style("dim"))
    columns, bar_width = _columns(width), max(8, min(30, width // 5))
    part = share(job.done, job.total)
    filled, rest = bar(part or 0.0, bar_width)
    segments = [
        arrow,
        Segment(fit(name, max(8, width - 10 - bar_width - columns)), style("name")),
        Segment(" ", style("dim")),
    ]
    segments += [Segment(filled, style("bar")), Segment(rest, style("rest"))]
    segments.append(Segment(f"{part:>5.0%}" if part is not None else "     ", style("name")))
    if job.state is JobState.RUNNING and part is not None:
        segments.append(Segment(_figures(job, columns), style("dim")))
    else:
        segments.append(Segment(f"{job.state.value:>{columns}}"[:columns], style("dim")))
    return _exactly(segments, width, style("dim"))


def _exactly(segments: list[Segment], width: int, style: Style) -> Strip:
    return Strip(segments).adjust_cell_length(width, style)


def _columns(width: int) -> int:
    """Cells for bytes, speed and time left: in that order they go when the line is short."""
    if width >= 100:
        return _WAY + _FIGURES + 3 + _ETA + 4
    if width >= 76:
        return _FIGURES + 3 + _ETA
    return _ETA


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


def _words(job: Job) -> list[str]:
    """The state, and why; an end with what it came to. The fullest form first."""
    if job.problem:
        return [clean(f"{job.problem} {job.advice}".strip()), clean(job.problem)]
    if job.state is JobState.DONE:
        files = f"{job.files_total:,} files, " if job.files_total > 1 else ""
        size = size_words(job.total) if job.total is not None else ""
        return [clean(f"{files}{size} → {job.target}" if size else f"→ {job.target}"), size or "done"]
    return [job.state.value]
