"""What odtui keeps on this computer: settings, sign-ins, log, unfinished transfers."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from pathlib import Path

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import VARIABLE, where_kept
from odtui.auth.threads import in_thread
from odtui.auth.vault import KeyringUnavailable, keyring_name
from odtui.config.paths import Directories
from odtui.config.settings import Profile, Settings, SettingsError
from odtui.config.validate import SHARED_TENANTS, is_guid
from odtui.net.reroute import Routes
from odtui.services.doctor.finding import Finding, Standing, mask_addresses, mask_id
from odtui.services.words import explain

_ERROR = re.compile(r"[\d:T.-]+Z (?:ERROR|CRITICAL) ")
_KEPT = {
    "sealed": "sealed with a key from the keyring",
    "file": "in a file that only you can read",
    "memory": "in memory only",
    "environment": f"in the environment ({VARIABLE})",
}


def settings(path: Path, found: Settings | SettingsError, profile: Profile | None) -> Iterator[Finding]:
    """The settings file and the profile in use. The client ID and the directory are shortened."""
    if isinstance(found, SettingsError):
        told = explain(found)
        yield _line("settings", "file", "File", f"{told.title}: {told.why}", "fail", told.advice)
        return
    yield _line("settings", "file", "File", f"{path}{'' if path.exists() else ', which does not exist yet'}")
    if found.read_only:
        yield _line("settings", "read_only", "Read-only mode", "on from the start")
    yield _line("settings", "profiles", "Profiles", str(len(found.profiles)))
    if profile is None:
        yield _line(
            "settings", "profile", "Profile", "Nothing is set up yet.", "unknown", "Start odtui and follow the guide."
        )
        return
    yield _line("settings", "profile", "Profile", profile.name)
    yield _line("settings", "client_id", "Client ID", mask_id(profile.client_id))
    yield _line("settings", "directory", "Directory", _directory(profile.tenant or "common"))
    yield _line("settings", "cloud", "Cloud", profile.cloud)
    yield _line("settings", "redirect_uri", "Redirect URI", profile.registered_uri)
    yield _line("settings", "method", "Sign-in", f"{profile.sign_in}, {profile.response_mode}")
    yield _line("settings", "scopes", "Permissions", ", ".join(profile.scopes))


def _directory(tenant: str) -> str:
    if tenant.casefold() in SHARED_TENANTS:
        return tenant
    return mask_id(tenant) if is_guid(tenant) else f"a domain ({tenant[:1]}…{tenant[-1:]})"


async def sign_in(
    profile: Profile | None, directories: Directories, *, routes: Routes | None, online: bool, memory_only: bool
) -> AsyncGenerator[Finding, None]:
    """Keyring, client secret and accounts. With `online` each account's sign-in is renewed, to see whether it works."""
    try:
        yield _line("sign_in", "keyring", "Keyring", await in_thread(lambda _: keyring_name()))
    except KeyringUnavailable as error:
        advice = "Tokens are kept in a file that only you can read."
        yield _line("sign_in", "keyring", "Keyring", f"None can be used: {error}.", "warn", advice)
    if profile is None:
        return
    if profile.confidential:
        yield _secret(profile, directories)
    authenticator = Authenticator(profile, directories, routes=routes, memory_only=memory_only)
    try:
        accounts = authenticator.accounts()
        if not accounts:
            yield _line("sign_in", "accounts", "Accounts", "Nobody has signed in yet.")
        for number, account in enumerate(accounts, 1):
            yield await _account(authenticator, account, f"account_{number}", online=online)
        if accounts and online:
            yield _line("sign_in", "storage", "Tokens", f"They are kept {_KEPT[authenticator.storage]}.")
    finally:
        await authenticator.aclose()


def _secret(profile: Profile, directories: Directories) -> Finding:
    kept = where_kept(profile, directories)
    if kept is None:
        advice = f"Enter it in the settings, or set {VARIABLE}."
        return _line("sign_in", "secret", "Client secret", "None is stored.", "fail", advice)
    return _line("sign_in", "secret", "Client secret", f"It is kept {_KEPT[kept]}.")


async def _account(authenticator: Authenticator, account: Account, id: str, *, online: bool) -> Finding:
    who = mask_addresses(account.username) or "an account without a name"
    kind = "personal" if account.personal else "work or school"
    about = f"{who} ({kind}): {', '.join(account.granted) or 'no permissions'}"
    if not online:
        return _line("sign_in", id, "Account", about)
    try:
        await authenticator.renew(account)
    except AuthError as error:
        told = explain(error)
        standing: Standing = "warn" if error.problem is AuthProblem.BUSY else "fail"
        said = f"{about}. {told.title}{f' ({error.code})' if error.code else ''}."
        return Finding(
            section="sign_in", id=id, title="Account", said=said, standing=standing, advice=told.advice,
            details=error.details,
        )  # fmt: skip
    return _line("sign_in", id, "Account", f"{about}. Its sign-in can be renewed.", "ok")


def files(directories: Directories) -> Iterator[Finding]:
    """The log, with its number of errors, and the journal of transfers."""
    log = directories.log_file
    yield _line("files", "log", "Log", str(log) if log.exists() else f"{log}, which does not exist yet")
    try:
        errors = [line for line in log.read_text("utf-8", "replace").splitlines() if _ERROR.match(line)]
    except FileNotFoundError:
        errors = []
    except OSError as error:
        yield _line("files", "errors", "Errors in the log", f"It cannot be read: {error.strerror}.", "warn")
    else:
        yield _line("files", "errors", "Errors in the log", str(len(errors)))
    yield _writable(directories.state)
    yield _journal(directories.state)


def _writable(folder: Path) -> Finding:
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if os.access(existing, os.W_OK | os.X_OK):
        return _line("files", "state", "State", str(folder))
    advice = "Correct its owner and permissions, or sign-ins and transfers are forgotten at the end."
    return _line("files", "state", "State", f"{folder} cannot be written to.", "fail", advice)


def _journal(folder: Path) -> Finding:
    from odtui.services.transfers.journal import FILE

    path = folder / FILE
    if not path.exists():
        return _line("files", "journal", "Unfinished transfers", "none")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)) as database:
            (jobs,) = database.execute("SELECT count(*) FROM job").fetchone()
            (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return _line("files", "journal", "Unfinished transfers", f"{path} cannot be read: {error}.", "warn")
    if state != "ok":
        return _line("files", "journal", "Unfinished transfers", f"{path} is damaged; odtui makes a new one.", "warn")
    return _line("files", "journal", "Unfinished transfers", str(jobs))


def _line(section: str, id: str, title: str, said: str, standing: Standing = "info", advice: str = "") -> Finding:
    return Finding(section=section, id=id, title=title, said=said, standing=standing, advice=advice)
