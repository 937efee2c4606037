"""The HTTP client behind MSAL."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.http import MsalHttpClient
from odtui.net.engine import sync_client

URL = "https://login.microsoftonline.com/common/oauth2/v2.0/token"


class Wire:
    """Answers requests one after the other and keeps what was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[httpx.Request] = []
        self.http = httpx.Client(transport=httpx.MockTransport(self.answer))
        self.client = MsalHttpClient(self.http)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json={})
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_fields_headers_and_parameters_of_none_are_not_sent() -> None:
    wire = Wire()
    wire.client.post(
        URL, data={"a": "1", "claims": None}, params={"p": None, "q": "2"}, headers={"X-A": "3", "X-B": None}
    )  # type: ignore[dict-item]
    (request,) = wire.sent
    assert request.content == b"a=1"
    assert str(request.url) == f"{URL}?q=2"
    assert request.headers["X-A"] == "3"
    assert "X-B" not in request.headers


def test_a_body_that_is_a_text_is_sent_as_it_is() -> None:
    wire = Wire()
    wire.client.post(URL, data="a=b&c", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert wire.sent[0].content == b"a=b&c"


def test_a_get_has_its_parameters() -> None:
    wire = Wire(httpx.Response(200, json={"issuer": "x"}))
    assert wire.client.get(URL, params={"a": "b"}).text == '{"issuer":"x"}'
    assert str(wire.sent[0].url) == f"{URL}?a=b"


@pytest.mark.parametrize("keyword", ["timeout", "verify", "allow_redirects", "proxies", "json"])
def test_a_keyword_that_would_be_ignored_is_refused(keyword: str) -> None:
    wire = Wire()
    call: Callable[..., object]
    for call in (wire.client.get, wire.client.post):
        with pytest.raises(TypeError):
            call(URL, **{keyword: True})
    assert wire.sent == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    wire = Wire(httpx.Response(status, headers={"Location": "https://hotel.example/"}))
    with pytest.raises(AuthError) as caught:
        wire.client.post(URL, data={"refresh_token": "x"})
    assert caught.value.problem is AuthProblem.CAPTIVE_PORTAL
    assert [request.url.host for request in wire.sent] == ["login.microsoftonline.com"]


def test_the_client_that_is_used_follows_no_redirect_and_waits_for_a_limited_time() -> None:
    with sync_client(None) as client:
        assert not client.follow_redirects
        assert client.timeout.connect == 10
        assert client.timeout.read == 30


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late")])
def test_a_connection_that_fails_is_tried_once_more(error: Exception) -> None:
    wire = Wire(error)
    assert wire.client.post(URL, data={"a": "1"}).status_code == 200
    assert [request.content for request in wire.sent] == [b"a=1", b"a=1"]


def test_a_connection_that_fails_twice_is_an_error() -> None:
    wire = Wire(*[httpx.ConnectError("refused")] * 2)
    with pytest.raises(httpx.ConnectError):
        wire.client.get(URL)
    assert len(wire.sent) == 2


@pytest.mark.parametrize("error", [httpx.ReadTimeout("late"), httpx.ReadError("cut"), httpx.WriteError("cut")])
def test_a_request_that_may_have_arrived_is_not_sent_again(error: Exception) -> None:
    wire = Wire(error)
    with pytest.raises(type(error)):
        wire.client.post(URL, data={"code": "once"})
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(200, html="<h1>Hotel</h1>"), AuthProblem.CAPTIVE_PORTAL),
        (httpx.Response(200, text=""), AuthProblem.CAPTIVE_PORTAL),
        (httpx.Response(200, json=[1]), AuthProblem.CAPTIVE_PORTAL),
        (httpx.Response(400, text="Bad request"), AuthProblem.CAPTIVE_PORTAL),
        (httpx.Response(511, text="Sign in"), None),
        (httpx.Response(503, text="busy"), None),
        (httpx.Response(429, text="slow down"), AuthProblem.TEMPORARY),
        (httpx.Response(429, json={"error": "x"}), None),
        (httpx.Response(400, json={"error": "x"}), None),
    ],
)
def test_an_answer_that_microsoft_cannot_have_sent_never_reaches_msal(
    answer: httpx.Response, problem: AuthProblem | None
) -> None:
    wire = Wire(answer)
    if problem is None:
        assert wire.client.get(URL).status_code == answer.status_code
        return
    with pytest.raises(AuthError) as caught:
        wire.client.get(URL)
    assert caught.value.problem is problem
    assert caught.value.details.startswith(f"login.microsoftonline.com answered {answer.status_code} with ")
    assert "Hotel" not in caught.value.details


def test_closing_leaves_the_shared_client_open() -> None:
    wire = Wire()
    wire.client.close()
    assert not wire.http.is_closed
