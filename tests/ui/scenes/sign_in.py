"""Signing in: the choice, both waits, and what goes wrong."""

from functools import partial
from typing import Any

from textual.pilot import Pilot

from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.settings import Profile
from odtui.graph.models import Drive, Quota
from odtui.ui.dialogs.signed_in import SignedInDialog
from odtui.ui.screens.sign_in import SignInScreen
from odtui.ui.screens.sign_in_views import BrowserView
from tests.ui.fake_authenticator import ADA, BOB, FakeAuthenticator
from tests.ui.scenes import Scene
from tests.ui.scenes.dialogs import hold_cursor
from tests.ui.styled_app import StyledApp

PROFILE = Profile(client_id="5f0c6d43-1111-4111-8111-1234567890ab")


def app(authenticator: FakeAuthenticator | None = None, *, browser: bool = True, hint: str | None = None) -> StyledApp:
    return StyledApp(
        SignInScreen(
            authenticator or FakeAuthenticator(),
            PROFILE,
            open_url=(lambda _url: True) if browser else None,
            cloud_title="Microsoft 365 and OneDrive (worldwide)",
            clock=lambda: 1_000_028.0,
            login_hint=hint,
            message="Your session has ended." if hint else "",
            later=lambda _seconds, _action: None,
        )
    )


def failing(problem: AuthProblem, code: str, details: str) -> StyledApp:
    return app(FakeAuthenticator(fails=AuthError(problem, code, details, "5f0c6d43-0000-4000-8000-1234567890ab")))


async def browser(pilot: Pilot[Any]) -> None:
    await pilot.press("b")
    await hold_cursor(pilot)


async def browser_hint(pilot: Pilot[Any]) -> None:
    await browser(pilot)
    pilot.app.screen.query_one(BrowserView).give_hint()
    await pilot.pause()


def pasting(wrong: str) -> FakeAuthenticator:
    authenticator = FakeAuthenticator()
    authenticator.wrong = [wrong]
    return authenticator


async def wrong_paste(pilot: Pilot[Any]) -> None:
    await browser(pilot)
    await pilot.press(*"nonsense", "enter")
    await pilot.pause()
    await hold_cursor(pilot)


async def device(pilot: Pilot[Any]) -> None:
    await pilot.press("d")
    await pilot.pause()


def less_granted() -> StyledApp:
    drive = Drive(id="d", drive_type="business", quota=Quota(total=1024**4, used=128_400_000_000))
    return StyledApp(SignedInDialog(ADA, drive, ("Files.ReadWrite.All", "Sites.Read.All", "User.Read")))


CARDS: dict[str, tuple[AuthProblem, str, str]] = {
    "redirect-uri": (AuthProblem.REDIRECT_URI, "AADSTS50011", "The redirect URI does not match."),
    "secret-wrong": (AuthProblem.SECRET_WRONG, "AADSTS7000215", "Invalid client secret provided."),
    "consent": (AuthProblem.CONSENT, "AADSTS65001", "The user or administrator has not consented."),
    "declined": (AuthProblem.DECLINED, "AADSTS65004", "User declined to consent."),
    "verification": (AuthProblem.VERIFICATION, "AADSTS50076", "You must use multi-factor authentication."),
    "blocked": (AuthProblem.BLOCKED, "AADSTS53003", "Access has been blocked by Conditional Access policies."),
    "code-expired": (AuthProblem.CODE_EXPIRED, "AADSTS70020", "The code has expired."),
    "session-ended": (AuthProblem.SESSION_ENDED, "AADSTS700082", "The refresh token has expired."),
    "port-in-use": (AuthProblem.PORT_IN_USE, "", "Port 8400 is in use by another program."),
    "store": (AuthProblem.STORE, "", "The keyring is locked."),
}
"""A card of each kind: with other keys, or in another tone."""

SCENES = [
    Scene("sign-in", app),
    Scene("sign-in-no-browser", lambda: app(browser=False)),
    Scene("sign-in-accounts", lambda: app(FakeAuthenticator(ADA, BOB), hint=ADA.username)),
    Scene("sign-in-browser", app, browser),
    Scene("sign-in-browser-hint", app, browser_hint),
    Scene("sign-in-paste", lambda: app(browser=False), browser),
    Scene("sign-in-paste-refused", lambda: app(pasting("nonsense"), browser=False), wrong_paste),
    Scene("sign-in-device", app, device, picture=True),
    Scene("sign-in-less-granted", less_granted),
    Scene(
        "sign-in-failed-client-id",
        lambda: failing(AuthProblem.CLIENT_ID, "AADSTS700016", "Application with identifier [/b] was not found."),
        browser,
    ),
    Scene(
        "sign-in-failed-admin",
        lambda: failing(AuthProblem.ADMIN, "AADSTS90094", "An administrator must consent to Files.ReadWrite.All."),
        browser,
    ),
    *(Scene(f"sign-in-failed-{name}", partial(failing, *told), browser) for name, told in CARDS.items()),
    Scene("sign-in-failed-offline", lambda: failing(AuthProblem.OFFLINE, "", "Name or service not known"), device),
]
