"""Signing in fails with whatever number is asked for, where it is asked for."""

import httpx
import pytest

from odtui.auth.aadsts import _PROBLEMS
from odtui.demo.faults import Faults, Rule
from odtui.demo.plan import parse
from odtui.demo.refusals import REFUSALS, Place
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, web
from tests.demo.visiting import answer_of, authorize, consent, device, enter, poll, redeem, refused, sign_in, token

EVERY = sorted(REFUSALS)


def refresh(demo: DemoThread, refresh_token: str, **fields: str) -> httpx.Response:
    return token(demo, grant_type="refresh_token", refresh_token=refresh_token, **fields)


def met(demo: DemoThread, at: Place) -> tuple[int, str]:
    """Number and text of the refusal that a client or a person meets at one place."""
    discovery = f"{demo.base}/common/v2.0/.well-known/openid-configuration"
    match at:
        case "tenant":
            body = web.get(discovery).json()
        case "page":
            page = authorize(demo)
            assert page.status_code == 400
            return int(page.text.partition("<code>AADSTS")[2].partition("<")[0]), page.text
        case "authorize":
            body = answer_of(authorize(demo))
        case "consent":
            body = answer_of(consent(demo, authorize(demo)))
        case "device":
            body = device(demo)
        case "code" | "token":
            body = redeem(demo, sign_in(demo)["code"]).json()
        case "refresh":
            given = redeem(demo, sign_in(demo)["code"]).json()
            body = refresh(demo, given["refresh_token"]).json()
        case "poll":
            body = poll(demo, device(demo)["device_code"]).json()
    text = body["error_description"]
    return int(text.removeprefix("AADSTS").partition(":")[0]), text


@pytest.mark.parametrize("number", EVERY)
def test_every_number_comes_where_it_usually_does(demo: DemoThread, number: int) -> None:
    [rule] = parse(f"aadsts{number}").rules
    demo.state.faults.add(rule)
    refusal = REFUSALS[number]
    found, text = met(demo, refusal.at)
    assert found == number
    assert refusal.text in httpx.Response(200, text=text).text.replace("&#x27;", "'")
    assert demo.state.faults.rules == []


@pytest.mark.parametrize("at", ["tenant", "page", "authorize", "consent", "device", "code", "refresh", "poll", "token"])
def test_a_number_comes_at_any_place(demo: DemoThread, at: Place) -> None:
    answer = web.post(f"{demo.base}/_demo/faults", json={"kind": "aadsts", "number": 53003, "at": at})
    assert answer.status_code == 204
    assert met(demo, at)[0] == 53003


def test_every_number_that_odtui_explains_can_be_had() -> None:
    assert {int(number) for number in _PROBLEMS} <= set(EVERY)


def test_a_number_that_nobody_knows_can_be_had_too(demo: DemoThread) -> None:
    demo.state.faults.add(Rule(kind="aadsts", number=123456))
    assert refused(redeem(demo, sign_in(demo)["code"])) == (400, "invalid_grant", 123456)


def test_a_token_refusal_waits_its_turn_and_strikes_only_signing_in() -> None:
    faults = Faults()
    faults.add(Rule(kind="aadsts", number=50173, skip=1, times=2))
    assert faults.strike("POST", "/common/oauth2/v2.0/token") == []
    assert [faults.refusal("code"), faults.refusal("refresh")] == [None, None]
    assert [bool(faults.refusal("refresh")) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [(7000215, 401, "invalid_client"), (90033, 503, "temporarily_unavailable"), (70016, 400, "authorization_pending")],
)
def test_the_status_is_that_of_the_error(demo: DemoThread, number: int, status: int, error: str) -> None:
    demo.state.faults.add(Rule(kind="aadsts", number=number, at="token"))
    assert refused(redeem(demo, sign_in(demo)["code"])) == (status, error, number)


def test_a_policy_says_which_claims_it_wants_and_how_to_go_on(demo: DemoThread) -> None:
    demo.state.faults.add(Rule(kind="aadsts", number=50076, at="token"))
    body = redeem(demo, sign_in(demo)["code"]).json()
    assert (body["suberror"], "access_token" in body["claims"]) == ("basic_action", True)


def test_a_device_code_can_be_refused_on_its_page(demo: DemoThread) -> None:
    demo.state.faults.add(Rule(kind="aadsts", number=53003, at="consent"))
    page = enter(demo, device(demo)["user_code"])
    assert (page.status_code, "AADSTS53003" in page.text) == (400, True)


def test_a_line_of_faults_refuses_from_the_start(start: Start) -> None:
    assert Options().faults.rules == []
    demo = start(faults=parse("AADSTS90002;AADSTS65001:at=code,times=2"))
    assert met(demo, "tenant")[0] == 90002
    assert [met(demo, "code")[0] for _ in range(2)] == [65001] * 2
    assert redeem(demo, sign_in(demo)["code"]).status_code == 200


# Refresh tokens


def test_a_refresh_token_can_be_made_to_work_once(start: Start) -> None:
    demo = start(faults=parse("single_use_refresh"))
    first = redeem(demo, sign_in(demo)["code"]).json()["refresh_token"]
    second = refresh(demo, first).json()["refresh_token"]
    assert refused(refresh(demo, first)) == (400, "invalid_grant", 70000)
    assert refresh(demo, second).status_code == 200
    assert web.post(f"{demo.base}/_demo/settings", json={"single_use_refresh": False}).status_code == 204
    assert refresh(demo, first).status_code == 200


def test_refresh_tokens_can_be_revoked(demo: DemoThread) -> None:
    first = redeem(demo, sign_in(demo)["code"]).json()["refresh_token"]
    assert web.post(f"{demo.base}/_demo/expire", json={"refresh": True}).status_code == 204
    assert refused(refresh(demo, first)) == (400, "invalid_grant", 50173)
