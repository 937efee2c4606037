"""Drives as places: items to entries, and the operations against the demo drive."""

import msgspec
import pytest

from odtui.config.scopes import Capability
from odtui.graph.errors import Forbidden, ItemNotFound, MalwareBlocked, NameConflict, StaleETag
from odtui.graph.models import Drive, DriveItem
from odtui.services.capabilities import Reason, Refusal
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind, Target
from odtui.services.place import Place
from tests.services.conftest import GRANTED, Live


def entry(drive: str = "b!d", name: str | None = None, **item: object) -> Entry:
    return from_drive_item(msgspec.convert({"id": "1", **item}, DriveItem), drive, name=name)


def test_a_file_shows_the_users_own_time() -> None:
    found = entry(
        name=None,
        file={},
        size=5,
        eTag='"e"',
        webUrl="https://x",
        lastModifiedDateTime="2024-01-01T00:00:00Z",
        fileSystemInfo={"lastModifiedDateTime": "2020-09-13T12:26:40.123Z"},
    )
    assert (found.kind, found.size, found.modified, found.e_tag) == (Kind.FILE, 5, 1_600_000_000, '"e"')
    assert entry(file={}, lastModifiedDateTime="2020-09-13T12:26:40Z").modified == 1_600_000_000
    assert entry(file={}, lastModifiedDateTime="0001-01-01T00:00:00Z").modified is None


def test_only_the_id_is_needed() -> None:
    found = entry()
    assert (found.name, found.kind, found.size, found.modified) == ("1", Kind.OTHER, None, None)


@pytest.mark.parametrize(
    ("facets", "kind"),
    [
        ({"folder": {"childCount": 3}}, Kind.FOLDER),
        ({"root": {}}, Kind.FOLDER),
        ({"package": {"type": "oneNote"}}, Kind.NOTEBOOK),
        ({"package": {"type": "oneNote"}, "folder": {}}, Kind.NOTEBOOK),
        ({"bundle": {}, "folder": {}}, Kind.OTHER),
        ({"remoteItem": {"id": "v"}}, Kind.OTHER),
        ({"remoteItem": {"id": "n", "package": {}}}, Kind.NOTEBOOK),
        ({"hologram": {}}, Kind.OTHER),
    ],
)
def test_kinds_come_from_facets(facets: dict[str, object], kind: Kind) -> None:
    assert entry(**facets).kind is kind


def test_a_shortcut_keeps_both_identities() -> None:
    found = entry(
        name=None,
        parentReference={"driveId": "mine"},
        remoteItem={
            "id": "r",
            "name": "Shared",
            "size": 9,
            "folder": {"childCount": 2},
            "parentReference": {"driveId": "theirs"},
            "fileSystemInfo": {"lastModifiedDateTime": "2020-09-13T12:26:40Z"},
        },
    )
    assert (found.id, found.drive_id, found.name, found.target) == ("1", "mine", "Shared", Target("theirs", "r"))
    assert (found.size, found.child_count, found.modified) == (9, 2, 1_600_000_000)


def test_the_drive_keeps_the_spelling_that_was_asked_for() -> None:
    asked = "024470056F5C3E43"
    assert entry(asked, parentReference={"driveId": "24470056f5c3e43"}).drive_id == asked
    assert entry(asked, parentReference={"driveId": "b!other"}).drive_id == "b!other"


def test_malware_is_marked() -> None:
    assert entry(file={}, malware={}).blocked


def test_capabilities_follow_what_was_granted() -> None:
    def can(granted: str, **more: object) -> frozenset[Capability]:
        kind = "documentLibrary" if more.pop("library", False) else str(more.pop("kind", "business"))
        place = DrivePlace(None, Drive(id="d", drive_type=kind), granted=granted.split(), **more)  # type: ignore[arg-type]
        return place.can & {Capability.READ, Capability.WRITE}

    assert can("Files.Read") == {Capability.READ}
    assert can("Files.ReadWrite") == {Capability.READ, Capability.WRITE}
    assert can("Files.ReadWrite.AppFolder") == set()
    assert can("Files.ReadWrite.AppFolder", top=DriveItem(id="t")) == {Capability.READ, Capability.WRITE}
    assert can("Files.ReadWrite", own=False) == set()
    assert can("Files.Read.All", own=False) == {Capability.READ}
    assert can("Sites.ReadWrite.All", own=False, library=True) == {Capability.READ, Capability.WRITE}
    assert can("Sites.ReadWrite.All", own=False) == {Capability.READ, Capability.WRITE}
    assert can("Sites.ReadWrite.All", own=False, kind="personal") == set()


async def test_it_is_a_place_with_a_titled_root(live: Live) -> None:
    assert isinstance(live.place, Place)
    root = await live.place.root()
    assert (root.name, root.kind) == (live.place.label, Kind.FOLDER)
    assert live.place.id == f"drive:{live.place.drive.id}"
    assert (await live.place.refetch(root)).name == root.name
    assert await live.place.parents(root) == []
    assert await live.place.locate("/") == root


async def test_paths_lead_to_entries_and_back(live: Live) -> None:
    deep = await live.place.create_folder(live.folder, "a b#1%")
    await live.put("é.txt", b"x", deep)
    found = await live.place.locate("/For a test//a b#1%/./é.txt")
    assert (found.name, found.size) == ("é.txt", 1)
    parents = await live.place.parents(found)
    assert [parent.name for parent in parents] == [live.place.label, "For a test", "a b#1%"]
    assert live.place.path(parents) == "/For a test/a b#1%"
    for missing in ("/nothing", "/For a test/nothing/x"):
        with pytest.raises(ItemNotFound):
            await live.place.locate(missing)


async def test_renaming_moving_and_deleting(live: Live) -> None:
    one = await live.put("one", b"1")
    await live.put("two", b"2")
    with pytest.raises(NameConflict):
        await live.place.rename(one, "two")
    renamed = await live.place.rename(one, "ONE")
    with pytest.raises(StaleETag):
        await live.place.rename(one, "again")
    with pytest.raises(StaleETag):
        await live.place.delete(one)
    to = await live.place.create_folder(live.folder, "to")
    moved = await live.place.move(renamed, to)
    assert list(await live.remote(to)) == ["ONE"]
    await live.place.delete(moved)
    await live.place.delete(moved)
    assert set(await live.remote()) == {"two", "to"}


async def test_reading_a_part_and_never_malware(live: Live) -> None:
    found = await live.put("f", b"0123456789")
    assert await live.place.read(found, 3, 4) == b"3456"
    assert await live.place.read(found, 10, 4) == b""
    with pytest.raises(MalwareBlocked):
        await live.place.read(Entry("d", "1", "x", Kind.FILE, blocked=True), 0, 1)


async def test_properties_are_plain(live: Live) -> None:
    rows = dict(await live.place.properties(await live.put("f.txt", bytes(2000))))
    assert rows["Size"] == "2 KB (2,000 bytes)"
    assert rows["Location"] == "/For a test"
    assert rows["Modified"].startswith("20")
    assert all(rows.values())


async def test_a_shortcut_opens_at_its_target_and_is_deleted_as_itself(live: Live) -> None:
    shortcuts = [found for found in (await live.remote(await live.place.root())).values() if found.target]
    folder = next(found for found in shortcuts if found.is_folder)
    assert folder.target is not None
    children = await live.remote(folder)
    assert children
    assert {child.drive_id for child in children.values()} == {folder.target.drive_id}
    child = next(iter(children.values()))
    assert await live.place.locate(f"/{folder.name}/{child.name}") == child

    deleted: list[tuple[str, str]] = []

    class Client:
        async def delete(self, drive_id: str, item_id: str, *, e_tag: str | None = None) -> None:
            deleted.append((drive_id, item_id))

    await DrivePlace(Client(), live.place.drive, granted=GRANTED).delete(folder)  # type: ignore[arg-type]
    assert deleted == [(folder.drive_id, folder.id)]


async def test_names_are_judged_by_the_drive(live: Live) -> None:
    root = await live.place.root()
    assert live.place.name_problem("a:b", root)
    assert live.place.name_problem("a", root) is None


async def test_a_refused_change_is_remembered_where_it_was_refused(live: Live) -> None:
    one, other = await live.put("one", b"1"), await live.put("other", b"2")
    live.fail(kind="status", method="PATCH", status=403, code="accessDenied")
    with pytest.raises(Forbidden):
        await live.place.rename(one, "two")
    assert live.place.refusal(Capability.WRITE, folders=[live.folder], entry=one) == Refusal(Reason.REFUSED)
    assert live.place.refusal(Capability.WRITE, folders=[live.folder], entry=other) is None
    live.fail(kind="status", method="POST", status=403, code="accessDenied")
    with pytest.raises(Forbidden):
        await live.place.create_folder(live.folder, "new")
    assert live.place.refusal(Capability.WRITE, folders=[live.folder], entry=other) == Refusal(Reason.REFUSED)
    live.place.forget_refusals()
    assert live.place.refusal(Capability.WRITE, folders=[live.folder], entry=one) is None
