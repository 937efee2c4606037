"""Checks of the registration, with every answer that Microsoft can give to them."""

from __future__ import annotations

from email.utils import formatdate
from urllib.parse import parse_qs

import httpx
import pytest

from odtui.config.settings import Profile
from odtui.services.checks import CheckResult, Verdict
from odtui.services.checks.registration import RegistrationChecks
from tests.auth.identity import CLIENT_ID, failure

PROFILE = Profile(client_id=CLIENT_ID)
SECRET = "8Q~a-secret-of-the-app"
DISCOVERY = {"token_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}
CODE = {"device_code": "device-secret", "user_code": "ABCD"}
NOW = 1_780_000_000.0


class Microsoft:
    """Answers with what the test says, in order; keeps what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def form(self, index: int = -1) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.asked[index].content.decode()).items()}


def checks(microsoft: Microsoft, profile: Profile = PROFILE, *, secret: str | None = None) -> RegistrationChecks:
    http = httpx.AsyncClient(transport=httpx.MockTransport(microsoft))
    ticks = iter((0.0, 0.4) * 9)
    return RegistrationChecks(profile, http, secret=secret, clock=lambda: next(ticks), wall_clock=lambda: NOW)


def answer(body: object = None, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers=headers)


def assert_is(result: CheckResult, verdict: Verdict, *words: str) -> None:
    assert result.verdict is verdict, result
    for word in words:
        assert word in f"{result.said} {result.advice} {result.details}"


# Directory


async def test_a_directory_with_a_discovery_document_is_known() -> None:
    microsoft = Microsoft(answer(DISCOVERY))
    assert_is(await checks(microsoft).directory(), Verdict.OK)
    assert str(microsoft.asked[0].url).endswith("/common/v2.0/.well-known/openid-configuration")


async def test_a_directory_of_the_wrong_form_is_not_asked_for() -> None:
    result = await checks(Microsoft(), Profile(client_id=CLIENT_ID, tenant="my company")).directory()
    assert_is(result, Verdict.FAIL, "no blanks")
    assert result.setting == "tenant"


async def test_a_page_of_the_network_is_not_taken_for_microsoft() -> None:
    microsoft = Microsoft(httpx.Response(200, html="<html>Welcome to the airport</html>"))
    assert_is(await checks(microsoft).directory(), Verdict.FAIL, "sign-in", "network")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_at_microsoft_is_said(status: int) -> None:
    assert_is(await checks(Microsoft(httpx.Response(status))).directory(), Verdict.FAIL, "some minutes", str(status))


async def test_a_broken_connection_is_said() -> None:
    assert_is(await checks(Microsoft(httpx.ReadError("reset"))).directory(), Verdict.FAIL, "network connection")


# Clock


async def compared(**headers: str) -> CheckResult:
    checked = checks(Microsoft(answer(DISCOVERY, **headers)))
    await checked.directory()
    return await checked.clock()


@pytest.mark.parametrize(
    ("behind", "verdict", "words"),
    [
        (0, Verdict.OK, "right"),
        (14, Verdict.OK, "right"),
        (17, Verdict.WARN, "17 s slow"),
        (-20, Verdict.WARN, "20 s fast"),
        (119, Verdict.WARN, "1:59 min slow"),
        (122, Verdict.FAIL, "2:02 min slow"),
        (-86_400, Verdict.FAIL, "24:00 h fast"),
    ],
)
async def test_the_clock_is_compared_with_the_servers(behind: int, verdict: Verdict, words: str) -> None:
    assert_is(await compared(date=formatdate(NOW + behind, usegmt=True)), verdict, words)


async def test_an_answer_from_a_cache_is_as_old_as_it_says() -> None:
    assert_is(await compared(date=formatdate(NOW - 4000, usegmt=True), age="4000"), Verdict.OK)


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 01 Jan 99999 00:00:00 GMT"])
async def test_without_a_date_the_clock_is_not_judged(date: str) -> None:
    assert_is(await compared(**({"date": date} if date else {})), Verdict.UNKNOWN)


async def test_a_refusal_tells_the_time_as_well() -> None:
    refusal = failure("invalid_tenant", 90002)
    refusal.headers["date"] = formatdate(NOW - 500, usegmt=True)
    checked = checks(Microsoft(refusal))
    await checked.directory()
    assert_is(await checked.clock(), Verdict.FAIL, "fast")


# Client ID


async def test_a_client_that_gets_a_code_is_known_and_the_code_stays_unseen() -> None:
    microsoft = Microsoft(answer(CODE))
    result = await checks(microsoft).client_id()
    assert_is(result, Verdict.OK)
    assert "device-secret" not in repr(result)
    assert microsoft.form()["client_id"] == CLIENT_ID


@pytest.mark.parametrize("client_id", ["", "not an id", "00000000-0000-0000-0000-000000000000"])
async def test_a_client_id_of_the_wrong_form_is_not_asked_for(client_id: str) -> None:
    result = await checks(Microsoft(), Profile(client_id=client_id)).client_id()
    assert_is(result, Verdict.FAIL)
    assert result.setting == "client_id"


@pytest.mark.parametrize(
    ("error", "number", "setting"),
    [
        ("unauthorized_client", 700016, "client_id"),
        ("invalid_request", 50059, "tenant"),
        ("invalid_request", 50194, "tenant"),
        ("invalid_request", 9002331, "accounts"),
        ("invalid_scope", 70011, "scopes"),
    ],
)
async def test_what_is_wrong_with_the_registration_is_said(error: str, number: int, setting: str) -> None:
    result = await checks(Microsoft(failure(error, number, "Something."))).client_id()
    assert_is(result, Verdict.FAIL, f"AADSTS{number}", "Something.", "Correlation id")
    assert result.setting == setting


async def test_a_client_that_is_refused_for_its_kind_is_known() -> None:
    assert_is(await checks(Microsoft(failure("invalid_client", 7000218))).client_id(), Verdict.OK)


async def test_an_answer_that_nobody_knows_leaves_the_client_open() -> None:
    result = await checks(Microsoft(failure("strange_error", 999999))).client_id()
    assert_is(result, Verdict.UNKNOWN, "without signing in", "AADSTS999999")


# Without a secret


async def public_check(answered: httpx.Response) -> CheckResult:
    checked = checks(Microsoft(answer(CODE), answered))
    await checked.client_id()
    return await checked.public()


@pytest.mark.parametrize("error", ["authorization_pending", "slow_down"])
async def test_a_sign_in_that_waits_for_the_user_is_possible(error: str) -> None:
    assert_is(await public_check(failure(error, 70016)), Verdict.OK)


async def test_a_registration_that_is_not_public_is_found_out() -> None:
    result = await public_check(failure("invalid_client", 7000218))
    assert_is(result, Verdict.FAIL, "AADSTS7000218", "public client flows")


async def test_any_other_answer_leaves_open_whether_it_is_public() -> None:
    assert_is(await public_check(failure("invalid_grant", 70018)), Verdict.UNKNOWN, "AADSTS70018")


async def test_without_a_code_it_stays_open_whether_it_is_public() -> None:
    assert_is(await checks(Microsoft()).public(), Verdict.UNKNOWN)


# Client secret


async def secret_check(answered: httpx.Response, secret: str | None = SECRET) -> tuple[CheckResult, Microsoft]:
    microsoft = Microsoft(answered)
    result = await checks(microsoft, Profile(client_id=CLIENT_ID, confidential=True), secret=secret).secret()
    assert SECRET not in repr(result)
    return result, microsoft


async def test_a_secret_that_brings_a_token_is_right_and_the_token_is_dropped() -> None:
    result, microsoft = await secret_check(answer({"access_token": "token-of-the-app"}))
    assert_is(result, Verdict.OK, "accepts")
    assert "token-of-the-app" not in repr(result)
    assert microsoft.form()["client_secret"] == SECRET
    assert [request.url.host for request in microsoft.asked] == ["login.microsoftonline.com"]


@pytest.mark.parametrize("number", [7000215, 7000222, 700025])
async def test_what_is_wrong_with_the_secret_is_said(number: int) -> None:
    result, _ = await secret_check(failure("invalid_client", number))
    assert_is(result, Verdict.FAIL, f"AADSTS{number}")
    assert result.setting == "client_secret"


async def test_a_refusal_for_another_reason_leaves_the_secret_open() -> None:
    result, _ = await secret_check(failure("invalid_request", 50059))
    assert_is(result, Verdict.UNKNOWN, "without signing in", "AADSTS50059")


@pytest.mark.parametrize("secret", [None, "", "6f0f5a3e-7c0b-4b5e-9f6a-0d7f0c1b2a39"])
async def test_a_secret_that_cannot_be_right_is_never_sent(secret: str | None) -> None:
    microsoft = Microsoft()
    checked = checks(microsoft, Profile(client_id=CLIENT_ID, confidential=True), secret=secret)
    assert_is(await checked.secret(), Verdict.FAIL)
    assert microsoft.asked == []


async def test_the_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(checks(Microsoft(), secret=SECRET))


# Redirect URI


async def test_an_answer_to_the_redirect_uri_shows_that_it_is_registered() -> None:
    microsoft = Microsoft(httpx.Response(302, headers={"location": "http://localhost/?error=login_required"}))
    assert_is(await checks(microsoft).redirect_uri(), Verdict.OK, "http://localhost")
    assert microsoft.asked[0].url.params["prompt"] == "none"


@pytest.mark.parametrize("number", [50011, 900971, 9002327])
async def test_a_page_that_names_the_redirect_uri_shows_that_it_is_not_registered(number: int) -> None:
    page = f"<html>AADSTS{number}: The redirect URI does not match.</html>"
    result = await checks(Microsoft(httpx.Response(200, html=page))).redirect_uri()
    assert_is(result, Verdict.FAIL, f"AADSTS{number}")
    assert result.setting == "redirect_uri"


@pytest.mark.parametrize(
    "answered",
    [
        httpx.Response(200, html="<html>Sign in</html>"),
        httpx.Response(302, headers={"location": "https://login.live.com/"}),
        httpx.Response(200, html="AADSTS50058"),
        httpx.Response(200, content=b"\xff\xfe\x00"),
    ],
)
async def test_any_other_page_leaves_the_redirect_uri_open(answered: httpx.Response) -> None:
    assert_is(await checks(Microsoft(answered)).redirect_uri(), Verdict.UNKNOWN, "without signing in")


async def test_a_redirect_uri_of_the_wrong_form_is_not_asked_for() -> None:
    result = await checks(Microsoft(), Profile(client_id=CLIENT_ID, redirect_uri="https://x.example")).redirect_uri()
    assert_is(result, Verdict.FAIL)
    assert result.setting == "redirect_uri"


async def test_a_redirect_check_without_an_answer_is_said() -> None:
    assert_is(await checks(Microsoft(httpx.ConnectError("refused"))).redirect_uri(), Verdict.FAIL)


async def test_a_port_that_no_computer_has_is_no_crash() -> None:
    result = await checks(Microsoft(), Profile(client_id=CLIENT_ID, redirect_uri="http://localhost:99999")).port()
    assert_is(result, Verdict.FAIL)
