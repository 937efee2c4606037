"""The list of accounts on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odtui.auth.accounts import Account, AccountStore


def account(who: str, profile: str = "work", registration: str = "r1", **more: str) -> Account:
    return Account(id=f"{who}.t", profile=profile, username=f"{who}@contoso.com", registration=registration, **more)  # type: ignore[arg-type]


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> AccountStore:
    return AccountStore(tmp_path / "accounts.json" if request.param == "file" else None)


def test_nobody_is_known_at_first(store: AccountStore) -> None:
    assert store.all() == []


def test_the_last_one_to_sign_in_is_first_and_nobody_twice(store: AccountStore) -> None:
    store.put(account("a"))
    store.put(account("b"))
    store.put(account("a", name="A"))
    assert store.all() == [account("a", name="A"), account("b")]


def test_profiles_know_the_same_person_apart(store: AccountStore) -> None:
    store.put(account("a"))
    store.put(account("a", profile="home", registration="r2"))
    store.remove(account("a"))
    assert [known.profile for known in store.all()] == ["home"]


def test_another_registration_replaces_the_accounts_of_the_profile(store: AccountStore) -> None:
    store.put(account("a"))
    store.put(account("x", profile="home", registration="other"))
    assert store.put(account("b", registration="r2")) == [account("a")]
    assert store.all() == [account("b", registration="r2"), account("x", profile="home", registration="other")]


def test_new_scopes_are_kept_in_place(store: AccountStore) -> None:
    store.put(account("a"))
    store.put(account("b"))
    newer = store.update(account("a"), granted=("Files.Read",), spelled=("files.read",))
    assert store.all() == [account("b"), newer]
    assert newer.granted == ("Files.Read",)


def test_new_scopes_do_not_bring_back_who_signed_out(store: AccountStore) -> None:
    store.update(account("a"), granted=("Files.Read",), spelled=("Files.Read",))
    assert store.all() == []


def test_the_file_is_private_and_another_instance_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "state" / "accounts.json"
    AccountStore(file).put(account("a"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert AccountStore(file).all() == [account("a")]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"id": "x"}]', b"\xff\xfe"])
def test_a_damaged_file_is_nobody_and_the_next_sign_in_writes_a_new_one(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "accounts.json"
    file.write_bytes(content)
    assert AccountStore(file).all() == []
    AccountStore(file).put(account("a"))
    assert AccountStore(file).all() == [account("a")]


def test_a_disk_that_fails_leaves_the_old_list_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    store = AccountStore(tmp_path / "accounts.json")
    store.put(account("a"))
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        store.put(account("b"))
    assert store.all() == [account("a")]
    assert sorted(os.listdir(tmp_path)) == ["accounts.json", "accounts.lock"]
