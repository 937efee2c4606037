"""An edited text goes over the version that it was made from, and over no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from odtui.demo.control import Change, change
from odtui.graph.errors import Cut, GraphError, ItemNotFound, Locked, MalwareBlocked, QuotaExceeded, StaleETag
from odtui.services.edit import SMALL, Editing, mine_beside
from odtui.services.edit_store import Edit, EditStore
from odtui.services.entry import Entry
from odtui.services.transfers.problems import SourceChanged
from tests.services.conftest import Live

AT = "For a test"


@pytest.fixture
def store(tmp_path: Path) -> EditStore:
    return EditStore(tmp_path / "edits")


@pytest.fixture
def editing(live: Live, store: EditStore) -> Editing:
    return Editing(store, sleep=live.clock.sleep, now=lambda: 1_700_000_000.5)


async def _typed(live: Live, editing: Editing, text: bytes = b"mine", was: bytes = b"was") -> tuple[Entry, Edit]:
    entry = await live.put("a.txt", was)
    edit = await editing.fetch(live.place.client, entry, "me")
    edit.path.write_bytes(text)
    return entry, edit


def _somebody(live: Live, action: str, value: str = "", name: str = "a.txt") -> None:
    change(live.demo.state, Change(path=f"{AT}/{name}", action=action, value=value))


async def _content(live: Live, name: str = "a.txt") -> bytes:
    found = (await live.tree())[name]
    assert found is not None
    return found


async def test_a_file_is_fetched_whole_with_its_extension_for_the_owner_only(live: Live, editing: Editing) -> None:
    entry = await live.put("a #1.txt", b"hello")
    edit = await editing.fetch(live.place.client, entry, "me")
    assert (edit.path.name, edit.path.read_bytes(), edit.path.stat().st_mode & 0o777) == ("a #1.txt", b"hello", 0o600)
    assert (edit.about.account, edit.about.name, edit.about.size) == ("me", "a #1.txt", 5)
    assert edit.about.fetched_at == 1_700_000_000
    assert edit.about.parent_id == live.folder.id


async def test_an_empty_file_can_be_edited(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing, b"now there is something", was=b"")
    await editing.send(live.place.client, edit)
    assert await _content(live) == b"now there is something"


async def test_everything_can_be_deleted_from_a_file(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing, b"")
    await editing.send(live.place.client, edit)
    assert await _content(live) == b""


async def test_the_text_replaces_the_version_that_it_was_made_from(live: Live, editing: Editing) -> None:
    entry, edit = await _typed(live, editing)
    item = await editing.send(live.place.client, edit)
    assert (item.id, await _content(live)) == (entry.id, b"mine")


async def test_somebody_else_s_text_is_never_overwritten(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing)
    _somebody(live, "write", "theirs")
    with pytest.raises(StaleETag):
        await editing.send(live.place.client, edit)
    assert await _content(live) == b"theirs"
    assert edit.path.read_bytes() == b"mine"


async def test_a_new_name_is_no_new_text(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing)
    _somebody(live, "rename", "b.txt")
    await editing.send(live.place.client, edit)
    assert await live.tree() == {"b.txt": b"mine"}


async def test_overwriting_means_the_version_that_was_shown(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing)
    _somebody(live, "write", "theirs")
    theirs = await editing.theirs(live.place.client, edit)
    assert theirs.data == b"theirs"
    _somebody(live, "write", "theirs once more")
    with pytest.raises(StaleETag):
        await editing.send(live.place.client, edit, theirs.item)
    newest = await editing.theirs(live.place.client, edit)
    await editing.send(live.place.client, edit, newest.item)
    assert await _content(live) == b"mine"


async def test_a_lost_answer_is_not_taken_for_somebody_else(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing)
    live.fail(kind="status", status=500, method="PUT", effect=True)
    with pytest.raises(GraphError):
        await editing.send(live.place.client, edit)
    item = await editing.send(live.place.client, edit)
    assert item.size == 4
    assert await _content(live) == b"mine"


async def test_a_deleted_file_is_told_and_can_be_put_back(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing)
    _somebody(live, "delete")
    with pytest.raises(ItemNotFound):
        await editing.send(live.place.client, edit)
    assert (await editing.theirs(live.place.client, edit)).item is None
    await editing.send_beside(live.place.client, edit, edit.about.name)
    assert await live.tree() == {"a.txt": b"mine"}


async def test_both_are_kept_also_twice(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing)
    _somebody(live, "write", "theirs")
    names = [(await editing.send_beside(live.place.client, edit, mine_beside("a.txt"))).name for _ in range(2)]
    assert names[0] == "a (my edit).txt"
    assert await _content(live) == b"theirs"
    assert {name: data for name, data in (await live.tree()).items() if name != "a.txt"} == dict.fromkeys(
        (str(name) for name in names), b"mine"
    )
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"kind": "quota_full", "path": "content"}, QuotaExceeded),
        ({"kind": "status", "status": 423, "code": "resourceLocked", "method": "PUT"}, Locked),
    ],
)
async def test_what_cannot_be_sent_is_kept(
    live: Live, editing: Editing, store: EditStore, rule: dict[str, object], kind: type[GraphError]
) -> None:
    _, edit = await _typed(live, editing)
    live.fail(**rule)
    with pytest.raises(kind):
        await editing.send(live.place.client, edit)
    assert store.kept() == [edit]
    assert edit.path.read_bytes() == b"mine"


async def test_a_download_that_fails_or_is_cancelled_leaves_nothing(
    live: Live, editing: Editing, tmp_path: Path
) -> None:
    entry = await live.put("a.txt", b"was")
    live.fail(kind="cut", path="^/(?!v1.0)", times=0)
    with pytest.raises(Cut):
        await editing.fetch(live.place.client, entry, "me")
    assert not (tmp_path / "edits").exists()
    live.demo.state.faults.clear()
    task = asyncio.create_task(editing.fetch(live.place.client, entry, "me"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list((tmp_path / "edits").glob("edit-*"))


async def test_malware_is_not_fetched(live: Live, editing: Editing) -> None:
    with pytest.raises(MalwareBlocked):
        await editing.fetch(live.place.client, Entry("d", "i", "a.txt", live.folder.kind, blocked=True), "me")
    assert live.requests("content") == []


async def test_a_file_that_changes_while_it_is_read_is_read_again(
    live: Live, editing: Editing, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await live.put("a.txt", b"was")
    client, asked = live.place.client, 0
    item = client.item

    async def changing(drive_id: str, item_id: str) -> object:
        nonlocal asked
        asked += 1
        if asked == 2:
            _somebody(live, "write", "theirs")
        return await item(drive_id, item_id)

    monkeypatch.setattr(client, "item", changing)
    edit = await editing.fetch(client, entry, "me")
    assert edit.path.read_bytes() == b"theirs"

    async def never_twice_the_same(drive_id: str, item_id: str) -> object:
        _somebody(live, "touch")
        _somebody(live, "write", "again")
        return await item(drive_id, item_id)

    monkeypatch.setattr(client, "item", never_twice_the_same)
    with pytest.raises(SourceChanged):
        await editing.fetch(client, entry, "me")


LARGE = bytes(range(256)) * 4 * 5000


async def test_a_large_text_goes_up_in_fragments(live: Live, editing: Editing) -> None:
    assert len(LARGE) > SMALL
    entry, edit = await _typed(live, editing, LARGE)
    item = await editing.send(live.place.client, edit)
    assert (item.id, item.size) == (entry.id, len(LARGE))
    assert await _content(live) == LARGE


async def test_a_large_text_goes_on_after_a_cut(live: Live, editing: Editing) -> None:
    _, edit = await _typed(live, editing, LARGE)
    live.fail(kind="cut_request", method="PUT", after=100_000)
    await editing.send(live.place.client, edit)
    assert await _content(live) == LARGE


async def test_a_large_text_overwrites_nobody_s_either(
    live: Live, editing: Editing, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(live.demo.state.sessions)
    _, edit = await _typed(live, editing, LARGE)
    _somebody(live, "write", "theirs")
    with pytest.raises(StaleETag):
        await editing.send(live.place.client, edit)
    newest = (await editing.theirs(live.place.client, edit)).item
    create = live.place.client.create_revision

    async def create_and_change(drive_id: str, item_id: str, size: int) -> object:
        session = await create(drive_id, item_id, size)
        _somebody(live, "write", "theirs too")
        return session

    monkeypatch.setattr(live.place.client, "create_revision", create_and_change)
    with pytest.raises(StaleETag):
        await editing.send(live.place.client, edit, newest)
    assert await _content(live) == b"theirs too"
    own = [session for guid, session in live.demo.state.sessions.items() if guid not in before]
    assert all(session.made for session in own), "none is left open"


async def test_a_file_renamed_since_the_listing_is_kept_all_the_same(
    live: Live, editing: Editing, store: EditStore
) -> None:
    entry = await live.put("a.txt", b"was")
    _somebody(live, "rename", "b.txt")
    edit = await editing.fetch(live.place.client, entry, "me")
    edit.path.write_bytes(b"mine")
    store.close()
    assert store.kept() == [edit]
    await editing.send(live.place.client, edit)
    assert await live.tree() == {"b.txt": b"mine"}


async def test_a_shortcut_s_content_is_what_is_edited(live: Live, editing: Editing) -> None:
    root = await live.remote(await live.place.root())
    shared = next(entry for entry in root.values() if entry.target is not None and entry.is_folder)
    file = next(entry for entry in (await live.remote(shared)).values() if not entry.is_folder)
    edit = await editing.fetch(live.place.client, file, "me")
    assert edit.item == (file.content.drive_id, file.content.id)


def test_names_beside_keep_their_extension() -> None:
    assert mine_beside("notes.txt") == "notes (my edit).txt"
    assert mine_beside("Makefile") == "Makefile (my edit)"
