"""One line about the account, its quota, the selection and the transfers."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from odtui.ui.formats import bar, count, percent, share, size_words
from odtui.ui.text import clean, cut, shorten

BAR = 10
"""Cells of a gauge."""
GAP = 3
_FORMS = (
    (True, True, 99, 40),
    (True, False, 99, 40),
    (False, False, 99, 40),
    (False, False, 99, 16),
    (False, False, 16, 16),
    (False, False, 0, 0),
)
"""Whether the quota has words, whether there are gauges, cells for the account, cells for why nothing moves."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says."""

    account: str = ""
    """Mail address or name; hostile. Empty: nobody is signed in."""
    used: int | None = None
    """Bytes of the drive in use; None if not known."""
    total: int | None = None
    """Bytes of the drive; None if not known."""
    selected: int = 0
    selected_size: int = 0
    running: int = 0
    """Transfers that have not ended."""
    part: float | None = None
    """How much of the running transfers is done, 0 to 1; None if not known."""
    read_only: bool = False
    """Nothing on OneDrive is changed."""
    held: str = ""
    """Why nothing of them moves, in words safe to show; empty if something does."""
    failed: int = 0
    """Transfers that failed and are still in the list."""
    leaving: bool = False
    """odtui is left when all transfers have ended."""


Piece = list[tuple[str, str]]
"""Texts, each with the end of its component class."""


class StatusLine(Widget):
    """Account and quota on the left, selection and transfers on the right; what matters least goes first."""

    COMPONENT_CLASSES = {f"status--{part}" for part in ("text", "strong", "bar", "rest", "full", "ask", "error")}
    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._status = Status()

    @property
    def status(self) -> Status:
        return self._status

    def show(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        left, right = self._fitting(width - 2)
        gap = width - 2 - _width(left) - _width(right)
        pieces: Piece = [(" ", "text"), *_joined(left), (" " * max(0, gap), "text"), *_joined(right), (" ", "text")]
        segments = [Segment(text, self.get_component_rich_style(f"status--{part}")) for text, part in pieces]
        return Strip(segments).adjust_cell_length(width, self.get_component_rich_style("status--text"))

    def _fitting(self, width: int) -> tuple[list[Piece], list[Piece]]:
        """The fullest of the forms that fits."""
        status = self._status
        left: list[Piece] = []
        right: list[Piece] = []
        for words, gauge, name, held in _FORMS:
            left = [_mode(status), _account(status, name), _quota(status, words=words, gauge=gauge)]
            left = [piece for piece in left if piece]
            transfers = _transfers(status, gauge=gauge, held=held)
            right = [piece for piece in (_selection(status), transfers) if piece]
            if _width(left) + _width(right) + GAP <= width:
                break
        return left, right


def _joined(pieces: list[Piece]) -> Piece:
    joined: Piece = []
    for piece in pieces:
        joined += [(" " * GAP, "text")] if joined else []
        joined += piece
    return joined


def _width(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in _joined(pieces))


def _mode(status: Status) -> Piece:
    return [("Read only", "error")] if status.read_only else []


def _account(status: Status, width: int) -> Piece:
    if not status.account:
        return [("Not signed in", "text")] if width else []
    return [(shorten(clean(status.account), width), "strong")] if width else []


def _quota(status: Status, *, words: bool, gauge: bool) -> Piece:
    """Unknown is not full: without a total there is no bar (QUIRKS 37)."""
    if status.used is None or not status.total:
        return [(f"{size_words(status.used)} used", "text")] if status.used else []
    part = share(status.used, status.total) or 0.0
    piece: Piece = []
    if gauge:
        filled, rest = bar(part, BAR)
        piece += [(filled, "full" if part >= 0.9 else "bar"), (rest, "rest"), (" ", "text")]
    text = f"{size_words(status.used)} of {size_words(status.total)} used" if words else f"{part:.0%} used"
    return [*piece, (text, "error" if part >= 0.99 else "text")]


def _selection(status: Status) -> Piece:
    if not status.selected:
        return []
    size = f", {size_words(status.selected_size)}" if status.selected_size else ""
    return [(f"{status.selected:,} selected{size}", "strong")]


def _transfers(status: Status, *, gauge: bool, held: int) -> Piece:
    """`held`: cells for the reason why nothing moves."""
    if not status.running:
        return [(f"{count(status.failed, 'transfer')} failed", "error")] if status.failed else []
    lead = "Quits after " if status.leaving else ""
    piece: Piece = [(f"{lead}{count(status.running, 'transfer')}", "ask" if lead else "strong")]
    if status.part is not None:
        filled, rest = bar(status.part, BAR)
        piece += [(" ", "text"), (filled, "bar"), (rest, "rest")] if gauge else []
        piece.append((f" {percent(status.part):>3}%", "text"))
    if status.held and held:
        piece.append((f" {cut(status.held, held)}", "ask"))
    if status.leaving:
        piece.append((", Esc stays", "text"))
    return piece
