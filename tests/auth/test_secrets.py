"""The client secret: where it comes from, where it stays, how it is forgotten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from odtui.auth import secrets
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.secrets import VARIABLE, forget_secret, has_secret, load_secret, store_secret
from odtui.config.paths import Directories
from odtui.config.redact import redact
from odtui.config.settings import Profile
from tests.auth.keyrings import TROUBLES, FakeKeyring

SECRET = "h8Q~value-of-a-secret"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKeyring]:
    made = FakeKeyring(monkeypatch)
    yield made
    made.release()


def content_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_no_secret_is_no_failure(fake: FakeKeyring, profile: Profile, directories: Directories) -> None:
    assert not has_secret(profile, directories)
    assert load_secret(profile, directories) is None
    assert fake.asked == 0


def test_a_keyring_keeps_the_secret_and_the_disk_does_not(
    fake: FakeKeyring, profile: Profile, directories: Directories
) -> None:
    assert store_secret(profile, f" {SECRET}\n", directories) == "sealed"
    assert SECRET.encode() not in content_below(directories.state)
    assert load_secret(profile, directories) == SECRET


def test_whether_there_is_one_is_known_without_the_keyring(
    fake: FakeKeyring, profile: Profile, directories: Directories
) -> None:
    store_secret(profile, SECRET, directories)
    asked = fake.asked
    assert has_secret(profile, directories)
    assert fake.asked == asked


@pytest.mark.parametrize("trouble", TROUBLES)
def test_without_a_keyring_a_private_file_keeps_it(
    fake: FakeKeyring, profile: Profile, directories: Directories, trouble: str
) -> None:
    getattr(fake, trouble)()
    assert store_secret(profile, SECRET, directories) == "file"
    (file,) = directories.state.glob("secret-*.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert directories.state.stat().st_mode & 0o777 == 0o700
    assert load_secret(profile, directories) == SECRET


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_secret_in_a_keyring_out_of_reach_is_an_error_and_not_none(
    fake: FakeKeyring, profile: Profile, directories: Directories, trouble: str
) -> None:
    store_secret(profile, SECRET, directories)
    getattr(fake, trouble)()
    for call in (load_secret, forget_secret):
        with pytest.raises(AuthError) as caught:
            call(profile, directories)
        assert caught.value.problem is AuthProblem.STORE
    assert has_secret(profile, directories)


def test_the_environment_comes_first(
    fake: FakeKeyring, profile: Profile, directories: Directories, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_secret(profile, SECRET, directories)
    asked = fake.asked
    monkeypatch.setenv(VARIABLE, " other-secret-of-the-environment ")
    assert load_secret(profile, directories) == "other-secret-of-the-environment"
    assert fake.asked == asked


def test_a_blank_variable_is_no_secret(
    fake: FakeKeyring, profile: Profile, directories: Directories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "  ")
    assert load_secret(profile, directories) is None
    assert not has_secret(profile, directories)


def test_a_secret_in_memory_leaves_no_trace(fake: FakeKeyring, profile: Profile, directories: Directories) -> None:
    assert store_secret(profile, SECRET, directories, memory_only=True) == "memory"
    assert load_secret(profile, directories) == SECRET
    assert fake.asked == 0
    assert not directories.state.exists()
    forget_secret(profile, directories)
    assert not has_secret(profile, directories)


@pytest.mark.parametrize("works", [True, False])
def test_a_forgotten_secret_is_gone_everywhere(
    fake: FakeKeyring, profile: Profile, directories: Directories, works: bool
) -> None:
    if not works:
        fake.missing()
    store_secret(profile, SECRET, directories)
    forget_secret(profile, directories)
    assert fake.kept == {}
    assert not list(directories.state.glob("secret-*"))
    assert load_secret(profile, directories) is None
    forget_secret(profile, directories)


def test_profiles_have_secrets_of_their_own(fake: FakeKeyring, profile: Profile, directories: Directories) -> None:
    store_secret(profile, SECRET, directories)
    other = Profile(name="home")
    assert load_secret(other, directories) is None
    store_secret(other, "another-secret-value", directories)
    forget_secret(other, directories)
    assert load_secret(profile, directories) == SECRET


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"storage": "cloud"}', b"\xff"])
def test_a_damaged_note_means_entering_the_secret_again(
    fake: FakeKeyring, profile: Profile, directories: Directories, content: bytes
) -> None:
    store_secret(profile, SECRET, directories)
    (file,) = directories.state.glob("secret-*.json")
    file.write_bytes(content)
    assert load_secret(profile, directories) is None


def test_a_disk_that_refuses_is_an_error_without_the_secret(
    fake: FakeKeyring, profile: Profile, directories: Directories, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    fake.missing()
    with pytest.raises(AuthError) as caught:
        store_secret(profile, SECRET, directories)
    assert caught.value.problem is AuthProblem.STORE
    assert SECRET not in repr(caught.value)
    assert SECRET.encode() not in content_below(directories.state)


def test_a_secret_is_in_no_repr_and_hidden_in_every_text(
    fake: FakeKeyring, profile: Profile, directories: Directories
) -> None:
    store_secret(profile, SECRET, directories)
    assert SECRET not in repr(secrets._Note("file", SECRET))
    assert SECRET not in redact(f"the server said {SECRET}, well")
