"""Signing in at the demo drive over real HTTP, from the first page to the last token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator, DeviceCode
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import VARIABLE, store_secret
from odtui.config.settings import Profile
from odtui.demo.clients import CLIENT_SECRET, CONFIDENTIAL_CLIENT, EXPIRED_SECRET, PUBLIC_CLIENT, SINGLE_TENANT_CLIENT
from odtui.demo.faults import Rule
from odtui.demo.state import WORK_TENANT, Options
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import VisitError, approve, approve_device
from odtui.net.engine import async_client
from tests.auth.identity import nothing, unopened
from tests.auth.live import ME, PUBLIC, Live, MemoryKeyring, at_work, confidential, files_below

GRANTED = ("Files.ReadWrite", "User.Read")


async def signed_in(live: Live, authenticator: Authenticator, account: str | None = None, **options: Any) -> Account:
    person = live.person(account=account)
    return await authenticator.sign_in_browser(open_url=person.open, show_url=nothing, **options)


async def refusal(attempt: Awaitable[object]) -> AuthError:
    with pytest.raises(AuthError) as caught:
        await attempt
    return caught.value


async def ask_graph(live: Live, auth: httpx.Auth, times: int = 1) -> list[int]:
    async with async_client(live.routes, auth=auth) as http:
        return [(await http.get(ME)).status_code for _ in range(times)]


async def access_token(authenticator: Authenticator, account: Account) -> str:
    """What a session that starts now would send."""
    provider: Any = authenticator.auth(account)
    token = await provider.token()
    return str(token.value)


class Pauses:
    """A sleep that takes no time, and does something the first time."""

    def __init__(self, first: Callable[[], object] = lambda: None) -> None:
        self.seconds: list[float] = []
        self._first = first

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == 2:
            await asyncio.to_thread(self._first)


# who signs in, and how


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_a_public_client_signs_in_and_reads_the_drive(live: Live, mode: Any) -> None:
    authenticator = live.authenticator(replace(PUBLIC, response_mode=mode))
    account = await signed_in(live, authenticator)
    assert (account.username, account.name) == ("ada.lindqvist@outlook.example", "Ada Lindqvist")
    assert (account.client_kind, account.personal, account.granted) == ("public", True, GRANTED)
    assert f"response_mode={mode}" in live.people[0].urls[0]
    assert authenticator.accounts() == [account]
    assert await ask_graph(live, authenticator.auth(account), 2) == [200, 200]
    assert live.token_requests() == 1


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_a_confidential_client_signs_in_with_the_secret_of_the_environment(
    live: Live, mode: Any, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, CLIENT_SECRET)
    authenticator = live.authenticator(confidential(unused_tcp_port, response_mode=mode))
    account = await signed_in(live, authenticator)
    assert account.client_kind == "confidential"
    assert await ask_graph(live, authenticator.auth(account)) == [200]


async def test_a_confidential_client_signs_in_and_refreshes_with_the_stored_secret(
    live: Live, unused_tcp_port: int
) -> None:
    profile = confidential(unused_tcp_port)
    store_secret(profile, CLIENT_SECRET, live.directories)
    live.give_short_tokens()
    account = await signed_in(live, live.authenticator(profile))
    first = live.witness.all_given("access")
    later = live.authenticator(profile)
    assert await access_token(later, account) not in first
    assert live.token_requests() == 2


async def test_a_device_code_signs_in_after_it_was_entered(live: Live) -> None:
    shown: list[DeviceCode] = []
    pauses = Pauses(lambda: approve_device(live.demo.base, shown[0].user_code, account="grace"))
    authenticator = live.authenticator(sleep=pauses)
    account = await authenticator.sign_in_device(show_code=shown.append)
    assert account.username == "grace.okafor@outlook.example"
    assert shown[0].address == f"{live.demo.base}/devicelogin"
    assert pauses.seconds == [1, 1]
    assert await ask_graph(live, authenticator.auth(account)) == [200]


async def test_two_accounts_each_keep_their_own_tokens(live: Live) -> None:
    authenticator = live.authenticator()
    ada = await signed_in(live, authenticator, "ada")
    grace = await signed_in(live, authenticator, "grace")
    assert authenticator.accounts() == [grace, ada]
    read = [await access_token(authenticator, account) for account in (ada, grace)]
    assert read == live.witness.all_given("access")


async def test_a_login_hint_chooses_the_account(live: Live) -> None:
    authenticator = live.authenticator()
    account = await signed_in(live, authenticator, login_hint="grace.okafor@outlook.example")
    assert account.name == "Grace Okafor"


# what is granted


async def test_granted_is_what_the_user_gave_and_later_tokens_ask_for_no_more(live: Live) -> None:
    live.demo.state.withheld.add("files.readwrite.all")
    wanted = ("Files.Read", "Files.ReadWrite.All", "User.Read")
    account = await signed_in(live, live.authenticator(replace(PUBLIC, scopes=wanted)))
    assert account.granted == ("Files.Read", "User.Read")
    later = live.authenticator(replace(PUBLIC, scopes=wanted))
    assert await access_token(later, account) == live.witness.all_given("access")[0]
    assert live.token_requests() == 1


async def test_one_more_permission_is_added_to_the_account(live: Live) -> None:
    authenticator = live.authenticator(replace(PUBLIC, scopes=("Files.Read", "User.Read")))
    first = await signed_in(live, authenticator)
    second = await signed_in(
        live, authenticator, login_hint=first.username, scopes=("Files.Read", "User.Read", "Files.ReadWrite")
    )
    assert second.id == first.id
    assert set(second.granted) == {"Files.Read", "User.Read", "Files.ReadWrite"}
    assert authenticator.accounts() == [second]


async def test_a_scope_that_personal_accounts_lack_says_so(live: Live) -> None:
    authenticator = live.authenticator(replace(PUBLIC, scopes=("Sites.Read.All",)))
    error = await refusal(signed_in(live, authenticator))
    assert (error.problem, error.code) == (AuthProblem.SCOPE, "AADSTS70011")


# what goes wrong


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_a_declined_consent_says_declined(live: Live, mode: Any) -> None:
    authenticator = live.authenticator(replace(PUBLIC, response_mode=mode))
    person = live.person(decline=True)
    error = await refusal(authenticator.sign_in_browser(open_url=person.open, show_url=nothing))
    assert (error.problem, error.code, error.interactive) == (AuthProblem.DECLINED, "AADSTS65004", False)
    assert authenticator.accounts() == []


async def test_a_declined_device_code_says_declined(live: Live) -> None:
    shown: list[DeviceCode] = []
    pauses = Pauses(lambda: approve_device(live.demo.base, shown[0].user_code, decline=True))
    error = await refusal(live.authenticator(sleep=pauses).sign_in_device(show_code=shown.append))
    assert (error.problem, error.interactive) == (AuthProblem.DECLINED, False)


async def test_a_device_code_that_the_server_has_forgotten_has_expired(live: Live) -> None:
    pauses = Pauses()
    attempt = live.authenticator(sleep=pauses).sign_in_device(show_code=lambda _: live.demo.state.codes.device.clear())
    error = await refusal(attempt)
    assert (error.problem, error.code) == (AuthProblem.CODE_EXPIRED, "AADSTS70018")
    assert pauses.seconds == [1]


@pytest.mark.parametrize(
    ("changes", "problem", "code"),
    [
        ({"client_id": "99999999-9999-4999-8999-999999999999"}, AuthProblem.CLIENT_ID, "AADSTS700016"),
        ({"client_id": SINGLE_TENANT_CLIENT}, AuthProblem.TENANT, "AADSTS50194"),
        ({"tenant": "nowhere.example"}, AuthProblem.TENANT, "AADSTS90002"),
    ],
)
async def test_a_device_sign_in_with_wrong_settings_names_the_one(
    live: Live, changes: dict[str, str], problem: AuthProblem, code: str
) -> None:
    authenticator = live.authenticator(replace(PUBLIC, **changes))
    error = await refusal(authenticator.sign_in_device(show_code=nothing))
    assert (error.problem, error.code, error.interactive) == (problem, code, False)
    assert code in error.details


async def test_a_device_sign_in_of_a_registration_that_needs_a_secret_says_so(
    live: Live, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, CLIENT_SECRET)
    authenticator = live.authenticator(confidential(unused_tcp_port), sleep=Pauses())
    error = await refusal(authenticator.sign_in_device(show_code=nothing))
    assert (error.problem, error.code, error.interactive) == (AuthProblem.SECRET_NEEDED, "AADSTS7000218", False)


async def test_the_application_of_one_directory_signs_in_through_that_directory(live: Live) -> None:
    with DemoThread(Options(account="business")) as demo:
        here = replace(live, demo=demo, made=[], people=[])
        authenticator = here.authenticator(replace(PUBLIC, client_id=SINGLE_TENANT_CLIENT, tenant=WORK_TENANT))
        account = await signed_in(here, authenticator)
        assert (account.username, account.personal) == ("ada.lindqvist@contoso.example", False)
        assert await ask_graph(here, authenticator.auth(account)) == [200]
        await here.end()


async def test_a_personal_account_does_not_belong_into_a_directory(live: Live) -> None:
    authenticator = live.authenticator(replace(PUBLIC, tenant="organizations"), patience=0.0)

    def show(url: str) -> None:
        with pytest.raises(VisitError):
            approve(url)

    error = await refusal(authenticator.sign_in_browser(open_url=unopened, show_url=show))
    assert error.problem is AuthProblem.TIMED_OUT


async def test_a_wrong_tenant_is_known_before_a_browser_opens(live: Live) -> None:
    authenticator = live.authenticator(replace(PUBLIC, tenant="nowhere.example"))
    error = await refusal(signed_in(live, authenticator))
    assert (error.problem, error.code) == (AuthProblem.TENANT, "AADSTS90002")
    assert live.people[0].urls == []


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "99999999-9999-4999-8999-999999999999"},
        {"client_id": SINGLE_TENANT_CLIENT},
        {"redirect_uri": "http://localhost/elsewhere"},
    ],
    ids=["client", "tenant", "redirect"],
)
async def test_what_only_the_browser_shows_ends_as_a_timeout(live: Live, changes: dict[str, str]) -> None:
    authenticator = live.authenticator(replace(PUBLIC, **changes), patience=0.0)
    refused: list[VisitError] = []

    def show(url: str) -> None:
        with pytest.raises(VisitError) as caught:
            approve(url)
        refused.append(caught.value)

    error = await refusal(authenticator.sign_in_browser(open_url=unopened, show_url=show))
    assert (error.problem, error.interactive) == (AuthProblem.TIMED_OUT, False)
    assert str(refused[0]) == "the sign-in page answered 400"


@pytest.mark.parametrize(
    ("client_id", "secret", "problem", "code"),
    [
        (CONFIDENTIAL_CLIENT, "not-the-secret", AuthProblem.SECRET_WRONG, "AADSTS7000215"),
        (CONFIDENTIAL_CLIENT, EXPIRED_SECRET, AuthProblem.SECRET_EXPIRED, "AADSTS7000222"),
        (PUBLIC_CLIENT, CLIENT_SECRET, AuthProblem.SECRET_UNWANTED, "AADSTS700025"),
        (CONFIDENTIAL_CLIENT, "", AuthProblem.SECRET_NEEDED, "AADSTS7000218"),
    ],
    ids=["wrong", "expired", "unwanted", "missing"],
)
async def test_a_secret_that_does_not_fit_says_why_and_keeps_nothing(
    live: Live, unused_tcp_port: int, client_id: str, secret: str, problem: AuthProblem, code: str
) -> None:
    path = "" if client_id == PUBLIC_CLIENT else "/callback"
    profile = replace(
        PUBLIC,
        client_id=client_id,
        confidential=bool(secret),
        redirect_uri=f"http://localhost:{unused_tcp_port}{path}",
    )
    if secret:
        store_secret(profile, secret, live.directories)
    authenticator = live.authenticator(profile)
    error = await refusal(signed_in(live, authenticator))
    assert (error.problem, error.code, error.interactive) == (problem, code, False)
    assert secret == "" or secret not in repr(error)
    assert authenticator.accounts() == []
    assert [name for name in files_below(live.directories.state) if not name.startswith("secret-")] == []


async def test_an_account_that_cannot_be_written_down_leaves_no_token(live: Live) -> None:
    blocked = live.directories.state / "accounts.json"
    blocked.mkdir(parents=True)
    authenticator = live.authenticator()
    error = await refusal(signed_in(live, authenticator))
    assert error.problem is AuthProblem.STORE
    assert files_below(live.directories.state) == []


# later tokens


async def test_an_expired_token_is_refreshed_and_the_newest_refresh_token_kept(live: Live) -> None:
    live.give_short_tokens()
    account = await signed_in(live, live.authenticator())
    for _ in range(3):
        await access_token(live.authenticator(), account)
    order = live.witness.in_order
    assert [step for step, _ in order] == ["given", "shown", "given", "shown", "given", "shown", "given"]
    assert [token for step, token in order if step == "shown"] == live.witness.all_given("refresh")[:-1]


async def test_a_token_that_graph_refuses_in_the_middle_is_replaced_once(live: Live) -> None:
    authenticator = live.authenticator()
    auth = authenticator.auth(await signed_in(live, authenticator))
    assert await ask_graph(live, auth) == [200]
    live.demo.state.epochs.tokens += 1
    live.demo.state.log.clear()
    async with async_client(live.routes, auth=auth) as http:
        answers = await asyncio.gather(*(http.get(ME) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert live.token_requests() == 1


async def test_a_revoked_session_asks_for_a_new_sign_in_which_then_works(live: Live) -> None:
    authenticator = live.authenticator()
    account = await signed_in(live, authenticator)
    auth = authenticator.auth(account)
    live.demo.state.epochs.tokens += 1
    live.demo.state.epochs.refresh += 1
    for _ in range(2):
        error = await refusal(ask_graph(live, auth))
        assert (error.problem, error.code, error.interactive) == (AuthProblem.SESSION_ENDED, "AADSTS50173", True)
    renewed = await signed_in(live, authenticator, login_hint=account.username)
    assert await ask_graph(live, auth) == [200]
    assert await ask_graph(live, authenticator.auth(renewed)) == [200]


async def test_a_server_that_fails_for_a_moment_ends_no_session(live: Live) -> None:
    live.give_short_tokens()
    account = await signed_in(live, live.authenticator())
    before = {path: path.read_bytes() for path in live.directories.state.rglob("*.bin")}
    live.demo.state.faults.add(Rule(kind="status", path="/token$", status=503))
    error = await refusal(access_token(live.authenticator(), account))
    assert (error.problem, error.interactive) == (AuthProblem.TEMPORARY, False)
    assert {path: path.read_bytes() for path in live.directories.state.rglob("*.bin")} == before
    assert await access_token(live.authenticator(), account)


# signing out


async def test_signing_out_removes_the_tokens(live: Live) -> None:
    authenticator = live.authenticator()
    account = await signed_in(live, authenticator)
    auth = live.authenticator().auth(account)
    await authenticator.sign_out(account)
    assert authenticator.accounts() == []
    assert files_below(live.directories.state) == ["accounts.json"]
    error = await refusal(ask_graph(live, auth))
    assert (error.problem, error.interactive) == (AuthProblem.SESSION_ENDED, True)


async def test_signing_out_one_account_keeps_the_other_at_work(live: Live) -> None:
    authenticator = live.authenticator()
    ada = await signed_in(live, authenticator, "ada")
    grace = await signed_in(live, authenticator, "grace")
    await authenticator.sign_out(ada)
    assert await ask_graph(live, live.authenticator().auth(grace)) == [200]
    (cache,) = live.directories.state.glob("*.bin")
    assert live.witness.all_given("refresh")[0] not in cache.read_text()
    assert live.witness.all_given("access")[0] not in cache.read_text()


async def test_memory_only_touches_no_file(live: Live, tmp_path: Path) -> None:
    live.give_short_tokens()
    authenticator = live.authenticator(memory_only=True)
    account = await signed_in(live, authenticator)
    assert authenticator.accounts() == [account]
    assert await ask_graph(live, authenticator.auth(account)) == [200]
    assert live.token_requests() == 2
    await authenticator.sign_out(account)
    assert files_below(tmp_path, locks=True) == []


# giving up half way


async def given_up(task: asyncio.Task[Account]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def is_free(port: int) -> bool:
    server = await asyncio.start_server(nothing, "127.0.0.1", port)
    server.close()
    await server.wait_closed()
    return True


async def all_ended() -> None:
    for thread in at_work():
        await asyncio.to_thread(thread.join, 30)


def fixed(port: int) -> Profile:
    return replace(PUBLIC, redirect_uri=f"http://localhost:{port}")


@pytest.mark.parametrize("path", ["openid-configuration$", "/token$"])
async def test_giving_up_while_the_server_is_slow_leaves_nothing(
    live: Live, tmp_path: Path, unused_tcp_port: int, path: str
) -> None:
    gate, person = live.gate(path), live.person()
    authenticator = live.authenticator(fixed(unused_tcp_port))
    task = asyncio.create_task(authenticator.sign_in_browser(open_url=person.open, show_url=nothing))
    assert await asyncio.to_thread(gate.reached.wait, 30)
    await given_up(task)
    assert await is_free(unused_tcp_port)
    assert all(thread.daemon for thread in at_work())
    gate.open()
    await all_ended()
    assert authenticator.accounts() == []
    assert files_below(tmp_path) == []


async def test_giving_up_while_waiting_for_the_browser_leaves_nothing(
    live: Live, tmp_path: Path, unused_tcp_port: int
) -> None:
    shown = asyncio.Event()
    authenticator = live.authenticator(fixed(unused_tcp_port))
    task = asyncio.create_task(authenticator.sign_in_browser(open_url=unopened, show_url=lambda _: shown.set()))
    await shown.wait()
    await given_up(task)
    assert await is_free(unused_tcp_port)
    await all_ended()
    assert files_below(tmp_path, locks=True) == []


@pytest.mark.parametrize("path", ["openid-configuration$", "/devicecode$", "/token$"])
async def test_giving_up_a_device_sign_in_while_the_server_is_slow_leaves_nothing(
    live: Live, tmp_path: Path, path: str
) -> None:
    gate = live.gate(path)
    shown: list[DeviceCode] = []
    authenticator = live.authenticator(sleep=Pauses())
    task = asyncio.create_task(authenticator.sign_in_device(show_code=shown.append))
    assert await asyncio.to_thread(gate.reached.wait, 30)
    await given_up(task)
    assert all(thread.daemon for thread in at_work())
    gate.open()
    await all_ended()
    assert authenticator.accounts() == []
    assert files_below(tmp_path) == []


async def test_giving_up_a_device_sign_in_between_two_questions_stops_asking(live: Live, tmp_path: Path) -> None:
    pausing = asyncio.Event()

    async def sleep(_: float) -> None:
        pausing.set()
        await asyncio.Event().wait()

    authenticator = live.authenticator(sleep=sleep)
    task = asyncio.create_task(authenticator.sign_in_device(show_code=nothing))
    await pausing.wait()
    await given_up(task)
    assert live.token_requests() == 0
    await all_ended()
    assert files_below(tmp_path, locks=True) == []


async def test_giving_up_during_the_dialog_of_the_keyring_leaves_nothing(live: Live, keyring: MemoryKeyring) -> None:
    keyring.answered.clear()
    authenticator = live.authenticator()
    task = asyncio.create_task(signed_in(live, authenticator))
    assert await asyncio.to_thread(keyring.asking.wait, 30)
    await given_up(task)
    keyring.answered.set()
    await all_ended()
    assert authenticator.accounts() == []
    assert files_below(live.directories.state) == []


# continuous access evaluation


async def test_demanded_claims_are_brought_without_the_user(live: Live) -> None:
    authenticator = live.authenticator()
    auth = authenticator.auth(await signed_in(live, authenticator))
    assert await ask_graph(live, auth) == [200]
    for _ in range(2):
        live.demo.state.demand()
        before = live.token_requests()
        assert await ask_graph(live, auth, 2) == [200, 200]
        assert live.token_requests() == before + 1


async def test_requests_that_are_refused_together_bring_the_claims_once(live: Live) -> None:
    authenticator = live.authenticator()
    auth = authenticator.auth(await signed_in(live, authenticator))
    live.demo.state.demand()
    before = live.token_requests()
    assert await asyncio.gather(*(ask_graph(live, auth) for _ in range(5))) == [[200]] * 5
    assert live.token_requests() == before + 1


async def test_claims_that_only_a_sign_in_brings_are_asked_for_there(live: Live) -> None:
    authenticator = live.authenticator()
    account = await signed_in(live, authenticator)
    auth = authenticator.auth(account)
    live.demo.state.demand(interactive=True)
    error = await refusal(ask_graph(live, auth))
    assert (error.problem, error.interactive) == (AuthProblem.VERIFICATION, True)
    again = live.person()
    await authenticator.sign_in_browser(open_url=again.open, show_url=nothing, login_hint=account.username)
    assert "claims=" in again.urls[0]
    assert await ask_graph(live, auth) == [200]


async def test_a_device_code_brings_the_demanded_claims_too(live: Live) -> None:
    shown: list[DeviceCode] = []

    async def enter(_: float) -> None:
        await asyncio.to_thread(approve_device, live.demo.base, shown[-1].user_code)

    authenticator = live.authenticator(sleep=enter)
    account = await authenticator.sign_in_device(show_code=shown.append)
    auth = authenticator.auth(account)
    live.demo.state.demand(interactive=True)
    assert (await refusal(ask_graph(live, auth))).interactive
    assert (await authenticator.sign_in_device(show_code=shown.append)).id == account.id
    assert await ask_graph(live, auth) == [200]


async def test_other_refusals_do_not_count_as_a_demand(live: Live) -> None:
    authenticator = live.authenticator()
    auth = authenticator.auth(await signed_in(live, authenticator))
    live.demo.state.faults.add(Rule(kind="status", path="/me/drive", status=401, code="unauthenticated"))
    assert await ask_graph(live, auth) == [200]
    assert live.demo.state.log.entries("/me/drive")[0].status == 401
