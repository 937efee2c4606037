"""The one place that turns an error into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Step = Literal["retry", "sign_in", "settings", "other_method", "rename", "refresh", "parent", "copy_details", "open_browser", "none"]


@dataclass(frozen=True, slots=True)
class Explained:
    """An error as a user reads it."""

    title: str
    """What happened: sentence case, no full stop."""
    why: str
    """One or two sentences."""
    advice: str
    """What to do now."""
    steps: tuple[Step, ...] = ()
    """What the card offers as keys, the best first."""
    details: str = ""
    """Codes, request id, the raw message: hostile, secrets redacted. Shown under "details" and copied."""


def explain(error: BaseException, *, doing: str = "") -> Explained:
    """Words for any GraphError, AuthError, OSError, SettingsError, or a bug. `doing`: such as "rename report.docx"."""
    raise NotImplementedError
