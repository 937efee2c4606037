"""Continuous access evaluation: claims demanded by Graph, and brought by way of the token endpoint."""

import json
import re
from base64 import b64decode
from typing import Any

import httpx
import pytest

from odtui.demo.challenge import Challenge
from odtui.demo.plan import parse
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, code_of, web
from tests.demo.visiting import device, enter, poll, redeem, refused, sign_in, token, tokens


def ask(demo: DemoThread, given: dict[str, Any]) -> httpx.Response:
    return web.get(f"{demo.base}/v1.0/me/drive", headers={"Authorization": f"Bearer {given['access_token']}"})


def refresh(demo: DemoThread, given: dict[str, Any], **fields: str) -> httpx.Response:
    return token(demo, grant_type="refresh_token", refresh_token=given["refresh_token"], **fields)


def demanded(answer: httpx.Response) -> str:
    header = answer.headers["WWW-Authenticate"]
    found = re.search(r'error="insufficient_claims", claims="([^"]+)"', header)
    assert header.startswith("Bearer ")
    assert found is not None
    return b64decode(found[1], validate=True).decode()


def with_capabilities(claims: str) -> str:
    """The claims as MSAL sends them, with what the client can do."""
    merged = json.loads(claims)
    merged["access_token"]["xms_cc"] = {"values": ["CP1"]}
    return json.dumps(merged)


def test_graph_demands_claims_until_a_token_brings_them(demo: DemoThread) -> None:
    given = tokens(demo)
    assert web.post(f"{demo.base}/_demo/challenge").status_code == 200
    refusal = ask(demo, given)
    assert code_of(refusal) == (401, "InvalidAuthenticationToken")
    claims = demanded(refusal)
    assert json.loads(claims)["access_token"]["nbf"]["essential"] is True
    without = refresh(demo, given).json()
    assert ask(demo, without).status_code == 401
    brought = refresh(demo, given, claims=with_capabilities(claims)).json()
    assert ask(demo, brought).status_code == 200
    assert ask(demo, refresh(demo, brought).json()).status_code == 200


def test_a_demand_ends_when_it_is_taken_back(demo: DemoThread) -> None:
    given = tokens(demo)
    web.post(f"{demo.base}/_demo/challenge", json={})
    assert ask(demo, given).status_code == 401
    assert web.request("DELETE", f"{demo.base}/_demo/challenge").status_code == 204
    assert ask(demo, given).status_code == 200


def test_each_demand_is_another(demo: DemoThread) -> None:
    given = tokens(demo)
    first, second = (web.post(f"{demo.base}/_demo/challenge").json()["claims"] for _ in range(2))
    assert first != second
    assert ask(demo, refresh(demo, given, claims=first).json()).status_code == 401
    assert ask(demo, refresh(demo, given, claims=second).json()).status_code == 200


def test_a_revoked_session_brings_the_claims_only_by_signing_in(demo: DemoThread) -> None:
    given = tokens(demo)
    claims = demo.state.demand(interactive=True).claims
    refusal = refresh(demo, given, claims=claims)
    assert refused(refusal) == (400, "invalid_grant", 50076)
    assert refusal.json()["claims"] == claims
    assert ask(demo, tokens(demo)).status_code == 401
    by_page = tokens(demo, claims=claims)
    assert ask(demo, by_page).status_code == 200
    assert ask(demo, refresh(demo, by_page, claims=claims).json()).status_code == 200
    by_redeeming = redeem(demo, sign_in(demo)["code"], claims=claims)
    assert ask(demo, by_redeeming.json()).status_code == 200


def test_a_device_code_brings_the_claims_too(demo: DemoThread) -> None:
    claims = demo.state.demand(interactive=True).claims
    for asked, told in ((claims, ""), ("", claims)):
        flow = device(demo, **({"claims": asked} if asked else {}))
        enter(demo, flow["user_code"])
        given = poll(demo, flow["device_code"], **({"claims": told} if told else {})).json()
        assert ask(demo, given).status_code == 200


def test_a_line_of_faults_demands_in_the_middle(start: Start) -> None:
    demo = start(faults=parse("challenge:skip=1,interactive=true"))
    given = tokens(demo)
    assert [ask(demo, given).status_code for _ in range(3)] == [200, 401, 401]
    assert demo.state.challenge is not None
    assert demo.state.challenge.interactive


@pytest.mark.parametrize(
    "claims", ["", "{", "[]", "{}", '{"access_token":null}', '{"access_token":{"nbf":{"value":"6"}}}']
)
def test_other_claims_do_not_meet_a_demand(claims: str) -> None:
    assert not Challenge(5).met_by(claims)
    assert Challenge(5).met_by(Challenge(5).claims)
