"""Folders that killed servers leave behind."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from odtui.demo.temporary import PREFIX, Temporary, sweep
from odtui.demo.thread import DemoThread

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_goes_with_its_server(folder: Path) -> None:
    made = Temporary()
    (made.path / "blobs").mkdir()
    assert [path.name.startswith(PREFIX) for path in folder.iterdir()] == [True]
    made.remove()
    assert list(folder.iterdir()) == []


def test_the_next_server_removes_what_a_killed_one_left(folder: Path) -> None:
    code = "import os; from odtui.demo.temporary import Temporary; print(Temporary().path); os._exit(9)"
    left = subprocess.run([sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(folder)}, capture_output=True)
    path = Path(left.stdout.decode().strip())
    (path / "blobs").mkdir()
    assert path.parent == folder
    made = Temporary()
    assert list(folder.iterdir()) == [made.path]
    made.remove()


def test_the_folder_of_a_living_server_stays(folder: Path) -> None:
    first = Temporary()
    second = Temporary()
    assert sorted(folder.iterdir()) == sorted([first.path, second.path])
    for made in (first, second):
        made.remove()


@pytest.mark.parametrize(("age", "stays"), [(10, True), (4000, False)])
def test_a_folder_without_a_mark_stays_while_it_is_young(folder: Path, age: int, *, stays: bool) -> None:
    strange = folder / f"{PREFIX}x"
    strange.mkdir()
    os.utime(strange, (NOW - age, NOW - age))
    sweep(NOW)
    assert strange.exists() == stays


def test_links_files_and_other_names_are_left_alone(folder: Path) -> None:
    (folder / "precious").mkdir()
    (folder / f"{PREFIX}link").symlink_to(folder / "precious")
    (folder / f"{PREFIX}file").touch()
    sweep(NOW + 10**9)
    assert len(list(folder.iterdir())) == 3


def test_a_folder_that_cannot_be_read_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / f"{PREFIX}x").mkdir()

    def refuse(path: Path) -> os.stat_result:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "lstat", refuse)
    sweep(NOW + 10**9)
    monkeypatch.undo()
    assert len(list(folder.iterdir())) == 1


def test_a_server_removes_its_folder_when_it_ends(folder: Path) -> None:
    with DemoThread():
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == []
