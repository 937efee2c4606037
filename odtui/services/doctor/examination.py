"""The whole examination, a finding at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path

from odtui.auth.errors import AuthError
from odtui.auth.secrets import load_secret
from odtui.auth.threads import in_thread
from odtui.config.paths import Directories
from odtui.config.settings import Profile, Settings, SettingsError
from odtui.config.store import SettingsStore
from odtui.net.reroute import Routes
from odtui.services.checks import CheckResult, run_checks
from odtui.services.doctor import keeping, machine
from odtui.services.doctor.finding import Finding, presentable

WITHOUT_REGISTRATION = ("proxy", "names", "connection", "onedrive", "directory", "clock")
"""Checks that mean something before anything is set up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is examined."""

    directories: Directories
    settings: Path
    """The settings file."""
    profile: str | None = None
    """Name of the profile; None: the one that a start uses."""
    online: bool = True
    """Whether servers may be asked."""
    routes: Routes | None = None
    memory_only: bool = False
    """Nothing of the sign-in is kept, as for the demo drive."""
    given: Settings | None = None
    """Settings to take instead of the file."""


async def examine(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Every finding, fit to be shown to strangers. Raises nothing; use it within contextlib.aclosing."""
    async with aclosing(_examine(patient)) as findings:
        async for finding in findings:
            yield presentable(finding)


async def _examine(patient: Patient) -> AsyncGenerator[Finding, None]:
    found = patient.given or _load(patient.settings)
    profile, problem = (None, None) if isinstance(found, SettingsError) else _profile(found, patient.profile)
    for finding in (*machine.versions(), *keeping.settings(patient.settings, found, profile)):
        yield finding
    if problem is not None:
        yield problem
    signing = keeping.sign_in(
        profile, patient.directories, routes=patient.routes, online=patient.online, memory_only=patient.memory_only
    )
    async with aclosing(signing):
        async for finding in signing:
            yield finding
    for finding in (*machine.terminal(), *keeping.files(patient.directories)):
        yield finding
    if patient.online:
        async with aclosing(_checked(patient, profile)) as checks:
            async for result in checks:
                yield Finding(
                    section="checks", id=result.id, title=result.title, standing=result.verdict.value,
                    said=result.said, advice=result.advice, details=result.details,
                )  # fmt: skip


async def _checked(patient: Patient, profile: Profile | None) -> AsyncGenerator[CheckResult, None]:
    secret = None
    if profile is not None and profile.confidential:
        known = profile
        with suppress(AuthError):  # the check of the secret says that there is none
            secret = await in_thread(lambda _: load_secret(known, patient.directories))
    only = WITHOUT_REGISTRATION if profile is None else None
    async with aclosing(run_checks(profile or Profile(), only=only, routes=patient.routes, secret=secret)) as results:
        async for result in results:
            yield result


def _load(path: Path) -> Settings | SettingsError:
    try:
        return SettingsStore(path).load()
    except SettingsError as error:
        return error


def _profile(found: Settings, name: str | None) -> tuple[Profile | None, Finding | None]:
    """The profile that is set up, and what is wrong if there is none of that name."""
    wanted = name or found.profile
    profile = found.active(name)
    if profile is None and (name is not None or found.profiles):
        said = f"There is no profile called {wanted}."
        advice = f"There is: {', '.join(sorted(found.profiles))}." if found.profiles else "Make one in the settings."
        return None, Finding(
            section="settings", id="wanted", title="Profile", standing="fail", said=said, advice=advice
        )
    return (profile if profile is not None and profile.client_id else None), None
