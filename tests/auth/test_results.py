"""What MSAL returns or raises, turned into an AuthError, and the scopes that were granted."""

from __future__ import annotations

import json
import ssl

import httpx
import pytest
from msal.exceptions import MsalServiceError

from odtui.auth.errors import AuthError
from odtui.auth.errors import AuthProblem as P
from odtui.auth.results import error_of, first_line, scopes_in, short_scopes, translated
from tests.auth.identity import CORRELATION
from tests.auth.test_aadsts import PAIRS


def caught_from(error: BaseException) -> AuthError:
    with pytest.raises(AuthError) as caught, translated():
        raise error
    return caught.value


@pytest.mark.parametrize(("number", "problem"), PAIRS)
def test_the_text_of_the_redirect_alone_says_which_problem_it_is(number: str, problem: P) -> None:
    description = f"AADSTS{number}: Words.\r\nTrace ID: 1\r\nCorrelation ID: {CORRELATION}\r\nTimestamp: 2026-01-01"
    error = error_of({"error": "access_denied", "error_description": description, "state": "x"})
    assert (error.problem, error.code) == (problem, f"AADSTS{number}")
    assert (error.details, error.correlation_id) == (f"AADSTS{number}: Words.", CORRELATION)


@pytest.mark.parametrize(("number", "problem"), PAIRS)
def test_the_list_of_numbers_says_it_when_the_text_does_not(number: str, problem: P) -> None:
    error = error_of({"error": "strange", "error_description": "Words.", "error_codes": [1, int(number)]})
    assert (error.problem, error.code) == (problem, f"AADSTS{number}")


@pytest.mark.parametrize(
    ("error", "problem", "interactive"),
    [
        ("access_denied", P.DECLINED, False),
        ("authorization_declined", P.DECLINED, False),
        ("expired_token", P.CODE_EXPIRED, False),
        ("bad_verification_code", P.CODE_EXPIRED, False),
        ("consent_required", P.CONSENT, True),
        ("interaction_required", P.VERIFICATION, True),
        ("login_required", P.SESSION_ENDED, True),
        ("invalid_grant", P.SESSION_ENDED, True),
        ("invalid_client", P.SECRET_WRONG, False),
        ("invalid_scope", P.SCOPE, False),
        ("unauthorized_client", P.CLIENT_ID, False),
        ("temporarily_unavailable", P.TEMPORARY, False),
        ("server_error", P.TEMPORARY, False),
        ("something_new", P.OTHER, False),
    ],
)
def test_without_a_number_the_error_decides(error: str, problem: P, interactive: bool) -> None:
    made = error_of({"error": error})
    assert (made.problem, made.interactive, made.code, made.details) == (problem, interactive, "", error)


@pytest.mark.parametrize(
    ("suberror", "problem"),
    [("consent_required", P.CONSENT), ("basic_action", P.VERIFICATION), ("bad_token", P.SESSION_ENDED)],
)
def test_the_suberror_says_it_more_precisely(suberror: str, problem: P) -> None:
    assert error_of({"error": "invalid_grant", "suberror": suberror}).problem is problem


def test_a_number_that_is_new_is_kept_and_the_error_decides() -> None:
    error = error_of({"error": "invalid_grant", "error_description": "AADSTS999123: New."})
    assert (error.problem, error.code) == (P.SESSION_ENDED, "AADSTS999123")


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"error": None, "error_description": 5, "error_codes": "65001", "correlation_id": []},
        {"error": ["x"], "error_codes": [None, "65001", {}]},
    ],
)
def test_an_answer_of_another_shape_is_some_other_problem(result: dict[str, object]) -> None:
    error = error_of(result)
    assert (error.problem, error.code, error.correlation_id) == (P.OTHER, "", "")


def test_the_details_are_one_short_line_without_secrets() -> None:
    error = error_of({"error": "x", "error_description": "code=0.AYu-1 " + "a b" * 300 + "\nsecond"})
    assert "0.AYu-1" not in error.details
    assert "second" not in error.details
    assert len(error.details) <= 300


def test_an_error_as_text_names_problem_and_code_only() -> None:
    assert str(AuthError(P.CONSENT, code="AADSTS65001", details="Adele")) == "consent AADSTS65001"
    assert str(AuthError(P.OFFLINE)) == "offline"


@pytest.mark.parametrize(("text", "line"), [("", ""), ("a\nb", "a"), ("a\r\nb", "a"), ("\n", "")])
def test_the_first_line_of_a_message(text: str, line: str) -> None:
    assert first_line(text) == line


def tenant_error(number: str = "90002") -> ValueError:
    """What MSAL raises for a wrong tenant: the server's text is in the exception behind it."""
    body = json.dumps(
        {"error": "invalid_tenant", "error_description": f"AADSTS{number}: Tenant 'x' not found.\r\nTrace"}
    )
    behind = ValueError(f"OIDC Discovery failed on https://x. HTTP status: 400, Error: {body}")
    error = ValueError("Unable to get authority configuration for https://login.test/x.")
    error.__context__ = behind
    return error


@pytest.mark.parametrize("number", ["90002", "50059", "90019", "50128", "50194"])
def test_a_wrong_tenant_is_read_from_the_exception_behind(number: str) -> None:
    error = caught_from(tenant_error(number))
    assert (error.problem, error.code) == (P.TENANT, f"AADSTS{number}")
    assert error.details == f"AADSTS{number}: Tenant 'x' not found."


def test_an_authority_that_has_no_configuration_is_a_wrong_tenant() -> None:
    assert caught_from(ValueError("Unable to get authority configuration for https://x.")).problem is P.TENANT


def test_an_answer_for_another_state_or_nonce_is_stale() -> None:
    assert caught_from(ValueError("state mismatch: a vs b")).problem is P.STALE_ANSWER
    assert "a vs b" not in caught_from(ValueError("state mismatch: a vs b")).details
    assert caught_from(RuntimeError("The nonce is wrong")).problem is P.STALE_ANSWER


def ring() -> httpx.ConnectError:
    """Exceptions that are behind each other in a circle, as mocked and retried requests can make them."""
    first, second = httpx.ConnectError("first"), ValueError("second")
    first.__cause__, second.__context__ = second, first
    return first


@pytest.mark.timeout(10)
def test_a_ring_of_causes_is_followed_once() -> None:
    assert caught_from(ring()).problem is P.OFFLINE
    second = ring().__cause__
    assert second is not None
    assert caught_from(second).problem is P.OTHER


def untrusted() -> httpx.ConnectError:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = "self-signed certificate"
    error = httpx.ConnectError("TLS")
    error.__cause__ = OSError("wrapped")
    error.__cause__.__context__ = refused
    return error


@pytest.mark.parametrize(
    ("raised", "problem"),
    [
        (httpx.ConnectError("Name or service not known"), P.OFFLINE),
        (httpx.ReadTimeout("late"), P.OFFLINE),
        (httpx.ProxyError("407"), P.OFFLINE),
        (httpx.InvalidURL("bad"), P.OFFLINE),
        (ImportError("Using SOCKS proxy, but the 'socksio' package is not installed."), P.OFFLINE),
        (untrusted(), P.CAPTIVE_PORTAL),
        (MsalServiceError(error="server", error_description="HTTP 503"), P.TEMPORARY),
        (json.JSONDecodeError("Expecting value", "<html>", 0), P.CAPTIVE_PORTAL),
        (KeyError("token_endpoint"), P.OTHER),
        (TypeError("x"), P.OTHER),
    ],
)
def test_nothing_of_the_libraries_gets_out(raised: Exception, problem: P) -> None:
    error = caught_from(raised)
    assert error.problem is problem
    assert error.details


def test_an_error_of_ours_passes_unchanged() -> None:
    error = AuthError(P.BUSY)
    assert caught_from(error) is error


def test_every_failure_of_httpx_is_translated() -> None:
    kinds = [kind for kind in vars(httpx).values() if isinstance(kind, type) and issubclass(kind, httpx.HTTPError)]
    assert len(kinds) > 10
    for kind in kinds:
        made = kind.__new__(kind)
        Exception.__init__(made, "x")
        assert caught_from(made).problem is P.OFFLINE


def test_secrets_in_a_failure_do_not_reach_its_details() -> None:
    error = caught_from(httpx.ConnectError("https://x.example/cb?code=0.AYu-secret"))
    assert "0.AYu-secret" not in error.details
    assert "0.AYu-secret" not in caught_from(ValueError("refresh_token=0.AYu-secret")).details


@pytest.mark.parametrize(
    ("scope", "spelled", "short"),
    [
        (
            "https://graph.microsoft.com/Files.ReadWrite User.Read openid profile email offline_access",
            ("https://graph.microsoft.com/Files.ReadWrite", "User.Read"),
            ("Files.ReadWrite", "User.Read"),
        ),
        ("OpenID files.read", ("files.read",), ("files.read",)),
        (
            "https://graph.microsoft.com/Files.Read Files.Read",
            ("https://graph.microsoft.com/Files.Read", "Files.Read"),
            ("Files.Read",),
        ),
        ("", (), ()),
        (None, (), ()),
        (["Files.Read"], (), ()),
    ],
)
def test_granted_scopes_lose_prefix_and_company(
    scope: object, spelled: tuple[str, ...], short: tuple[str, ...]
) -> None:
    found = scopes_in({"scope": scope})
    assert found == spelled
    assert short_scopes(found) == short
