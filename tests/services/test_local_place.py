import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from odtui.services import disk
from odtui.services.disk import IntoItself, TrashFailed
from odtui.services.entry import Entry, Kind
from odtui.services.local_place import FIRST_PAGE, LocalPlace
from odtui.services.place import Place


async def listed(place: LocalPlace, folder: Entry | None = None) -> dict[str, Entry]:
    return {entry.name: entry async for page in place.pages(folder or await place.root()) for entry in page}


@pytest.fixture
def place(tmp_path: Path) -> LocalPlace:
    return LocalPlace(tmp_path)


async def test_it_is_a_place_that_opens_the_home_folder() -> None:
    place = LocalPlace()
    assert isinstance(place, Place)
    assert (await place.root()).id == os.environ["HOME"]


async def test_it_lists_files_folders_links_and_special_files(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    os.utime(tmp_path / "file", (1, 1_600_000_000))
    (tmp_path / "folder").mkdir()
    (tmp_path / "to file").symlink_to("file")
    (tmp_path / "to folder").symlink_to("folder")
    (tmp_path / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    found = await listed(place)
    assert found["file"] == Entry("", str(tmp_path / "file"), "file", Kind.FILE, 5, 1_600_000_000)
    assert {name: (entry.kind, entry.link, entry.size) for name, entry in found.items()} == {
        "file": (Kind.FILE, False, 5),
        "folder": (Kind.FOLDER, False, None),
        "to file": (Kind.FILE, True, 5),
        "to folder": (Kind.FOLDER, True, None),
        "broken": (Kind.OTHER, True, None),
        "pipe": (Kind.OTHER, False, None),
    }


async def test_names_that_are_no_text_survive(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "caf\udce9").write_bytes(b"x")
    (entry,) = (await listed(place)).values()
    assert os.fsencode(entry.name) == b"caf\xe9"
    assert await place.read(entry, 0, 9) == b"x"


async def test_the_first_page_is_short(place: LocalPlace, tmp_path: Path) -> None:
    for number in range(FIRST_PAGE + 5):
        (tmp_path / str(number)).touch()
    assert [len(page) async for page in place.pages(await place.root())] == [FIRST_PAGE, 5]


async def test_a_forbidden_folder_raises_and_is_never_empty(
    place: LocalPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError):
        await listed(place)


async def test_parents_lead_from_the_top_to_the_folder_above(place: LocalPlace, tmp_path: Path) -> None:
    above = await place.parents(await place.root())
    assert above[0].id == "/"
    assert above[0].name == "/"
    assert above[-1].id == str(tmp_path.parent)
    assert await place.parents(above[0]) == []
    assert place.path([*above, await place.root()]) == str(tmp_path)
    assert place.path([]) == "/"


async def test_locating_understands_home_relative_and_absolute_paths(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    home = await LocalPlace().root()
    await place.create_folder(home, "x")
    assert (await place.locate("a/../a")).id == str(tmp_path / "a")
    assert (await place.locate(str(tmp_path))).id == str(tmp_path)
    assert (await place.locate("~/x")).id == os.path.join(home.id, "x")
    with pytest.raises(FileNotFoundError):
        await place.locate("missing")


async def test_reading_gives_a_part_and_nothing_beyond_the_end(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"0123456789")
    entry = await place.locate("f")
    assert await place.read(entry, 3, 4) == b"3456"
    assert await place.read(entry, 10, 4) == b""


async def test_a_pipe_is_not_read(place: LocalPlace, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="regular"):
        await place.read(await place.locate("pipe"), 0, 1)


async def test_creating_a_folder_never_takes_an_existing_one(place: LocalPlace) -> None:
    root = await place.root()
    assert (await place.create_folder(root, "new")).kind is Kind.FOLDER
    with pytest.raises(FileExistsError):
        await place.create_folder(root, "new")


@pytest.mark.parametrize("kernel_helps", [True, False])
async def test_renaming_never_overwrites(
    place: LocalPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel_helps: bool
) -> None:
    if not kernel_helps:
        monkeypatch.setattr(disk, "_renameat2", lambda source, target: errno.EINVAL)
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileExistsError):
        await place.rename(await place.locate("a"), "b")
    with pytest.raises(FileExistsError):
        await place.rename(await place.locate("folder"), "empty")
    assert (tmp_path / "b").read_text() == "b"
    renamed = await place.rename(await place.locate("a"), "A")
    assert (renamed.name, sorted(os.listdir(tmp_path))) == ("A", ["A", "b", "empty", "folder"])


async def test_a_change_of_case_works_where_both_names_are_one_file(
    place: LocalPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("a")
    lstat = os.lstat
    monkeypatch.setattr(os, "lstat", lambda path: lstat(str(tmp_path / "a") if path == str(tmp_path / "A") else path))
    monkeypatch.setattr(disk, "_renameat2", lambda source, target: errno.EEXIST)
    disk.rename_new(str(tmp_path / "a"), str(tmp_path / "A"))
    assert os.listdir(tmp_path) == ["A"]


async def test_two_names_of_one_file_are_not_a_change_of_case(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    os.link(tmp_path / "a", tmp_path / "A")
    with pytest.raises(FileExistsError):
        disk.rename_new(str(tmp_path / "a"), str(tmp_path / "A"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "é" * 128, "\ud800"])
async def test_bad_names_are_refused(place: LocalPlace, name: str) -> None:
    root = await place.root()
    assert place.name_problem(name, root)
    with pytest.raises(OSError, match="name"):
        await place.create_folder(root, name)


async def test_good_names_are_not_refused(place: LocalPlace) -> None:
    for name in ("a", "é" * 127, "a\udcff", "-rf *", "..."):
        assert place.name_problem(name, await place.root()) is None


async def test_moving_stays_within_the_disk_and_never_into_itself(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "a" / "inside").mkdir(parents=True)
    (tmp_path / "f").touch()
    a, inside = await place.locate("a"), await place.locate("a/inside")
    for target in (a, inside):
        with pytest.raises(IntoItself):
            await place.move(a, target)
    moved = await place.move(await place.locate("f"), a)
    assert moved.id == str(tmp_path / "a" / "f")
    (tmp_path / "f").touch()
    with pytest.raises(FileExistsError):
        await place.move(await place.locate("f"), a)


async def test_moving_to_another_disk_is_an_error(
    place: LocalPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "f").touch()
    monkeypatch.setattr(disk, "_renameat2", lambda source, target: errno.EXDEV)
    with pytest.raises(OSError, match="link") as caught:
        await place.move(await place.locate("f"), await place.locate("a"))
    assert caught.value.errno == errno.EXDEV
    assert (tmp_path / "f").exists()


async def test_deleting_goes_to_the_trash_and_its_failure_deletes_nothing(tmp_path: Path) -> None:
    trashed: list[str] = []
    place = LocalPlace(tmp_path, trash=trashed.append)
    (tmp_path / "f").touch()
    await place.delete(await place.locate("f"))
    assert trashed == [str(tmp_path / "f")]


def test_a_trash_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import send2trash

    class Strange(Exception):
        pass

    def refuse(path: str) -> None:
        raise Strange("no trash here")

    monkeypatch.setattr(send2trash, "send2trash", refuse)
    (tmp_path / "f").touch()
    with pytest.raises(TrashFailed, match="no trash here"):
        disk.trash(str(tmp_path / "f"))
    assert (tmp_path / "f").exists()
    disk.trash(str(tmp_path / "gone"))


async def test_properties_say_what_it_is(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(2000))
    os.utime(tmp_path / "f", (0, 0))
    (tmp_path / "link").symlink_to("f")
    (tmp_path / "broken").symlink_to("nowhere")
    rows = dict(await place.properties(await place.locate("f")))
    assert rows["Size"] == "2 KB (2,000 bytes)"
    assert rows["Modified"] == "1970-01-01 00:00"
    assert dict(await place.properties(await place.locate("link")))["Leads to"] == "f"
    assert dict(await place.properties(await place.locate("broken")))["Kind"] == "broken link"
    assert dict(await place.properties(await place.root()))["Contents"] == "3 items"


async def test_refetching_sees_a_change(place: LocalPlace, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"1")
    old = await place.locate("f")
    (tmp_path / "f").write_bytes(b"123")
    assert (await place.refetch(replace(old, size=0))).size == 3
