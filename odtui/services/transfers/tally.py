"""What came of the parts of a job, and how it ends."""

from __future__ import annotations

import errno
import logging

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, QuotaExceeded, SignInRequired
from odtui.services.transfers.job_run import Outcome
from odtui.services.transfers.problems import SomeFailed, TransferError
from odtui.services.words import explain

log = logging.getLogger(__name__)

TOLD = 50
"""Failures, and things that were left out or renamed, that are told one by one."""
FAILURES = (GraphError, OSError, TransferError, AuthError)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class Tally:
    """Counts, and keeps the first ones by name."""

    def __init__(self) -> None:
        self.warning = ""
        """A sentence about what arrived otherwise than it was."""
        self.carried = 0
        """Files that arrived and folders that were made."""
        self.kept = False
        """A folder was to be moved, and is still at its source as well, because not all of it arrived."""
        self._failed = self._skipped = self._left_out = self._renamed = 0
        self._why_left_out = ""
        self._failures: list[str] = []
        self._notes: list[str] = []

    def fail(self, path: str, error: Exception) -> None:
        """Not for what stops the whole job."""
        if not isinstance(error, FAILURES):
            log.error("a part of a transfer failed", exc_info=error)
        self._failed += 1
        if len(self._failures) < TOLD:
            told = explain(error)
            self._failures.append(f"{one_line(path)}: {told.title}. {told.why}")

    def skip(self) -> None:
        """Its name was taken, and the user keeps what is there."""
        self._skipped += 1

    def leave_out(self, path: str, problem: str) -> None:
        """It cannot go over. `problem` is a sentence."""
        self._left_out += 1
        self._why_left_out = problem
        self._note(f"{one_line(path)}: left out. {problem}")

    def rename(self, path: str, name: str) -> None:
        """It goes over under another name."""
        self._renamed += 1
        self._note(f"{one_line(path)}: renamed to {one_line(name)}")

    def _note(self, line: str) -> None:
        if len(self._notes) < TOLD:
            self._notes.append(line)

    def outcome(self, total: int) -> Outcome:
        """`total`: all that was to be carried. Raises SomeFailed."""
        if self._failed:
            raise SomeFailed(self._failed, max(total, self._failed), self._failures)
        counts = [
            _counted(self._skipped, "file", "was skipped", "were skipped"),
            _counted(self._left_out, "item", "was left out", "were left out"),
            _counted(self._renamed, "item", "was renamed", "were renamed"),
        ]
        note = ", ".join(count for count in counts if count)
        note = f"{note}." if note else self.warning
        if self._left_out == 1:
            note = f"{note} {self._why_left_out}"
        if self.kept and any(counts):
            note = f"{note} The source was kept as well."
        more = self._left_out + self._renamed - len(self._notes)
        details = [*self._notes, f"and {more:,} more"] if more else self._notes
        return Outcome(note, "\n".join(details), skipped=any(counts) and not self.carried)


def one_line(name: str) -> str:
    """A name that cannot make a line of its own among the others."""
    return name.replace("\n", "\u240a").replace("\r", "\u240d")


def _counted(number: int, what: str, one: str, many: str) -> str:
    return "" if number == 0 else f"1 {what} {one}" if number == 1 else f"{number:,} {what}s {many}"


def stops_all(error: Exception) -> bool:
    """What would meet every other file as well (QUIRKS 136)."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, QuotaExceeded | SignInRequired | AuthError)
