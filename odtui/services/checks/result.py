"""What one check found out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odtui.auth.errors import AuthError


class Verdict(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    UNKNOWN = "unknown"
    """It cannot be told from here, which is no problem in itself."""
    WARN = "warn"
    FAIL = "fail"


TITLES: dict[str, str] = {
    "proxy": "Network proxy",
    "names": "Server names",
    "connection": "Connection",
    "onedrive": "OneDrive",
    "directory": "Directory",
    "clock": "Clock",
    "client_id": "Client ID",
    "public": "Without a secret",
    "secret": "Client secret",
    "redirect_uri": "Redirect URI",
    "port": "Port for signing in",
}
"""What a line is about, by the id of its check, in the order in which they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One line. Texts are sentences of our own; `details` holds the server's words."""

    id: str
    """A key of TITLES."""
    verdict: Verdict
    said: str
    """One sentence."""
    advice: str = ""
    """What to do now; empty if nothing is to be done."""
    setting: str = ""
    """The field of the settings that cures it; empty if none does."""
    details: str = ""
    """AADSTS number, correlation id, the server's own first line: hostile, secrets redacted."""

    @property
    def title(self) -> str:
        return TITLES[self.id]


def failed(check: str, error: AuthError) -> CheckResult:
    """The line for what signing in would fail with."""
    from odtui.services.words_auth import SETTINGS, words

    title, _why, advice, _steps = words(error)
    return CheckResult(
        id=check,
        verdict=Verdict.FAIL,
        said=f"{title}{f' ({error.code})' if error.code else ''}.",
        advice=advice,
        setting=SETTINGS.get(error.problem, ""),
        details=details_of(error),
    )


def details_of(error: AuthError) -> str:
    """What helps support."""
    correlation = f"Correlation id: {error.correlation_id}" if error.correlation_id else ""
    return "\n".join(filter(None, (error.details, correlation)))
