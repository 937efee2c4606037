"""The report as text and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import msgspec

from odtui.services.doctor.finding import SECTIONS, Finding, Standing

_MARKS: dict[Standing, str] = {"info": "", "ok": "ok", "unknown": "?", "warn": "warn", "fail": "FAIL"}
_MARK, _TITLE = 5, 22
"""Cells of a column."""
_INDENT = 3 + _MARK + _TITLE
_NARROWEST = 30
"""Cells that a text needs, or it is not wrapped."""

HEAD = """\
odtui doctor: how things stand on this computer.
Fit for a bug report: it holds no secret; addresses, ids and your home folder
are shortened. Read it before you send it.
"""


class Report:
    """Findings as they come, as lines of text."""

    def __init__(self, width: int = 0) -> None:
        """`width`: cells of a line; 0: as long as it comes, for files and pipes."""
        self._width = width
        self.findings: list[Finding] = []
        self._section = ""

    def lines(self, finding: Finding) -> list[str]:
        """The lines of the next finding; a section begins with its title."""
        self.findings.append(finding)
        lines = []
        if finding.section != self._section:
            self._section = finding.section
            lines += ["", SECTIONS[finding.section]]
        mark = _MARKS[finding.standing]
        lines += self._wrapped(f"  {mark:<{_MARK}}{finding.title:<{_TITLE}} ", finding.said)
        if finding.standing in ("warn", "fail", "unknown"):
            for line in (*finding.advice.splitlines(), *finding.details.splitlines()):
                lines += self._wrapped(" " * _INDENT, line)
        return lines

    def _wrapped(self, begin: str, text: str) -> list[str]:
        if self._width < _INDENT + _NARROWEST:
            return [f"{begin}{text}".rstrip()]
        indent = " " * _INDENT
        return textwrap.wrap(
            text, self._width, initial_indent=begin, subsequent_indent=indent, break_on_hyphens=False
        ) or [begin.rstrip()]

    @property
    def summary(self) -> str:
        """The last line: how many things are wrong."""
        failed = sum(finding.standing == "fail" for finding in self.findings)
        warned = sum(finding.standing == "warn" for finding in self.findings)
        if failed:
            words = "1 thing is wrong" if failed == 1 else f"{failed} things are wrong"
            return f"{words}; the lines marked FAIL say what helps."
        if warned:
            return "Nothing is wrong; the lines marked warn are worth a look."
        return "All is well."


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.standing != "fail" for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """`ok`, and a list of findings for each section."""
    sections: dict[str, list[dict[str, str]]] = {name: [] for name in SECTIONS}
    for finding in findings:
        sections[finding.section].append(
            {
                "id": finding.id,
                "title": finding.title,
                "standing": finding.standing,
                "said": finding.said,
                "advice": finding.advice,
                "details": finding.details,
            }
        )
    report = {"format": 1, "ok": healthy(findings), "sections": sections}
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
