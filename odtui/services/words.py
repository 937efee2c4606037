"""The one place that turns an error into words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from odtui.auth.errors import AuthError
from odtui.config.paths import Directories
from odtui.config.redact import redact
from odtui.config.settings import SettingsError
from odtui.graph.errors import GraphError, ItemNotFound

Step = Literal[
    "retry",
    "sign_in",
    "settings",
    "other_method",
    "rename",
    "refresh",
    "parent",
    "copy_details",
    "open_browser",
    "admin_link",
    "admin_open",
    "none",
]


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
    setting: str = ""
    """The field of the settings that cures it; empty if none is known to."""


def explain(error: BaseException, *, doing: str = "") -> Explained:
    """Words for any GraphError, AuthError, OSError, SettingsError, or a bug. `doing`: such as "rename report.docx"."""
    title, why, advice, steps = _words(error)
    steps = steps if "copy_details" in steps else (*steps, "copy_details")
    return Explained(title, why, advice, steps, redact(_details(error, doing)), _setting(error))


def explain_typed(error: BaseException, typed: str) -> Explained:
    """Words for a path or an address that somebody typed and that does not open.

    An address is not repeated: whoever has a sharing link has the file.
    """
    told = explain(error, doing="open this address" if "://" in typed else f"open {typed}")
    if not isinstance(error, ItemNotFound | FileNotFoundError | NotADirectoryError):
        return told
    return replace(
        told,
        title="Nothing was found there",
        why=f"{'This address' if '://' in typed else typed} does not exist, or this account may not see it.",
        advice="Check the spelling, then go there again.",
        steps=("copy_details",),
    )


def _words(error: BaseException) -> tuple[str, str, str, tuple[Step, ...]]:
    from odtui.services import words_auth, words_files, words_graph
    from odtui.services.transfers.problems import TransferError

    match error:
        case GraphError():
            return words_graph.words(error)
        case AuthError():
            return words_auth.words(error)
        case SettingsError():
            return words_files.settings_words(error)
        case TransferError():
            return error.title, error.why, error.advice, ("retry",)
        case OSError():
            return words_files.words(error)
        case _:
            return (
                "Something in odtui went wrong",
                "This is a bug in odtui; your files are not to blame.",
                f"Try again. If it happens again, report it with the log file {Directories.of_user().log_file}.",
                ("retry",),
            )


def _setting(error: BaseException) -> str:
    from odtui.services.words_auth import SETTINGS

    return SETTINGS.get(error.problem, "") if isinstance(error, AuthError) else ""


def _details(error: BaseException, doing: str) -> str:
    from odtui.services.transfers.problems import TransferError

    lines = [f"While trying to {doing}"] if doing else []
    match error:
        case GraphError():
            lines.append(type(error).__name__)
            lines.append(f"Status: {error.status}" if error.status is not None else "No answer")
            lines += [f"Codes: {', '.join(error.codes)}"] if error.codes else []
            lines += [f"Request id: {error.request_id}"] if error.request_id else []
            lines += [error.message] if error.message else []
        case AuthError():
            lines.append(f"Sign-in: {error.problem} {error.code}".strip())
            lines += [f"Correlation id: {error.correlation_id}"] if error.correlation_id else []
            lines += [error.details] if error.details else []
        case TransferError():
            lines += [error.details] if error.details else []
        case _:
            lines.append(f"{type(error).__name__}: {error}")
    return "\n".join(lines)
