"""Where odtui keeps its files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from odtui.config.files import make_private
from odtui.config.paths import Directories

linux = pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are for Linux")


@pytest.fixture
def home() -> Path:
    return Path.home()


def test_all_folders_can_be_below_one(tmp_path: Path) -> None:
    directories = Directories.below(tmp_path)
    assert directories.settings_file == tmp_path / "config" / "settings.toml"
    assert directories.state == tmp_path / "state"
    assert directories.log_file == tmp_path / "log" / "odtui.log"


def test_asking_for_folders_creates_none(tmp_path: Path, home: Path) -> None:
    Directories.below(tmp_path)
    Directories.of_user()
    assert list(tmp_path.iterdir()) == []
    assert list(home.iterdir()) == []


@linux
def test_without_xdg_variables_the_usual_folders_of_the_home_are_used(home: Path) -> None:
    directories = Directories.of_user()
    assert directories.config == home / ".config" / "odtui"
    assert directories.state == home / ".local" / "share" / "odtui"
    assert directories.log == home / ".local" / "state" / "odtui" / "log"


@linux
def test_xdg_variables_move_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    directories = Directories.of_user()
    assert directories.settings_file == tmp_path / "CONFIG" / "odtui" / "settings.toml"
    assert directories.state == tmp_path / "DATA" / "odtui"
    assert directories.log.is_relative_to(tmp_path / "STATE" / "odtui")


def test_a_folder_that_is_made_belongs_to_its_owner_only(tmp_path: Path) -> None:
    make_private(tmp_path / "state")
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
