"""One transfer as a strip of exactly the right number of cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from odtui.services.transfers import Job, JobState
from odtui.ui.formats import bar, count, eta_words, percent, size_words, speed_words
from odtui.ui.job_sums import part_of
from odtui.ui.text import clean, cut, fit, shorten

ARROWS = {"upload": "↑", "download": "↓", "copy": "→", "move": "⇒", "delete": "⌫"}
SIGNS = {
    JobState.QUEUED: "·",
    JobState.PLANNING: "…",
    JobState.RUNNING: "▸",
    JobState.ASKING: "?",
    JobState.WAITING: "◔",
    JobState.PAUSED: "‖",
    JobState.DONE: "✓",
    JobState.SKIPPED: "–",
    JobState.FAILED: "✗",
    JobState.CANCELLED: "×",
}
"""Each state has its own, so that nothing hangs on the colour."""
_TONES = {
    JobState.ASKING: "ask",
    JobState.WAITING: "ask",
    JobState.PAUSED: "ask",
    JobState.DONE: "done",
    JobState.FAILED: "error",
    JobState.SKIPPED: "dim",
    JobState.CANCELLED: "dim",
    JobState.QUEUED: "dim",
}
_LEAD = 5
"""Cells before the name: sign and arrow with a blank each, and one at the edge."""
_PERCENT = 5
_SPEED = 11
_WAY = 21
"""Such as `999.9 KB of 1,023 MB`."""
_SHORT_WAY = 15
"""Such as `1.4 / 2.3 GB`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells of the columns in a row of a given width; 0: there is no room for it."""

    name: int
    bar: int
    way: int
    files: int
    speed: int
    left: int
    """Time left, or why there is none."""

    @classmethod
    def within(cls, width: int) -> Layout:
        if width >= 150:
            bar, way, files, speed, left = 24, _WAY, 18, _SPEED, 13
        elif width >= 110:
            bar, way, files, speed, left = 14, _WAY, 14, _SPEED, 13
        elif width >= 72:
            bar, way, files, speed, left = 8, _SHORT_WAY, 0, _SPEED, 12
        elif width >= 50:
            bar, way, files, speed, left = 8, 0, 0, 0, 12
        else:
            bar, way, files, speed, left = 4, 0, 0, 0, 7
        name = width - _LEAD - 1 - bar - _PERCENT - way - files - speed - left - 1
        return cls(max(8, name), bar, way, files, speed, left)

    @property
    def figures(self) -> int:
        """What stands behind the percent, together."""
        return self.way + self.files + self.speed + self.left

    @property
    def words(self) -> int:
        """Where a sentence stands instead of bar and figures."""
        return self.bar + _PERCENT + self.figures


def draw_job(job: Job, width: int, style: Callable[[str], Style]) -> Strip:
    """Sign, arrow, name, bar, percent, bytes, files, speed and time left as far as there is room; or what came of it.

    `style` gives the style of a part by the end of its component class.
    """
    layout = Layout.within(width)
    state = JobState.WAITING if job.waiting and job.state is JobState.RUNNING else job.state
    tone = style(_TONES.get(state, "arrow"))
    segments = [
        Segment(f" {SIGNS[state]} {ARROWS[job.kind]} ", tone),
        Segment(fit(clean(job.name), layout.name), style("name")),
        Segment(" ", style("dim")),
    ]
    if job.state.ended:
        words = _outcome(job, layout.words)
        segments.append(Segment(words, tone if job.state is JobState.FAILED else style("dim")))
    else:
        segments += _progress(job, layout, style, tone)
    return Strip(segments).adjust_cell_length(width, style("dim"))


def _progress(job: Job, layout: Layout, style: Callable[[str], Style], tone: Style) -> list[Segment]:
    part = part_of(job)
    moves = job.state is JobState.RUNNING and not job.waiting
    filled, rest = bar(part or 0.0, layout.bar)
    segments = [Segment(filled, style("bar" if moves else "dim")), Segment(rest, style("rest"))]
    segments.append(Segment(f"{percent(part):>4}%" if part is not None else " " * _PERCENT, style("name")))
    if moves and part is not None:
        segments.append(Segment(_figures(job, layout), style("dim")))
        return segments
    reason = _reason(job)
    if layout.way and job.total is not None and cell_len(reason) + 2 <= layout.figures - layout.way:
        segments.append(Segment(_way(job, layout), style("dim")))
        room = layout.figures - layout.way
    else:
        room = layout.figures
    words = cut(reason, room - 1)
    told = style(_TONES.get(job.state, "dim")) if not job.waiting else tone
    segments.append(Segment(" " * (room - cell_len(words)) + words, told))
    return segments


def _figures(job: Job, layout: Layout) -> str:
    left = eta_words(job.eta)
    left = left if cell_len(left) < layout.left else " ".join(left.split()[:2])
    files = f"{job.files_done:,}/{job.files_total:,}" if job.files_total > 1 and job.kind != "delete" else ""
    figures = _way(job, layout)
    figures += f"{cut(files, layout.files - 2):>{layout.files}}" if layout.files else ""
    speed = speed_words(job.speed) if job.kind != "delete" else ""
    figures += f"{speed:>{layout.speed}}" if layout.speed else ""
    return f"{figures}{left:>{layout.left}}"[: layout.figures]


def _way(job: Job, layout: Layout) -> str:
    """How much of how much; where there is little room the unit is said once, and of a folder the files count."""
    if not layout.way:
        return ""
    done, total = size_words(job.done), size_words(job.total)
    if job.kind == "delete":
        words = f"{job.files_done:,} of {job.files_total:,}"
    elif layout.way >= _WAY:
        words = f"{done} of {total}" if total else done
    elif job.files_total > 1:
        words = f"{job.files_done:,}/{job.files_total:,}"
    elif total:
        number, _, unit = done.partition(" ")
        words = f"{number} / {total}" if not job.done or unit == total.partition(" ")[2] else f"{done} / {total}"
        words = words if cell_len(words) < layout.way else total
    else:
        words = done
    return f"{words:>{layout.way}}"[: layout.way]


def _reason(job: Job) -> str:
    """Why no speed is shown, in words."""
    if job.waiting:
        return clean(job.waiting)
    if job.state is JobState.PLANNING and job.files_total:
        return f"counting: {count(job.files_total, 'file')}"
    return job.state.value


def _outcome(job: Job, width: int) -> str:
    """What a job that has ended came to: the fullest form that fits, the reason and the next step first."""
    if job.problem:
        full = clean(f"{job.problem} {job.advice}".strip())
        return full if cell_len(full) <= width else cut(clean(job.problem), width)
    if job.state is not JobState.DONE:
        after = (
            f" after {job.files_done:,} of {job.files_total:,} files" if 0 < job.files_done < job.files_total else ""
        )
        return cut(f"{job.state.value}{after}" if job.state is JobState.CANCELLED else job.state.value, width)
    files = f"{job.files_total:,} files, " if job.files_total > 1 else ""
    size = size_words(job.total) if job.total is not None and job.kind != "delete" else ""
    amount = f"{files}{size}".removesuffix(", ")
    target = shorten(clean(job.target), max(0, width - cell_len(amount) - 3)) if job.target else ""
    return " → ".join(filter(None, (amount or "done", target)))
