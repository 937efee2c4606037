"""The journal of transfers: what is kept, for whom, and what becomes of a damaged one."""

import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from odtui.auth.vault import KeyringUnavailable, Unreadable, Vault
from odtui.services.entry import Entry, Kind
from odtui.services.transfers.database import Unusable
from odtui.services.transfers.journal import FILE, Journal
from odtui.services.transfers.trail import Mark

URL = "https://contoso.sharepoint.com/upload?secret=1234"
UPLOAD = Mark("upload", URL, "a.bin", 100, "1 2 3", replaces=True)
PART = Mark("part", "/here/.a.bin.k.odtui-part", "a.bin", 100, '"tag"', replaces=False)


class Key(Vault):
    """A keyring in memory, shared by all."""

    def __init__(self, *, works: bool = True, fits: bool = True) -> None:
        self.works, self.fits = works, fits
        self.asked = 0

    def seal(self, data: bytes) -> bytes:
        self.asked += 1
        if not self.works:
            raise KeyringUnavailable("no keyring")
        return b"sealed" + data[::-1]

    def open(self, sealed: bytes) -> bytes:
        self.asked += 1
        if not self.works:
            raise KeyringUnavailable("no keyring")
        if not self.fits:
            raise Unreadable("another key")
        return sealed.removeprefix(b"sealed")[::-1]


class Runs:
    """Instances of odtui that share a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = 1_700_000_000
        self.open: list[Journal] = []

    def new(self, vault: Vault | None = None) -> Journal:
        journal = Journal(self.folder, vault=vault, now=lambda: self.time)
        self.open.append(journal)
        return journal

    def content(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.glob("transfers*"))


@pytest.fixture
async def runs(tmp_path: Path) -> AsyncIterator[Runs]:
    made = Runs(tmp_path / "state")
    yield made
    for journal in made.open:
        journal.close()


async def left(runs: Runs, journal: Journal) -> Journal:
    """The instance has ended; another one."""
    await journal.flush()
    journal.close()
    return runs.new()


async def test_a_job_and_its_files_are_there_for_the_next_run(runs: Runs) -> None:
    journal = runs.new()
    journal.open_job("k", "what is to be done")
    await journal.begin("k", "up", UPLOAD)
    await journal.begin("k", "down", PART)
    await journal.part_folder("k", "/here")
    journal.progress("k", "up", 60, b"state")
    journal.finished("k", "0/b.txt", 30)
    journal.top("k", 0, Entry("d", "f", "Folder", Kind.FOLDER))
    journal = await left(runs, journal)
    (row,) = await journal.saved()
    assert (row.key, row.told, row.saved_at, row.done) == ("k", "what is to be done", runs.time, 30)
    state = await journal.take("k")
    assert state is not None
    assert state.marks == {
        "up": Mark("upload", URL, "a.bin", 100, "1 2 3", replaces=True, done=60, state=b"state"),
        "down": PART,
    }
    assert (state.finished, state.folders) == ({"0/b.txt": 30}, {"/here"})
    assert '"Folder"' in state.tops[0]


async def test_what_has_ended_leaves_nothing(runs: Runs) -> None:
    journal = runs.new()
    for key in ("gone", "stays"):
        journal.open_job(key, key)
        await journal.begin(key, "up", UPLOAD)
        await journal.begin(key, "down", PART)
        journal.finished(key, "0/b", 1)
    journal.end("stays", "up")
    journal.ended("gone")
    journal = await left(runs, journal)
    (row,) = await journal.saved()
    assert (row.key, set(row.marks)) == ("stays", {"down"})


async def test_a_job_is_told_anew_without_forgetting_its_files(runs: Runs) -> None:
    journal = runs.new()
    journal.open_job("k", "first")
    await journal.begin("k", "up", UPLOAD)
    journal.open_job("k", "later")
    journal = await left(runs, journal)
    (row,) = await journal.saved()
    assert (row.told, set(row.marks)) == ("later", {"up"})


async def test_names_that_are_no_text_keep_their_bytes(runs: Runs) -> None:
    path = os.fsdecode(b"/here/\xff\xfe")
    journal = runs.new()
    journal.open_job("k", "x")
    await journal.begin("k", path, Mark("part", path, path, 1, "v", replaces=False))
    journal.finished("k", path, 1)
    await journal.part_folder("k", path)
    journal = await left(runs, journal)
    state = await journal.take("k")
    assert state is not None
    assert (state.marks[path].where, set(state.finished), state.folders) == (path, {path}, {path})


async def test_files_of_a_job_that_is_not_kept_are_not_kept_either(runs: Runs) -> None:
    journal = runs.new()
    journal.finished("unknown", "0/b", 1)
    await journal.begin("unknown", "up", UPLOAD)
    journal.open_job("k", "x")
    journal = await left(runs, journal)
    assert [row.key for row in await journal.saved()] == ["k"]


async def test_nothing_is_made_before_something_is_kept(runs: Runs) -> None:
    journal = runs.new()
    assert await journal.saved() == []
    journal.close()
    assert not runs.folder.exists()


# several at once


async def test_a_living_instance_keeps_its_jobs(runs: Runs) -> None:
    one, other = runs.new(), runs.new()
    one.open_job("k", "x")
    await one.flush()
    assert await other.saved() == []
    assert await other.take("k") is None


async def test_a_job_is_taken_by_one_of_two(runs: Runs) -> None:
    first = runs.new()
    first.open_job("k", "x")
    one, other = await left(runs, first), runs.new()
    assert [row.key for row in await one.saved()] == [row.key for row in await other.saved()] == ["k"]
    assert await one.take("k") is not None
    assert await other.take("k") is None
    assert await other.saved() == []


async def test_a_job_that_is_given_back_is_there_for_others(runs: Runs) -> None:
    first = runs.new()
    first.open_job("k", "x")
    one = await left(runs, first)
    await one.take("k")
    await one.release("k")
    assert [row.key for row in await runs.new().saved()] == ["k"]


async def test_instances_that_ended_leave_no_lock_files(runs: Runs) -> None:
    for _ in range(3):
        journal = runs.new()
        journal.open_job("k", "x")
        await left(runs, journal)
    assert list(runs.folder.glob("*.lock")) == []


async def test_lock_files_of_instances_that_were_killed_are_removed(runs: Runs) -> None:
    living, journal = runs.new(), runs.new()
    living.open_job("k", "x")
    await living.flush()
    (runs.folder / "transfers-dead.lock").touch()
    assert await journal.saved() == []
    assert [path.name for path in runs.folder.glob("*.lock")] == [f"transfers-{living._owner.id}.lock"]


# secrets


async def test_only_the_owner_can_read_it(runs: Runs) -> None:
    journal = runs.new()
    journal.open_job("k", "x")
    await journal.flush()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in runs.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(runs.folder.stat().st_mode) == 0o700


async def test_addresses_of_uploads_are_sealed_and_the_keyring_is_asked_once(runs: Runs) -> None:
    key = Key()
    journal = runs.new(key)
    journal.open_job("k", "x")
    await journal.begin("k", "up", UPLOAD)
    await journal.begin("k", "other", UPLOAD)
    await journal.flush()
    assert key.asked == 1
    assert b"secret" not in runs.content()
    journal.close()
    state = await runs.new(Key()).take("k")
    assert state is not None
    assert state.marks["up"].where == URL
    assert URL not in repr(state.marks["up"])


async def test_without_a_keyring_the_mode_of_the_file_has_to_do(runs: Runs) -> None:
    journal = runs.new(Key(works=False))
    journal.open_job("k", "x")
    await journal.begin("k", "up", UPLOAD)
    journal = await left(runs, journal)
    state = await journal.take("k")
    assert state is not None
    assert state.marks["up"].where == URL


@pytest.mark.parametrize("later", [lambda: Key(works=False), lambda: Key(fits=False)], ids=["locked", "another"])
async def test_an_address_that_cannot_be_unsealed_costs_the_address_only(runs: Runs, later: Callable[[], Key]) -> None:
    journal = runs.new(Key())
    journal.open_job("k", "x")
    await journal.begin("k", "up", UPLOAD)
    await journal.begin("k", "down", PART)
    await journal.flush()
    journal.close()
    journal = runs.new(later())
    state = await journal.take("k")
    assert state is not None
    assert set(state.marks) == {"down"}
    await journal.begin("k", "again", UPLOAD)
    await journal.flush()
    assert b"secret" not in runs.content(), "what was sealed once is never kept plain"


# damage


@pytest.mark.parametrize("damage", [b"this is no database", b"SQLite format 3\0" + b"\xff" * 4000])
async def test_a_damaged_journal_is_put_aside_and_told(runs: Runs, damage: bytes) -> None:
    runs.folder.mkdir()
    (runs.folder / FILE).write_bytes(damage)
    journal = runs.new()
    assert await journal.saved() == []
    assert "damaged" in journal.notice
    assert (runs.folder / "transfers.damaged").read_bytes() == damage
    journal.open_job("k", "x")
    journal = await left(runs, journal)
    assert [row.key for row in await journal.saved()] == ["k"]
    assert journal.notice == ""


async def test_a_page_that_is_damaged_is_found(runs: Runs) -> None:
    journal = runs.new()
    for number in range(200):
        journal.open_job(f"k{number}", "x" * 500)
    await journal.flush()
    journal.close()
    data = bytearray((runs.folder / FILE).read_bytes())
    data[8192:-4096] = b"\xaa" * len(data[8192:-4096])
    (runs.folder / FILE).write_bytes(data)
    journal = runs.new()
    assert await journal.saved() == []
    assert journal.notice


async def test_the_journal_of_a_newer_odtui_is_left_alone(runs: Runs) -> None:
    runs.folder.mkdir()
    with sqlite3.connect(runs.folder / FILE) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    journal = runs.new()
    with pytest.raises(Unusable, match="newer"):
        await journal.saved()
    journal.open_job("k", "x")
    await journal.begin("k", "up", UPLOAD)
    await journal.flush()


async def test_a_folder_that_cannot_be_written_costs_nothing_but_the_journal(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    journal = Journal(tmp_path / "state", vault=None, now=lambda: 0)
    journal.open_job("k", "x")
    await journal.begin("k", "up", UPLOAD)
    await journal.part_folder("k", "/here")
    with pytest.raises(Unusable):
        await journal.take("k")
    journal.close()


async def test_what_is_noted_after_the_end_is_lost_quietly(runs: Runs) -> None:
    journal = runs.new()
    journal.open_job("k", "x")
    journal.send()
    journal.close()
    journal.ended("k")
    await journal.begin("k", "up", UPLOAD)
    with pytest.raises(Unusable, match="closed"):
        await journal.take("k")
    assert [row.key for row in await runs.new().saved()] == ["k"]


async def test_five_thousand_small_files_take_a_few_transactions(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    from odtui.services.transfers import database

    batches = 0
    transaction = database._transaction

    def counted(connection: sqlite3.Connection, batch: list[database._Task]) -> list[object]:
        nonlocal batches
        batches += 1
        return transaction(connection, batch)

    monkeypatch.setattr(database, "_transaction", counted)
    journal = runs.new()
    journal.open_job("k", "x")
    for number in range(5000):
        journal.finished("k", f"0/{number}", 10)
    journal = await left(runs, journal)
    (row,) = await journal.saved()
    assert row.done == 50_000
    assert batches < 10
