"""The permissions (Graph scopes) that odtui can ask for, and what each one lets it do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """Something odtui can do with an account, named in the words of the screens."""

    READ = "browse, preview and download your files"
    WRITE = "upload, rename, move and delete your files"
    READ_SHARED = "open files that others share with you"
    WRITE_SHARED = "change files that others share with you"
    READ_SITES = "open SharePoint libraries"
    WRITE_SITES = "change files in SharePoint libraries"
    APP_FOLDER = "use odtui's own app folder"
    PROFILE = "show your name"


@dataclass(frozen=True, slots=True)
class Scope:
    """One delegated Graph permission. Source: REFERENCE §12."""

    name: str
    meaning: str
    """One plain sentence."""
    grants: frozenset[Capability]
    covers: frozenset[str] = frozenset()
    """Names of weaker scopes that this one includes."""
    admin: bool = False
    """Usually needs an administrator's consent in an organisation."""
    personal: bool = True
    """Available for personal Microsoft accounts."""
    preview: bool = False
    """Marked as preview by Microsoft, or of little use for browsing."""


_READ = frozenset({Capability.READ})
_WRITE = _READ | {Capability.WRITE}
_READ_ALL = _READ | {Capability.READ_SHARED}
_WRITE_ALL = _WRITE | {Capability.READ_SHARED, Capability.WRITE_SHARED}

SCOPES: tuple[Scope, ...] = (
    Scope("Files.Read", "See and download your own files.", _READ),
    Scope(
        "Files.ReadWrite", "See, download, upload, change and delete your own files.", _WRITE, frozenset({"Files.Read"})
    ),
    Scope(
        "Files.Read.All",
        "See and download every file that you can reach, shared ones too.",
        _READ_ALL,
        frozenset({"Files.Read"}),
        admin=True,
    ),
    Scope(
        "Files.ReadWrite.All",
        "Change every file that you can reach, shared ones too.",
        _WRITE_ALL,
        frozenset({"Files.Read", "Files.ReadWrite", "Files.Read.All"}),
        admin=True,
    ),
    Scope(
        "Files.Read.Selected",
        "See files that you pick in another program's dialog; no folders.",
        frozenset(),
        personal=False,
        preview=True,
    ),
    Scope(
        "Files.ReadWrite.Selected",
        "Change files that you pick in another program's dialog; no folders.",
        frozenset(),
        frozenset({"Files.Read.Selected"}),
        personal=False,
        preview=True,
    ),
    Scope(
        "Files.ReadWrite.AppFolder",
        "Use one folder of its own, Apps/<name of your registration>.",
        frozenset({Capability.APP_FOLDER}),
        preview=True,
    ),
    Scope("User.Read", "Show your name and address in the status line.", frozenset({Capability.PROFILE})),
    Scope(
        "Sites.Read.All",
        "See files in the SharePoint libraries that you can reach.",
        frozenset({Capability.READ_SITES}),
        admin=True,
        personal=False,
    ),
    Scope(
        "Sites.ReadWrite.All",
        "Change files in the SharePoint libraries that you can reach.",
        frozenset({Capability.READ_SITES, Capability.WRITE_SITES}),
        frozenset({"Sites.Read.All"}),
        admin=True,
        personal=False,
    ),
)
"""Every scope that the scope panel offers, in its order."""

DEFAULT_SCOPES: tuple[str, ...] = ("Files.ReadWrite", "User.Read")

_BY_NAME = {scope.name.casefold(): scope for scope in SCOPES}


def find_scope(name: str) -> Scope | None:
    """The scope of that name in any case and with or without its Graph prefix; None if odtui does not know it."""
    return _BY_NAME.get(name.rsplit("/", 1)[-1].casefold())


def capabilities(scopes: Iterable[str]) -> frozenset[Capability]:
    """What an account may do with these granted scopes. Unknown scopes grant nothing."""
    found = (find_scope(name) for name in scopes)
    return frozenset().union(*(scope.grants for scope in found if scope is not None))
