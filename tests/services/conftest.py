"""A real drive for the services: the demo server over real HTTP."""

import os
import time
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from odtui.demo.faults import Logged, Rule
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from odtui.graph.client import GraphClient
from odtui.graph.transport import RetryTransport
from odtui.net.engine import Wrap, async_client
from odtui.net.reroute import Routes
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.local_place import LocalPlace

GRANTED = ("Files.ReadWrite.All", "User.Read")
GRAPH_HOST = "graph.microsoft.com"


class Signed(httpx.Auth):
    """Signs with a token that the server itself made."""

    def __init__(self, demo: DemoThread) -> None:
        state = demo.state
        scopes = [scope.lower() for scope in GRANTED]
        value = {"user": "ada", "scopes": scopes, "exp": time.time() + 3600, "epoch": state.epochs.tokens, "n": "x"}
        self._token = state.signer.seal("access", value)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401:  # as the app does, which would ask for another token
            yield request


@dataclass(slots=True)
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@dataclass(slots=True)
class Live:
    """Ada's drive, a folder of her own for the test, and a local folder beside it."""

    demo: DemoThread
    clock: Clock
    place: DrivePlace
    local: LocalPlace
    disk: Path
    folder: Entry
    here: Entry
    clients: list[GraphClient] = field(default_factory=list)
    trashed: list[str] = field(default_factory=list)

    def client(self, *, home: tuple[str, str] | None = None, meddle: Wrap = lambda inner: inner) -> GraphClient:
        """`meddle` puts a transport of the test's own below the one that repeats requests."""
        routes = Routes(frozenset(self.demo.hosts), self.demo.base)
        patient = partial(RetryTransport, sleep=self.clock.sleep, clock=self.clock, jitter=lambda: 0.0)
        client = GraphClient(
            async_client(routes, auth=Signed(self.demo), wrap=lambda inner: patient(meddle(inner))),
            async_client(routes, wrap=lambda inner: patient(meddle(inner))),
            home=home,
            sleep=self.clock.sleep,
            clock=self.clock,
        )
        self.clients.append(client)
        return client

    def fail(self, **rule: object) -> None:
        self.demo.state.faults.add(Rule(**rule))  # type: ignore[arg-type]  # by name

    def requests(self, path: str = "") -> list[Logged]:
        return self.demo.state.log.entries(path)

    async def remote(self, folder: Entry | None = None) -> dict[str, Entry]:
        return {entry.name: entry async for page in self.place.pages(folder or self.folder) for entry in page}

    async def tree(self, folder: Entry | None = None, above: str = "") -> dict[str, bytes | None]:
        """All paths below a remote folder and their contents, None for folders."""
        found: dict[str, bytes | None] = {}
        for name, entry in (await self.remote(folder)).items():
            path = above + name
            if entry.is_folder:
                found[path] = None
                found |= await self.tree(entry, f"{path}/")
            else:
                found[path] = await self.place.read(entry, 0, 64 << 20)
        return found

    def local_tree(self) -> dict[str, bytes | None]:
        return {
            str(path.relative_to(self.disk)): path.read_bytes() if path.is_file() else None
            for path in sorted(self.disk.rglob("*"))
        }

    async def put(self, name: str, data: bytes, folder: Entry | None = None) -> Entry:
        """A small file on the drive."""
        at = (folder or self.folder).content
        await self.place.client.upload_small(at.drive_id, at.id, name, data, on_conflict="replace")
        return (await self.remote(folder))[name]


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoThread]:
    with DemoThread(Options(account="personal")) as running:
        yield running


@pytest.fixture
async def live(demo: DemoThread, tmp_path: Path) -> AsyncIterator[Live]:
    demo.state.faults.clear()
    demo.state.sessions.clear()
    trashed: list[str] = []
    disk = tmp_path / "disk"
    disk.mkdir()

    def trash(path: str) -> None:
        if not os.path.lexists(path):
            return
        trashed.append(path)
        Path(path).rename(tmp_path / f"trash-{len(trashed)}")

    local = LocalPlace(disk, trash=trash)
    made = Live(demo, Clock(), None, local, disk, None, await local.root(), [], trashed)  # type: ignore[arg-type]
    client = made.client()
    made.place = DrivePlace(client, await client.my_drive(), granted=GRANTED)
    made.folder = await made.place.create_folder(await made.place.root(), "For a test")
    demo.state.log.clear()
    yield made
    strays = [entry for entry in demo.state.log.entries() if entry.authorized and entry.host != GRAPH_HOST]
    assert not strays, "the bearer token goes to the Graph host only"
    demo.state.faults.clear()
    await client.delete(made.folder.drive_id, made.folder.id)
    for each in made.clients:
        await each.aclose()
