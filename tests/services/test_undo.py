"""What was done is taken back: nothing is overwritten by that, and nothing that was changed since is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odtui.demo.control import Change as Wish
from odtui.demo.control import change
from odtui.graph.errors import Unreachable
from odtui.graph.models import Drive
from odtui.services.disk import IntoItself
from odtui.services.entry import Entry
from odtui.services.restoring import recycle_bin
from odtui.services.transfers.record import MOST_DEEDS, Deed
from odtui.services.undo import (
    LONGEST,
    CannotUndo,
    Deleted,
    Lasting,
    Made,
    Moved,
    Moving,
    Renamed,
    Step,
    UndoJournal,
    step_of,
)
from tests.services.conftest import Live
from tests.services.fakes import FakePlace

AT = "For a test"


def _somebody(live: Live, action: str, value: str = "", name: str = "a.txt") -> None:
    change(live.demo.state, Wish(path=f"{AT}/{name}", action=action, value=value))


async def _refused(step: Step) -> str:
    with pytest.raises(CannotUndo) as caught:
        await step.undo()
    return caught.value.why


# the journal


def test_the_newest_step_comes_first_and_old_ones_are_forgotten() -> None:
    place = FakePlace({"/a": b""})
    steps = [Made(place, "copy", (place.entries["/a"],)) for _ in range(LONGEST + 5)]  # type: ignore[arg-type]
    journal = UndoJournal()
    assert journal.last is None
    for step in steps:
        journal.add(step)
    for step in reversed(steps[5:]):
        assert journal.last is step
        journal.drop(step)
    assert journal.last is None
    journal.drop(steps[0])


def test_the_end_of_a_session_forgets_what_was_done_on_drives() -> None:
    cloud, local = FakePlace({"/a": b""}), FakePlace({"/a": b""}, is_local=True, id="local")
    journal = UndoJournal()
    kept = Made(local, "download", (local.entries["/a"],))  # type: ignore[arg-type]
    journal.add(kept)
    journal.add(Made(cloud, "upload", (cloud.entries["/a"],)))  # type: ignore[arg-type]
    journal.forget(lambda place: not place.is_local)
    assert journal.last is kept
    journal.drop(kept)
    assert journal.last is None


# renames


async def test_a_rename_is_taken_back(live: Live) -> None:
    before = await live.put("a.txt", b"x")
    after = await live.place.rename(before, "b.txt")
    step = Renamed(live.place, before, after)
    assert (step.what, step.removes) == ("rename of a.txt", "")
    (back,) = (await step.undo()).changes
    assert (back.gone, back.new and back.new.name) == (after, "a.txt")
    assert set(await live.remote()) == {"a.txt"}


async def test_two_renames_are_taken_back_one_after_the_other(live: Live) -> None:
    first = await live.put("a.txt", b"x")
    second = await live.place.rename(first, "b.txt")
    third = await live.place.rename(second, "c.txt")
    await Renamed(live.place, second, third).undo()
    await Renamed(live.place, first, second).undo()
    assert set(await live.remote()) == {"a.txt"}


async def test_new_content_does_not_keep_a_name_from_going_back(live: Live) -> None:
    before = await live.put("a.txt", b"x")
    after = await live.place.rename(before, "b.txt")
    _somebody(live, "write", "newer", "b.txt")
    await Renamed(live.place, before, after).undo()
    assert await live.tree() == {"a.txt": b"newer"}


@pytest.mark.parametrize(
    ("action", "value", "why"),
    [("rename", "c.txt", "It was renamed since."), ("delete", "", "It is not there any more.")],
)
async def test_a_rename_that_others_have_gone_on_with_stays(live: Live, action: str, value: str, why: str) -> None:
    before = await live.put("a.txt", b"x")
    after = await live.place.rename(before, "b.txt")
    _somebody(live, action, value, "b.txt")
    assert await _refused(Renamed(live.place, before, after)) == why


async def test_a_taken_name_is_not_overwritten_by_going_back(live: Live) -> None:
    before = await live.put("a.txt", b"mine")
    after = await live.place.rename(before, "b.txt")
    await live.put("a.txt", b"another")
    assert await _refused(Renamed(live.place, before, after)) == "Something else is called a.txt there by now."
    assert await live.tree() == {"a.txt": b"another", "b.txt": b"mine"}


async def test_a_rename_on_this_computer_is_taken_back(live: Live) -> None:
    (live.disk / "a").write_text("x")
    before = await live.local.locate("a")
    after = await live.local.rename(before, "b")
    await Renamed(live.local, before, after).undo()
    assert live.local_tree() == {"a": b"x"}


async def test_a_failing_network_is_no_refusal() -> None:
    place = FakePlace({"/a": b"x"})
    place.fail("refetch", Unreachable("no"))
    with pytest.raises(Unreachable):
        await Renamed(place, place.entries["/a"], place.entries["/a"]).undo()  # type: ignore[arg-type]


# moves


async def _moved(live: Live, *names: str) -> tuple[Entry, Moved]:
    folder = await live.place.create_folder(live.folder, "in")
    moves = []
    for name in names:
        before = await live.put(name, b"x")
        moves.append(Moving(before, await live.place.move(before, folder), live.folder, folder))
    return folder, Moved(live.place, tuple(moves))


async def test_a_move_is_taken_back(live: Live) -> None:
    folder, step = await _moved(live, "a.txt", "b.txt")
    assert step.what == "move of a.txt and 1 more"
    undone = await step.undo()
    assert [item.folder for item in undone.changes if item.new] == [live.folder] * 2
    assert set(await live.tree()) == {"a.txt", "b.txt", "in"}
    assert await live.remote(folder) == {}


async def test_a_new_name_goes_back_with_a_move(live: Live) -> None:
    _, step = await _moved(live, "a.txt")
    move = step.moves[0]
    after = await live.place.rename(move.after, "a 1.txt")
    await Moved(live.place, (replace(move, after=after),)).undo()
    assert set(await live.tree()) == {"a.txt", "in"}


async def test_what_was_moved_on_or_whose_place_is_taken_stays_and_the_rest_goes_back(live: Live) -> None:
    folder, step = await _moved(live, "a.txt", "b.txt", "c.txt")
    other = await live.place.create_folder(live.folder, "other")
    await live.place.move((await live.remote(folder))["a.txt"], other)
    await live.put("b.txt", b"another")
    undone = await step.undo()
    assert undone.left == (
        "a.txt: It was moved since.",
        "b.txt: Something else is called b.txt there by now.",
    )
    assert await live.tree() == {
        "b.txt": b"another", "c.txt": b"x", "in": None, "in/b.txt": b"x", "other": None, "other/a.txt": b"x",
    }  # fmt: skip


async def test_a_move_whose_old_folder_is_gone_is_refused(live: Live) -> None:
    origin = await live.place.create_folder(live.folder, "origin")
    before = await live.put("a.txt", b"x", origin)
    after = await live.place.move(before, live.folder)
    await live.place.delete(await live.place.refetch(origin))
    step = Moved(live.place, (Moving(before, after, origin, live.folder),))
    assert await _refused(step) == "a.txt: Its old place is not there any more."


async def test_a_move_on_this_computer_is_taken_back(live: Live) -> None:
    (live.disk / "a").write_text("x")
    (live.disk / "in").mkdir()
    before, folder = await live.local.locate("a"), await live.local.locate("in")
    after = await live.local.move(before, folder)
    await Moved(live.local, (Moving(before, after, live.here, folder),)).undo()
    assert live.local_tree() == {"a": b"x", "in": None}


# what was made


async def test_what_was_made_goes_to_the_recycle_bin_folders_last(live: Live) -> None:
    folder = await live.place.create_folder(live.folder, "new")
    inner = await live.place.create_folder(folder, "inner")
    file = await live.put("a.txt", b"x", inner)
    step = Made(live.place, "upload", (folder, inner, file))
    assert (step.what, step.removes) == ("upload of new and 2 more", "1 file and 2 folders")
    undone = await step.undo()
    assert [item.gone and item.gone.name for item in undone.changes] == ["a.txt", "inner", "new"]
    assert await live.tree() == {}


async def test_what_was_changed_or_filled_since_stays(live: Live) -> None:
    folder = await live.place.create_folder(live.folder, "new")
    files = [await live.put(f"{name}.txt", b"x", folder) for name in "ab"]
    _somebody(live, "write", "newer", "new/a.txt")
    undone = await Made(live.place, "upload", (folder, *files)).undo()
    assert undone.left == ("a.txt: It was changed since.", "new: There is something in it by now.")
    assert await live.tree() == {"new": None, "new/a.txt": b"newer"}


async def test_a_folder_that_is_not_empty_any_more_stays(live: Live) -> None:
    folder = await live.place.create_folder(live.folder, "new")
    await live.put("a.txt", b"x", folder)
    assert await _refused(Made(live.place, "creation", (folder,))) == "new: There is something in it by now."


async def test_a_folder_that_was_copied_whole_goes_unless_it_was_changed(live: Live) -> None:
    folder = await live.place.create_folder(live.folder, "copied")
    await live.put("a.txt", b"x", folder)
    arrived = await live.place.refetch(folder)
    (step,) = [step_of("copy", [Deed("made", live.place, arrived, live.folder, whole=True)], {})]
    assert step is not None
    other = await live.put("b.txt", b"y", folder)
    assert await _refused(step) == "copied: What is in it was changed since."
    await live.place.delete(other)
    await step.undo()
    assert await live.tree() == {}


async def test_other_properties_alone_are_no_change(live: Live) -> None:
    entry = await live.put("a.txt", b"x" * 100)
    assert entry.digest
    _somebody(live, "touch")
    await Made(live.place, "copy", (entry,)).undo()
    assert await live.tree() == {}


async def test_a_download_is_taken_back_unless_the_file_was_changed(live: Live) -> None:
    for name in ("a", "b"):
        (live.disk / name).write_text("x")
    entries = [await live.local.locate(name) for name in ("a", "b")]
    (live.disk / "b").write_text("longer")
    undone = await Made(live.local, "download", tuple(entries)).undo()
    assert undone.left == ("b: It was changed since.",)
    assert live.local_tree() == {"b": b"longer"}
    assert live.trashed == [str(live.disk / "a")]


# deletions


async def test_deleted_items_come_back_where_they_were(live: Live) -> None:
    folder = await live.place.create_folder(live.folder, "in")
    entries = [await live.put("a.txt", b"x"), await live.put("b.txt", b"y", folder)]
    for entry in entries:
        await live.place.delete(entry)
    step = Deleted(live.place, tuple(entries))
    assert (step.what, step.removes) == ("deletion of a.txt and 1 more", "")
    undone = await step.undo()
    assert [item.folder and item.folder.name for item in undone.changes] == [AT, "in"]
    assert await live.tree() == {"a.txt": b"x", "in": None, "in/b.txt": b"y"}


async def test_a_deleted_item_takes_nobody_s_place(live: Live) -> None:
    entry = await live.put("a.txt", b"old")
    await live.place.delete(entry)
    await live.put("a.txt", b"new")
    assert await _refused(Deleted(live.place, (entry,))) == "a.txt: Something else has its name by now."
    assert await live.tree() == {"a.txt": b"new"}


async def test_without_the_permission_the_recycle_bin_in_the_browser_is_offered(live: Live) -> None:
    entry = await live.put("a.txt", b"old")
    await live.place.delete(entry)
    live.fail(kind="status", status=403, code="accessDenied", path="/restore$")
    with pytest.raises(CannotUndo) as caught:
        await Deleted(live.place, (entry,)).undo()
    assert "Files.ReadWrite.All" in caught.value.why
    assert caught.value.web == "https://onedrive.live.com/?qt=recyclebin"


async def test_work_accounts_give_nothing_back_and_nothing_is_asked(live: Live) -> None:
    entry = await live.put("a.txt", b"old")
    live.place.drive = Drive(
        id=live.place.drive.id, drive_type="business", web_url="https://x.sharepoint.com/personal/a/Documents"
    )
    live.demo.state.log.clear()
    with pytest.raises(CannotUndo) as caught:
        await Deleted(live.place, (entry,)).undo()
    assert caught.value.web == "https://x.sharepoint.com/personal/a/_layouts/15/RecycleBin.aspx"
    assert live.requests("restore") == []


@pytest.mark.parametrize("url", [None, "", "http://x/y", "javascript:alert(1)"])
def test_an_address_that_is_no_page_is_not_offered(url: str | None) -> None:
    assert recycle_bin(Drive(id="d", drive_type="business", web_url=url)) == ""


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr("odtui.services.trash.restore", lambda path, since: asked.append(path))
    return asked


async def test_files_of_this_computer_come_out_of_the_trash(live: Live, restored: list[str]) -> None:
    (live.disk / "a").write_text("x")
    entry = await live.local.locate("a")
    (back,) = (await Deleted(live.local, (entry,)).undo()).changes
    assert restored == [entry.id]
    assert (back.new, back.folder and back.folder.id) == (entry, str(live.disk))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (FileExistsError(17, "there"), "a: Something else has its name by now."),
        (FileNotFoundError(2, "gone"), "a: It is not in the trash any more."),
        (IntoItself("x"), "a: odtui cannot take it out of the trash; open the trash of this computer."),
    ],
)
async def test_what_the_trash_does_not_give_back_says_why(
    live: Live, monkeypatch: pytest.MonkeyPatch, error: OSError, why: str
) -> None:
    (live.disk / "a").write_text("x")
    entry = await live.local.locate("a")

    def fail(path: str, since: float) -> None:
        raise error

    monkeypatch.setattr("odtui.services.trash.restore", fail)
    assert await _refused(Deleted(live.local, (entry,))) == why


# what jobs have done


def _deeds(place: FakePlace, kind: str, count: int = 1, **more: object) -> list[Deed]:
    entry = place.add("/a", b"x")
    return [Deed(kind, place, entry, **more)] * count  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "deed", "step"), [("upload", "made", Made), ("copy", "made", Made), ("delete", "deleted", Deleted)]
)
def test_a_job_is_one_step(kind: str, deed: str, step: type) -> None:
    assert isinstance(step_of(kind, _deeds(FakePlace(), deed, 3), {}), step)


async def test_a_move_within_a_drive_is_one_step_and_one_across_is_never_taken_back() -> None:
    place = FakePlace()
    before, folder = place.add("/was", b"x"), place.entries["/"]
    moved = _deeds(place, "moved", folder=folder, before=before)
    assert isinstance(step_of("move", moved, {before.key: folder}), Moved)
    for across in (step_of("move", moved, {}), step_of("move", _deeds(place, "made", 2, folder=folder), {})):
        assert isinstance(across, Lasting)
        assert (
            await _refused(across) == "It was copied to another place, and its source deleted. Move it back yourself."
        )


async def test_nothing_is_no_step_and_too_much_is_never_taken_back() -> None:
    assert step_of("copy", [], {}) is None
    much = step_of("copy", _deeds(FakePlace(), "made", MOST_DEEDS + 1), {})
    assert isinstance(much, Lasting)
    assert await _refused(much) == "It made more than 5,000 changes, and that is more than is remembered."
