"""Each permission alone: what is offered with it, and that the server agrees with what is dimmed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError, AuthProblem
from odtui.config.paths import Directories
from odtui.config.scopes import SCOPES, Capability, find_scope
from odtui.config.settings import Profile
from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import open_url as approve
from odtui.graph.client import GraphClient, ItemVersion
from odtui.graph.errors import Forbidden, GraphError, PermissionMissing
from odtui.graph.models import Drive
from odtui.net.engine import async_client
from odtui.net.reroute import Routes
from odtui.services.capabilities import Reason, Rights
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.session import Session, connect
from odtui.ui.commands import BY_ID, COMMANDS

ALL = "Files.ReadWrite.All"
KINDS = ("personal", "business")


@pytest.fixture(scope="module", params=KINDS)
def demo(request: pytest.FixtureRequest) -> Iterator[DemoThread]:
    with DemoThread(Options(account=request.param)) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Things:
    """What the operations are tried on; each is used once."""

    folder: Entry
    file: Entry
    to_rename: Entry
    to_move: Entry
    to_delete: Entry
    to_rename_too: Entry
    to_purge: Entry


async def upload(place: DrivePlace, folder: Entry, name: str) -> None:
    at = folder.content
    await place.client.upload_small(at.drive_id, at.id, name, b"x")


async def rename_many(place: DrivePlace, entry: Entry) -> None:
    (outcome,) = await place.client.rename_many([ItemVersion(entry.drive_id, entry.id)], ["renamed too"])
    if isinstance(outcome, GraphError):
        raise outcome


async def delete_forever(place: DrivePlace, entry: Entry) -> None:
    """Where there is no such thing, the command does not work whatever was granted."""
    await (place.delete_forever(entry) if place.deletes_forever else place.delete(entry))


OPERATIONS: dict[str, Callable[[DrivePlace, Things], Awaitable[object]]] = {
    "items.copy": lambda place, on: place.read(on.file, 0, 1),
    "items.download": lambda place, on: place.read(on.file, 0, 1),
    "items.edit": lambda place, on: place.read(on.file, 0, 1),
    "items.rename": lambda place, on: place.rename(on.to_rename, "renamed"),
    "items.move": lambda place, on: place.move(on.to_move, on.folder),
    "items.delete": lambda place, on: place.delete(on.to_delete),
    "items.new_folder": lambda place, on: place.create_folder(on.folder, "made"),
    "items.new_file": lambda place, on: place.create_file(on.folder, "made too"),
    "items.rename_many": lambda place, on: rename_many(place, on.to_rename_too),
    "items.delete_forever": lambda place, on: delete_forever(place, on.to_purge),
    "items.upload": lambda place, on: upload(place, on.folder, "uploaded"),
}
"""What each command that needs a permission asks of the server."""
ARRIVING = {"items.upload": Capability.WRITE}
"""Commands that need nothing where they are given, but this where they lead to."""


def needed(command_id: str) -> Capability:
    needs = BY_ID[command_id].needs or ARRIVING.get(command_id)
    assert needs is not None
    return needs


def test_every_command_that_needs_a_permission_is_tried() -> None:
    assert {command.id for command in COMMANDS if command.needs is not None} | set(ARRIVING) == set(OPERATIONS)


@dataclass(frozen=True, slots=True)
class Directory:
    """Signs people in at the server; nothing of it is kept."""

    demo: DemoThread
    folder: Path

    @property
    def routes(self) -> Routes:
        return Routes(frozenset(self.demo.hosts), self.demo.base)

    @property
    def personal(self) -> bool:
        return self.demo.state.options.account == "personal"

    @asynccontextmanager
    async def signed_in(self, scope: str) -> AsyncIterator[tuple[Profile, Account, Authenticator]]:
        profile = Profile(client_id=PUBLIC_CLIENT, scopes=(scope,))
        directories = Directories.below(self.folder)
        authenticator = Authenticator(profile, directories, routes=self.routes, memory_only=True)
        self.demo.state.consents.forget()  # or what was allowed before is granted as well
        try:
            account = await authenticator.sign_in_browser(open_url=approve, show_url=lambda _url: None)
            assert account.granted == (scope,)
            yield profile, account, authenticator
        finally:
            await authenticator.aclose()

    @asynccontextmanager
    async def session(self, scope: str) -> AsyncIterator[Session]:
        async with self.signed_in(scope) as (profile, account, authenticator):
            session = await connect(profile, account, authenticator, routes=self.routes)
            try:
                yield session
            finally:
                await session.aclose()

    @asynccontextmanager
    async def drive(self, scope: str, drive: Drive) -> AsyncIterator[DrivePlace]:
        """A drive with the rights of this scope, whether or not it could be opened with them."""
        async with self.signed_in(scope) as (_, account, authenticator):
            signed = async_client(self.routes, auth=authenticator.auth(account))
            client = GraphClient(signed, async_client(self.routes))
            try:
                yield DrivePlace(client, drive, granted=Rights(account.granted, personal=account.personal))
            finally:
                await client.aclose()


@pytest.fixture
def directory(demo: DemoThread, tmp_path: Path) -> Directory:
    return Directory(demo, tmp_path)


@asynccontextmanager
async def things(place: Place) -> AsyncIterator[Things]:
    """Made by somebody who may do everything, and taken away again."""
    assert isinstance(place, DrivePlace)
    folder = await place.create_folder(await place.root(), "For the matrix")
    names = ("file", "to rename", "to move", "to delete", "to rename too", "to purge")
    for name in names:
        await upload(place, folder, name)
    target = await place.create_folder(folder, "target")
    found = {entry.name: entry async for page in place.pages(folder) for entry in page}
    yield Things(target, *(found[name] for name in names))
    await place.delete(await place.refetch(folder))


async def is_refused(operation: Awaitable[object]) -> bool:
    try:
        await operation
    except Forbidden:
        return True
    return False


async def assert_agreement(place: DrivePlace, on: Things) -> set[str]:
    """The server refuses what is dimmed, and nothing else. The commands that are offered."""
    offered = set()
    for command_id, operation in OPERATIONS.items():
        place.forget_refusals()
        refusal = place.refusal(needed(command_id), folders=[on.folder], entry=on.file, operation=command_id)
        refused = await is_refused(operation(place, on))
        assert (refusal is not None) == refused, command_id
        if refusal is None:
            offered.add(command_id)
        else:
            assert refusal.reason is Reason.PERMISSION
            assert needed(command_id) in Rights((refusal.scope,)).on(place.drive, own=True)
    return offered


READING = {"items.copy", "items.download", "items.edit"}
OFFERED = {
    "Files.Read": READING,
    "Files.ReadWrite": set(OPERATIONS),
    "Files.Read.All": READING,
    "Files.ReadWrite.All": set(OPERATIONS),
    "Sites.Read.All": READING,
    "Sites.ReadWrite.All": set(OPERATIONS),
}
"""By scope; of the others none on the drive."""


@pytest.mark.parametrize("scope", [scope.name for scope in SCOPES])
async def test_what_is_dimmed_is_what_the_server_refuses(directory: Directory, scope: str) -> None:
    known = find_scope(scope)
    assert known is not None
    if directory.personal and not known.personal:
        with pytest.raises(AuthError) as refused:
            async with directory.signed_in(scope):
                pass
        assert refused.value.problem is AuthProblem.SCOPE
        return
    async with directory.session(ALL) as owner, things(owner.place) as on, directory.drive(scope, owner.drive) as mine:
        assert await assert_agreement(mine, on) == OFFERED.get(scope, set())


@pytest.mark.parametrize("scope", ["User.Read", "Files.Read.Selected", "Files.ReadWrite.Selected"])
async def test_a_scope_that_opens_no_drive_says_that_the_permission_is_missing(
    directory: Directory, scope: str
) -> None:
    known = find_scope(scope)
    if directory.personal and known is not None and not known.personal:
        pytest.skip("personal accounts cannot be given it")
    with pytest.raises(PermissionMissing):
        async with directory.session(scope):
            pass


async def test_the_app_folder_alone_can_be_used_in_every_way(directory: Directory) -> None:
    async with directory.session("Files.ReadWrite.AppFolder") as session:
        assert isinstance(session.place, DrivePlace)
        async with things(session.place) as on:
            assert await assert_agreement(session.place, on) == set(OPERATIONS)
