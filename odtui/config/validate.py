"""Checks of what a user enters in Settings: each says in one sentence what is wrong, or nothing."""

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from odtui.config.clouds import CLOUDS
from odtui.config.scopes import find_scope

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE)
_PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_AROUND = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\"'`\u201c\u201d\u2018\u2019"
_REFUSED_IN_REDIRECT = "!$'(),;*\\"

SHARED_TENANTS = ("common", "organizations", "consumers")
"""Words that stand for many directories: everybody, work or school accounts, personal accounts."""

NO_TENANT = "00000000-0000-0000-0000-000000000000"

_SECRET = re.compile(r"[A-Za-z0-9]{3}\dQ~[A-Za-z0-9._~-]{20,}")
"""What Microsoft's client secrets have looked like since 2021; older ones are not known by their looks."""
_UNFINISHED = {
    "client_id": re.compile(r"[0-9a-fA-F-]{0,35}"),
    "client_secret": re.compile(r"[!-~]{0,15}"),
    "tenant": re.compile(r"[A-Za-z0-9.-]*"),
    "redirect_uri": re.compile("|".join("http://localhost"[:end] for end in range(17)) + r"|http://localhost:\d{0,3}"),
}
"""By field: the beginnings of what is right."""


def clean(value: str) -> str:
    """The value without the blanks, quotes and invisible characters that come along when one copies from a web page."""
    return value.strip(_AROUND)


def is_guid(value: str) -> bool:
    return _GUID.fullmatch(value) is not None


def is_unfinished(field: str, value: str) -> bool:
    """Whether a value that is wrong may become right by typing on: too early to blame anybody."""
    pattern = _UNFINISHED.get(field)
    return pattern is not None and pattern.fullmatch(value) is not None


def check_client_id(value: str) -> str | None:
    """The Application (client) ID: a GUID."""
    value = clean(value)
    if not value:
        return "Enter the Application (client) ID from the overview page of your registration."
    if _SECRET.fullmatch(value):
        return "This looks like a client secret: it belongs in the field below. Here goes the Application (client) ID."
    if not is_guid(value):
        return "This is not an application ID: it has 32 hexadecimal digits in groups of 8-4-4-4-12."
    if value == NO_TENANT:
        return "This ID is a placeholder: copy the one of your own registration."
    return None


def check_client_secret(value: str) -> str | None:
    """The value of a client secret. Blank is right: most registrations have none."""
    value = clean(value)
    if not value:
        return None
    if is_guid(value):
        return "This looks like the Secret ID: copy the column Value, which the portal shows only once."
    if any(character.isspace() or not character.isprintable() for character in value):
        return "A client secret has no blanks or line breaks: copy the column Value again."
    if len(value) < 16:
        return "This is too short for a client secret: copy the column Value."
    return None


def check_tenant(value: str, cloud: str = "global") -> str | None:
    """The directory: an ID, a verified domain, or one of SHARED_TENANTS. Blank means common."""
    value = clean(value)
    if not value:
        return None
    if any(character.isspace() for character in value):
        return "A directory ID or domain has no blanks. This may be its display name: copy the Directory (tenant) ID."
    if value.casefold() == "consumers" and not CLOUDS[cloud].personal:
        return "Personal accounts exist in the worldwide cloud only: use organizations or a directory ID."
    if value.casefold() in SHARED_TENANTS or is_guid(value) or _DOMAIN.fullmatch(value):
        return None
    return (
        "Use the Directory (tenant) ID, a domain such as contoso.onmicrosoft.com, or common, organizations, consumers."
    )


def check_not_same(client_id: str, tenant: str) -> str | None:
    """Two IDs that stand one below the other in the portal, and are easily mistaken for each other."""
    client_id, tenant = clean(client_id), clean(tenant)
    if is_guid(tenant) and client_id.casefold() == tenant.casefold():
        return "This is the client ID again. The Directory (tenant) ID is another line of the Overview page."
    return None


def check_redirect_uri(value: str) -> str | None:
    """An address on this computer, as it is registered. Blank means the usual one. Source: REFERENCE §13.2."""
    value = value.strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "This is not an address: use http://localhost or, for example, http://localhost:8400/callback."
    if parts.scheme != "http":
        return "The address has to start with http://localhost: odtui itself answers there, without https."
    if parts.hostname in ("127.0.0.1", "::1"):
        return "Write localhost instead of a number: the portal accepts only that name."
    if parts.netloc != "localhost" and parts.netloc != f"localhost:{port}":
        return "The address has to be on this computer: http://localhost, a port and a path are allowed."
    if port is not None and not 1024 <= port <= 65535:
        return "The port has to be between 1024 and 65535."
    if "?" in value or "#" in value:
        return "The address must have no ? or # part."
    if any(character in _REFUSED_IN_REDIRECT or character <= " " or character > "~" for character in value):
        return "The address has a character that the portal refuses: use letters, digits, - _ . and /."
    if len(value) > 256:
        return "The address is longer than 256 characters."
    return None


def check_profile_name(value: str, taken: Collection[str] = ()) -> str | None:
    """A short name without blanks, since it is typed after --profile. `taken`: names of the other profiles."""
    if not value:
        return "Enter a name for this profile, such as work."
    if not _PROFILE_NAME.fullmatch(value):
        return "Use up to 40 letters, digits, dots, - or _, and a letter or digit first."
    if value.casefold() in (name.casefold() for name in taken):
        return "Another profile has this name."
    return None


def check_scopes(names: Iterable[str], *, tenant: str = "common", cloud: str = "global") -> str | None:
    """The permissions to ask for: known ones, at least one of them for files, all of them possible for the tenant."""
    found = []
    for name in names:
        scope = find_scope(name)
        if scope is None:
            return f"{name} is not a permission that odtui can use."
        found.append(scope)
    if not any(scope.name.startswith("Files.") for scope in found):
        return "Choose at least one Files permission."
    if tenant.casefold() == "consumers" and CLOUDS[cloud].personal:
        for scope in found:
            if not scope.personal:
                return f"{scope.name} does not exist for personal accounts: leave it out."
    return None
