"""Signing in at the demo drive over real HTTP: its directory, the people there, and what it gave out."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from odtui.auth.authenticator import Authenticator
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from odtui.demo.clients import CONFIDENTIAL_CLIENT, PUBLIC_CLIENT
from odtui.demo.faults import Faults, Rule
from odtui.demo.signing import Signer
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import VisitError, approve
from odtui.net.reroute import Routes

ME = "https://graph.microsoft.com/v1.0/me/drive?$select=id"
PUBLIC = Profile(name="home", client_id=PUBLIC_CLIENT, scopes=("Files.ReadWrite", "User.Read"))


def confidential(port: int, **changes: Any) -> Profile:
    """The registration with a secret, whose redirect address is on this port."""
    uri = f"http://localhost:{port}/callback"
    return replace(PUBLIC, client_id=CONFIDENTIAL_CLIENT, confidential=True, redirect_uri=uri, **changes)


class Witness(Signer):
    """The server's signer, which remembers what it sealed and what was shown to it."""

    def __init__(self, signer: Signer) -> None:
        super().__init__(signer._key)
        self.given: list[tuple[str, str]] = []
        self.shown: list[tuple[str, str]] = []
        self.in_order: list[tuple[str, str]] = []
        """Refresh tokens: ("given" or "shown", value)."""
        self.macs: list[str] = []
        """The proofs in upload and download addresses among them."""

    def seal(self, kind: str, value: Any) -> str:
        sealed = super().seal(kind, value)
        self.given.append((kind, sealed))
        if kind == "refresh":
            self.in_order.append(("given", sealed))
        return sealed

    def mac(self, text: str) -> str:
        made = super().mac(text)
        self.macs.append(made)
        return made

    def unseal(self, kind: str, sealed: str) -> Any:
        self.shown.append((kind, sealed))
        if kind == "refresh":
            self.in_order.append(("shown", sealed))
        return super().unseal(kind, sealed)

    def all_given(self, kind: str) -> list[str]:
        return [sealed for found, sealed in self.given if found == kind]

    def all_shown(self, kind: str) -> list[str]:
        return [sealed for found, sealed in self.shown if found == kind]


class Person:
    """Somebody at the demo's sign-in pages, on a thread of their own."""

    def __init__(self, *, account: str | None = None, decline: bool = False) -> None:
        self.urls: list[str] = []
        self.troubles: list[Exception] = []
        self._account = account
        self._decline = decline
        self._threads: list[threading.Thread] = []

    def open(self, url: str) -> bool:
        """Stands in for starting a browser."""
        self.urls.append(url)
        thread = threading.Thread(target=self.visit, args=(url,), name="person", daemon=True)
        self._threads.append(thread)
        thread.start()
        return True

    def visit(self, url: str) -> None:
        try:
            approve(url, account=self._account, decline=self._decline)
        except (VisitError, OSError) as trouble:
            self.troubles.append(trouble)

    def leave(self) -> None:
        for thread in self._threads:
            thread.join(30)


@dataclass(slots=True)
class Live:
    """The demo drive as one test sees it."""

    demo: DemoThread
    directories: Directories
    witness: Witness
    made: list[Authenticator] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    @property
    def routes(self) -> Routes:
        return Routes(frozenset(self.demo.hosts), self.demo.base)

    def authenticator(self, profile: Profile = PUBLIC, **options: Any) -> Authenticator:
        made = Authenticator(profile, self.directories, routes=self.routes, **options)
        self.made.append(made)
        return made

    def person(self, *, account: str | None = None, decline: bool = False) -> Person:
        person = Person(account=account, decline=decline)
        self.people.append(person)
        return person

    def gate(self, path: str) -> Gate:
        """Puts a gate before the first request for this path, a regular expression."""
        self.demo.state.faults = gate = Gate(path)
        return gate

    def give_short_tokens(self) -> None:
        """From now on access tokens live so briefly that MSAL redeems the refresh token every time it is asked."""
        self.demo.state.options = replace(self.demo.state.options, token_life=100.0)

    def token_requests(self) -> int:
        return len(self.demo.state.log.entries("/oauth2/v2.0/token$"))

    async def end(self) -> None:
        for person in self.people:
            person.leave()
        for made in self.made:
            await made.aclose()


def files_below(folder: Path, *, locks: bool = False) -> list[str]:
    """Names of files; of locks, which stay behind empty, only when asked for."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in found if locks or path.suffix != ".lock" or path.stat().st_size]


def at_work(*names: str) -> list[threading.Thread]:
    """Threads of signing in that have not ended."""
    return [thread for thread in threading.enumerate() if thread.name in (names or ("odtui-auth", "odtui-token"))]


class Gate(Faults):
    """Holds the first request for a path until the test opens the gate. The whole server waits with it."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.reached, self._opened = threading.Event(), threading.Event()
        self._path = path

    def strike(self, method: str, path: str) -> list[Rule]:
        if re.search(self._path, path) and not self.reached.is_set():
            self.reached.set()
            self._opened.wait(30)
        return super().strike(method, path)

    def open(self) -> None:
        self._opened.set()


class MemoryKeyring(KeyringBackend):
    """A keyring that works, for as long as a test."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asking, self.answered = threading.Event(), threading.Event()
        self.answered.set()

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Waits for the user, whose dialog is open until `answered`."""
        self.asking.set()
        self.answered.wait(30)
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError
