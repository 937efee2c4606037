"""Signing in over plain HTTP, as MSAL and a browser do it."""

import json
from base64 import b64encode, urlsafe_b64decode
from typing import Any

import pytest

from odtui.demo.clients import CONFIDENTIAL_CLIENT, PUBLIC_CLIENT, SINGLE_TENANT_CLIENT
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, web
from tests.demo.visiting import (
    CALLBACK,
    REDIRECT,
    WORK_TENANT,
    Form,
    answer_of,
    authorize,
    claims,
    consent,
    device,
    enter,
    poll,
    redeem,
    refused,
    sign_in,
    token,
    tokens,
)

# Discovery


@pytest.mark.parametrize("tenant", ["common", "consumers", "organizations", WORK_TENANT, "contoso.example"])
def test_discovery_keeps_the_host_but_for_the_page(demo: DemoThread, tenant: str) -> None:
    url = f"{demo.base}/{tenant}/v2.0/.well-known/openid-configuration"
    found = web.get(url, headers={"Host": "login.microsoftonline.com"}).json()
    assert found["token_endpoint"] == f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
    assert (
        found["device_authorization_endpoint"] == f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode"
    )
    assert found["authorization_endpoint"] == f"{demo.base}/{tenant}/oauth2/v2.0/authorize"


def test_an_unknown_tenant_is_said_so(demo: DemoThread) -> None:
    answer = web.get(f"{demo.base}/fabrikam.example/v2.0/.well-known/openid-configuration")
    assert refused(answer) == (400, "invalid_tenant", 90002)
    assert refused(token(demo, tenant="fabrikam.example")) == (400, "invalid_tenant", 90002)


# The page


def test_the_page_says_what_it_is_and_what_is_asked(demo: DemoThread) -> None:
    page = authorize(demo, login_hint="grace.okafor@outlook.example")
    assert page.status_code == 200
    assert "not Microsoft" in page.text
    assert "See and change your files" in page.text
    assert Form(page).fields["account"] == "grace"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"redirect_uri": "http://localhost:1/other"}, 50011),
        ({"redirect_uri": "http://127.0.0.1:1"}, 50011),
        ({"redirect_uri": "https://localhost:1"}, 50011),
        ({"redirect_uri": "http://localhost.evil.example"}, 50011),
        ({"redirect_uri": "http://user@localhost:1"}, 50011),
        ({"redirect_uri": "http://localhost:1/?x=1"}, 50011),
        ({"redirect_uri": ""}, 50011),
        ({"client_id": CONFIDENTIAL_CLIENT}, 50011),
        ({"client_id": "99999999-9999-4999-8999-999999999999"}, 700016),
        ({"client_id": "<script>alert(1)</script>"}, 700016),
        ({"client_id": SINGLE_TENANT_CLIENT}, 50194),
        ({"tenant": "fabrikam.example"}, 90002),
    ],
)
def test_errors_that_cannot_go_back_are_shown(demo: DemoThread, changes: dict[str, str], number: int) -> None:
    page = authorize(demo, **changes)
    assert page.status_code == 400
    assert f"AADSTS{number}" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "smoke"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"scope": "openid Files.Nonsense"}, "invalid_scope"),
        ({"scope": ""}, "invalid_request"),
    ],
)
def test_other_errors_go_back_to_the_program(demo: DemoThread, changes: dict[str, str], error: str) -> None:
    answer = answer_of(authorize(demo, **changes))
    assert (answer["error"], answer["state"]) == (error, "s&t=1")
    assert "AADSTS" in answer["error_description"]


def test_the_answer_comes_by_query_or_by_form(demo: DemoThread) -> None:
    by_query = consent(demo, authorize(demo))
    assert by_query.headers["Location"].startswith(f"{REDIRECT}/?code=")
    by_form = consent(demo, authorize(demo, response_mode="form_post"))
    form = Form(by_form)
    assert (form.action, form.fields["state"]) == (REDIRECT, "s&t=1")
    assert form.fields["code"]
    in_fragment = consent(demo, authorize(demo, response_mode="fragment"))
    assert in_fragment.headers["Location"].startswith(f"{REDIRECT}/#code=")


def test_declining_goes_back_too(demo: DemoThread) -> None:
    answer = answer_of(consent(demo, authorize(demo), decision="decline"))
    assert answer["error"] == "access_denied"
    assert "AADSTS65004" in answer["error_description"]
    assert "code" not in answer


def test_a_page_that_was_not_made_here_is_refused(demo: DemoThread) -> None:
    fields = {"request": "e30.forged", "account": "ada", "decision": "accept"}
    page = web.post(f"{demo.base}/common/consent", data=fields)
    assert (page.status_code, "Location" in page.headers) == (400, False)
    assert consent(demo, authorize(demo), account="mallory").status_code == 400


def test_accounts_belong_to_their_directory(demo: DemoThread, start: Start) -> None:
    assert Form(authorize(demo, tenant="organizations")).fields.get("account") is None
    work = start(account="business")
    assert Form(authorize(work, tenant="organizations")).fields["account"] == "ada"
    assert Form(authorize(work, tenant="consumers")).fields.get("account") is None


def test_personal_accounts_have_no_sites(demo: DemoThread, start: Start) -> None:
    answer = sign_in(demo, scope="openid Sites.Read.All")
    assert answer["error"] == "invalid_scope"
    assert tokens(start(account="business"), scope="openid Sites.Read.All")["scope"] == "Sites.Read.All openid"


# Codes


def test_a_code_is_redeemed_once(demo: DemoThread) -> None:
    code = sign_in(demo)["code"]
    body = redeem(demo, code).json()
    assert body["scope"] == "Files.ReadWrite User.Read openid profile"
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    info = json.loads(urlsafe_b64decode(body["client_info"] + "=="))
    assert info == {"uid": "00000000-0000-0000-8c1f-0a6d2b7e4935", "utid": "9188040d-6c67-4c5b-b112-36a304b66dad"}
    about = claims(body["id_token"])
    assert (about["aud"], about["nonce"], about["name"], about["tid"]) == (
        PUBLIC_CLIENT,
        "n0",
        "Ada Lindqvist",
        info["utid"],
    )
    drive = web.get(f"{demo.base}/v1.0/me/drive", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert drive.json()["owner"]["user"]["displayName"] == "Ada Lindqvist"
    assert refused(redeem(demo, code)) == (400, "invalid_grant", 54005)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code": "made up"}, 9002313),
        ({"code_verifier": "w" * 64}, 501481),
        ({"code_verifier": ""}, 501481),
        ({"redirect_uri": "http://localhost:1"}, 500112),
        ({"client_id": "99999999-9999-4999-8999-999999999999"}, 700016),
    ],
)
def test_a_code_is_worth_nothing_with_anything_wrong(demo: DemoThread, changes: dict[str, str], number: int) -> None:
    assert refused(redeem(demo, **({"code": sign_in(demo)["code"]} | changes)))[2] == number


def test_a_code_expires(start: Start) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0])
    code = sign_in(demo)["code"]
    now[0] += 601
    assert refused(redeem(demo, code)) == (400, "invalid_grant", 70008)


def test_less_is_given_when_less_is_asked_for(demo: DemoThread) -> None:
    bare = tokens(demo, scope="https://graph.microsoft.com/files.read")
    assert bare["scope"] == "Files.Read"
    assert not {"refresh_token", "id_token"} & set(bare)
    demo.state.withheld = {"files.readwrite"}
    assert tokens(demo)["scope"] == "User.Read openid profile"


# Secrets


@pytest.mark.parametrize(
    ("secret", "status", "number"),
    [
        ("demo-secret-value", 200, 0),
        ("wrong", 401, 7000215),
        ("expired-secret", 401, 7000222),
        ("", 401, 7000218),
    ],
)
def test_a_confidential_client_proves_itself(demo: DemoThread, secret: str, status: int, number: int) -> None:
    code = sign_in(demo, client_id=CONFIDENTIAL_CLIENT, redirect_uri=CALLBACK)["code"]
    fields = {
        "client_id": CONFIDENTIAL_CLIENT,
        "redirect_uri": CALLBACK,
        **({"client_secret": secret} if secret else {}),
    }
    answer = redeem(demo, code, **fields)
    assert answer.status_code == status
    assert status == 200 or refused(answer) == (401, "invalid_client", number)
    assert "demo-secret-value" not in answer.text


def test_a_secret_may_come_as_basic_authentication(demo: DemoThread) -> None:
    code = sign_in(demo, client_id=CONFIDENTIAL_CLIENT, redirect_uri=CALLBACK)["code"]
    basic = b64encode(f"{CONFIDENTIAL_CLIENT}:demo-secret-value".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    assert redeem(demo, code, redirect_uri=CALLBACK, headers=headers).status_code == 200  # type: ignore[arg-type]
    assert refused(token(demo, headers={"Authorization": "Basic %%%"}))[1] == "invalid_client"


def test_a_public_client_sends_no_secret(demo: DemoThread) -> None:
    answer = redeem(demo, sign_in(demo)["code"], client_secret="demo-secret-value")
    assert refused(answer) == (401, "invalid_client", 700025)


# Refreshing


def test_every_refresh_gives_a_new_refresh_token(demo: DemoThread) -> None:
    first = tokens(demo)
    again = token(
        demo,
        grant_type="refresh_token",
        refresh_token=first["refresh_token"],
        scope="Files.ReadWrite openid profile offline_access",
    )
    assert again.status_code == 200
    assert again.json()["refresh_token"] != first["refresh_token"]
    assert again.json()["scope"] == "Files.ReadWrite openid profile"


def test_a_refresh_does_not_widen_the_grant(demo: DemoThread) -> None:
    first = tokens(demo)
    answer = token(demo, grant_type="refresh_token", refresh_token=first["refresh_token"], scope="Files.ReadWrite.All")
    assert refused(answer) == (400, "invalid_grant", 65001)
    assert answer.json()["suberror"] == "consent_required"


def test_refresh_tokens_end(start: Start) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0])
    first = tokens(demo)["refresh_token"]
    assert refused(token(demo, grant_type="refresh_token", refresh_token=first[:-1])) == (400, "invalid_grant", 70000)
    now[0] += 91 * 86_400
    assert refused(token(demo, grant_type="refresh_token", refresh_token=first)) == (400, "invalid_grant", 700082)
    demo.state.epochs.refresh += 1
    assert refused(token(demo, grant_type="refresh_token", refresh_token=first)) == (400, "invalid_grant", 50173)


def test_refresh_tokens_outlive_the_server(start: Start, tmp_path: Any) -> None:
    first = tokens(start(state=tmp_path))["refresh_token"]
    again = token(start(state=tmp_path), grant_type="refresh_token", refresh_token=first)
    assert again.status_code == 200


@pytest.mark.parametrize("fields", [{}, {"grant_type": "password"}])
def test_other_grants_are_refused(demo: DemoThread, fields: dict[str, str]) -> None:
    assert refused(token(demo, **fields)) == (400, "unsupported_grant_type", 70003)


def test_what_is_no_form_is_refused(demo: DemoThread) -> None:
    url = f"{demo.base}/common/oauth2/v2.0/token"
    for body in (b"\xff\xfe", b"&".join(b"a=1" for _ in range(300))):
        assert refused(web.post(url, content=body))[1] == "invalid_request"


# Device code


def test_a_device_code_waits_for_its_user(demo: DemoThread) -> None:
    flow = device(demo)
    assert flow["verification_uri"] == f"{demo.base}/devicelogin"
    assert flow["user_code"] in flow["message"]
    assert refused(poll(demo, flow["device_code"])) == (400, "authorization_pending", 70016)
    assert "Signed in" in enter(demo, flow["user_code"].lower()).text
    assert poll(demo, flow["device_code"]).json()["scope"] == "Files.ReadWrite User.Read openid profile"
    assert refused(poll(demo, flow["device_code"])) == (400, "bad_verification_code", 70018)


def test_a_device_code_can_be_declined(demo: DemoThread) -> None:
    flow = device(demo)
    assert "Declined" in enter(demo, flow["user_code"], "decline").text
    assert refused(poll(demo, flow["device_code"]))[1] == "authorization_declined"


def test_a_device_code_expires(start: Start) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0])
    flow = device(demo)
    now[0] += 901
    assert refused(poll(demo, flow["device_code"]))[1] == "expired_token"
    page = web.post(f"{demo.base}/devicelogin", data={"user_code": flow["user_code"]})
    assert "not known or has expired" in page.text


def test_a_device_code_is_for_public_clients(demo: DemoThread) -> None:
    flow = device(demo, client_id=CONFIDENTIAL_CLIENT)
    enter(demo, flow["user_code"])
    assert refused(poll(demo, flow["device_code"], client_id=CONFIDENTIAL_CLIENT)) == (401, "invalid_client", 7000218)


def test_bad_device_requests_are_refused(demo: DemoThread) -> None:
    assert device(demo, client_id="x")["error_codes"] == [700016]
    assert device(demo, scope="Nonsense")["error_codes"] == [70011]
