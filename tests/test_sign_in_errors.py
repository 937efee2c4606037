"""Every number that signing in fails with, from the server through MSAL to the card that a user reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from odtui.auth.aadsts import _PROBLEMS
from odtui.demo.control import Expiry, expire
from odtui.demo.faults import Rule
from odtui.demo.refusals import REFUSALS, Place
from odtui.demo.thread import DemoThread
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.screens.settings import SettingsScreen
from odtui.ui.screens.sign_in import SignInScreen
from odtui.ui.screens.sign_in_views import BrowserView, DeviceView, StartView
from tests.app_harness import Driven, driven, names

WELCOME = "Welcome to OneDrive.md"


class Row(NamedTuple):
    """What the card says for some numbers, and which keys it has."""

    numbers: str
    title: str
    says: str
    """A part of why, or of what to do."""
    keys: str
    """Buttons that have to be there, the first as the first one."""
    field: str = ""
    """Where the key for the settings leads."""


ROWS = (
    Row(
        "50011 900971 500113",
        "The redirect URI is not registered",
        "exactly the redirect URI",
        "Settings o, Try again r",
        "redirect_uri",
    ),
    Row(
        "9002327",
        "The redirect URI is registered as a single-page app",
        "remove it there",
        "Settings o",
        "redirect_uri",
    ),
    Row(
        "700016 700011 7000112 70001",
        "Microsoft does not know this client ID",
        "Compare client ID",
        "Settings o",
        "client_id",
    ),
    Row(
        "90002 50059 90019 50128 900023",
        "The directory is not known",
        "check the cloud",
        "Settings o",
        "tenant",
    ),
    Row(
        "50194",
        "The app is for one directory only",
        "Directory (tenant) ID",
        "Settings o",
        "tenant",
    ),
    Row(
        "9002332 90130",
        "The app is for work and school accounts only",
        "Work and school accounts only",
        "Settings o",
        "accounts",
    ),
    Row(
        "9002331 9002346",
        "The app is for personal accounts only",
        "Personal accounts only",
        "Settings o",
        "accounts",
    ),
    Row(
        "7000218 70002",
        "The app registration needs a client secret",
        "Allow public client flows",
        "Settings o",
        "client_secret",
    ),
    Row(
        "7000215",
        "The client secret is wrong",
        "Secret ID",
        "Settings o",
        "client_secret",
    ),
    Row(
        "7000222",
        "The client secret has expired",
        "Make a new one",
        "Settings o",
        "client_secret",
    ),
    Row(
        "700026",
        "The app registration has no client secret",
        "remove the secret",
        "Settings o",
        "client_secret",
    ),
    Row(
        "700025",
        "The app registration takes no client secret",
        "Remove the client secret",
        "Settings o",
        "client_secret",
    ),
    Row(
        "65001 65005 650057 650052 650056",
        "A permission was not granted",
        "Sign in again and accept",
        "Sign in s, Settings o, Link for the administrator l",
        "scopes",
    ),
    Row(
        "65004",
        "You declined the permissions",
        "Sign in again and accept",
        "Sign in s, Settings o",
    ),
    Row(
        "90094 90095 90093",
        "An administrator must approve odtui",
        "Send your administrator the link",
        "Link for the administrator l, Approve it myself a, Settings o",
        "scopes",
    ),
    Row(
        "70011 28002 28003 700022 1002012",
        "A permission does not exist here",
        "Choose other permissions",
        "Settings o",
        "scopes",
    ),
    Row(
        "50020 500200 500208 50034 16000 51004",
        "This account does not belong here",
        "another account",
        "Sign in s, Settings o",
        "tenant",
    ),
    Row(
        "50105",
        "The account is not assigned to the app",
        "assign the app to you",
        "Sign in s",
    ),
    Row(
        "50057",
        "The account is disabled",
        "another account",
        "Sign in s",
    ),
    Row(
        "50076 50079 50074 50158 50072 50078 50058",
        "Microsoft wants one more proof",
        "Sign in again in the browser",
        "Sign in s",
    ),
    Row(
        "53000 53001 53002 53003 530032 530035 50097 50155",
        "Your organisation blocks this sign-in",
        "use the browser",
        "Other method m",
    ),
    Row(
        "50053",
        "The account is locked",
        "Wait some minutes",
        "Other method m",
    ),
    Row(
        "54005 501481 501491 50147",
        "The sign-in page was too old",
        "Start the sign-in again",
        "Try again r",
    ),
    Row(
        "700082 70008 70043 50173 70000 700084 50132 50133",
        "You need to sign in again",
        "nothing on this computer is lost",
        "Sign in s",
    ),
    Row(
        "90033 90006 90012 90024",
        "Microsoft's sign-in has a problem",
        "Try again in some minutes",
        "Try again r",
    ),
)
"""Source: AUTH.md, "Errors", in its order; a few numbers more."""

POLLED = (
    Row("70019 70020 70018", "The code has expired", "Get a new code", "Try again r, Other method m"),
    Row("70017", "You declined the permissions", "Sign in again and accept", "Sign in s"),
)
"""Those of the device code."""


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


def refuse(odtui: Driven, number: str, at: Place) -> None:
    odtui.demo.state.faults.add(Rule(kind="aadsts", number=int(number), at=at))


def check(odtui: Driven, row: Row, number: str) -> None:
    card = odtui.card()
    assert card.title.startswith(row.title), number
    assert row.says in card.words, number
    assert f"AADSTS{number}" in card.details
    assert "Correlation id: " in card.details
    assert card.keys.startswith(row.keys), number
    assert "Copy c" in card.keys


def place_of(number: str) -> Place:
    """Where the program hears of it: what a page in the browser says, the token endpoint says to other programs."""
    usual = REFUSALS[int(number)].at
    return usual if usual in ("tenant", "authorize", "consent") else "code"


def test_every_number_that_odtui_knows_has_a_row() -> None:
    assert {number for row in (*ROWS, *POLLED) for number in row.numbers.split()} >= set(_PROBLEMS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
async def test_a_refused_sign_in_is_a_card(demo: DemoThread, tmp_path: Path, row: Row) -> None:
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        for number in row.numbers.split():
            refuse(odtui, number, place_of(number))
            await odtui.press("b")
            check(odtui, row, number)
            await odtui.press("c")
            assert f"AADSTS{number}" in odtui.app.clipboard
            if "Link for the administrator" in row.keys:
                await odtui.press("l")
                assert "/adminconsent?client_id=" in odtui.app.clipboard
            await odtui.press("escape")
            assert odtui.app.screen.query(StartView)
        if row.field:
            refuse(odtui, number, place_of(number))
            await odtui.press("b")
            await odtui.press("o")
            assert isinstance(odtui.app.screen, SettingsScreen)
            assert odtui.focused_field() == row.field


@pytest.mark.parametrize("row", POLLED, ids=lambda row: row.title)
async def test_a_refused_device_code_is_a_card(demo: DemoThread, tmp_path: Path, row: Row) -> None:
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        for number in row.numbers.split():
            refuse(odtui, number, "poll")
            await odtui.press("d")
            check(odtui, row, number)
            await odtui.press("escape")


REFRESHED = [row for row in ROWS if any(REFUSALS[int(number)].at == "refresh" for number in row.numbers.split())]


@pytest.mark.parametrize("row", REFRESHED, ids=lambda row: row.title)
async def test_a_refused_refresh_is_a_card_in_the_pane_and_signing_in_cures_it(
    demo: DemoThread, tmp_path: Path, row: Row
) -> None:
    async with driven(demo, tmp_path) as odtui:
        for number in row.numbers.split():
            expire(demo.state, Expiry(tokens=True))
            demo.state.faults.add(Rule(kind="aadsts", number=int(number), at="refresh", times=0))
            await odtui.open("Documents")
            check(odtui, row, number)
            demo.state.faults.clear()
            await odtui.press("s")
            assert isinstance(odtui.app.screen, SignInScreen)
            await odtui.press("enter")
            assert isinstance(odtui.app.screen, BrowserScreen)
            assert odtui.no_card()
            assert "Ideas.md" in names(odtui.left), number
            await odtui.press("backspace")


async def test_a_pending_code_is_waited_for(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        refuse(odtui, "70016", "poll")
        refuse(odtui, "70020", "poll")
        await odtui.press("d")
        assert "AADSTS70020" in odtui.card().details


@pytest.mark.parametrize("number", ["50011", "700016", "50020"])
async def test_what_only_the_browser_sees_leaves_the_wait_as_it_is(
    demo: DemoThread, tmp_path: Path, number: str
) -> None:
    seen: list[str] = []

    def browser(url: str) -> bool:
        seen.append(url)
        return True

    async with driven(demo, tmp_path, signed_in=False, browser=browser) as odtui:
        await odtui.pilot.press("b")
        while not seen:
            await odtui.pilot.pause()
        view = odtui.app.screen.query_one(BrowserView)
        assert not odtui.app.screen.query_one("#browser-hint").display
        view.give_hint()
        await odtui.pilot.pause()
        assert any(f"AADSTS{number}" in line for line in _lines(odtui))
        await odtui.pilot.press("escape")


async def test_a_wrong_account_can_be_left_for_another(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        refuse(odtui, "50020", "code")
        await odtui.press("b", "s")
        assert WELCOME in names(odtui.left)


async def test_a_blocked_browser_sign_in_leads_to_the_device_code(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        refuse(odtui, "53003", "code")
        refuse(odtui, "70020", "poll")
        await odtui.press("b")
        assert "Your organisation blocks" in odtui.card().title
        await odtui.press("m")
        assert "AADSTS70020" in odtui.card().details
        assert not odtui.app.screen.query(DeviceView)


def _lines(odtui: Driven) -> list[str]:
    return [strip.text for strip in odtui.app.screen._compositor.render_strips()]
