"""One line of the doctor's report, fit to be shown to strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from odtui.config.redact import redact

Standing = Literal["info", "ok", "unknown", "warn", "fail"]
"""`info` is a plain fact; the others are verdicts."""

SECTIONS: dict[str, str] = {
    "versions": "Versions",
    "settings": "Settings",
    "sign_in": "Sign-in",
    "terminal": "Terminal",
    "files": "Files",
    "checks": "Checks",
}
"""Titles by id, in the order of the report."""

_ADDRESS = re.compile(r"([\w.+%#-]+)@([\w-]+(?:\.[\w-]+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line."""

    section: str
    """A key of SECTIONS."""
    id: str
    """Stable within its section, for programs that read the report."""
    title: str
    standing: Standing = "info"
    said: str
    """A value or a sentence."""
    advice: str = ""
    details: str = ""


def presentable(finding: Finding, home: Path | None = None) -> Finding:
    """The same without what a stranger should not read: secrets, mail addresses, home folder, control characters."""
    folder = str(home if home is not None else Path.home())

    def mend(text: str) -> str:
        text = mask_addresses(redact(text))
        if len(folder) > 1:
            text = text.replace(folder, "~")
        return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)

    return replace(finding, said=mend(finding.said), advice=mend(finding.advice), details=mend(finding.details))


def mask_addresses(text: str) -> str:
    """Mail addresses down to what tells them apart, such as a…@c…e."""
    return _ADDRESS.sub(lambda match: f"{match[1][0]}…@{match[2][0]}…{match[2][-1]}", text)


def mask_id(value: str) -> str:
    """The first digits of a long id, which are enough to compare it with another."""
    return f"{value[:8]}…" if len(value) > 8 else value
