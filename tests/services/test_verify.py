"""What arrived is compared with what was sent, over real HTTP against the demo drive."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from odtui.demo.receiving import Received
from odtui.graph.models import FileFacet, Hashes
from odtui.services.drive_entries import NOTHING, digest_of
from odtui.services.drive_place import DrivePlace
from odtui.services.quickxor import QuickXor
from odtui.services.transfers import TransferService
from odtui.services.transfers.fragments import FIRST as FRAGMENT
from odtui.services.transfers.job import Choice, Conflict, Job, JobState
from odtui.services.transfers.upload import SMALL
from odtui.services.transfers.verify import Hasher, file_digest
from tests.services.conftest import GRANTED, Live
from tests.services.meddling import Meddler

STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""
DRIVE = "^/v1.0/.*/content$"
LARGE = os.urandom(FRAGMENT + 1_000_000)


class Checked:
    """A service whose connection can be meddled with."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.meddler = Meddler()
        self.place = DrivePlace(live.client(meddle=self.meddler.around), live.place.drive, granted=GRANTED)
        self.service = TransferService(ask=self.ask, clock=count(step=1).__next__, sleep=live.clock.sleep)

    async def ask(self, conflict: Conflict) -> tuple[Choice, bool]:
        return "replace", False

    async def up(self, name: str, data: bytes, *, move: bool = False) -> Job:
        (self.live.disk / name).write_bytes(data)
        entry = await self.live.local.locate(name)
        self.service.start([entry], self.live.local, self.place, self.live.folder, move=move)
        return await self._ended()

    async def down(self, name: str, *, move: bool = False) -> Job:
        entry = (await self.live.remote())[name]
        self.service.start([entry], self.place, self.live.local, self.live.here, move=move)
        return await self._ended()

    async def _ended(self) -> Job:
        await self.service.drain()
        return self.service.jobs[-1]


@pytest.fixture
async def checked(live: Live) -> AsyncIterator[Checked]:
    made = Checked(live)
    running = asyncio.ensure_future(made.service.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(("data", "path"), [(b"hello", DRIVE), (LARGE, STORES)], ids=["small", "large"])
async def test_an_upload_that_arrives_damaged_is_sent_again(checked: Checked, data: bytes, path: str) -> None:
    checked.meddler.spoil = [("PUT", path)]
    job = await checked.up("a.bin", data)
    assert (job.state, job.problem) == (JobState.DONE, "")
    assert await checked.live.tree() == {"a.bin": data}
    assert checked.meddler.spoil == [], "one byte arrived wrong"


@pytest.mark.parametrize(("data", "path"), [(b"hello", DRIVE), (LARGE, STORES)], ids=["small", "large"])
async def test_an_upload_that_arrives_damaged_twice_fails_and_leaves_nothing(
    checked: Checked, data: bytes, path: str
) -> None:
    checked.meddler.spoil = [("PUT", path)] * (2 if data != LARGE else 4)
    job = await checked.up("a.bin", data, move=True)
    assert job.state is JobState.FAILED
    assert "recycle bin" in job.problem
    assert await checked.live.tree() == {}
    assert (checked.live.disk / "a.bin").read_bytes() == data, "the source of a move stays"


async def test_a_replacement_that_arrives_damaged_twice_fails_and_says_where_the_old_one_is(checked: Checked) -> None:
    await checked.live.put("a.bin", b"as it was")
    checked.meddler.spoil = [("PUT", DRIVE)] * 3  # the first one only finds out that the name is taken
    job = await checked.up("a.bin", b"as it shall be")
    assert job.state is JobState.FAILED
    assert "version history" in job.problem
    assert job.advice


async def test_a_damaged_file_that_cannot_be_removed_is_told(checked: Checked) -> None:
    checked.meddler.spoil = [("PUT", DRIVE)]
    checked.live.fail(kind="status", status=403, code="accessDenied", method="DELETE", path="^/v1.0/")
    job = await checked.up("a.bin", b"hello")
    assert job.state is JobState.FAILED
    assert "still there" in job.problem


async def test_a_file_that_the_service_rewrites_is_explained_and_its_source_kept(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(monkeypatch)
    job = await checked.up("Plan.docx", b"as written")
    assert job.state is JobState.DONE
    assert "properties of its own" in job.problem
    job = await checked.up("Report.pdf", b"as written", move=True)
    assert job.state is JobState.DONE
    assert (checked.live.disk / "Report.pdf").exists()
    assert checked.meddler.count("PUT", "") == 2, "nothing is sent twice"


def rewrite(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service stores something else than it gets, as SharePoint does (QUIRKS 139)."""
    made = Received.__init__

    def other(self: Received, content: str, size: int, hash: str, *rest: int, **times: int) -> None:
        made(self, content, size, "x" * 27 + "=", *rest, **times)

    monkeypatch.setattr(Received, "__init__", other)


async def test_a_service_that_gives_no_hash_is_believed(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Received.__init__

    def other(self: Received, content: str, size: int, hash: str, *rest: int, **times: int) -> None:
        made(self, content, size, "", *rest, **times)

    monkeypatch.setattr(Received, "__init__", other)
    assert (await checked.up("a.bin", b"hello")).state is JobState.DONE
    (checked.live.disk / "a.bin").unlink()
    assert (await checked.down("a.bin")).state is JobState.DONE
    assert checked.live.local_tree() == {"a.bin": b"hello"}


@pytest.mark.parametrize("size", [5, SMALL], ids=["small", "large"])
async def test_a_download_that_arrives_damaged_is_fetched_again(checked: Checked, size: int) -> None:
    data = os.urandom(size)
    await checked.live.put("a.bin", data)
    checked.meddler.spoil = [("GET", STORES)]
    job = await checked.down("a.bin")
    assert (job.state, job.problem) == (JobState.DONE, "")
    assert checked.live.local_tree() == {"a.bin": data}


async def test_a_download_that_arrives_damaged_twice_fails_and_leaves_nothing(checked: Checked) -> None:
    await checked.live.put("a.bin", b"hello")
    (checked.live.disk / "a.bin").write_bytes(b"mine")
    checked.meddler.spoil = [("GET", STORES)] * 2
    job = await checked.down("a.bin", move=True)
    assert job.state is JobState.FAILED
    assert "checksum" in job.problem
    assert checked.live.local_tree() == {"a.bin": b"mine"}
    assert "a.bin" in await checked.live.remote()


async def test_a_picture_that_the_service_converts_is_kept_with_a_word(checked: Checked) -> None:
    await checked.live.put("a.heic", b"hello")
    checked.meddler.spoil = [("GET", STORES)] * 2
    job = await checked.down("a.heic", move=True)
    assert job.state is JobState.DONE
    assert job.problem
    assert "a.heic" in await checked.live.remote(), "the source of a move stays"


async def test_a_file_that_changed_since_it_was_listed_is_no_damage(checked: Checked) -> None:
    await checked.live.put("a.bin", b"first")
    entry = (await checked.live.remote())["a.bin"]
    await checked.live.put("a.bin", b"later")
    checked.service.start([entry], checked.place, checked.live.local, checked.live.here)
    job = await checked._ended()
    assert job.state is JobState.DONE
    assert checked.live.local_tree() == {"a.bin": b"later"}


# hashes


def test_the_best_hash_is_taken_and_placeholders_are_none() -> None:
    quick, sha256, sha1 = "q" * 27 + "=", "AB" * 32, "AB" * 20

    def digest(size: int | None = 1, **hashes: str) -> str:
        return digest_of(FileFacet(hashes=Hashes(**hashes)), size)

    assert digest(quick_xor_hash=quick, sha256_hash=sha256, sha1_hash=sha1) == quick
    assert digest(quick_xor_hash=NOTHING, sha256_hash=sha256) == sha256.lower()
    assert digest(sha1_hash=sha1) == sha1.lower()
    assert digest(sha1_hash="0" * 40) == ""
    assert digest(size=0, quick_xor_hash=quick) == ""
    assert digest() == digest_of(None, 5) == digest_of(FileFacet(), 5) == ""


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_other_hashes_are_computed_where_the_service_gives_them(tmp_path: Path, algorithm: str) -> None:
    expected = hashlib.new(algorithm, b"hello").hexdigest()
    (tmp_path / "a").write_bytes(b"hello")
    assert file_digest(str(tmp_path / "a"), expected) == expected
    hasher = Hasher(expected)
    hasher.feed(b"hel")
    hasher.feed(b"ello", 1)
    assert hasher.equals(expected)
    assert not hasher.differs(expected)


def test_a_hash_that_is_not_known_proves_nothing() -> None:
    hasher = Hasher()
    hasher.feed(b"hello")
    assert not hasher.differs("")
    assert not hasher.equals("")
    assert not hasher.differs("f" * 40), "another kind cannot be compared"
    assert hasher.differs("f" * 28)
    with pytest.raises(ValueError, match="missing"):
        hasher.feed(b"x", 99)


def test_a_hash_goes_on_from_a_kept_state() -> None:
    whole, first = QuickXor(), QuickXor()
    whole.update(LARGE[:1_000_003])
    first.update(LARGE[:400_007])
    later = QuickXor.resumed(first.state)
    later.update(LARGE[400_007:1_000_003])
    assert (later.text(), later.length) == (whole.text(), 1_000_003)
    assert whole.state == later.state
    with pytest.raises(ValueError, match="no state"):
        QuickXor.resumed(b"short")
