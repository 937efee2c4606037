"""Signing in: the browser flow, the device flow, signing out, cancelling."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from pathlib import Path

import httpx
import pytest

from odtui.auth.authenticator import Authenticator, DeviceCode
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import store_secret
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from tests.auth.identity import CORRELATION, Browser, Identity, failure, nothing, unopened

SECRET = "h8Q~very-secret-value-of-the-registration"


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_public_client_signs_in_with_pkce_and_no_secret(
    identity: Identity, authenticator: Authenticator
) -> None:
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=browser.show)
    assert (account.username, account.name, account.client_kind) == ("adele@contoso.com", "Adele Vance", "public")
    assert not account.personal
    assert account.granted == ("Files.ReadWrite", "User.Read")
    assert browser.urls[0] == browser.urls[1]
    assert browser.asked["code_challenge_method"] == "S256"
    assert browser.asked["prompt"] == "select_account"
    assert browser.asked["response_mode"] == "form_post"
    assert identity.forms[0]["code"] == "0.auth-secret-code"
    assert "code_verifier" in identity.forms[0]
    assert "client_secret" not in identity.forms[0]
    assert browser.pages[0].status_code == 200
    assert "Back to odtui" in browser.pages[0].text
    assert authenticator.accounts() == [account]


async def test_the_answer_may_come_as_a_query(identity: Identity, profile: Profile, directories: Directories) -> None:
    browser = Browser(identity)
    wanted = dataclasses.replace(profile, response_mode="query")
    account = await Authenticator(wanted, directories).sign_in_browser(open_url=browser.open, show_url=nothing)
    assert account.username == "adele@contoso.com"
    assert browser.asked["response_mode"] == "query"


async def test_a_confidential_client_sends_its_secret_and_its_exact_address(
    identity: Identity, profile: Profile, directories: Directories, unused_tcp_port: int
) -> None:
    uri = f"http://localhost:{unused_tcp_port}/callback"
    wanted = dataclasses.replace(profile, confidential=True, redirect_uri=uri)
    store_secret(wanted, SECRET, directories)
    browser = Browser(identity)
    account = await Authenticator(wanted, directories).sign_in_browser(open_url=browser.open, show_url=nothing)
    assert account.client_kind == "confidential"
    assert browser.asked["redirect_uri"] == uri
    assert identity.forms[0]["redirect_uri"] == uri
    assert identity.forms[0]["client_secret"] == SECRET


async def test_a_confidential_client_without_a_secret_says_so_before_any_browser_opens(
    identity: Identity, profile: Profile, directories: Directories, unused_tcp_port: int
) -> None:
    uri = f"http://localhost:{unused_tcp_port}/callback"
    wanted = dataclasses.replace(profile, confidential=True, redirect_uri=uri)
    browser = Browser(identity)
    with pytest.raises(AuthError) as caught:
        await Authenticator(wanted, directories).sign_in_browser(open_url=browser.open, show_url=browser.show)
    assert caught.value.problem is AuthProblem.SECRET_NEEDED
    assert browser.urls == []


async def test_a_login_hint_renews_without_choosing_an_account(
    identity: Identity, authenticator: Authenticator
) -> None:
    browser = Browser(identity)
    await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing, login_hint="adele@contoso.com")
    assert browser.asked["login_hint"] == "adele@contoso.com"
    assert "prompt" not in browser.asked


async def test_more_scopes_than_the_profile_names_can_be_asked_for(
    identity: Identity, authenticator: Authenticator
) -> None:
    browser = Browser(identity)
    await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing, scopes=("Files.Read.All",))
    assert set(browser.asked["scope"].split()) == {"Files.Read.All", "openid", "profile", "offline_access"}


async def test_granted_scopes_are_what_came_back_and_not_what_was_asked(
    identity: Identity, authenticator: Authenticator
) -> None:
    identity.scope = "openid https://graph.microsoft.com/files.read"
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert account.granted == ("files.read",)
    assert account.spelled == ("https://graph.microsoft.com/files.read",)


async def test_a_personal_account_is_known_by_its_tenant(identity: Identity, authenticator: Authenticator) -> None:
    identity.tid = "9188040d-6c67-4c5b-b112-36a304b66dad"
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert account.personal


@pytest.mark.parametrize(
    ("answer", "problem", "code"),
    [
        ({"error": "access_denied", "error_description": "AADSTS65004: No.\r\nTrace"}, "declined", "AADSTS65004"),
        ({"error": "access_denied", "error_subcode": "cancel"}, "declined", ""),
        ({"error": "access_denied", "error_description": "AADSTS90094: Admin."}, "admin", "AADSTS90094"),
        ({"error": "server_error"}, "temporary", ""),
    ],
)
async def test_a_refusal_in_the_browser_becomes_the_right_problem(
    identity: Identity, authenticator: Authenticator, answer: dict[str, str], problem: str, code: str
) -> None:
    browser = Browser(identity, **answer)
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert (caught.value.problem, caught.value.code) == (problem, code)
    assert identity.forms == []
    assert authenticator.accounts() == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (failure("invalid_client", 7000215, "Invalid client secret provided."), AuthProblem.SECRET_WRONG),
        (failure("invalid_client", 7000222), AuthProblem.SECRET_EXPIRED),
        (failure("invalid_client", 7000218), AuthProblem.SECRET_NEEDED),
        (failure("unauthorized_client", 700016), AuthProblem.CLIENT_ID),
        (failure("invalid_grant", 54005), AuthProblem.STALE_ANSWER),
        (httpx.Response(503, text="busy"), AuthProblem.TEMPORARY),
        (httpx.Response(429, text="slow down"), AuthProblem.TEMPORARY),
        (httpx.Response(200, text="<html>Hotel</html>"), AuthProblem.CAPTIVE_PORTAL),
        (httpx.Response(200, json=[1]), AuthProblem.CAPTIVE_PORTAL),
        (httpx.Response(302, headers={"Location": "http://hotel/"}), AuthProblem.CAPTIVE_PORTAL),
        (httpx.ReadTimeout("late"), AuthProblem.OFFLINE),
        (httpx.Response(200, json={"access_token": "a"}), AuthProblem.OTHER),
    ],
)
async def test_a_failing_redemption_becomes_the_right_problem_and_keeps_nothing(
    identity: Identity,
    authenticator: Authenticator,
    directories: Directories,
    answer: httpx.Response | Exception,
    problem: AuthProblem,
) -> None:
    identity.scripted = [answer]
    browser = Browser(identity)
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert caught.value.problem is problem
    assert authenticator.accounts() == []
    assert not [name for name in files_below(directories.state) if not name.endswith(".lock")]


async def test_an_error_carries_the_first_line_and_the_correlation_id(
    identity: Identity, authenticator: Authenticator
) -> None:
    identity.scripted = [failure("unauthorized_client", 700016, "Application not found.")]
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=Browser(identity).open, show_url=nothing)
    assert caught.value.details == "AADSTS700016: Application not found."
    assert caught.value.correlation_id == CORRELATION


@pytest.mark.parametrize(
    ("answer", "problem", "code"),
    [
        (
            httpx.Response(
                400, json={"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant 'x' not found."}
            ),
            AuthProblem.TENANT,
            "AADSTS90002",
        ),
        (httpx.Response(404, json={}), AuthProblem.TENANT, ""),
        (httpx.Response(200, text="<html>Sign in to the hotel</html>"), AuthProblem.CAPTIVE_PORTAL, ""),
        (httpx.Response(200, json={}), AuthProblem.OTHER, ""),
        (httpx.Response(502, text="no"), AuthProblem.TEMPORARY, ""),
    ],
)
async def test_a_failing_discovery_becomes_the_right_problem(
    identity: Identity, authenticator: Authenticator, answer: httpx.Response, problem: AuthProblem, code: str
) -> None:
    identity.discovery.mock(return_value=answer)
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=Browser(identity).open, show_url=nothing)
    assert (caught.value.problem, caught.value.code) == (problem, code)


async def test_without_a_network_the_sign_in_says_offline(identity: Identity, authenticator: Authenticator) -> None:
    identity.discovery.mock(side_effect=httpx.ConnectError("Name or service not known"))
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=Browser(identity).open, show_url=nothing)
    assert caught.value.problem is AuthProblem.OFFLINE
    assert identity.discovery.call_count == 2


async def test_a_failed_attempt_is_not_remembered_by_the_next_one(
    identity: Identity, authenticator: Authenticator
) -> None:
    browser = Browser(identity)
    identity.scripted = [failure("unauthorized_client", 700016)]
    with pytest.raises(AuthError):
        await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert account.username == "adele@contoso.com"


async def test_a_browser_that_never_comes_back_times_out(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    authenticator = Authenticator(profile, directories, patience=0)
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=unopened, show_url=nothing)
    assert caught.value.problem is AuthProblem.TIMED_OUT


async def test_cancelling_frees_the_port_and_leaves_no_thread_and_no_file(
    identity: Identity, profile: Profile, tmp_path: Path, unused_tcp_port: int
) -> None:
    wanted = dataclasses.replace(profile, redirect_uri=f"http://localhost:{unused_tcp_port}")
    authenticator = Authenticator(wanted, Directories.below(tmp_path))
    shown = asyncio.Event()
    task = asyncio.create_task(authenticator.sign_in_browser(open_url=unopened, show_url=lambda _url: shown.set()))
    await shown.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server = await asyncio.start_server(nothing, "127.0.0.1", unused_tcp_port)
    server.close()
    assert files_below(tmp_path) == []
    assert [thread for thread in threading.enumerate() if not thread.daemon] == [threading.main_thread()]


async def test_cancelling_while_the_code_is_redeemed_keeps_no_tokens(
    identity: Identity, authenticator: Authenticator, directories: Directories
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        asked.set()
        go_on.wait(30)
        return httpx.Response(200, json=identity.tokens())

    identity.token.mock(side_effect=slow)
    browser = Browser(identity)
    task = asyncio.create_task(authenticator.sign_in_browser(open_url=browser.open, show_url=nothing))
    await asyncio.to_thread(asked.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "odtui-auth":
            await asyncio.to_thread(thread.join)
    assert authenticator.accounts() == []
    assert not list(directories.state.glob("tokens-*.bin"))


async def test_a_port_in_use_is_named(identity: Identity, profile: Profile, directories: Directories) -> None:
    server = await asyncio.start_server(nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wanted = dataclasses.replace(profile, redirect_uri=f"http://localhost:{port}")
    with pytest.raises(AuthError) as caught:
        await Authenticator(wanted, directories).sign_in_browser(open_url=unopened, show_url=nothing)
    server.close()
    assert caught.value.problem is AuthProblem.PORT_IN_USE
    assert str(port) in caught.value.details


async def test_a_pasted_address_takes_the_place_of_the_listener(
    identity: Identity, authenticator: Authenticator
) -> None:
    browser = Browser()
    asked: list[str] = []

    async def paste() -> str:
        asked.append("once more")
        identity.nonce = browser.asked["nonce"]
        state = browser.asked["state"] if len(asked) > 1 else "wrong"
        return f" http://localhost:1/?code=0.auth-secret-code&state={state}&session_state=x \n"

    def remember(url: str) -> None:
        browser.asked = dict(httpx.URL(url).params)

    account = await authenticator.sign_in_browser(open_url=unopened, show_url=remember, paste=paste)
    assert browser.asked["response_mode"] == "query"
    assert account.username == "adele@contoso.com"
    assert len(asked) == 2


class Pauses:
    """A sleep that takes no time and can do something meanwhile."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def test_the_device_flow_polls_until_the_code_was_entered(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    pauses, codes = Pauses(), list[DeviceCode]()
    authenticator = Authenticator(profile, directories, sleep=pauses)

    def show(code: DeviceCode) -> None:
        codes.append(code)
        identity.scripted = [failure("authorization_pending", 70016), failure("slow_down", 70016)]

    account = await authenticator.sign_in_device(show_code=show)
    assert account.client_kind == "public"
    assert [(code.user_code, code.address) for code in codes] == [("ABCD1234", "https://microsoft.com/devicelogin")]
    assert 890 < codes[0].expires_at - time.time() <= 900
    assert pauses.seconds == [5, 5, 10]
    assert identity.forms[-1]["device_code"] == "device-secret-code"
    assert authenticator.accounts() == [account]


async def test_the_device_flow_is_public_even_where_a_secret_is_configured(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    wanted = dataclasses.replace(profile, confidential=True)
    store_secret(wanted, SECRET, directories)
    account = await Authenticator(wanted, directories, sleep=Pauses()).sign_in_device(show_code=nothing)
    assert account.client_kind == "public"
    assert not [form for form in identity.forms if "client_secret" in form]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (failure("authorization_declined", 70017), AuthProblem.DECLINED),
        (failure("expired_token", 70020), AuthProblem.CODE_EXPIRED),
        (failure("invalid_grant", 53003), AuthProblem.BLOCKED),
        (httpx.ConnectError("gone"), AuthProblem.OFFLINE),
    ],
)
async def test_a_failing_device_flow_becomes_the_right_problem(
    identity: Identity, profile: Profile, directories: Directories, answer: httpx.Response, problem: AuthProblem
) -> None:
    def show(_code: DeviceCode) -> None:
        identity.scripted = [answer, answer]

    with pytest.raises(AuthError) as caught:
        await Authenticator(profile, directories, sleep=Pauses()).sign_in_device(show_code=show)
    assert caught.value.problem is problem


async def test_a_device_flow_that_cannot_start_says_why(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    identity.scripted = [failure("invalid_client", 7000218)]
    with pytest.raises(AuthError) as caught:
        await Authenticator(profile, directories, sleep=Pauses()).sign_in_device(show_code=nothing)
    assert caught.value.problem is AuthProblem.SECRET_NEEDED


async def test_the_device_flow_ends_when_the_code_does(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    authenticator = Authenticator(profile, directories, sleep=Pauses(), wall_clock=lambda: time.time() + 901)
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_device(show_code=nothing)
    assert caught.value.problem is AuthProblem.CODE_EXPIRED


async def test_an_interval_of_nothing_does_not_make_the_polling_spin(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    pauses = Pauses()
    identity.scripted = [
        httpx.Response(
            200, json={"user_code": "A", "device_code": "d", "verification_uri": "https://x.test", "interval": 0}
        ),
        failure("authorization_pending", 70016),
    ]
    await Authenticator(profile, directories, sleep=pauses).sign_in_device(show_code=nothing)
    assert pauses.seconds == [1, 1]


async def test_signing_out_deletes_the_tokens_without_a_network(
    identity: Identity, authenticator: Authenticator, directories: Directories
) -> None:
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    identity.discovery.mock(side_effect=httpx.ConnectError("offline"))
    await authenticator.sign_out(account)
    assert authenticator.accounts() == []
    assert not list(directories.state.glob("tokens-*.bin"))


async def test_signing_out_one_of_two_accounts_keeps_the_other(
    identity: Identity, authenticator: Authenticator
) -> None:
    browser = Browser(identity)
    first = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    identity.user = "bob@contoso.com"
    second = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert [account.username for account in authenticator.accounts()] == ["bob@contoso.com", "adele@contoso.com"]
    await authenticator.sign_out(first)
    assert authenticator.accounts() == [second]
    provider = authenticator.auth(second)
    assert (await provider.token()).value == "access-secret-2"  # type: ignore[attr-defined]
    with pytest.raises(AuthError) as caught:
        await authenticator.auth(first).token()  # type: ignore[attr-defined]
    assert caught.value.interactive


async def test_another_registration_means_signing_in_again_and_deletes_the_old_tokens(
    identity: Identity, authenticator: Authenticator, profile: Profile, directories: Directories
) -> None:
    browser = Browser(identity)
    await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    old = list(directories.state.glob("tokens-*.bin"))
    moved = Authenticator(dataclasses.replace(profile, client_id="11111111-2222-3333-4444-555555555555"), directories)
    assert moved.accounts() == []
    account = await moved.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert moved.accounts() == [account]
    new = list(directories.state.glob("tokens-*.bin"))
    assert len(old) == len(new) == 1
    assert old != new


async def test_memory_only_writes_no_file_and_asks_no_keyring(
    identity: Identity, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring

    def refuse(*_arguments: str) -> None:
        raise AssertionError("the keyring was asked")

    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, refuse)
    authenticator = Authenticator(profile, Directories.below(tmp_path), memory_only=True)
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    assert (await authenticator.auth(account).token()).value == "access-secret-1"  # type: ignore[attr-defined]
    assert authenticator.storage == "memory"
    assert authenticator.accounts() == [account]
    await authenticator.sign_out(account)
    assert authenticator.accounts() == []
    assert files_below(tmp_path) == []


async def test_another_instance_finds_the_account_and_its_token(
    identity: Identity, authenticator: Authenticator, profile: Profile, directories: Directories
) -> None:
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=nothing)
    other = Authenticator(profile, directories)
    assert other.accounts() == [account]
    assert (await other.auth(account).token()).value == "access-secret-1"  # type: ignore[attr-defined]
    assert len(identity.forms) == 1
