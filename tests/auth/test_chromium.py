"""Signing in with a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import VARIABLE
from odtui.config.settings import Profile
from odtui.demo.clients import CLIENT_SECRET
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

    def __init__(self, authenticator: Authenticator) -> None:
        self._url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(authenticator.sign_in_browser(open_url=unopened, show_url=self._url.set_result))

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
