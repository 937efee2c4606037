"""What went into the trash of this computer comes out again where it was, and over nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from odtui.services.disk import trash
from odtui.services.trash import restore


@pytest.fixture
def rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trash of a user of its own, as send2trash would use it."""
    import send2trash.plat_other as freedesktop

    data = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(freedesktop, "XDG_DATA_HOME", os.fsencode(data))
    monkeypatch.setattr(freedesktop, "HOMETRASH_B", os.fsencode(data / "Trash"))
    monkeypatch.setattr("send2trash.send2trash", freedesktop.send2trash)
    return data / "Trash"


@pytest.mark.parametrize("name", ["a.txt", "a b%20#é.txt", "line\nbreak", "\udcff.bin", "folder"])
def test_it_comes_back_where_it_was(tmp_path: Path, rubbish: Path, name: str) -> None:
    path = tmp_path / "here" / name
    path.parent.mkdir()
    if name == "folder":
        path.mkdir()
        (path / "in it").write_text("x")
    else:
        path.write_text("x")
    since = time.time()
    trash(str(path))
    assert not path.exists()
    restore(str(path), since)
    assert (path / "in it" if name == "folder" else path).read_text() == "x"
    assert not list((rubbish / "info").iterdir())
    assert not list((rubbish / "files").iterdir())


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path, rubbish: Path) -> None:
    path = tmp_path / "here" / "a.txt"
    path.parent.mkdir()
    path.write_text("x")
    trash(str(path))
    path.parent.rmdir()
    restore(str(path), 0)
    assert path.read_text() == "x"


def test_nothing_is_overwritten(tmp_path: Path, rubbish: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    trash(str(path))
    path.write_text("new")
    with pytest.raises(FileExistsError):
        restore(str(path), 0)
    assert path.read_text() == "new"
    assert len(list((rubbish / "info").iterdir())) == 1


def test_of_several_the_newest_comes_back(tmp_path: Path, rubbish: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("first", "second"):
        path.write_text(text)
        trash(str(path))
    older = rubbish / "info" / "a.txt.trashinfo"
    older.write_text(older.read_text().split("DeletionDate")[0] + "DeletionDate=2020-01-01T00:00:00\n")
    restore(str(path), 0)
    assert path.read_text() == "second"


def test_what_was_deleted_before_is_not_meant(tmp_path: Path, rubbish: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    trash(str(path))
    with pytest.raises(FileNotFoundError):
        restore(str(path), time.time() + 120)


@pytest.mark.parametrize("damage", ["", "[Trash Info]\n", "Path=%zz\nDeletionDate=x\n", "\0"])
def test_what_cannot_be_read_is_left_alone(tmp_path: Path, rubbish: Path, damage: str) -> None:
    (rubbish / "info").mkdir(parents=True)
    (rubbish / "info" / "x.trashinfo").write_text(damage)
    with pytest.raises(FileNotFoundError):
        restore(str(tmp_path / "a.txt"), 0)
    assert (rubbish / "info" / "x.trashinfo").exists()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_it_says_that_it_cannot(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("sys.platform", platform)
    with pytest.raises(OSError, match="supported"):
        restore("/tmp/a.txt", 0)
