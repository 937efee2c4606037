"""The client secret of a profile: from the environment, the keyring, or a file of its own; never from the settings."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

import msgspec

from odtui.auth.vault import KeyringUnavailable, Storage, ask_keyring, forget_in_keyring, store_error, tell_keyring
from odtui.config.files import write_atomic
from odtui.config.paths import Directories
from odtui.config.redact import conceal
from odtui.config.settings import Profile
from odtui.config.validate import clean

VARIABLE = "ODTUI_CLIENT_SECRET"

_in_memory: dict[tuple[Path, str], str] = {}
"""Secrets of profiles that must leave no trace, such as the demo drive's."""


class _Note(msgspec.Struct, frozen=True):
    """The file beside the token cache: where the secret is, or the secret itself."""

    storage: Literal["sealed", "file"]
    secret: str = ""

    def __repr__(self) -> str:
        return f"_Note(storage={self.storage!r})"


def has_secret(profile: Profile, directories: Directories) -> bool:
    """Whether a secret is known, without asking the keyring, so without a dialog or a wait."""
    return where_kept(profile, directories) is not None


def where_kept(profile: Profile, directories: Directories) -> Literal["environment", "memory", "sealed", "file"] | None:
    """Where the secret comes from, without asking the keyring; None if there is none."""
    if clean(os.environ.get(VARIABLE, "")):
        return "environment"
    if (directories.state, profile.name) in _in_memory:
        return "memory"
    note = _read_note(_note_file(profile, directories))
    return note.storage if note is not None else None


def load_secret(profile: Profile, directories: Directories) -> str | None:
    """The secret; None if there is none. May wait for the keyring: call it in a thread. Raises AuthError (STORE)."""
    secret = clean(os.environ.get(VARIABLE, "")) or _in_memory.get((directories.state, profile.name))
    if not secret:
        note = _read_note(_note_file(profile, directories))
        if note is None:
            return None
        if note.storage == "file":
            secret = note.secret
        else:
            try:
                secret = ask_keyring(_keyring_name(profile))
            except KeyringUnavailable as error:
                raise store_error(f"The client secret is in the keyring, but {error}.") from None
    if secret:
        conceal(secret)
    return secret


def store_secret(profile: Profile, secret: str, directories: Directories, *, memory_only: bool = False) -> Storage:
    """Keep the secret and say where. May wait for the keyring. Raises AuthError (STORE)."""
    secret = clean(secret)
    conceal(secret)
    if memory_only:
        _in_memory[directories.state, profile.name] = secret
        return "memory"
    note: _Note
    try:
        tell_keyring(_keyring_name(profile), secret)
        note = _Note("sealed")
    except KeyringUnavailable:
        note = _Note("file", secret)
    try:
        write_atomic(_note_file(profile, directories), msgspec.json.encode(note))
    except OSError as error:
        raise store_error(f"The client secret cannot be stored: {error.strerror}.") from None
    return note.storage


def forget_secret(profile: Profile, directories: Directories) -> None:
    """Delete the secret wherever it is kept. Raises AuthError (STORE) if it stays."""
    _in_memory.pop((directories.state, profile.name), None)
    file = _note_file(profile, directories)
    note = _read_note(file)
    try:
        if note is not None and note.storage == "sealed":
            forget_in_keyring(_keyring_name(profile))
        file.unlink(missing_ok=True)
    except KeyringUnavailable as error:
        raise store_error(f"The client secret is still in the keyring: {error}.") from None
    except OSError as error:
        raise store_error(f"The client secret cannot be deleted: {error.strerror}.") from None


def _keyring_name(profile: Profile) -> str:
    return f"client secret of {profile.name}"


def _note_file(profile: Profile, directories: Directories) -> Path:
    return directories.state / f"secret-{hashlib.sha256(profile.name.encode()).hexdigest()[:16]}.json"


def _read_note(file: Path) -> _Note | None:
    """None if there is no such file, or it is damaged: then the secret has to be entered again."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Note)
    except (OSError, msgspec.DecodeError):
        return None
