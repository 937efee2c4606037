"""The token cache in a file: shared, replaced whole, sealed, and never silently less safe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from odtui.auth import cache as caching
from odtui.auth.cache import FileTokenCache
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.locks import file_lock
from tests.auth.keyrings import TROUBLES, FakeKeyring

SECRET = "refresh-secret"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKeyring]:
    made = FakeKeyring(monkeypatch)
    yield made
    made.release()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tokens.bin"


def put(cache: FileTokenCache, who: str = "adele", secret: str = SECRET, *, interactive: bool = True) -> None:
    """One account with its refresh token, as MSAL adds it."""
    with cache.session(interactive=interactive):
        add(cache, who, secret)


def add(cache: FileTokenCache, who: str, secret: str = SECRET) -> None:
    about = {"home_account_id": f"{who}.t", "environment": "login.test", "realm": "t", "client_id": "c"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("RefreshToken", {**about, "credential_type": "RefreshToken", "secret": secret, "target": "Files.Read"}),
        ("Account", {**about, "local_account_id": who, "username": who, "authority_type": "MSSTS"}),
    ]
    for kind, row in rows:
        cache.modify(kind, row, row)


def people(cache: FileTokenCache, *, interactive: bool = False) -> list[str]:
    with cache.session(interactive=interactive):
        return sorted(row["username"] for row in cache.search("Account"))


def test_without_a_path_it_lives_in_memory(fake: FakeKeyring, tmp_path: Path) -> None:
    cache = FileTokenCache(None)
    put(cache)
    assert people(cache) == ["adele"]
    assert (cache.storage, fake.asked, list(tmp_path.iterdir())) == ("memory", 0, [])


def test_with_a_keyring_the_file_is_sealed(fake: FakeKeyring, file: Path) -> None:
    cache = FileTokenCache(file)
    put(cache)
    assert cache.storage == "sealed"
    assert SECRET.encode() not in file.read_bytes()
    other = FileTokenCache(file)
    assert people(other) == ["adele"]
    assert other.storage == "sealed"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_without_a_keyring_the_file_is_plain_and_private(fake: FakeKeyring, file: Path, trouble: str) -> None:
    getattr(fake, trouble)()
    cache = FileTokenCache(file)
    put(cache)
    assert cache.storage == "file"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert people(FileTokenCache(file)) == ["adele"]


def test_the_modes_of_an_old_file_and_folder_are_mended(fake: FakeKeyring, file: Path) -> None:
    put(FileTokenCache(file))
    file.chmod(0o644)
    people(FileTokenCache(file))
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_another_process_wrote_is_read_again(fake: FakeKeyring, file: Path) -> None:
    mine, other = FileTokenCache(file), FileTokenCache(file)
    put(mine)
    put(other, "bob")
    assert people(mine) == ["adele", "bob"]
    put(mine, "carol")
    assert people(other) == ["adele", "bob", "carol"]


def test_a_file_that_another_process_deleted_is_empty(fake: FakeKeyring, file: Path) -> None:
    mine, other = FileTokenCache(file), FileTokenCache(file)
    put(mine)
    other.delete_file()
    assert not file.exists()
    assert people(mine) == []


def test_a_file_that_nobody_changed_is_not_read_again_nor_written(fake: FakeKeyring, file: Path) -> None:
    cache = FileTokenCache(file)
    put(cache)
    before, asked = file.stat(), fake.asked
    people(cache)
    assert (file.stat().st_ino, file.stat().st_mtime_ns, fake.asked) == (before.st_ino, before.st_mtime_ns, asked)


def test_a_session_writes_once_at_its_end(fake: FakeKeyring, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[Path] = []
    write = caching.write_atomic

    def counted(path: Path, data: bytes) -> None:
        writes.append(path)
        write(path, data)

    monkeypatch.setattr(caching, "write_atomic", counted)
    cache = FileTokenCache(file)
    with cache.session(interactive=True):
        add(cache, "adele")
        add(cache, "bob")
        assert writes == []
    assert writes == [file]


def test_an_exception_leaves_file_and_memory_as_they_were(fake: FakeKeyring, file: Path) -> None:
    cache = FileTokenCache(file)
    put(cache)
    before = file.read_bytes()
    with pytest.raises(KeyError), cache.session(interactive=True):  # noqa: PT012  # the failure comes after a change
        add(cache, "bob")
        raise KeyError("x")
    assert file.read_bytes() == before
    assert people(cache) == ["adele"]


def test_a_disk_that_fails_leaves_the_old_file_whole(
    fake: FakeKeyring, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    cache = FileTokenCache(file)
    put(cache)
    before = file.read_bytes()
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(AuthError) as caught:
        put(cache, "bob")
    assert caught.value.problem is AuthProblem.STORE
    assert "No space left" in caught.value.details
    assert file.read_bytes() == before
    assert sorted(os.listdir(file.parent)) == ["key.lock", "tokens.bin", "tokens.lock"]
    assert people(cache) == ["adele"]


def test_an_abandoned_session_saves_nothing(fake: FakeKeyring, file: Path) -> None:
    cache = FileTokenCache(file)
    with pytest.raises(AuthError) as caught, cache.session(interactive=True, abandoned=lambda: True):
        add(cache, "adele")
    assert caught.value.problem is AuthProblem.TIMED_OUT
    assert not file.exists()
    assert people(cache) == []


def test_a_lock_that_another_window_keeps_is_busy(
    fake: FakeKeyring, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def impatient(path: Path) -> Iterator[None]:
        with file_lock(path, timeout=0):
            yield

    monkeypatch.setattr(caching, "file_lock", impatient)
    with file_lock(file.with_suffix(".lock")), pytest.raises(AuthError) as caught:
        people(FileTokenCache(file))
    assert caught.value.problem is AuthProblem.BUSY
    assert people(FileTokenCache(file)) == []


@pytest.mark.parametrize(
    "damage", [b"", b"garbage", b"odtui token cache 1 sealed\n!", b"odtui token cache 1 file\n[1]"]
)
def test_a_damaged_file_is_kept_aside_and_means_signing_in(fake: FakeKeyring, file: Path, damage: bytes) -> None:
    put(FileTokenCache(file))
    file.write_bytes(damage)
    cache = FileTokenCache(file)
    with pytest.raises(AuthError) as caught:
        people(cache)
    assert (caught.value.problem, caught.value.interactive) == (AuthProblem.STORE, True)
    assert file.with_suffix(".unreadable").read_bytes() == damage
    put(cache, "bob")
    assert people(FileTokenCache(file)) == ["bob"]


@pytest.mark.parametrize("key", [None, "A" * 43 + "="])
def test_a_file_sealed_with_another_key_is_kept_aside_and_the_next_one_is_sealed(
    fake: FakeKeyring, file: Path, key: str | None
) -> None:
    put(FileTokenCache(file))
    sealed = file.read_bytes()
    fake.kept.clear()
    if key is not None:
        fake.kept["odtui", "token cache key"] = key
    cache = FileTokenCache(file)
    put(cache, "bob")
    assert file.with_suffix(".unreadable").read_bytes() == sealed
    assert cache.storage == "sealed"
    assert people(FileTokenCache(file)) == ["bob"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_sealed_file_out_of_reach_stays_and_is_an_error(fake: FakeKeyring, file: Path, trouble: str) -> None:
    put(FileTokenCache(file))
    sealed = file.read_bytes()
    getattr(fake, trouble)()
    with pytest.raises(AuthError) as caught:
        people(FileTokenCache(file))
    assert (caught.value.problem, caught.value.interactive) == (AuthProblem.STORE, False)
    assert "sealed" in caught.value.details
    assert file.read_bytes() == sealed


@pytest.mark.parametrize("trouble", TROUBLES)
def test_signing_in_while_the_key_is_out_of_reach_keeps_tokens_in_memory_only(
    fake: FakeKeyring, file: Path, trouble: str
) -> None:
    put(FileTokenCache(file))
    sealed = file.read_bytes()
    getattr(fake, trouble)()
    cache = FileTokenCache(file)
    put(cache, "bob")
    assert (cache.storage, people(cache)) == ("memory", ["bob"])
    assert file.read_bytes() == sealed


def test_a_sealed_file_is_never_replaced_by_a_plain_one(fake: FakeKeyring, file: Path) -> None:
    cache = FileTokenCache(file)
    put(cache)
    sealed = file.read_bytes()
    fake.locked()
    with pytest.raises(AuthError) as caught:
        put(cache, "bob", "new-secret")
    assert caught.value.problem is AuthProblem.STORE
    assert file.read_bytes() == sealed


def test_a_refreshed_token_that_cannot_be_stored_is_used_and_stored_later(
    fake: FakeKeyring, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    cache = FileTokenCache(file, on_unsaved=told.append)
    put(cache)
    sealed = file.read_bytes()
    fake.locked()
    put(cache, "bob", "new-secret", interactive=False)
    put(cache, "carol", "newer-secret", interactive=False)
    assert people(cache) == ["adele", "bob", "carol"]
    assert told == [cache.unsaved]
    assert "keyring" in cache.unsaved
    assert file.read_bytes() == sealed
    assert len([record for record in caplog.records if "cannot be stored" in record.message]) == 1
    fake.error = None
    with cache.session():
        pass
    assert cache.unsaved == ""
    assert people(FileTokenCache(file)) == ["adele", "bob", "carol"]


def test_a_plain_file_is_sealed_when_somebody_signs_in_but_not_by_a_refresh(fake: FakeKeyring, file: Path) -> None:
    fake.missing()
    cache = FileTokenCache(file)
    put(cache)
    fake.error = None
    put(cache, "bob", interactive=False)
    assert cache.storage == "file"
    put(cache, "carol")
    assert cache.storage == "sealed"
    assert SECRET.encode() not in file.read_bytes()
    assert people(FileTokenCache(file)) == ["adele", "bob", "carol"]


def test_forgetting_an_account_removes_its_tokens_and_keeps_the_others(fake: FakeKeyring, file: Path) -> None:
    cache = FileTokenCache(file)
    put(cache, "adele", "secret-of-adele")
    put(cache, "bob", "secret-of-bob")
    with cache.session():
        assert cache.forget("adele.t")
        assert "secret-of-adele" not in cache.serialize()
        assert not cache.forget("bob.t")


def test_deleting_what_does_not_exist_is_no_failure(fake: FakeKeyring, file: Path) -> None:
    FileTokenCache(file).delete_file()
    FileTokenCache(None).delete_file()
    assert not file.parent.exists()


def test_deleting_takes_the_file_kept_aside_along(fake: FakeKeyring, file: Path) -> None:
    put(FileTokenCache(file))
    file.write_bytes(b"garbage")
    cache = FileTokenCache(file)
    with pytest.raises(AuthError):
        people(cache)
    cache.delete_file()
    assert not list(file.parent.glob("*.unreadable"))
