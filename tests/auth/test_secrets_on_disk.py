"""Nothing secret is written anywhere but into the token store, whatever goes well or wrong."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from odtui.auth.authenticator import Authenticator, DeviceCode
from odtui.auth.errors import AuthError
from odtui.auth.secrets import store_secret
from odtui.auth.vault import Vault
from odtui.config.log import start_log, stop_log
from odtui.config.settings import Profile, Settings
from odtui.demo.clients import CLIENT_SECRET
from odtui.demo.faults import Rule
from odtui.demo.visitor import approve_device
from odtui.services.doctor.examination import Patient, examine
from odtui.services.local_place import LocalPlace
from odtui.services.session import Session, connect
from odtui.services.transfers import TransferService
from odtui.services.transfers.job import Choice, Conflict, JobState
from odtui.services.transfers.journal import FILE, Journal
from odtui.services.transfers.upload import SMALL
from tests.auth.identity import nothing
from tests.auth.live import Live, MemoryKeyring, confidential
from tests.services.conftest import Clock

log = logging.getLogger("odtui")

CONTENT = bytes(range(256)) * (SMALL // 256 + 100)
STORES = "^/personal/"
"""Paths of pre-authenticated addresses."""


@pytest.fixture
def log_file(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A log that tells as much as it can."""
    levels = {name: logging.getLogger(name).level for name in ("", *logging.root.manager.loggerDict)}
    monkeypatch.setenv("ODTUI_LOG", "debug")
    assert start_log(live.directories.log_file)
    yield live.directories.log_file
    stop_log()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@dataclass
class Day:
    """All that a user does in a day, with every kind of trouble."""

    live: Live
    profile: Profile
    disk: Path
    clock: Clock = field(default_factory=Clock)

    async def pass_by(self) -> None:
        authenticator = self.live.authenticator(self.profile)
        await self.decline(authenticator)
        person = self.live.person()
        account = await authenticator.sign_in_browser(open_url=person.open, show_url=nothing)
        session = await connect(
            self.profile, account, authenticator, routes=self.live.routes, sleep=self.clock.sleep, clock=self.clock
        )
        try:
            await self.carry(session)
            await self.leave_unfinished(session)
            await self.crash(session)
        finally:
            await session.aclose()
        await self.enter_a_code()
        await self.end_the_session(authenticator)

    async def decline(self, authenticator: Authenticator) -> None:
        person = self.live.person(decline=True)
        with suppress(AuthError):
            await authenticator.sign_in_browser(open_url=person.open, show_url=nothing)

    async def carry(self, session: Session) -> None:
        """Up and down, over connections that break and with a token that is refused on the way."""
        state = self.live.demo.state
        local = LocalPlace(self.disk)
        here, root = await local.root(), await session.place.root()
        folder = await session.place.create_folder(root, "Kept secrets")
        service = TransferService(ask=no_question, clock=self.clock, sleep=self.clock.sleep)
        running = asyncio.ensure_future(service.run())
        try:
            (self.disk / "up.bin").write_bytes(CONTENT)
            state.faults.add(Rule(kind="cut_request", method="PUT", path=STORES, after=1000))
            state.faults.add(Rule(kind="status", method="PUT", path=STORES, status=503))
            service.start([await local.locate("up.bin")], local, session.place, folder)
            await service.drain()
            (self.disk / "up.bin").unlink()
            state.epochs.tokens += 1
            state.faults.add(Rule(kind="cut", path=STORES, method="GET", after=1000))
            state.faults.add(Rule(kind="expired_link", path=STORES, method="GET"))
            sent = [entry async for page in session.place.pages(folder) for entry in page]
            service.start(sent, session.place, local, here)
            await service.drain()
            assert [job.state for job in service.jobs] == [JobState.DONE, JobState.DONE]
            assert (self.disk / "up.bin").read_bytes() == CONTENT
            assert state.faults.rules == []
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            state.faults.clear()
            await session.client.delete(folder.content.drive_id, folder.content.id)

    async def leave_unfinished(self, session: Session) -> None:
        """Quit in the middle of an upload, for a later run to go on with: its address is in the journal."""
        state = self.live.directories.state
        faults = self.live.demo.state.faults
        journal = Journal(state, vault=Vault(state), now=lambda: 1)
        service = TransferService(ask=no_question, journal=lambda: journal, clock=self.clock, sleep=self.clock.sleep)
        running = asyncio.ensure_future(service.run())
        gate = self.live.gate(STORES)
        (self.disk / "large.bin").write_bytes(bytes(2 * SMALL))
        local = LocalPlace(self.disk)
        try:
            service.start([await local.locate("large.bin")], local, session.place, await session.place.root())
            assert await asyncio.to_thread(gate.reached.wait, 30)
            await service.shelve()
            with closing(sqlite3.connect(state / FILE)) as database:
                assert database.execute("SELECT count(*) FROM flight").fetchone() == (1,)
        finally:
            gate.open()
            self.live.demo.state.faults = faults
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def ask_the_doctor(self) -> str:
        """Everything that a bug report would hold."""
        settings = Settings(profile=self.profile.name, profiles={self.profile.name: self.profile})
        directories = self.live.directories
        patient = Patient(
            directories=directories, settings=directories.settings_file, routes=self.live.routes, given=settings
        )
        async with aclosing(examine(patient)) as findings:
            return "\n".join([repr(finding) async for finding in findings])

    async def crash(self, session: Session) -> None:
        """Errors whose texts hold all that must not be told, as a bug or a library might word them."""
        witness, root = self.live.witness, await session.place.root()
        welcome = await session.place.locate("/Welcome to OneDrive.md")
        async with session.client.download(welcome.content.drive_id, welcome.content.id) as opened:
            download = str(opened._response.request.url)
            assert "tempauth=" in download
        upload = await session.client.create_upload_session(root.content.drive_id, root.content.id, "new.bin", 10)
        token, refresh = witness.all_given("access")[-1], witness.all_given("refresh")[-1]
        code = next(reversed(self.live.demo.state.codes.authorization))
        request = httpx.Request("GET", download, headers={"Authorization": f"Bearer {token}"})
        texts = [
            f"GET {download} failed",
            f"{request.url!r} {request.headers.raw!r}",
            repr({"uploadUrl": upload.url, "@microsoft.graph.downloadUrl": download}),
            f"Authorization: Bearer {token}",
            repr({"access_token": token, "refresh_token": refresh, "client_secret": CLIENT_SECRET}),
            f"GET /callback?code={code}&state=x HTTP/1.1",
            repr({"code": [code], "refresh_token": [refresh]}),
            f"code={code}&client_secret={quote(CLIENT_SECRET)}&refresh_token={quote(refresh)}",
            f"{token} {refresh} {code} {CLIENT_SECRET}",
            f"{session!r} {upload!r} {opened!r} {welcome!r}",
        ]
        for text in texts:
            try:
                try:
                    raise ValueError(text)
                except ValueError as cause:
                    raise RuntimeError(text) from cause
            except RuntimeError as error:
                log.critical("unhandled", exc_info=error)
                log.debug("%s", text)
        with suppress(httpx.HTTPStatusError):
            try:
                httpx.Response(401, request=request).raise_for_status()
            except httpx.HTTPStatusError as error:
                log.critical("unhandled", exc_info=error)
                raise
        await upload.cancel()

    async def enter_a_code(self) -> None:
        """Device codes are for public registrations: here it ends with a refusal of the missing secret."""
        shown: list[DeviceCode] = []

        async def enter(_: float) -> None:
            await asyncio.to_thread(approve_device, self.live.demo.base, shown[0].user_code)

        authenticator = self.live.authenticator(self.profile, sleep=enter)
        with suppress(AuthError):
            await authenticator.sign_in_device(show_code=shown.append)

    async def end_the_session(self, authenticator: Authenticator) -> None:
        """Revoked, and its secret expired: what the server says to that is in the log."""
        state = self.live.demo.state
        state.epochs.refresh += 1
        state.epochs.tokens += 1
        account = authenticator.accounts()[0]
        with suppress(AuthError):
            await connect(self.profile, account, authenticator, routes=self.live.routes, sleep=at_once)


async def at_once(_: float) -> None:
    """A sleep that takes no time."""


async def no_question(conflict: Conflict) -> tuple[Choice, bool]:
    raise AssertionError(conflict)


def secrets_of(live: Live) -> dict[str, list[str]]:
    """All that the server gave out, and the client's own secret."""
    codes, witness = live.demo.state.codes, live.witness
    return {
        "access token": witness.all_given("access"),
        "refresh token": witness.all_given("refresh"),
        "authorization code": list(codes.authorization),
        "device code": list(codes.user_codes.values()),
        "client secret": [CLIENT_SECRET],
        "proof": witness.macs,
    }


def told(folder: Path, secrets: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Kind of secret and name of the file that holds one, as it is or quoted."""
    found: set[tuple[str, str]] = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        for kind, values in secrets.items():
            if any(form.encode() in data for value in values for form in (value, quote(value, safe=""))):
                found.add((kind, path.name.split("-")[0]))
    return found


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def others_can_read(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]


@pytest.mark.parametrize("storage", ["file", "sealed"])
async def test_secrets_are_in_the_token_store_or_nowhere(
    live: Live,
    log_file: Path,
    tmp_path: Path,
    unused_tcp_port: int,
    storage: str,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
) -> None:
    keyring: MemoryKeyring | None = request.getfixturevalue("keyring") if storage == "sealed" else None
    profile = replace(confidential(unused_tcp_port), scopes=("Files.ReadWrite.All", "User.Read"))
    assert store_secret(profile, CLIENT_SECRET, live.directories) == storage
    disk = tmp_path / "disk"
    disk.mkdir()
    day = Day(live, profile, disk)
    await day.pass_by()
    report = await day.ask_the_doctor()
    secrets = secrets_of(live)
    assert [kind for kind, values in secrets.items() for value in values if value in report] == []
    assert "sign_in" in report
    assert min(len(values) for values in secrets.values()) > 0
    kept = told(tmp_path, secrets)
    if keyring is not None:
        assert kept == set()
        assert CLIENT_SECRET in keyring.kept.values()
    else:
        assert kept == {
            ("access token", "tokens"),
            ("refresh token", "tokens"),
            ("proof", "tokens"),
            ("client secret", "secret"),
            ("proof", "transfers.sqlite"),
        }
    assert others_can_read(live.directories.state) == []
    assert others_can_read(live.directories.log) == []
    assert text_of(log_file).count("CRITICAL odtui: unhandled") == 11
    assert "[redacted]" in text_of(log_file)
    assert capfd.readouterr() == ("", "")


def test_the_search_itself_finds_secrets(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("x secret%2Fone y")
    assert told(tmp_path, {"kind": ["secret/one"]}) == {("kind", "a")}
