"""The token cache in a file: shared by instances, replaced whole, sealed where a keyring works."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msal import SerializableTokenCache

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.locks import file_lock
from odtui.auth.threads import Abandoned
from odtui.auth.vault import KeyringUnavailable, Storage, Unreadable, Vault, store_error
from odtui.config.files import make_private, write_atomic

log = logging.getLogger(__name__)

_HEAD = b"odtui token cache 1 "
_MODES: dict[bytes, Storage] = {b"sealed": "sealed", b"file": "file"}


class FileTokenCache(SerializableTokenCache):  # type: ignore[misc]  # msal has no types
    """MSAL's cache of one registration. Use it inside `session()` only; without a path it lives in memory."""

    def __init__(self, path: Path | None, *, on_unsaved: Callable[[str], None] = lambda reason: None) -> None:
        """`on_unsaved` is told once, in the thread of the session, why refreshed tokens live in memory only."""
        super().__init__()
        self._on_unsaved = on_unsaved
        self.path = path
        self.storage: Storage = "memory"
        """Where the tokens are kept; known after the first session."""
        self.unsaved = ""
        """Why the tokens in memory are newer than the stored ones; empty if they are not."""
        self._threads = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        """Inode, mtime and size of the file as last read or written."""
        self._vault = Vault(path.parent) if path is not None else None
        self._detached = False
        """The file is sealed and its key out of reach: it stays, new tokens live in memory."""

    @contextmanager
    def session(self, *, interactive: bool = False, abandoned: Abandoned = lambda: False) -> Iterator[None]:
        """Read what other instances wrote, and save once at the end. An exception leaves file and memory as they were.

        Never hold it while waiting for a person. Raises AuthError (BUSY, STORE); with `interactive`, for a new
        sign-in, a sealed file whose key cannot be reached is left alone and the tokens are kept in memory. A session
        that was `abandoned` saves nothing and raises AuthError (TIMED_OUT).
        """
        with self._threads:
            if self.path is None or self._detached:
                with self._or_as_before():
                    yield
                return
            with file_lock(self.path.with_suffix(".lock")):
                self._reload(interactive=interactive)
                try:
                    with self._or_as_before():
                        yield
                finally:
                    if self.has_state_changed or self.unsaved:
                        self._save_or_drop(interactive=interactive, abandoned=abandoned)

    @contextmanager
    def _or_as_before(self) -> Iterator[None]:
        before = self.serialize()
        try:
            yield
        except BaseException:
            self.deserialize(before)
            raise

    def forget(self, home_account_id: str) -> bool:
        """Remove everything of an account; whether anybody is left. Inside a session, without any network."""
        query = {"home_account_id": home_account_id}
        kind = self.CredentialType
        for credential, remove in (
            (kind.REFRESH_TOKEN, self.remove_rt),
            (kind.ACCESS_TOKEN, self.remove_at),
            (kind.ID_TOKEN, self.remove_idt),
            (kind.ACCOUNT, self.remove_account),
        ):
            for entry in list(self.search(credential, query=query, now=0)):
                remove(entry)
        return bool(list(self.search(kind.ACCOUNT)))

    def delete_file(self) -> None:
        """Delete the file, whatever is in it, and an older one that was kept aside. Raises AuthError (STORE)."""
        with self._threads:
            self.deserialize(None)
            self._seen, self._detached = None, False
            if self.path is None or not (self.path.exists() or self._aside(self.path).exists()):
                return
            with file_lock(self.path.with_suffix(".lock")):
                try:
                    self.path.unlink(missing_ok=True)
                    self._aside(self.path).unlink(missing_ok=True)
                except OSError as error:
                    raise store_error(f"The stored tokens cannot be deleted: {error.strerror}.") from None

    def _reload(self, *, interactive: bool) -> None:
        assert self.path is not None  # noqa: S101  # only called for files
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            self.deserialize(None)
            self._seen = None
            return
        signature = (found.st_ino, found.st_mtime_ns, found.st_size)
        if signature == self._seen:
            return
        try:
            text = self._read(self.path)
            self.deserialize(text)
        except KeyringUnavailable as error:
            if not interactive:
                raise store_error(f"The stored sign-in is sealed, but {error}.") from None
            self._detached, self.storage = True, "memory"
            self.deserialize(None)
        except Unreadable as error:
            log.warning("The token cache cannot be read and is kept aside: %s", type(error).__name__)
            self._keep_aside(self.path)
            self.deserialize(None)
            if not interactive:
                raise store_error("The stored sign-in cannot be read any more.", interactive=True) from None
        else:
            self._seen = signature
            with suppress(OSError):
                os.chmod(self.path, 0o600)

    def _read(self, path: Path) -> str:
        """Raises Unreadable or KeyringUnavailable; AuthError when the system refuses."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise store_error(f"The stored sign-in cannot be read: {error.strerror}.") from None
        head, _, body = data.partition(b"\n")
        storage = _MODES.get(head.removeprefix(_HEAD)) if head.startswith(_HEAD) else None
        if storage is None:
            raise Unreadable("this is not a token cache")
        assert self._vault is not None  # noqa: S101  # a cache with a path has one
        plain = self._vault.open(body) if storage == "sealed" else body
        try:
            msgspec.json.decode(plain, type=dict[str, dict[str, dict[str, object]]])
        except msgspec.MsgspecError:
            raise Unreadable("this is not what MSAL writes") from None
        self.storage = storage
        return plain.decode()

    def _save_or_drop(self, *, interactive: bool, abandoned: Abandoned) -> None:
        """A sign-in that cannot be stored leaves nothing behind; a refreshed token stays good in memory.

        The next session tries to store it again.
        """
        try:
            self._save(upgrade=interactive, abandoned=abandoned)
            self.unsaved = ""
        except AuthError as error:
            if interactive:
                self.deserialize(None)
                self._seen = None
                raise
            if not self.unsaved:
                log.warning("A refreshed sign-in cannot be stored: %s", error.details)
                self._on_unsaved(error.details)
            self.unsaved = error.details

    def _save(self, *, upgrade: bool, abandoned: Abandoned) -> None:
        """Write the file as it was kept before: sealed stays sealed; a plain one is sealed when somebody signs in."""
        if self._detached or self.path is None or self._vault is None:
            self.has_state_changed = False
            return
        data = self.serialize().encode()
        storage = self.storage
        if storage == "memory" or (storage == "file" and upgrade):
            storage = "sealed"
        try:
            body = self._vault.seal(data) if storage == "sealed" else data
        except KeyringUnavailable as error:
            if self.storage == "sealed":
                raise store_error(f"The sign-in cannot be stored: {error}.") from None
            storage, body = "file", data
        if abandoned():  # the keyring may have shown a dialog, and its user has left meanwhile
            self.deserialize(None)
            self._seen = None
            raise AuthError(AuthProblem.TIMED_OUT, details="Nobody waits for this sign-in any more.")
        try:
            make_private(self.path.parent)
            os.chmod(self.path.parent, 0o700)
            write_atomic(self.path, _HEAD + storage.encode() + b"\n" + body)
            found = os.stat(self.path)
        except OSError as error:
            raise store_error(f"The sign-in cannot be stored: {error.strerror}.") from None
        self.storage = storage
        self._seen = (found.st_ino, found.st_mtime_ns, found.st_size)

    @staticmethod
    def _aside(path: Path) -> Path:
        """Where a file that cannot be read is kept: it may hold tokens all the same."""
        return path.with_suffix(".unreadable")

    def _keep_aside(self, path: Path) -> None:
        with suppress(OSError):
            os.replace(path, self._aside(path))
        self._seen = None
        self.storage = "memory"
