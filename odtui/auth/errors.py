"""What signing in can fail with."""

from dataclasses import dataclass
from enum import StrEnum


class AuthProblem(StrEnum):
    """The kinds of failure that need different next steps. Source: AUTH.md, "Errors"."""

    OFFLINE = "offline"
    CAPTIVE_PORTAL = "captive_portal"
    REDIRECT_URI = "redirect_uri"
    CLIENT_ID = "client_id"
    TENANT = "tenant"
    ACCOUNT_KIND = "account_kind"
    SECRET_NEEDED = "secret_needed"
    SECRET_WRONG = "secret_wrong"
    SECRET_EXPIRED = "secret_expired"
    SECRET_UNWANTED = "secret_unwanted"
    CONSENT = "consent"
    DECLINED = "declined"
    ADMIN = "admin"
    SCOPE = "scope"
    WRONG_ACCOUNT = "wrong_account"
    VERIFICATION = "verification"
    BLOCKED = "blocked"
    STALE_ANSWER = "stale_answer"
    CODE_EXPIRED = "code_expired"
    SESSION_ENDED = "session_ended"
    TEMPORARY = "temporary"
    PORT_IN_USE = "port_in_use"
    TIMED_OUT = "timed_out"
    BUSY = "busy"
    STORE = "store"
    OTHER = "other"


@dataclass(slots=True)
class AuthError(Exception):
    """A failed sign-in or refresh. Never holds a token, code or secret."""

    problem: AuthProblem
    code: str = ""
    """Such as AADSTS700016; empty if none came."""
    details: str = ""
    """The server's own first line: hostile, for the details only."""
    correlation_id: str = ""
    interactive: bool = False
    """Only a new sign-in by the user helps."""

    def __str__(self) -> str:
        return f"{self.problem} {self.code}".strip()
