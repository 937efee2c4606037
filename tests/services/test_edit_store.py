"""What is being edited lies in private folders, outlives a crash, and belongs to one process at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from odtui.services.edit_store import ABOUT, About, Edit, EditStore, digest_of, is_changed, local_name


def _about(path: Path, name: str = "a.txt", fetched_at: int = 1) -> About:
    return About(
        account="me", drive_id="d", item_id="i", parent_id="p", name=name, file=path.name,
        e_tag='"1"', c_tag='"c1"', digest=digest_of(path), size=3, fetched_at=fetched_at,
    )  # fmt: skip


def _edit(store: EditStore, name: str = "a.txt", *, typed: bytes = b"", fetched_at: int = 1) -> Edit:
    path = store.path_for(name)
    store.reserve(path)
    path.write_bytes(b"old")
    edit = store.keep(path, _about(path, name, fetched_at))
    if typed:
        path.write_bytes(typed)
    return edit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "edits"


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_else_can_read_what_is_edited(folder: Path) -> None:
    edit = _edit(EditStore(folder))
    assert [_mode(path) for path in (folder.parent, folder, edit.folder)] == [0o700] * 3
    assert _mode(edit.folder / ABOUT) == 0o600


def test_a_change_is_noticed_by_its_content_not_its_time(folder: Path) -> None:
    edit = _edit(EditStore(folder))
    os.utime(edit.path, (1, 1))
    assert not is_changed(edit)
    edit.path.write_bytes(b"new")
    assert is_changed(edit)


def test_an_edit_outlives_the_process(folder: Path) -> None:
    before = EditStore(folder)
    edit = _edit(before, typed=b"typed")
    before.close()
    kept = EditStore(folder).kept()
    assert kept == [edit]
    assert kept[0].path.read_bytes() == b"typed"


def test_a_file_that_has_another_name_by_now_is_found(folder: Path) -> None:
    before = EditStore(folder)
    edit = _edit(before, typed=b"typed")
    before.keep(edit.path, structs.replace(edit.about, name="renamed.txt"))
    before.close()
    (kept,) = EditStore(folder).kept()
    assert (kept.path, kept.about.name) == (edit.path, "renamed.txt")


def test_what_an_editor_has_put_elsewhere_is_left_alone(folder: Path) -> None:
    before = EditStore(folder)
    edit = _edit(before)
    edit.path.rename(edit.folder / "other.txt")
    before.close()
    assert EditStore(folder).kept() == []
    assert (edit.folder / "other.txt").read_bytes() == b"old"


def test_another_window_s_edit_is_left_to_it(folder: Path) -> None:
    mine = EditStore(folder)
    edit = _edit(mine, typed=b"typed")
    assert EditStore(folder).kept() == []
    assert mine.kept() == [edit]


def test_an_edit_is_another_window_s_until_that_is_killed(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.services.test_edit_store import _edit, EditStore;"
        "edit = _edit(EditStore(Path(sys.argv[1])), typed=b'typed'); print(edit.path, flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        path = Path(other.stdout.readline().strip())
        assert EditStore(folder).kept() == []
        other.kill()
        other.wait()
    store = EditStore(folder)
    assert [edit.path for edit in store.kept()] == [path]
    assert path.read_bytes() == b"typed"


def test_the_oldest_edit_comes_first(folder: Path) -> None:
    store = EditStore(folder)
    later, sooner = _edit(store, typed=b"x", fetched_at=9), _edit(store, typed=b"y", fetched_at=2)
    assert store.kept() == [sooner, later]


def test_what_was_left_unchanged_or_half_fetched_is_removed(folder: Path) -> None:
    before = EditStore(folder)
    _edit(before)
    half = before.path_for("half.txt")
    before.reserve(half)
    half.write_bytes(b"ha")
    before.close()
    assert EditStore(folder).kept() == []
    assert not folder.exists()


def test_what_is_being_fetched_just_now_is_left_alone(folder: Path) -> None:
    store = EditStore(folder)
    path = store.path_for("a.txt")
    store.reserve(path)
    path.write_bytes(b"ha")
    assert store.kept() == []
    assert path.exists()


def test_one_s_own_unchanged_edit_stays_while_it_is_open(folder: Path) -> None:
    store = EditStore(folder)
    edit = _edit(store)
    assert store.kept() == [edit]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", json.dumps({"account": 1}).encode()])
def test_what_cannot_be_read_is_left_alone(folder: Path, damage: bytes) -> None:
    before = EditStore(folder)
    edit = _edit(before, typed=b"typed")
    (edit.folder / ABOUT).write_bytes(damage)
    before.close()
    assert EditStore(folder).kept() == []
    assert edit.path.read_bytes() == b"typed"


def test_what_was_saved_beside_the_file_stays(folder: Path) -> None:
    store = EditStore(folder)
    edit = _edit(store)
    for name in (".a.txt.swp", "a.txt~", "#a.txt#"):
        (edit.folder / name).write_bytes(b"of the editor")
    (edit.folder / "saved as.txt").write_bytes(b"typed")
    assert not store.discard(edit.path)
    assert EditStore(folder).kept() == []
    assert (edit.folder / "saved as.txt").read_bytes() == b"typed"
    other = _edit(store)
    (other.folder / ".a.txt.swp").write_bytes(b"of the editor")
    assert store.discard(other.path)
    assert not other.folder.exists()


def test_discarding_removes_everything_once_and_for_all(folder: Path) -> None:
    store = EditStore(folder)
    first, second = _edit(store, typed=b"x"), _edit(store, typed=b"y")
    store.discard(first.path)
    assert store.kept() == [second]
    store.discard(second.path)
    store.discard(second.path)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("notes.txt", "notes.txt"),
        (".profile", ".profile"),
        ("a\nb\x1b[31m.md", "a_b_[31m.md"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("\udcff.txt", "_.txt"),
        ("x\u202etxt.exe", "x_txt.exe"),
        (ABOUT, f"_{ABOUT}"),
        ("  .txt", "file.txt"),
        ("é" * 200 + ".txt", "é" * 58 + ".txt"),
        ("a." + "b" * 200, "a." + "b" * 118),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one_with_the_same_extension(name: str, here: str) -> None:
    assert local_name(name) == here
    assert len(os.fsencode(here)) <= 121
