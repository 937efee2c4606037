"""The line above the transfers: how many, how fast, how long, and what holds them."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from odtui.services.transfers import Flow
from odtui.ui.formats import count, eta_words, size_words, speed_words
from odtui.ui.job_sums import JobSums
from odtui.ui.text import clean, cut

AT_ONCE = " at once"
Piece = tuple[str, str]
"""A text and the end of its component class."""


class TransfersHead(Widget):
    """A rule with words in it: counts on the left, speed on the right; what matters least goes first."""

    COMPONENT_CLASSES = {f"head--{part}" for part in ("rule", "title", "text", "ask", "error")}
    DEFAULT_CSS = "TransfersHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._sums = JobSums()
        self._flow = Flow()

    def show(self, sums: JobSums, flow: Flow) -> None:
        if (sums, flow) != (self._sums, self._flow):
            self._sums, self._flow = sums, flow
            self.refresh()

    @property
    def words(self) -> str:
        """The line as it is drawn."""
        return self.render_line(0).text

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        left, right = self._fitting(width)
        pieces: list[Piece] = [("─ ", "rule"), *_joined(left), (" ", "rule")]
        tail: list[Piece] = [(" ", "rule"), *_joined(right), (" ─", "rule")] if right else []
        pieces.append(("─" * max(0, width - _cells(pieces) - _cells(tail)), "rule"))
        segments = [Segment(text, self.get_component_rich_style(f"head--{part}")) for text, part in (*pieces, *tail)]
        return Strip(segments).adjust_cell_length(width, self.get_component_rich_style("head--rule"))

    def _fitting(self, width: int) -> tuple[list[Piece], list[Piece]]:
        """As many of the words as fit: the reason why nothing moves is cut last."""
        left, right = _counts(self._sums), _pace(self._sums, self._flow)
        while right and _cells(_joined(left)) + _cells(_joined(right)) + 7 > width:
            if len(right) > 2 or (len(right) == 2 and right[1][0].endswith(AT_ONCE)):
                right.pop()
            elif len(left) > 4:
                left.pop()
            elif len(right) > 1:
                right.pop()
            elif len(left) > 2:
                left.pop()
            else:
                room = width - _cells(_joined(left)) - 7
                text, part = right[0]
                return left, [(cut(text, room), part)] if room > 8 else []
        return left, right


def _counts(sums: JobSums) -> list[Piece]:
    """The most important first."""
    waiting = sums.unended - sums.running - sums.paused - sums.asking
    counts = (
        (sums.running, "running", "text"),
        (sums.asking, "asks you" if sums.asking == 1 else "ask you", "ask"),
        (sums.failed, "failed", "error"),
        (sums.paused, "paused", "ask"),
        (waiting, "waiting", "text"),
        (sums.done, "done", "text"),
        (sums.skipped, "skipped", "text"),
        (sums.cancelled, "cancelled", "text"),
    )
    return [("Transfers", "title"), *((f"{number:,} {word}", part) for number, word, part in counts if number)]


def _pace(sums: JobSums, flow: Flow) -> list[Piece]:
    """What holds the transfers, else speed, time left and files at once; the first stays longest."""
    limit = [(f"limit {size_words(flow.limit)}/s", "ask")] if flow.limit is not None else []
    if not sums.unended:
        return limit
    if flow.paused:
        return [("all paused", "ask"), *limit]
    if flow.waiting:
        return [(clean(flow.waiting).rstrip("."), "ask"), *limit]
    eta = eta_words(sums.eta(flow.speed))
    pieces = [(f"{speed_words(flow.speed):>10}", "title")] if flow.speed >= 1 else []
    pieces += [(f"{eta} left", "text")] if eta else []
    pieces += limit
    pieces += [(f"{count(flow.width, 'file')}{AT_ONCE}", "text")] if flow.width else []
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        joined += [(" · ", "text")] if joined else []
        joined.append(piece)
    return joined


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)
