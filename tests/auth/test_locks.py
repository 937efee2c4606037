"""The lock between instances, on a clock of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.locks import POLL, file_lock


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_free_lock_is_held_at_once_in_a_private_file(tmp_path: Path) -> None:
    time = Time()
    with file_lock(tmp_path / "state" / "a.lock", clock=time.clock, sleep=time.sleep):
        assert (tmp_path / "state" / "a.lock").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert time.slept == []


def test_a_lock_that_stays_taken_is_busy_after_the_time_out(tmp_path: Path) -> None:
    time = Time()
    with (
        file_lock(tmp_path / "a.lock"),
        pytest.raises(AuthError) as caught,
        file_lock(tmp_path / "a.lock", timeout=45, clock=time.clock, sleep=time.sleep),
    ):
        raise AssertionError("both hold the lock")
    assert caught.value.problem is AuthProblem.BUSY
    assert 45 <= time.now < 45 + 2 * POLL
    assert set(time.slept) == {POLL}


def test_a_lock_that_is_freed_meanwhile_is_taken(tmp_path: Path) -> None:
    first = file_lock(tmp_path / "a.lock")
    first.__enter__()
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        first.__exit__(None, None, None)

    with file_lock(tmp_path / "a.lock", clock=lambda: 0.0, sleep=sleep):
        assert waited == [POLL]


def test_a_failure_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(KeyError), file_lock(tmp_path / "a.lock"):
        raise KeyError("x")
    with file_lock(tmp_path / "a.lock", timeout=0):
        pass


def test_two_locks_are_independent(tmp_path: Path) -> None:
    with file_lock(tmp_path / "a.lock"), file_lock(tmp_path / "b.lock", timeout=0):
        pass
