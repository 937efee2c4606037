"""Signing in: the choice, the waits, cancelling, and what a failure offers."""

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static
from textual.worker import WorkerState

from odtui.auth.admin_consent import admin_consent_link
from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.settings import Profile
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.screens.sign_in import HINT_AFTER, AuthenticatorLike, SignInScreen
from odtui.ui.screens.sign_in_views import BrowserView, DeviceView, StartView, best_way
from odtui.ui.widgets.error_card import ErrorCard
from odtui.ui.widgets.line_input import LineInput
from odtui.ui.widgets.qr import QrCode
from tests.ui.fake_authenticator import ADA, ADDRESS, BOB, FakeAuthenticator
from tests.ui.styled_app import StyledApp
from tests.ui.test_dialogs import shown

PROFILE = Profile(client_id="5f0c6d43-1111-4111-8111-1234567890ab")


class SignInApp(StyledApp):
    def __init__(
        self,
        authenticator: FakeAuthenticator,
        *,
        profile: Profile = PROFILE,
        browser: bool = True,
        hint: str | None = None,
        scopes: tuple[str, ...] | None = None,
    ) -> None:
        self.authenticator = authenticator
        self.opened: list[str] = []
        self.alarms: list[tuple[float, Callable[[], None]]] = []
        self.now = 1_000_000.0
        self.fields: list[str | None] = []
        super().__init__(
            SignInScreen(
                authenticator,
                profile,
                open_url=self.open if browser else None,
                clock=lambda: self.now,
                login_hint=hint,
                scopes=scopes,
                later=lambda seconds, action: self.alarms.append((seconds, action)),
            )
        )

    def open(self, url: str) -> bool:
        self.opened.append(url)
        return True

    def on_sign_in_screen_settings_requested(self, event: SignInScreen.SettingsRequested) -> None:
        self.fields.append(event.field)


async def settle(pilot: Pilot[Any]) -> None:
    """Until the sign-in of the screen has ended, and what follows is on the screen."""
    running = [worker for worker in pilot.app.workers if worker.group == "sign-in"]
    for worker in running:
        if worker.state in (WorkerState.PENDING, WorkerState.RUNNING):
            await worker.wait()
    await pilot.pause()


def failing(problem: AuthProblem, code: str = "AADSTS1") -> SignInApp:
    return SignInApp(FakeAuthenticator(fails=AuthError(problem, code, "hostile [/b] \x1b[31m text")))


@pytest.mark.parametrize("name", ["accounts", "sign_in_browser", "sign_in_device", "sign_out"])
def test_the_real_authenticator_fits(name: str) -> None:
    wanted = inspect.signature(getattr(AuthenticatorLike, name)).parameters
    real = inspect.signature(getattr(Authenticator, name)).parameters
    assert {known: real[known].kind for known in wanted} == {known: wanted[known].kind for known in wanted}
    assert all(known in wanted or real[known].default is not inspect.Parameter.empty for known in real)


@pytest.mark.parametrize(
    ("setting", "browser", "confidential", "method", "word"),
    [
        ("auto", True, False, "browser", "opens"),
        ("auto", False, False, "device", "No browser was found here"),
        ("auto", False, True, "browser", "paste"),
        ("auto", True, True, "browser", "opens"),
        ("device", True, False, "device", "settings"),
        ("browser", False, False, "browser", "settings"),
    ],
)
def test_the_best_way_is_named_with_its_reason(
    setting: Any, browser: bool, confidential: bool, method: str, word: str
) -> None:
    way = best_way(setting, has_browser=browser, confidential=confidential)
    assert way.method == method
    assert word in way.reason


def test_an_ssh_session_is_named_as_the_reason() -> None:
    way = best_way("auto", has_browser=False, confidential=False, remote=True)
    assert way.reason.startswith("This is an SSH session")


def test_a_further_proof_needs_the_browser_whatever_is_set() -> None:
    way = best_way("device", has_browser=False, confidential=False, remote=True, proof=True)
    assert way.method == "browser"
    assert "only a browser" in way.reason


async def test_enter_takes_the_best_way() -> None:
    app = SignInApp(FakeAuthenticator(), browser=False)
    async with app.run_test() as pilot:
        assert "a device code is the easier way" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.authenticator.asked == ["device"]


async def test_the_browser_signs_in() -> None:
    app = SignInApp(FakeAuthenticator(), scopes=("Files.Read",))
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert app.opened == [ADDRESS]
        assert app.answers == []
        drawn = "".join(line.strip("│ ") for line in shown(app).splitlines())
        assert ADDRESS in drawn
        await pilot.press("c")
        assert app.clipboard == ADDRESS
        app.authenticator.gate.set()
        await settle(pilot)
    assert app.answers == [ADA]
    assert app.authenticator.scopes == ("Files.Read",)


async def test_after_a_while_the_screen_says_what_only_the_browser_sees() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert "AADSTS50011" not in shown(app)
        ((seconds, alarm),) = app.alarms
        assert seconds == HINT_AFTER == 20
        alarm()
        await pilot.pause()
        assert "AADSTS50011" in shown(app)


async def test_escape_cancels_the_wait_and_goes_back() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert app.authenticator.cancelled == ["browser"]
        assert app.screen.query(StartView)
        await pilot.press("escape")
    assert app.answers == [None]


async def test_a_late_alarm_of_a_cancelled_wait_does_nothing() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        app.alarms[0][1]()
        await pilot.pause()
        assert app.screen.query(StartView)


async def test_leaving_the_app_cancels_the_wait() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test() as pilot:
        await pilot.press("d")
        await pilot.pause()
    assert app.authenticator.cancelled == ["device"]


async def test_switching_to_the_other_way_ends_the_first() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        assert app.authenticator.cancelled == ["browser"]
        assert app.authenticator.asked == ["browser", "device"]


async def test_the_device_code_is_shown_copied_and_counted_down() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await pilot.pause()
        assert "A B C D - E F G H" in shown(app)
        assert "https://microsoft.com/devicelogin" in shown(app)
        assert "15:00" in shown(app)
        await pilot.press("c", "o")
        assert app.clipboard == "ABCD-EFGH"
        assert app.opened == ["https://microsoft.com/devicelogin"]
        app.now = 1_000_899.0
        app.screen.query_one(DeviceView)._count_down()
        await pilot.pause()
        assert "0:01" in shown(app)
        app.now = 1_000_901.0
        app.screen.query_one(DeviceView)._count_down()
        await pilot.pause()
        assert "The code has expired" in shown(app)
        await pilot.press("n")
        await pilot.pause()
        assert app.authenticator.asked == ["device", "device"]


async def test_only_https_pages_are_opened() -> None:
    app = SignInApp(FakeAuthenticator())
    app.authenticator.code = replace(app.authenticator.code, address="file:///etc/passwd")
    async with app.run_test() as pilot:
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("o")
        assert app.opened == []


@pytest.mark.parametrize(
    ("size", "there"), [((80, 24), True), ((120, 36), True), ((70, 30), False), ((100, 20), False)]
)
async def test_the_qr_code_is_shown_where_there_is_room(size: tuple[int, int], there: bool) -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test(size=size) as pilot:
        await pilot.press("d")
        await pilot.pause()
        code = app.screen.query_one(QrCode)
        assert code.display is there
        if there:
            assert app.screen.query_one("#sign-in-middle").region.contains_region(code.region)


async def test_without_a_browser_the_address_it_ended_on_is_pasted() -> None:
    app = SignInApp(FakeAuthenticator(), browser=False)
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert app.focused is app.screen.query_one("#paste")
        active = app.screen.active_bindings.values()
        copy = [each.binding.key for each in active if each.node is app.screen and each.binding.action == "copy"]
        assert copy == ["f5"], "a letter would go into the field"
        app.screen.query_one("#paste", LineInput).value = " http://localhost:40123/?code=abc "
        await pilot.press("enter")
        await settle(pilot)
    assert app.authenticator.pasted == ["http://localhost:40123/?code=abc"]
    assert app.answers == [ADA]


async def test_an_address_that_does_not_fit_is_seen_whole_by_keys() -> None:
    app = SignInApp(FakeAuthenticator(), browser=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await pilot.pause()
        view, box = app.screen.query_one(BrowserView), app.screen.query_one("#address-box")
        view.show_address("https://login.microsoftonline.com/common/?state=" + "x" * 600)
        await pilot.pause()
        assert "PgDn" in str(view.query_one("#waiting", Static).render())
        await pilot.press("pagedown", "pagedown")
        assert box.scroll_y == box.max_scroll_y > 0
        await pilot.press("pageup", "pageup")
        assert box.scroll_y == 0


async def test_a_known_account_is_used_without_signing_in() -> None:
    app = SignInApp(FakeAuthenticator(ADA, BOB))
    async with app.run_test() as pilot:
        await pilot.press("down", "enter")
    assert app.answers == [BOB]
    assert app.authenticator.asked == []


async def test_an_account_whose_session_ended_signs_in_again_under_its_name() -> None:
    app = SignInApp(FakeAuthenticator(BOB, ADA), hint=ADA.username)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert app.authenticator.asked == [f"browser {ADA.username}"]


async def test_another_account_is_not_given_the_old_name() -> None:
    app = SignInApp(FakeAuthenticator(ADA), hint=ADA.username)
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert app.authenticator.asked == ["browser"]


async def test_hostile_names_of_accounts_are_drawn_safely() -> None:
    app = SignInApp(FakeAuthenticator(replace(BOB, name="[/b]\x1b]0;x\x07")))
    async with app.run_test():
        assert "[/b]␛]0;x␇" in shown(app)


async def test_signing_out_asks_and_then_forgets() -> None:
    app = SignInApp(FakeAuthenticator(ADA, BOB))
    async with app.run_test() as pilot:
        await pilot.press("x", "enter")
        assert app.authenticator.asked == []
        await pilot.press("x")
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("y")
        await pilot.pause()
        for worker in list(app.workers):
            await worker.wait()
        await pilot.pause()
        assert app.authenticator.asked == [f"sign out {ADA.username}"]
        assert "Ada Lovelace" not in shown(app)
        assert "Bob" in shown(app)


async def test_a_failed_sign_out_is_told_and_keeps_the_account() -> None:
    app = SignInApp(FakeAuthenticator(ADA, fails=AuthError(AuthProblem.STORE)))
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("x", "y")
        await pilot.pause()
        for worker in list(app.workers):
            await worker.wait()
        await pilot.pause()
        assert len(app._notifications) == 1
        assert "Ada Lovelace" in shown(app)


@pytest.mark.parametrize(
    ("problem", "field"),
    [
        (AuthProblem.REDIRECT_URI, "redirect_uri"),
        (AuthProblem.CLIENT_ID, "client_id"),
        (AuthProblem.TENANT, "tenant"),
        (AuthProblem.SECRET_WRONG, "client_secret"),
        (AuthProblem.ADMIN, "scopes"),
        (AuthProblem.OFFLINE, None),
    ],
)
async def test_a_failure_leads_to_the_field_that_cures_it(problem: AuthProblem, field: str | None) -> None:
    app = failing(problem)
    async with app.run_test() as pilot:
        await pilot.press("b")
        await settle(pilot)
        assert app.screen.query_one(ErrorCard)
        await pilot.press("f2")
        await pilot.pause()
    assert app.fields == [field]
    assert app.answers == [None]


@pytest.mark.parametrize("problem", AuthProblem)
async def test_every_failure_has_a_card_that_can_be_left(problem: AuthProblem) -> None:
    app = failing(problem)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("b")
        await settle(pilot)
        assert isinstance(app.focused.parent.parent, ErrorCard)
        await pilot.press("d")
        await pilot.pause()
        assert "\x1b" not in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.query(StartView)


async def test_trying_again_takes_the_same_way() -> None:
    app = failing(AuthProblem.OFFLINE)
    async with app.run_test() as pilot:
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("r")
        await pilot.pause()
        assert app.authenticator.asked == ["device", "device"]


async def test_a_blocked_device_code_leads_to_the_browser() -> None:
    app = failing(AuthProblem.BLOCKED)
    async with app.run_test() as pilot:
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("m")
        await pilot.pause()
        assert app.authenticator.asked == ["device", "browser"]


@pytest.mark.parametrize(
    ("problem", "method"), [(AuthProblem.VERIFICATION, "browser"), (AuthProblem.CONSENT, "device")]
)
async def test_signing_in_again_takes_the_way_that_can_work(problem: AuthProblem, method: str) -> None:
    app = failing(problem)
    async with app.run_test() as pilot:
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("s")
        await pilot.pause()
    assert app.authenticator.asked == ["device", method]


async def test_after_a_wrong_account_another_one_can_be_chosen() -> None:
    app = SignInApp(FakeAuthenticator(ADA, fails=AuthError(AuthProblem.WRONG_ACCOUNT)), hint=ADA.username)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("s")
        await pilot.pause()
    assert app.authenticator.asked == [f"browser {ADA.username}", "browser"]


async def test_the_administrator_gets_a_link() -> None:
    app = failing(AuthProblem.ADMIN)
    async with app.run_test() as pilot:
        await pilot.press("b")
        await settle(pilot)
        await pilot.press("l")
        assert app.clipboard == admin_consent_link(PROFILE, PROFILE.scopes)
        await pilot.press("a")
        assert app.opened[-1] == app.clipboard


async def test_nobody_opens_the_administrators_link_without_a_browser() -> None:
    app = SignInApp(FakeAuthenticator(fails=AuthError(AuthProblem.ADMIN)), browser=False)
    async with app.run_test() as pilot:
        await pilot.press("d")
        await settle(pilot)
        assert "Link for the administrator" in shown(app)
        assert "Approve it myself" not in shown(app)


async def test_personal_accounts_have_no_administrator() -> None:
    profile = replace(PROFILE, tenant="consumers")
    app = SignInApp(FakeAuthenticator(fails=AuthError(AuthProblem.ADMIN)), profile=profile)
    async with app.run_test() as pilot:
        await pilot.press("b")
        await settle(pilot)
        assert "administrator l" not in shown(app)
        await pilot.press("l")
        assert app.clipboard == ""


@pytest.mark.parametrize("browser", [True, False])
async def test_the_recommended_way_comes_first(browser: bool) -> None:
    app = SignInApp(FakeAuthenticator(), browser=browser)
    async with app.run_test():
        rows = app.screen.query_one(OptionList)
        assert [option.id for option in rows.options] == (["browser", "device"] if browser else ["device", "browser"])
        assert rows.highlighted == 0
        assert "recommended" in str(rows.options[0].prompt)
        assert "recommended" not in str(rows.options[1].prompt)


async def test_a_pasted_address_that_is_none_is_refused_in_words() -> None:
    app = SignInApp(FakeAuthenticator(), browser=False)
    app.authenticator.wrong = ["nonsense"]
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        app.screen.query_one("#paste", LineInput).value = "nonsense"
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert "This is not where the sign-in ended" in shown(app)
        app.screen.query_one("#paste", LineInput).value = "http://localhost:40123/?code=abc"
        await pilot.press("enter")
        await settle(pilot)
    assert app.answers == [ADA]


async def test_a_fixed_port_can_be_forwarded() -> None:
    profile = replace(PROFILE, confidential=True)
    app = SignInApp(FakeAuthenticator(), profile=profile, browser=False)
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert "ssh -L 8400:localhost:8400" in shown(app)


@pytest.mark.parametrize(("size", "there"), [((80, 24), False), ((120, 36), False), ((130, 80), True)])
async def test_the_address_to_paste_back_has_a_qr_code_where_it_fits(size: tuple[int, int], there: bool) -> None:
    app = SignInApp(FakeAuthenticator(), browser=False)
    async with app.run_test(size=size) as pilot:
        await pilot.press("b")
        await pilot.pause()
        await pilot.pause()
        codes = app.screen.query(QrCode)
        assert bool(codes) is there
        if there:
            assert app.screen.query_one("#sign-in-card").region.contains_region(codes.first().region)
        assert app.screen.query_one("#sign-in-middle").region.contains_region(app.screen.query_one("#paste").region)


async def test_a_screen_left_while_waiting_gives_no_second_answer() -> None:
    app = SignInApp(FakeAuthenticator())
    async with app.run_test() as pilot:
        await pilot.press("b")
        await pilot.pause()
        await pilot.press("f2")
        await pilot.pause()
        app.authenticator.gate.set()
        await asyncio.sleep(0)
        await pilot.pause()
    assert app.answers == [None]
    assert app.authenticator.cancelled == ["browser"]
