"""Signing in with a real browser at the demo's sign-in page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import VARIABLE
from odtui.demo.clients import CLIENT_SECRET
from tests.auth.chromium import CHROMIUM, DRIVER, Chromium, chromium
from tests.auth.identity import nothing
from tests.auth.live import PUBLIC, Live, confidential

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver: apt install chromium-driver"
    ),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(Path(tmp_path_factory.mktemp("chromium"))) as running:
        yield running


class Hands:
    """Somebody who uses the browser, on a thread of their own."""

    def __init__(self, browser: Chromium, *clicks: str) -> None:
        self._browser, self._clicks = browser, clicks
        self._thread: threading.Thread | None = None

    def open(self, url: str) -> bool:
        self._thread = threading.Thread(target=self._sign_in, args=(url,), daemon=True)
        self._thread.start()
        return True

    def _sign_in(self, url: str) -> None:
        self._browser.go(url)
        for selector in self._clicks:
            self._browser.click(selector)

    def leave(self) -> None:
        assert self._thread is not None
        self._thread.join(60)


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_clicking_accept_signs_in(live: Live, browser: Chromium, mode: Any) -> None:
    hands = Hands(browser, "label.account", "button[value=accept]")
    authenticator = live.authenticator(replace(PUBLIC, response_mode=mode))
    account = await authenticator.sign_in_browser(open_url=hands.open, show_url=nothing)
    hands.leave()
    assert account.granted == ("Files.ReadWrite", "User.Read")
    assert browser.text("h1") == "Back to odtui"
    assert authenticator.accounts() == [account]


async def test_clicking_accept_signs_in_a_confidential_client(
    live: Live, browser: Chromium, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, CLIENT_SECRET)
    hands = Hands(browser, "button[value=accept]")
    authenticator = live.authenticator(confidential(unused_tcp_port))
    account = await authenticator.sign_in_browser(open_url=hands.open, show_url=nothing)
    hands.leave()
    assert account.client_kind == "confidential"
    assert browser.text("h1") == "Back to odtui"


@pytest.mark.parametrize("mode", ["form_post", "query"])
async def test_clicking_decline_says_declined_on_both_sides(live: Live, browser: Chromium, mode: Any) -> None:
    hands = Hands(browser, "button[value=decline]")
    authenticator = live.authenticator(replace(PUBLIC, response_mode=mode))
    with pytest.raises(AuthError) as caught:
        await authenticator.sign_in_browser(open_url=hands.open, show_url=nothing)
    hands.leave()
    assert caught.value.problem is AuthProblem.DECLINED
    assert browser.text("h1") == "Not signed in"
    assert authenticator.accounts() == []
