"""From what MSAL returns or raises to an account, granted scopes, or an AuthError."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from json import JSONDecodeError
from typing import Any

import msgspec

from odtui.auth.aadsts import numbers_in, problem_of
from odtui.auth.errors import AuthError
from odtui.auth.errors import AuthProblem as P
from odtui.auth.http import TRANSPORT_ERRORS, causes, connection_error, take_failure
from odtui.config.redact import redact

_BY_ERROR = {
    "access_denied": P.DECLINED,
    "authorization_declined": P.DECLINED,
    "expired_token": P.CODE_EXPIRED,
    "bad_verification_code": P.CODE_EXPIRED,
    "consent_required": P.CONSENT,
    "interaction_required": P.VERIFICATION,
    "login_required": P.SESSION_ENDED,
    "invalid_grant": P.SESSION_ENDED,
    "invalid_client": P.SECRET_WRONG,
    "invalid_scope": P.SCOPE,
    "invalid_resource": P.SCOPE,
    "unauthorized_client": P.CLIENT_ID,
    "temporarily_unavailable": P.TEMPORARY,
    "server_error": P.TEMPORARY,
}
"""When no known number says it more precisely."""

_NEEDS_USER = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_BY_SUBERROR = {"consent_required": P.CONSENT, "basic_action": P.VERIFICATION, "additional_action": P.VERIFICATION}
_CORRELATION = re.compile(r"Correlation ID:\s*([0-9a-fA-F-]{36})")
_OIDC = frozenset({"openid", "profile", "email", "offline_access"})


def error_of(result: Mapping[str, Any]) -> AuthError:
    """The AuthError for an answer with an "error" in it: from MSAL, or from the redirect, which has only texts."""
    error = _text(result, "error")
    description = _text(result, "error_description")
    codes = result.get("error_codes")
    numbers = numbers_in(description)
    numbers += [str(code) for code in codes if isinstance(code, int)] if isinstance(codes, list) else []
    known = next((number for number in numbers if problem_of(number)), None)
    problem = problem_of(known) if known else None
    problem = problem or _BY_SUBERROR.get(_text(result, "suberror")) or _BY_ERROR.get(error, P.OTHER)
    number = known or (numbers[0] if numbers else "")
    found = _CORRELATION.search(description)
    return AuthError(
        problem,
        code=f"AADSTS{number}" if number else "",
        details=first_line(description) or redact(error[:100]),
        correlation_id=_text(result, "correlation_id")[:64] or (found[1] if found else ""),
        interactive=error in _NEEDS_USER,
    )


def first_line(text: str) -> str:
    """What of a server's message is worth showing: its first line, without secrets, 300 characters at most."""
    lines = text.splitlines()
    return redact(lines[0])[:300].strip() if lines else ""


@contextmanager
def translated() -> Iterator[None]:
    """Let nothing of httpx or MSAL out: whatever goes wrong inside becomes an AuthError."""
    from msal.exceptions import MsalError

    try:
        yield
    except AuthError:
        raise
    except TRANSPORT_ERRORS as error:
        raise connection_error(error) from None
    except ImportError as error:  # httpx asks for a package that speaks SOCKS when the environment names such a proxy
        raise AuthError(P.OFFLINE, details=first_line(str(error))) from None
    except MsalError as error:
        raise _failure(error) from None
    except JSONDecodeError:
        raise AuthError(P.CAPTIVE_PORTAL, details="The answer is no JSON.") from None
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise _refusal(error) from None


def _failure(error: Exception) -> AuthError:
    """MSAL's complaint about a 5xx, in the service's own words where it sent any."""
    try:
        body = msgspec.json.decode(take_failure(), type=dict[str, Any])
    except msgspec.MsgspecError:
        body = {}
    if "error" in body:
        told = error_of(body)
        return replace(told, problem=P.TEMPORARY, interactive=False) if told.problem is P.OTHER else told
    return AuthError(P.TEMPORARY, details=first_line(str(error)) or "The sign-in service failed.")


def _refusal(error: Exception) -> AuthError:
    """MSAL's own complaints. A wrong tenant is one, with the server's text in the exception behind it."""
    texts = [str(cause) for cause in causes(error)]
    numbers = [number for text in texts for number in numbers_in(text)]
    known = next((number for number in numbers if problem_of(number)), None)
    if known:
        correlation = next((found[1] for text in texts if (found := _CORRELATION.search(text))), "")
        return AuthError(
            problem_of(known) or P.OTHER,
            code=f"AADSTS{known}",
            details=_sentence(texts, known),
            correlation_id=correlation,
        )
    if texts[0].startswith("Unable to get authority configuration"):
        return AuthError(P.TENANT, details=first_line(texts[0]))
    if "mismatch" in texts[0] or "nonce" in texts[0]:
        return AuthError(P.STALE_ANSWER, details="The answer belongs to another sign-in.")
    return AuthError(P.OTHER, details=f"{type(error).__name__}: {first_line(texts[0])}")


def _sentence(texts: list[str], number: str) -> str:
    """The part of MSAL's text that the server wrote."""
    for text in texts:
        start = text.find(f"AADSTS{number}")
        if start >= 0:
            return first_line(text[start:].replace("\\r", "\n").replace("\\n", "\n"))
    return ""


def scopes_in(result: Mapping[str, Any]) -> tuple[str, ...]:
    """The granted Graph scopes, spelled as they came. Empty for a result from the cache, which has none."""
    return tuple(scope for scope in _text(result, "scope").split() if scope.casefold() not in _OIDC)


def short_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Without their Graph prefix, each once."""
    return tuple(dict.fromkeys(scope.rsplit("/", 1)[-1] for scope in scopes))


def _text(result: Mapping[str, Any], key: str) -> str:
    value = result.get(key)
    return value if isinstance(value, str) else ""
