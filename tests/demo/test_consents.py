"""Consent: asked for once, added to later, taken back, and what only an administrator gives."""

from pathlib import Path

import httpx
import pytest

from odtui.demo.clients import PUBLIC_CLIENT, SINGLE_TENANT_CLIENT
from odtui.demo.plan import parse
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, web
from tests.demo.visiting import (
    REDIRECT,
    WORK_TENANT,
    Form,
    answer_of,
    authorize,
    consent,
    device,
    refused,
    sign_in,
    token,
    tokens,
)

READ, WRITE, ALL = "See your files", "See and change your files", "See all files that you can reach"
OWN = "openid profile offline_access Files.Read"


def test_only_what_is_new_is_asked_for(demo: DemoThread) -> None:
    tokens(demo, scope=OWN)
    demo.state.consents.give("grace", PUBLIC_CLIENT, ["Files.Read"])
    page = authorize(demo, scope=f"{OWN} Files.Read.All").text
    assert (READ in page, ALL in page) == (False, True)


def test_each_account_is_asked_for_what_is_new_to_it(demo: DemoThread) -> None:
    tokens(demo, scope=OWN)
    page = authorize(demo, scope=OWN).text
    ada, grace = page.partition('value="grace"')[::2]
    assert (READ in ada, "may do already" in ada) == (False, True)
    assert (READ in grace, "may do already" in grace) == (True, False)


def test_everything_is_asked_for_anew_on_demand(demo: DemoThread) -> None:
    tokens(demo, scope=OWN)
    page = authorize(demo, scope=OWN, prompt="consent").text
    assert READ in page
    assert "may do already" not in page


def test_a_device_code_asks_for_what_is_new_too(demo: DemoThread) -> None:
    for user in ("ada", "grace"):
        demo.state.consents.give(user, PUBLIC_CLIENT, ["Files.Read", "offline_access"])
    flow = device(demo, scope=f"{OWN} Files.ReadWrite")
    page = web.post(f"{demo.base}/devicelogin", data={"user_code": flow["user_code"]}).text
    assert (READ in page, WRITE in page) == (False, True)


def test_declining_takes_nothing_away(demo: DemoThread) -> None:
    first = tokens(demo, scope=OWN)
    answer = answer_of(consent(demo, authorize(demo, scope="openid Files.ReadWrite"), decision="decline"))
    assert (answer["error"], answer["error_subcode"]) == ("access_denied", "cancel")
    assert refresh(demo, first, "Files.Read").status_code == 200
    assert refused(refresh(demo, first, "Files.ReadWrite")) == (400, "invalid_grant", 65001)
    assert READ not in authorize(demo, scope=OWN).text.partition('value="grace"')[0]


def refresh(demo: DemoThread, given: dict[str, str], scope: str) -> httpx.Response:
    return token(demo, grant_type="refresh_token", refresh_token=given["refresh_token"], scope=scope)


def test_an_earlier_refresh_token_reaches_what_was_allowed_later(demo: DemoThread) -> None:
    first = tokens(demo, scope=OWN)
    tokens(demo, scope="openid Files.ReadWrite")
    assert refresh(demo, first, "Files.ReadWrite").json()["scope"] == "Files.ReadWrite openid profile"


def test_a_work_account_is_told_all_it_has_allowed_and_a_personal_one_what_was_asked_for(
    demo: DemoThread, start: Start
) -> None:
    work = start(account="business")
    for server in (demo, work):
        tokens(server, scope=OWN)
    assert tokens(demo, scope="openid Files.ReadWrite")["scope"] == "Files.ReadWrite openid"
    assert tokens(work, scope="openid Files.ReadWrite")["scope"] == "Files.ReadWrite Files.Read openid"


def test_consent_outlives_the_server_and_can_be_taken_back(start: Start, tmp_path: Path) -> None:
    given = tokens(start(state=tmp_path), scope=OWN)
    demo = start(state=tmp_path)
    assert refresh(demo, given, "Files.Read").status_code == 200
    assert web.post(f"{demo.base}/_demo/expire", json={"consents": True}).status_code == 204
    assert refused(refresh(demo, given, "Files.Read")) == (400, "invalid_grant", 65001)
    assert refused(refresh(start(state=tmp_path), given, "")) == (400, "invalid_grant", 65001)


def test_a_line_of_faults_withholds_permissions(start: Start) -> None:
    demo = start(faults=parse("withheld:scopes=Files.ReadWrite+User.Read"))
    assert tokens(demo, scope=f"{OWN} Files.ReadWrite User.Read")["scope"] == "Files.Read openid profile"


# Administrators


@pytest.fixture
def work(start: Start) -> DemoThread:
    return start(account="business", faults=parse("admin_only:scopes=Files.ReadWrite.All"))


def admin(demo: DemoThread, at: str = f"{WORK_TENANT}/v2.0", **changes: str) -> httpx.Response:
    query = {"client_id": PUBLIC_CLIENT, "redirect_uri": REDIRECT, "state": "s&1", "scope": "Files.ReadWrite.All"}
    return web.get(f"{demo.base}/{at}/adminconsent", params={k: v for k, v in (query | changes).items() if v})


def test_what_only_an_administrator_allows_waits_for_one(work: DemoThread) -> None:
    asked = {"scope": "openid Files.ReadWrite.All"}
    assert "An administrator has to approve: Files.ReadWrite.All" in authorize(work, **asked).text
    refusal = sign_in(work, **asked)
    assert (refusal["error"], "AADSTS90094" in refusal["error_description"]) == ("access_denied", True)
    page = admin(work)
    assert "As the administrator of Contoso" in page.text
    answer = answer_of(consent(work, page))
    assert answer == {
        "state": "s&1",
        "admin_consent": "True",
        "tenant": WORK_TENANT,
        "scope": "https://graph.microsoft.com/Files.ReadWrite.All",
    }
    assert "may do already" in authorize(work, **asked).text
    assert tokens(work, **asked)["scope"] == "Files.ReadWrite.All openid"


def test_an_administrator_can_decline(work: DemoThread) -> None:
    answer = answer_of(consent(work, admin(work, at="common"), decision="decline"))
    assert (answer["error"], answer["state"]) == ("permission_denied", "s&1")
    assert sign_in(work, scope="openid Files.ReadWrite.All")["error"] == "access_denied"


def test_without_an_address_to_go_back_to_the_page_just_ends(work: DemoThread) -> None:
    page = consent(work, admin(work, redirect_uri="", scope=""))
    assert "You can close this page" in page.text
    assert "Files.Read.All" in work.state.consents.given("grace", PUBLIC_CLIENT)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": "nobody"}, 700016),
        ({"redirect_uri": "https://evil.example"}, 50011),
        ({"scope": "Nonsense"}, 70011),
        ({"at": "consumers"}, 500200),
        ({"at": "fabrikam.example"}, 90002),
    ],
)
def test_a_wrong_question_to_an_administrator_is_shown_so(
    work: DemoThread, changes: dict[str, str], number: int
) -> None:
    page = admin(work, **changes)
    assert (page.status_code, f"AADSTS{number}" in page.text) == (400, True)


def test_a_single_directory_has_its_administrator(work: DemoThread) -> None:
    assert Form(admin(work, at="common", client_id=SINGLE_TENANT_CLIENT)).action == "/common/adminconsent"


def test_personal_accounts_have_no_administrator(start: Start) -> None:
    demo = start(faults=parse("admin_only:scopes=Files.ReadWrite.All"))
    assert "AADSTS500200" in admin(demo, at="common").text
    assert tokens(demo, scope="openid Files.ReadWrite.All")["scope"] == "Files.ReadWrite.All openid"


def test_a_forged_approval_is_refused(work: DemoThread) -> None:
    page = web.post(f"{work.base}/common/adminconsent", data={"request": "e30.forged", "decision": "accept"})
    assert (page.status_code, "AADSTS900561" in page.text) == (400, True)
    assert work.state.consents.given("ada", PUBLIC_CLIENT) == []
