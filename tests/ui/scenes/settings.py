"""The settings: first run, mistakes, permissions."""

from collections.abc import AsyncIterator
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from odtui.config.settings import Profile
from odtui.services.checks import CheckResult, Verdict
from odtui.ui.screens.settings import SettingsScreen
from tests.ui.scenes import Scene
from tests.ui.scenes.dialogs import hold_cursor
from tests.ui.styled_app import StyledApp

THEMES = ("odtui-dark", "odtui-light")
CLIENT_ID = "5f0c6d43-1111-4111-8111-1234567890ab"


def first_run() -> StyledApp:
    return StyledApp(SettingsScreen(Profile(), first_run=True, theme="odtui-dark", themes=THEMES))


def later() -> StyledApp:
    profile = Profile(
        name="work",
        client_id=CLIENT_ID,
        tenant="contoso.onmicrosoft.com",
        confidential=True,
        scopes=("Files.ReadWrite.All", "User.Read"),
    )
    return StyledApp(
        SettingsScreen(
            profile,
            first_run=False,
            profiles=[profile, Profile(name="home", client_id=CLIENT_ID, tenant="consumers")],
            begins="work",
            secrets={"work"},
            theme="odtui-dark",
            themes=THEMES,
            problem="Microsoft does not accept the client secret any more. Enter a new one.",
            focus="client_secret",
        )
    )


async def mistakes(pilot: Pilot[Any]) -> None:
    """A client ID that is none, a secret's ID for its value, a number for localhost."""
    await hold_cursor(pilot)
    await pilot.press(*"5f0c6d43", "tab")
    await _paste(pilot, CLIENT_ID)
    await pilot.press("tab", "tab", "tab", "tab")
    await _paste(pilot, "http://127.0.0.1:8400")
    await pilot.press("f2")
    await hold_cursor(pilot)


async def permissions(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    pilot.app.shown.form.enter("scopes")
    await hold_cursor(pilot)


async def with_guide(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    await pilot.press("f3")


async def _paste(pilot: Pilot[Any], text: str) -> None:
    pilot.app.screen.focused.value = text
    await pilot.pause()


async def _found(_profile: Profile, _secret: str | None) -> AsyncIterator[CheckResult]:
    for check, verdict, said, advice in (
        ("proxy", Verdict.OK, "None is set.", ""),
        ("names", Verdict.OK, "login.microsoftonline.com and graph.microsoft.com are found.", ""),
        ("connection", Verdict.OK, "Microsoft answers.", ""),
        ("onedrive", Verdict.OK, "It answers.", ""),
        ("directory", Verdict.OK, "Microsoft knows it.", ""),
        ("clock", Verdict.WARN, "It is 48 s ahead.", "Let the system set its clock by the network."),
        (
            "client_id",
            Verdict.FAIL,
            "Microsoft does not know this client ID (AADSTS700016).",
            "Compare it with the portal.",
        ),
        ("public", Verdict.UNKNOWN, "Not checked: the client ID has to be right first.", ""),
        ("redirect_uri", Verdict.UNKNOWN, "Not checked: the client ID has to be right first.", ""),
        ("port", Verdict.OK, "Port 40123 of this computer is free.", ""),
    ):
        setting = "client_id" if verdict is Verdict.FAIL else ""
        yield CheckResult(id=check, verdict=verdict, said=said, advice=advice, setting=setting)


def with_checks() -> StyledApp:
    profile = Profile(client_id=CLIENT_ID)
    return StyledApp(SettingsScreen(profile, first_run=True, theme="odtui-dark", themes=THEMES, checks=_found))


async def tested(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    await pilot.press("f9")
    for worker in list(pilot.app.workers):
        if worker.group == "checks":
            await worker.wait()
    await pilot.pause()


async def new_profile(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    pilot.app.shown.query_one("#profile Select").value = ""
    await pilot.pause()
    await hold_cursor(pilot)


async def pasted(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    pilot.app.shown.post_message(Paste(f'"{CLIENT_ID}" \n'))
    await pilot.pause()
    await hold_cursor(pilot)


SCENES = [
    Scene("settings", first_run, hold_cursor, picture=True),
    Scene("settings-mistakes", first_run, mistakes),
    Scene("settings-permissions", first_run, permissions),
    Scene("settings-guide-toggled", first_run, with_guide),
    Scene("settings-later", later, hold_cursor),
    Scene("settings-pasted", first_run, pasted),
    Scene("settings-tested", with_checks, tested),
    Scene("settings-new-profile", later, new_profile),
]
