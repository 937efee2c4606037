"""Settings: what the user chose, kept as TOML."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from odtui.config.scopes import DEFAULT_SCOPES

SignInMethod = Literal["auto", "browser", "device"]
ResponseMode = Literal["form_post", "query"]

PUBLIC_REDIRECT = "http://localhost"
"""Registered under "Mobile and desktop applications"; any free port is used, as Microsoft ignores it."""
CONFIDENTIAL_REDIRECT = "http://localhost:8400/callback"
"""Registered under "Web"; both fit in one registration because their paths differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One app registration and how to sign in with it. The client secret is never part of it."""

    name: str = "default"
    client_id: str = ""
    """Application (client) ID, a GUID. Empty: not set up yet."""
    tenant: str = "common"
    """Directory (tenant) ID, a verified domain, or common, organizations, consumers."""
    cloud: str = "global"
    """A key of CLOUDS."""
    redirect_uri: str = ""
    """Empty: http://localhost without a client secret, http://localhost:8400/callback with one."""
    confidential: bool = False
    """The registration has a client secret (Web platform); kept apart, see auth/secrets.py."""
    sign_in: SignInMethod = "auto"
    response_mode: ResponseMode = "form_post"
    scopes: tuple[str, ...] = DEFAULT_SCOPES

    @property
    def registered_uri(self) -> str:
        """The redirect URI that has to be registered in the portal."""
        return self.redirect_uri or (CONFIDENTIAL_REDIRECT if self.confidential else PUBLIC_REDIRECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole settings file. An absent key means the default here."""

    profile: str = "default"
    """Name of the profile that a start without --profile uses."""
    theme: str = "odtui-dark"
    show_hidden: bool = False
    sort: Literal["name", "size", "modified", "type"] = "name"
    sort_reverse: bool = False
    read_only: bool = False
    """Start in read-only mode: nothing on OneDrive is changed."""
    concurrent_transfers: int = 8
    """The most files that move at the same time, 1 to 16: it begins with four and adapts."""
    bandwidth_limit: str = ""
    """The most that all transfers together move, such as `2 MB/s`; empty: no limit. See rates.py."""
    notify: bool = True
    """Bell and notice of the desktop when a long transfer has ended."""
    keys: dict[str, str] = field(default_factory=dict)
    """Command id to keys, comma separated: the user's own key map."""
    profiles: dict[str, Profile] = field(default_factory=dict)

    def active(self, name: str | None = None) -> Profile | None:
        """The profile of that name, else the default one; None if there is none."""
        return self.profiles.get(name or self.profile)


@dataclass(slots=True)
class SettingsError(Exception):
    """A settings file that cannot be used. The file itself is left as it is."""

    path: Path
    line: int | None
    """1-based; None if the whole file is meant."""
    problem: str
    allowed: str
    """What would be right, in words."""

    def __str__(self) -> str:
        where = f"{self.path}, line {self.line}" if self.line else str(self.path)
        text = f"{where}: {self.problem} {self.allowed}".strip()
        return "".join(character if character.isprintable() else "\ufffd" for character in text)
