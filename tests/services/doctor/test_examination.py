"""The doctor's report on settings, sign-ins, log and journal, at the demo server over real HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from dataclasses import replace
from pathlib import Path

import pytest

from odtui.auth.accounts import AccountStore
from odtui.auth.authenticator import Authenticator
from odtui.auth.secrets import store_secret
from odtui.config.paths import Directories
from odtui.config.settings import Profile, Settings
from odtui.config.store import SettingsStore
from odtui.demo.clients import CLIENT_SECRET, CONFIDENTIAL_CLIENT, PUBLIC_CLIENT
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import open_url as approve
from odtui.net.reroute import Routes
from odtui.services.doctor.examination import WITHOUT_REGISTRATION, Patient, examine
from odtui.services.doctor.finding import SECTIONS, Finding
from tests.services.checks.test_run import on_free_port

PROFILE = Profile(name="work", client_id=PUBLIC_CLIENT)


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


@pytest.fixture
async def patient(demo: DemoThread, tmp_path: Path) -> AsyncIterator[Patient]:
    directories = Directories.below(tmp_path)
    routes = Routes(frozenset(demo.hosts), demo.base)
    yield Patient(directories=directories, settings=directories.settings_file, routes=routes)
    demo.state.faults.clear()
    assert demo.state.crashes == []


def set_up(patient: Patient, profile: Profile = PROFILE) -> None:
    SettingsStore(patient.settings).save(Settings(profile=profile.name, profiles={profile.name: profile}))


async def sign_in(patient: Patient, profile: Profile = PROFILE) -> None:
    authenticator = Authenticator(profile, patient.directories, routes=patient.routes)
    await authenticator.sign_in_browser(open_url=approve, show_url=lambda _url: None)
    await authenticator.aclose()


async def report(patient: Patient) -> dict[str, Finding]:
    async with aclosing(examine(patient)) as findings:
        return {f"{finding.section}.{finding.id}": finding async for finding in findings}


def wrong(found: dict[str, Finding]) -> list[str]:
    return [name for name, finding in found.items() if finding.standing == "fail"]


async def test_without_settings_the_way_to_onedrive_is_checked_all_the_same(patient: Patient) -> None:
    found = await report(patient)
    assert wrong(found) == []
    assert found["settings.profile"].said == "Nothing is set up yet."
    assert "does not exist yet" in found["settings.file"].said
    checked = [finding.id for finding in found.values() if finding.section == "checks"]
    assert tuple(checked) == WITHOUT_REGISTRATION
    assert {finding.section for finding in found.values()} == set(SECTIONS)


async def test_offline_no_server_is_asked(patient: Patient, demo: DemoThread) -> None:
    set_up(patient)
    await sign_in(patient)
    demo.state.log.clear()
    found = await report(replace(patient, online=False))
    assert demo.state.log.entries() == []
    assert not any(finding.section == "checks" for finding in found.values())
    assert "Files.ReadWrite" in found["sign_in.account_1"].said


async def test_broken_settings_are_told_with_their_line(patient: Patient) -> None:
    patient.settings.parent.mkdir(parents=True)
    patient.settings.write_text("profile = \n", encoding="utf-8")
    found = await report(patient)
    assert wrong(found) == ["settings.file"]
    assert "line 1" in found["settings.file"].said
    assert "checks.onedrive" in found


async def test_a_profile_that_does_not_exist_is_named(patient: Patient) -> None:
    set_up(patient)
    found = await report(replace(patient, profile="home"))
    assert wrong(found) == ["settings.wanted"]
    assert "work" in found["settings.wanted"].advice


async def test_an_account_is_renewed_and_its_address_masked(patient: Patient, demo: DemoThread) -> None:
    set_up(patient)
    await sign_in(patient)
    before = len(demo.state.log.entries("/oauth2/v2.0/token$"))
    found = await report(patient)
    account = found["sign_in.account_1"]
    assert account.standing == "ok"
    assert account.said.startswith("a…@o…e (personal): Files.ReadWrite, User.Read.")
    assert len(demo.state.log.entries("/oauth2/v2.0/token$")) == before + 2, "a refresh and the check of a public app"
    assert found["sign_in.storage"].said == "They are kept in a file that only you can read."
    assert wrong(found) == []


async def test_an_ended_session_is_told_with_its_number(patient: Patient, demo: DemoThread) -> None:
    set_up(patient)
    await sign_in(patient)
    demo.state.epochs.refresh += 1
    account = (await report(patient))["sign_in.account_1"]
    assert account.standing == "fail"
    assert "AADSTS50173" in account.said
    assert "Sign in again" in account.advice


async def test_a_stored_secret_is_checked_and_never_shown(patient: Patient) -> None:
    profile = on_free_port(Profile(name="work", client_id=CONFIDENTIAL_CLIENT, confidential=True))
    set_up(patient, profile)
    missing = await report(patient)
    assert {"sign_in.secret", "checks.secret"} <= set(wrong(missing))
    store_secret(profile, CLIENT_SECRET, patient.directories)
    found = await report(patient)
    assert found["sign_in.secret"].said == "It is kept in a file that only you can read."
    assert wrong(found) == []
    assert CLIENT_SECRET not in str(found)


async def test_nothing_in_the_report_names_a_person_or_opens_a_door(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter2@127.0.0.1:9")
    monkeypatch.setenv("ODTUI_CLIENT_SECRET", "secret-of-the-environment")
    set_up(patient)
    await sign_in(patient)
    text = str(await report(patient))
    for private in (str(tmp_path), "hunter2", "secret-of-the-environment", PUBLIC_CLIENT):
        assert private not in text
    (account,) = AccountStore(patient.directories.state / "accounts.json").all()
    for private in (account.username, account.name, account.id):
        assert private not in text
    for file in patient.directories.state.glob("tokens-*.bin"):
        assert not any(token in text for token in file.read_text("utf-8").split('"') if len(token) > 60)


@pytest.mark.parametrize(
    ("tenant", "said"),
    [
        ("organizations", "organizations"),
        ("contoso.example", "a domain (c…e)"),
        ("5f0c6d43-1111-4111-8111-1234567890ab", "5f0c6d43…"),
    ],
)
async def test_the_directory_is_told_as_far_as_it_names_nobody(patient: Patient, tenant: str, said: str) -> None:
    set_up(patient, replace(PROFILE, tenant=tenant))
    assert (await report(replace(patient, online=False)))["settings.directory"].said == said


async def test_errors_in_the_log_are_counted(patient: Patient) -> None:
    log = patient.directories.log_file
    log.parent.mkdir(parents=True)
    log.write_text(
        "2026-01-01T00:00:00.000Z ERROR odtui.a: x\n"
        "2026-01-01T00:00:00.000Z INFO odtui.a: Z ERROR is not one\n"
        "2026-01-01T00:00:00.000Z CRITICAL odtui.a: y\n",
        encoding="utf-8",
    )
    assert (await report(replace(patient, online=False)))["files.errors"].said == "2"


async def test_a_log_that_is_a_folder_is_no_crash(patient: Patient) -> None:
    patient.directories.log_file.mkdir(parents=True)
    assert (await report(replace(patient, online=False)))["files.errors"].standing == "warn"


async def test_unfinished_transfers_are_counted(patient: Patient) -> None:
    state = patient.directories.state
    state.mkdir(parents=True)
    with closing(sqlite3.connect(state / "transfers.sqlite")) as database:
        database.execute("CREATE TABLE job (key TEXT)")
        database.execute("INSERT INTO job VALUES ('a'), ('b')")
        database.commit()
    assert (await report(replace(patient, online=False)))["files.journal"].said == "2"


async def test_a_damaged_journal_is_a_warning(patient: Patient) -> None:
    state = patient.directories.state
    state.mkdir(parents=True)
    (state / "transfers.sqlite").write_bytes(b"not a database" * 99)
    assert (await report(replace(patient, online=False)))["files.journal"].standing == "warn"


async def test_stopping_in_the_middle_closes_everything(patient: Patient) -> None:
    set_up(patient)
    await sign_in(patient)
    async with aclosing(examine(patient)) as findings:
        async for finding in findings:
            if finding.id == "client_id" and finding.section == "checks":
                break
