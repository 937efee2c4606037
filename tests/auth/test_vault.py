"""Sealing with a key from the keyring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odtui.auth.vault import KeyringUnavailable, Unreadable, Vault, ask_keyring, forget_in_keyring, tell_keyring
from tests.auth.keyrings import TROUBLES, FakeKeyring

KEY = ("odtui", "token cache key")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKeyring]:
    made = FakeKeyring(monkeypatch)
    yield made
    made.release()


def test_what_is_sealed_can_be_opened_and_does_not_show_its_content(fake: FakeKeyring, tmp_path: Path) -> None:
    sealed = Vault(tmp_path).seal(b"refresh-token")
    assert b"refresh-token" not in sealed
    assert Vault(tmp_path).open(sealed) == b"refresh-token"


def test_one_key_of_44_characters_is_made_once(fake: FakeKeyring, tmp_path: Path) -> None:
    Vault(tmp_path).seal(b"a")
    key = fake.kept[KEY]
    Vault(tmp_path).seal(b"b")
    assert fake.kept == {KEY: key}
    assert len(key) == 44


def test_a_key_of_no_use_is_replaced(fake: FakeKeyring, tmp_path: Path) -> None:
    fake.kept[KEY] = "garbage"
    assert Vault(tmp_path).open(Vault(tmp_path).seal(b"a")) == b"a"


@pytest.mark.parametrize("key", [None, "garbage", "A" * 43 + "="])
def test_without_the_right_key_it_is_unreadable(fake: FakeKeyring, tmp_path: Path, key: str | None) -> None:
    sealed = Vault(tmp_path).seal(b"a")
    fake.kept.clear()
    if key is not None:
        fake.kept[KEY] = key
    with pytest.raises(Unreadable):
        Vault(tmp_path).open(sealed)


def test_damaged_bytes_are_unreadable(fake: FakeKeyring, tmp_path: Path) -> None:
    sealed = Vault(tmp_path).seal(b"a")
    with pytest.raises(Unreadable):
        Vault(tmp_path).open(sealed[:-4])


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_keyring_of_no_use_is_unavailable_for_everything(fake: FakeKeyring, tmp_path: Path, trouble: str) -> None:
    sealed = Vault(tmp_path).seal(b"a")
    getattr(fake, trouble)()
    vault = Vault(tmp_path)
    for call in (
        lambda: vault.seal(b"a"),
        lambda: vault.open(sealed),
        lambda: ask_keyring("x"),
        lambda: tell_keyring("x", "y"),
        lambda: forget_in_keyring("x"),
    ):
        with pytest.raises(KeyringUnavailable) as caught:
            call()
        assert "secret things" not in str(caught.value)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("missing", "this system has no keyring"),
        ("locked", "the keyring refuses: KeyringLocked"),
        ("hang", "the keyring does not answer"),
        ("broken", "the keyring fails: RuntimeError"),
    ],
)
def test_the_reason_is_said_in_words(fake: FakeKeyring, trouble: str, words: str) -> None:
    getattr(fake, trouble)()
    with pytest.raises(KeyringUnavailable, match=words):
        ask_keyring("x")


def test_a_keyring_that_keeps_nothing_is_of_no_use(fake: FakeKeyring, tmp_path: Path) -> None:
    fake.forgetful = True
    with pytest.raises(KeyringUnavailable, match="keeps nothing"):
        Vault(tmp_path).seal(b"a")


def test_forgetting_what_is_not_there_is_no_failure(fake: FakeKeyring) -> None:
    forget_in_keyring("x")
    tell_keyring("x", "y")
    forget_in_keyring("x")
    assert ask_keyring("x") is None
