"""Everything that one demo server holds: who can sign in, their drives, its faults, and what it was asked."""

from __future__ import annotations

import os
import time
from asyncio import Task
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from odtui.demo import dataset, texts
from odtui.demo.albums import Albums
from odtui.demo.bodies import Bodies
from odtui.demo.challenge import Challenge
from odtui.demo.codes import Codes
from odtui.demo.consents import Consents
from odtui.demo.drive import Drive, Quota, User, normal
from odtui.demo.faults import Faults, RequestLog
from odtui.demo.folders import Source
from odtui.demo.journal import Journal
from odtui.demo.nodes import Node, guid_of
from odtui.demo.pictures import head
from odtui.demo.plan import Plan
from odtui.demo.receiving import Session
from odtui.demo.signing import Signer
from odtui.demo.sources import ManyFiles, RealFolder
from odtui.demo.temporary import Temporary
from odtui.demo.tree import Tree

if TYPE_CHECKING:
    from odtui.demo.subscriptions import Subscription

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
WORK_TENANT = "5f0c3a9e-2b7d-4c61-9f4e-d0a81c6b7e42"

_TEAM_UID = "6e21b0c4-8d35-4f97-a1c2-5d09e7f34b86"

Account = Literal["personal", "business"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a server is set up."""

    account: Account = "personal"
    state: Path | None = None
    """Where changes are kept; None: in a temporary folder that goes with the server."""
    items: int = 0
    """Files in an extra folder `Many files`; 0: no such folder."""
    real: Path | None = None
    """A folder of this machine to show in place of the invented content; only read."""
    quota: int = 100 << 30
    """Bytes."""
    link_life: float = 3600.0
    """Seconds for which a download link works."""
    token_life: float = 3600.0
    """Seconds for which an access token works."""
    clock: Callable[[], float] = time.time
    """Seconds since the epoch, for everything that expires."""
    now: Callable[[], float] | None = None
    """Time stamps of changes; None: the clock."""
    faults: Plan = field(default_factory=Plan)
    """What goes wrong from the start."""


@dataclass(slots=True)
class Epochs:
    """Raising one makes everything of its kind that was given out before worthless."""

    tokens: int = 0
    refresh: int = 0
    downloads: int = 0
    uploads: int = 0
    deltas: int = 0


@dataclass(slots=True)
class Job:
    """A server-side copy."""

    id: str
    error: tuple[str, str] | None = None
    """Code and message if it failed."""
    resource_id: str = ""
    polls: int = 0
    """How often it was asked for: the first time it is still running."""


@dataclass(slots=True)
class Demo:
    """One server's whole state. Made by `Demo.create`."""

    options: Options
    users: dict[str, User]
    drives: dict[str, Drive]
    bodies: Bodies
    journal: Journal
    signer: Signer
    consents: Consents
    albums: Albums
    temporary: Temporary | None
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    epochs: Epochs = field(default_factory=Epochs)
    jobs: dict[str, Job] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    """Upload sessions by guid."""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    """By id."""
    telling: set[Task[Any]] = field(default_factory=set)
    """Notifications on their way."""
    codes: Codes = field(default_factory=Codes)
    withheld: set[str] = field(default_factory=set)
    """Scopes that a user's consent leaves out, lower case."""
    challenge: Challenge | None = None
    """What tokens have to bring; None: nothing."""
    single_use: bool = False
    """Whether a refresh token is worthless once it has been used."""
    spent: set[str] = field(default_factory=set)
    """Refresh tokens that have been used, by the mark that each bears."""
    skew: float = 0.0
    """Seconds by which the server's clock is ahead of the true one."""
    picked: set[str] = field(default_factory=set)
    """guids of the items that a user has picked for the app."""
    strict_fragments: bool = False
    """Whether an upload with fragments of other sizes than 320 KiB allows fails at its end."""
    warnings: list[str] = field(default_factory=list)
    """What clients did that the service takes ill at times."""
    crashes: list[Exception] = field(default_factory=list)
    """Errors of the server itself; a test fails if there is one."""
    base: str = ""
    """http://127.0.0.1:PORT, known once the server listens."""

    @classmethod
    def create(cls, options: Options) -> Demo:
        temporary = None if options.state else Temporary()
        folder = options.state or (temporary.path if temporary is not None else Path())
        folder.mkdir(parents=True, exist_ok=True)
        journal = Journal(folder)
        bodies = Bodies(journal.blobs, options.real, texts.content, head)
        users = _users(options.account)
        demo = cls(
            options, users, {}, bodies, journal, Signer.kept_in(folder), Consents(folder), Albums(folder), temporary
        )
        demo.faults, demo.skew = options.faults.start(), options.faults.skew
        demo.single_use, demo.withheld = options.faults.single_use, set(options.faults.withheld)
        demo.strict_fragments = options.faults.strict_fragments
        demo.consents.admin_only = set(options.faults.admin_only)
        demo.drives["ada"] = demo._drive("ada", dataset.ada(), options)
        others = Options(account=options.account, clock=options.clock, now=options.now)
        demo.drives["grace"] = demo._drive("grace", dataset.grace(), others)
        if options.account == "business":
            demo._add_libraries(others)
        for drive in demo.drives.values():
            drive.lag = options.faults.lag
        return demo

    def _add_libraries(self, options: Options) -> None:
        """The two libraries of the site, which Ada may change and Grace may read."""
        team = User("harbour-survey", "Harbour Survey", "harbour-survey@contoso.example", _TEAM_UID, WORK_TENANT)
        for key, name, content in (
            ("survey-documents", "Documents", dataset.survey_documents()),
            ("survey-archive", "Archive", dataset.survey_archive()),
        ):
            self.drives[key] = library = self._drive(key, content, options, owner=team)
            library.kind, library.name = "documentLibrary", name
            library.members = {"ada": "write", "grace": "read"}
            library.quota.elsewhere = 0

    def _drive(self, key: str, content: dataset.Builder, options: Options, owner: User | None = None) -> Drive:
        sources: dict[str, Source] = {}
        base = list(content.nodes.values())
        journal_key = key
        if options.real is not None:
            sources["disk"] = RealFolder(options.real)
            content.root.source = "disk:"
            base = []
            journal_key = f"{key}:{guid_of(os.fsdecode(options.real.resolve()))}"
        if options.items:
            sources["many"] = ManyFiles(options.items, dataset.NOW)
            many = Node(
                guid=guid_of("many"), name="Many files", parent=content.root.guid, kind="folder", source="many:"
            )
            many.created = many.modified = many.fs_created = many.fs_modified = dataset.NOW - dataset.DAY
            base.append(many)
        return Drive(
            key=journal_key,
            slug=key,
            id=_drive_id(options.account, key),
            kind=options.account,
            owner=owner or self.users[key],
            tree=Tree(content.root, base, sources, self.journal.overlay(journal_key)),
            journal=self.journal,
            bodies=self.bodies,
            now=options.now or self.clock,
            quota=Quota(total=options.quota),
        )

    def clock(self) -> float:
        """Seconds since the epoch, as this server takes it."""
        return self.options.clock() + self.skew

    def demand(self, *, interactive: bool = False) -> Challenge:
        """Demand new claims of every token from now on."""
        last = self.challenge.value if self.challenge is not None else 0
        self.challenge = Challenge(max(int(self.clock()), last + 1), interactive)
        return self.challenge

    def drive_by_id(self, drive_id: str) -> Drive | None:
        wanted = normal(drive_id)
        return next((drive for drive in self.drives.values() if normal(drive.id) == wanted), None)

    def close(self) -> None:
        self.journal.close()
        if self.temporary is not None:
            self.temporary.remove()


def _users(account: Account) -> dict[str, User]:
    if account == "business":
        tenant, domain = WORK_TENANT, "contoso.example"
    else:
        tenant, domain = PERSONAL_TENANT, "outlook.example"
    return {
        "ada": User("ada", "Ada Lindqvist", f"ada.lindqvist@{domain}", _uid(account, "8c1f0a6d2b7e4935"), tenant),
        "grace": User("grace", "Grace Okafor", f"grace.okafor@{domain}", _uid(account, "04d2b7156e9fa830"), tenant),
    }


def _uid(account: Account, cid: str) -> str:
    """A personal user's object id is zeros and the CID."""
    if account == "personal":
        return f"00000000-0000-0000-{cid[:4]}-{cid[4:]}"
    digits = guid_of(f"user {cid}")
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _drive_id(account: Account, key: str) -> str:
    if account == "personal":
        return {"ada": "8c1f0a6d2b7e4935", "grace": "04d2b7156e9fa830"}[key]
    return {
        "ada": "b!lK3vY0mAbkqj4Zt1Qw8XbR2sT5uV7wXyZ0aBcDeFgHiJkLmNoPqRsTuVwXyZ-_12",
        "survey-documents": "b!Tf8aKp2QxUaR7vMn4cWzYb1dEgHjLoSu3iNqVrXtZwPyBkCmDeFsGh-0123456789",
        "survey-archive": "b!Zr6mVx9LhEeT3bQk1nPwSd8fJcGyUoAi5uHtRlKjNvMzBqCxDsFwGe_9876543210",
        "grace": "b!Mn0pQrStUvWxYz12AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdEfGhIj",
    }[key]
