"""Signing in with a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from odtui.auth.accounts import Account
from odtui.auth.admin_consent import admin_consent_link
from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import VARIABLE
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from odtui.demo.clients import CLIENT_SECRET
from odtui.demo.faults import Rule
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.net.reroute import Routes
from tests.auth.chromium import PATIENCE, PROGRAMS, Chromium
from tests.auth.identity import unopened
from tests.auth.live import PUBLIC, Live, confidential

_MISSING = [name for name, path in PROGRAMS.items() if path is None]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(_MISSING), reason=f"needs {' and '.join(_MISSING)} (Debian: chromium-driver)"),
]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(autouse=True)
def _no_complaints(chromium: Chromium) -> Iterator[None]:
    """No page may break its own rules, such as those about styles and scripts."""
    chromium.complaints()
    yield
    assert [text for text in chromium.complaints() if "status of 400" not in text] == []


@pytest.fixture(params=["public", "confidential"])
def profile(request: pytest.FixtureRequest, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> Profile:
    if request.param == "public":
        return PUBLIC
    monkeypatch.setenv(VARIABLE, CLIENT_SECRET)
    return confidential(unused_tcp_port)


class Attempt:
    """A sign-in that waits for the browser."""

    def __init__(self, authenticator: Authenticator, login_hint: str | None = None) -> None:
        self._url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(
            authenticator.sign_in_browser(open_url=unopened, show_url=self._url.set_result, login_hint=login_hint)
        )

    async def visit(self, chromium: Chromium, steps: Callable[[], None]) -> None:
        """Open the address that the program shows, and go on from there. In a thread, for the program listens."""

        def visit(url: str) -> None:
            chromium.visit(url)
            steps()

        await asyncio.wait([self.task, self._url], return_when=asyncio.FIRST_COMPLETED)
        if self.task.done():
            await self.task
        await asyncio.to_thread(visit, await self._url)

    async def result(self) -> Account:
        return await asyncio.wait_for(self.task, PATIENCE)


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_a_browser_brings_an_account_back(live: Live, chromium: Chromium, profile: Profile, mode: Any) -> None:
    authenticator = live.authenticator(replace(profile, response_mode=mode))
    attempt = Attempt(authenticator)

    def choose() -> None:
        assert "See and change your files" in chromium.text
        chromium.click("input[name=account][value=grace]")
        chromium.click("button[value=accept]")
        chromium.heading("Back to odtui")

    await attempt.visit(chromium, choose)
    account = await attempt.result()
    assert authenticator.accounts() == [account]
    assert account.username == "grace.okafor@outlook.example"
    assert account.client_kind == ("confidential" if profile.confidential else "public")
    code = next(reversed(live.demo.state.codes.authorization))
    assert code not in chromium.source
    assert (code in chromium.url) is (mode == "query")
    assert urlsplit(chromium.url).hostname == "localhost"


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_declining_in_the_browser_says_declined(
    live: Live, chromium: Chromium, profile: Profile, mode: Any
) -> None:
    authenticator = live.authenticator(replace(profile, response_mode=mode))
    attempt = Attempt(authenticator)

    def decline() -> None:
        chromium.click("button[value=decline]")
        chromium.heading("Not signed in")

    await attempt.visit(chromium, decline)
    with pytest.raises(AuthError) as caught:
        await attempt.result()
    assert caught.value.problem is AuthProblem.DECLINED
    assert authenticator.accounts() == []


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_the_account_that_has_to_sign_in_again_is_chosen_already(
    live: Live, chromium: Chromium, profile: Profile, mode: Any
) -> None:
    authenticator = live.authenticator(replace(profile, response_mode=mode))
    attempt = Attempt(authenticator, login_hint="grace.okafor@outlook.example")

    def accept() -> None:
        chromium.click("button[value=accept]")
        chromium.heading("Back to odtui")

    await attempt.visit(chromium, accept)
    assert (await attempt.result()).name == "Grace Okafor"


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_another_account_than_the_one_expected_is_an_account_of_its_own(
    live: Live, chromium: Chromium, profile: Profile, mode: Any
) -> None:
    authenticator = live.authenticator(replace(profile, response_mode=mode))
    first = await authenticator.sign_in_browser(open_url=live.person(account="grace").open, show_url=lambda _: None)
    attempt = Attempt(authenticator, login_hint=first.username)

    def choose_another() -> None:
        chromium.click("input[name=account][value=ada]")
        chromium.click("button[value=accept]")
        chromium.heading("Back to odtui")

    await attempt.visit(chromium, choose_another)
    account = await attempt.result()
    assert account.username == "ada.lindqvist@outlook.example"
    assert authenticator.accounts() == [account, first]


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_an_account_that_does_not_belong_there_is_told_to_the_program(
    live: Live, chromium: Chromium, profile: Profile, mode: Any
) -> None:
    live.demo.state.faults.add(Rule(kind="aadsts", number=16000, at="consent"))
    attempt = Attempt(live.authenticator(replace(profile, response_mode=mode)))

    def accept() -> None:
        chromium.click("button[value=accept]")
        chromium.heading("Not signed in")

    await attempt.visit(chromium, accept)
    with pytest.raises(AuthError) as caught:
        await attempt.result()
    assert (caught.value.problem, caught.value.code) == (AuthProblem.WRONG_ACCOUNT, "AADSTS16000")


async def test_a_page_that_only_the_browser_sees_leaves_the_program_waiting(live: Live, chromium: Chromium) -> None:
    live.demo.state.faults.add(Rule(kind="aadsts", number=50020, at="page"))
    attempt = Attempt(live.authenticator())
    await attempt.visit(chromium, lambda: chromium.heading("Sign-in failed"))
    assert "AADSTS50020" in chromium.text
    assert not attempt.task.done()
    attempt.task.cancel()
    await asyncio.gather(attempt.task, return_exceptions=True)


async def test_an_administrator_approves_by_the_link_and_then_signing_in_works(
    chromium: Chromium, directories: Directories
) -> None:
    with DemoThread(Options(account="business")) as demo:
        demo.state.consents.admin_only = {"files.readwrite"}
        routes = Routes(frozenset(demo.hosts), demo.base)
        authenticator = Authenticator(PUBLIC, directories, routes=routes)
        attempt = Attempt(authenticator)

        def refused() -> None:
            chromium.click("button[value=accept]")
            chromium.heading("Not signed in")

        await attempt.visit(chromium, refused)
        with pytest.raises(AuthError) as caught:
            await attempt.result()
        assert caught.value.problem is AuthProblem.ADMIN

        def approve() -> None:
            chromium.visit(admin_consent_link(replace(PUBLIC, redirect_uri=""), PUBLIC.scopes, routes) or "")
            chromium.heading("Approve for your organisation")
            with suppress(AssertionError):  # the page it ends on is nobody's: the browser finds no server there
                chromium.click("button[value=accept]")

        await asyncio.to_thread(approve)
        attempt = Attempt(authenticator)

        def accept() -> None:
            chromium.click("button[value=accept]")
            chromium.heading("Back to odtui")

        await attempt.visit(chromium, accept)
        assert "Files.ReadWrite" in (await attempt.result()).granted
        await authenticator.aclose()


async def test_a_wrong_redirect_address_is_explained_in_the_browser(live: Live, chromium: Chromium) -> None:
    attempt = Attempt(live.authenticator(replace(PUBLIC, redirect_uri="http://localhost/elsewhere")))
    await attempt.visit(chromium, lambda: chromium.heading("Sign-in failed"))
    assert "AADSTS50011" in chromium.text
    attempt.task.cancel()
    await asyncio.gather(attempt.task, return_exceptions=True)


async def test_a_device_code_is_entered_in_the_browser(live: Live, chromium: Chromium) -> None:
    def enter() -> None:
        code = next(reversed(live.demo.state.codes.user_codes))
        chromium.visit(f"{live.demo.base}/devicelogin")
        chromium.type("input[name=user_code]", code.lower())
        chromium.click("button")
        chromium.click("button[value=accept]")
        chromium.heading("Signed in")

    async def sleep(_: float) -> None:
        await asyncio.to_thread(enter)

    account = await live.authenticator(sleep=sleep).sign_in_device(show_code=lambda _: None)
    assert account.name == "Ada Lindqvist"
