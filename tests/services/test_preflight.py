"""What cannot go over as it is: found before anything moves, told, and put right or left out."""

import asyncio
import os
import shutil
import unicodedata
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odtui.graph.models import Quota
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind
from odtui.services.names import DRIVE_PATH_LENGTH, drive_name_problem, folded
from odtui.services.place import Place
from odtui.services.transfers import TransferService, fitness, preflight, routes
from odtui.services.transfers.branches import Branch
from odtui.services.transfers.fitness import LARGEST, Finding, Fitness, Names
from odtui.services.transfers.job import Choice, Conflict, Job, JobState, Preflight, PreflightAnswer
from tests.services.conftest import Live
from tests.services.fakes import ROOT, FakePlace


class Asked:
    """A running service whose sheets get prepared answers."""

    def __init__(self, live: Live, step: float = 0.0) -> None:
        self.live = live
        self.answers: list[PreflightAnswer] = []
        self.sheets: list[Preflight] = []
        self.states: list[JobState] = []
        self.moved_before_asking = False
        self.service = TransferService(
            ask=self.ask,
            ask_preflight=self.ask_preflight,
            concurrency=4,
            clock=count(step=step).__next__,
            sleep=live.clock.sleep,
        )
        self.service.watch(self.note)
        self.ended = asyncio.Event()

    async def ask(self, conflict: Conflict) -> tuple[Choice, bool]:
        raise AssertionError(conflict)

    async def ask_preflight(self, sheet: Preflight) -> PreflightAnswer:
        self.sheets.append(sheet)
        (job,) = self.service.jobs
        assert job.state is JobState.ASKING
        self.moved_before_asking = self.moved_before_asking or job.files_done > 0
        return self.answers.pop(0)

    def note(self, job: Job) -> None:
        if not self.states or self.states[-1] is not job.state:
            self.states.append(job.state)
        if job.state.ended:
            self.ended.set()

    async def do(self, names: list[str], source: Place, target: Place, folder: Entry, *, move: bool = False) -> Job:
        self.ended.clear()
        entries = [await source.locate(name) for name in names]
        self.service.start(entries, source, target, folder, move=move)
        await self.ended.wait()
        return self.service.jobs[-1]

    async def up(self, *names: str, move: bool = False) -> Job:
        return await self.do(list(names), self.live.local, self.live.place, self.live.folder, move=move)

    async def again(self) -> Job:
        self.ended.clear()
        self.service.retry(self.service.jobs[-1].id)
        await self.ended.wait()
        return self.service.jobs[-1]


@pytest.fixture
async def asked(live: Live) -> AsyncIterator[Asked]:
    made = Asked(live)
    running = asyncio.ensure_future(made.service.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def remedies(sheet: Preflight) -> list[tuple[str, str, str]]:
    return sorted((trouble.path, trouble.remedy, trouble.new_name) for trouble in sheet.troubles)


def nasty(disk: Path) -> None:
    """A tree with something of everything."""
    for path in ("t/sub/fine.txt", "t/a:b", "t/sub/CON.txt", "t/Twin.txt", "t/twin.TXT"):
        target = disk / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.encode())
    os.mkfifo(disk / "t" / "pipe")
    (disk / "t" / "bad?folder").mkdir()
    (disk / "t" / "bad?folder" / "x").write_bytes(b"x")
    (disk / "t" / "sub" / "loop").symlink_to("../../t")


async def test_all_is_told_before_the_first_byte_and_then_done_as_told(asked: Asked) -> None:
    live = asked.live
    nasty(live.disk)
    asked.answers = ["go"]
    job = await asked.up("t")
    assert job.state is JobState.DONE
    (sheet,) = asked.sheets
    twin = sorted(path.name for path in (live.disk / "t").iterdir() if path.name.lower() == "twin.txt")
    clash = next(trouble for trouble in sheet.troubles if trouble.path.lower() == "t/twin.txt")
    assert [(path, remedy) for path, remedy, _ in remedies(sheet) if path != clash.path] == [
        ("t/a:b", "rename"),
        ("t/bad?folder", "rename"),
        ("t/pipe", "skip"),
        ("t/sub/CON.txt", "rename"),
        ("t/sub/loop", "skip"),
    ]
    assert (sheet.counted, sheet.more, sheet.files, sheet.folders) == (True, 0, 6, 3)
    assert sheet.size == sum(len(f"t/{name}") for name in ("sub/fine.txt", "a:b", "sub/CON.txt", *twin)) + 1
    assert not asked.moved_before_asking
    first = twin[1] if clash.path == f"t/{twin[0]}" else twin[0]
    assert set(await live.tree()) == {
        "t", "t/a：b", "t/bad？folder", "t/bad？folder/x", "t/sub", "t/sub/_CON.txt", "t/sub/fine.txt",
        f"t/{first}", f"t/{clash.new_name}",
    }  # fmt: skip
    assert clash.new_name == f"{os.path.splitext(clash.path[2:])[0]} 1{os.path.splitext(clash.path)[1]}"
    assert job.problem == "2 items were left out, 4 items were renamed."


async def test_everything_that_has_trouble_can_be_left_out_and_a_move_keeps_it(asked: Asked) -> None:
    live = asked.live
    nasty(live.disk)
    asked.answers = ["skip_all"]
    job = await asked.up("t", move=True)
    assert (job.state, job.problem) == (
        JobState.DONE,
        "6 items were left out. The source was kept as well.",
    )
    assert len(await live.tree()) == 4
    assert live.trashed == []


async def test_a_job_can_be_given_up_before_anything_was_made(asked: Asked) -> None:
    live = asked.live
    nasty(live.disk)
    asked.answers = ["cancel"]
    assert (await asked.up("t")).state is JobState.CANCELLED
    assert await live.tree() == {}


async def test_nothing_is_asked_when_nothing_is_wrong(asked: Asked) -> None:
    live = asked.live
    (live.disk / "t").mkdir()
    (live.disk / "t" / "a").write_bytes(b"x")
    job = await asked.up("t")
    assert (job.state, asked.sheets) == (JobState.DONE, [])
    assert asked.states[:3] == [JobState.QUEUED, JobState.PLANNING, JobState.RUNNING]


async def test_a_folder_that_the_system_moves_as_a_whole_is_not_looked_through(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = asked.live
    nasty(live.disk)
    (live.disk / "to").mkdir()
    monkeypatch.setattr(preflight, "entries_in", lambda folder: pytest.fail("it was looked through"))
    to = await live.local.locate("to")
    assert (await asked.do(["t"], live.local, live.local, to, move=True)).state is JobState.DONE
    assert asked.sheets == []
    assert (live.disk / "to" / "t" / "a:b").exists()


async def test_a_retry_asks_no_second_time(asked: Asked) -> None:
    live = asked.live
    nasty(live.disk)
    live.fail(kind="status", method="PUT", path="fine", status=403, code="accessDenied")
    asked.answers = ["go"]
    assert (await asked.up("t")).state is JobState.FAILED
    assert (await asked.again()).state is JobState.DONE
    assert len(asked.sheets) == 1
    assert "t/sub/fine.txt" in await live.tree()


async def test_a_large_tree_begins_to_move_and_what_is_found_later_is_asked_later(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "SLICE", 1)
    asked = Asked(live, step=1.5)
    running = asyncio.ensure_future(asked.service.run())
    (live.disk / "c:d").write_bytes(b"1")
    for number in range(20):
        (live.disk / "t" / str(number)).mkdir(parents=True)
        (live.disk / "t" / str(number) / "a:b").write_bytes(b"2")
        (live.disk / "t" / str(number) / "fine").write_bytes(b"3")
    asked.answers = ["go", "skip_all"]
    job = await asked.up("c:d", "t")
    assert job.state is JobState.DONE
    first, later = asked.sheets
    assert (first.counted, first.troubles[0].path) == (False, "c:d")
    assert later.counted
    assert len(first.troubles) + len(later.troubles) == 21
    assert asked.moved_before_asking
    found = await live.tree()
    assert {path for path in found if path.endswith("fine")} == {f"t/{number}/fine" for number in range(20)}
    assert len([path for path in found if path.endswith("：b")]) == len(first.troubles) - 1
    running.cancel()


async def test_what_was_chosen_is_looked_at_even_when_there_is_no_time(live: Live) -> None:
    asked = Asked(live, step=100.0)
    running = asyncio.ensure_future(asked.service.run())
    (live.disk / "a:b").write_bytes(b"1")
    asked.answers = ["go"]
    assert (await asked.up("a:b")).state is JobState.DONE
    assert len(asked.sheets) == 1
    running.cancel()


async def test_giving_up_at_the_later_sheet_ends_the_job(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "SLICE", 1)
    asked = Asked(live, step=5.0)
    running = asyncio.ensure_future(asked.service.run())
    (live.disk / "t" / "sub").mkdir(parents=True)
    (live.disk / "t" / "sub" / "a:b").write_bytes(b"2")
    asked.answers = ["cancel"]
    assert (await asked.up("t")).state is JobState.CANCELLED
    assert asked.sheets[0].counted
    assert set(await live.tree()) == {"t", "t/sub"}
    running.cancel()


async def test_a_later_sheet_goes_away_when_the_disk_is_full(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(live)
    running = asyncio.ensure_future(asked.service.run())
    folder = await live.place.create_folder(live.folder, "t")
    await live.put("fine", b"x", folder)
    await live.put("ä" * 200, b"y", folder)
    shown = asyncio.Event()
    left: list[bool] = []

    async def show(sheet: Preflight) -> PreflightAnswer:
        shown.set()
        try:
            return await asyncio.Future()
        finally:
            left.append(True)

    async def full(self: routes.Streamed, *args: object) -> routes.Carried:
        await shown.wait()
        raise OSError(28, "No space left on device")

    asked.service._shared.ask_preflight = show
    monkeypatch.setattr(routes.Streamed, "carry", full)
    job = await asked.do(["For a test/t"], live.place, live.local, live.here)
    assert (job.state, left) == (JobState.FAILED, [True])
    assert "disk is full" in job.problem
    running.cancel()


async def test_counting_can_be_cancelled(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "SLICE", 1)
    asked = Asked(live)
    running = asyncio.ensure_future(asked.service.run())
    (live.disk / "t" / "sub").mkdir(parents=True)
    asked.service.watch(lambda job: asked.service.cancel(job.id) if job.state is JobState.PLANNING else None)
    assert (await asked.up("t")).state is JobState.CANCELLED
    assert await live.tree() == {}
    running.cancel()


async def test_too_little_room_is_told_but_forbids_nothing(asked: Asked) -> None:
    live = asked.live
    (live.disk / "a").write_bytes(b"12345")
    drive = live.place.drive
    live.place.drive = type(drive)(id=drive.id, drive_type=drive.drive_type, quota=Quota(total=100, remaining=4))
    asked.answers = ["go"]
    assert (await asked.up("a")).state is JobState.DONE
    assert [(sheet.free, sheet.size, sheet.troubles) for sheet in asked.sheets] == [(4, 5, ())]
    live.place.drive = type(drive)(id=drive.id, drive_type=drive.drive_type, quota=Quota(total=0, remaining=0))
    (live.disk / "b").write_bytes(b"12345")
    assert (await asked.up("b")).state is JobState.DONE
    assert len(asked.sheets) == 1, "a quota of zeros means that it is not known"


async def test_a_download_tells_the_room_on_the_disk(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    live = asked.live
    await live.put("a", b"12345")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 6, 4))  # type: ignore[attr-defined]
    asked.answers = ["cancel"]
    job = await asked.do(["For a test/a"], live.place, live.local, live.here)
    assert job.state is JobState.CANCELLED
    assert asked.sheets[0].free == 4


async def test_names_that_only_a_drive_can_have_come_down_under_the_nearest(asked: Asked) -> None:
    live = asked.live
    long = "ä" * 200 + ".txt"
    folder = await live.place.create_folder(live.folder, "t")
    await live.put(long, b"x", folder)
    await live.put("fine", b"y", folder)
    asked.answers = ["go"]
    job = await asked.do(["For a test/t"], live.place, live.local, live.here)
    assert job.state is JobState.DONE
    (sheet,) = asked.sheets
    assert (sheet.files, sheet.folders, sheet.size, sheet.counted) == (2, 1, 2, True)
    (trouble,) = sheet.troubles
    assert trouble.new_name.endswith(".txt")
    assert live.local_tree() == {"t": None, "t/fine": b"y", f"t/{trouble.new_name}": b"x"}


async def test_a_name_that_would_lead_out_of_its_folder_stays_in_it(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = asked.live
    await live.put("evil", b"x", await live.place.create_folder(live.folder, "t"))
    pages = DrivePlace.pages

    async def hostile(self: DrivePlace, folder: Entry) -> AsyncIterator[list[Entry]]:
        async for page in pages(self, folder):
            yield [replace(entry, name="../../evil") for entry in page]

    monkeypatch.setattr(DrivePlace, "pages", hostile)
    asked.answers = ["go"]
    assert (await asked.do(["For a test/t"], live.place, live.local, live.here)).state is JobState.DONE
    assert live.local_tree() == {"t": None, "t/..\uff0f..\uff0fevil": b"x"}
    with pytest.raises(OSError, match="slash"):
        routes._path(live.here, "../evil")


async def test_two_forms_of_one_name_go_up_as_two_files(asked: Asked) -> None:
    live = asked.live
    composed, split = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    (live.disk / "t").mkdir()
    for name in (composed, split):
        (live.disk / "t" / name).write_bytes(name.encode())
    asked.answers = ["go"]
    assert (await asked.up("t")).state is JobState.DONE
    (trouble,) = asked.sheets[0].troubles
    assert "form" in trouble.problem
    assert len(await live.tree()) == 3


# the rules, without a drive


def rules(**changes: object) -> Fitness:
    given_rules: dict[str, object] = {"streamed": lambda entry: True, "above": 0, "one_case": True} | changes
    return Fitness(FakePlace(id="local", is_local=True), FakePlace(), **given_rules)  # type: ignore[arg-type]


def findings(names: list[str], **changes: object) -> list[Finding]:
    found = Names(rules(**changes), FakePlace().entries[ROOT], None)
    for number, name in enumerate(names):
        found.look(Entry("", f"/{number}", name, Kind.FILE, 1), number=number)
    return found.findings()


@given(st.lists(st.text(st.sampled_from('aA:?*"ä. ~$'), max_size=6), max_size=12))
def test_new_names_are_legal_and_no_two_are_one(names: list[str]) -> None:
    names = list(dict.fromkeys(names))
    renamed = {finding.key: finding.new_name for finding in findings(names)}
    final = [renamed.get(str(number), name) for number, name in enumerate(names)]
    assert len({folded(name) for name in final}) == len(names)
    assert all(drive_name_problem(name, drive_type="personal", at_root=True) is None for name in final)


@given(st.permutations(["a:b", "a*b", "a＊b", "a：b", "x"]))
def test_new_names_do_not_depend_on_the_order_of_the_listing(names: list[str]) -> None:
    assert {finding.entry.name: finding.new_name for finding in findings(names)} == {"a:b": "a：b 1", "a*b": "a＊b 1"}


def test_a_disk_that_tells_case_apart_takes_both() -> None:
    assert findings(["a", "A"], one_case=False) == []
    assert [finding.new_name for finding in findings(["a.x", "A.x"], one_case=True)] == ["A 1.x"]


def test_a_path_that_is_too_long_is_left_out() -> None:
    made = rules(above=DRIVE_PATH_LENGTH - 10)
    made._to_drive = True
    names = Names(made, FakePlace().entries[ROOT], None)
    assert names.look(Entry("", "/1", "x" * 10, Kind.FILE), number=1)
    assert not names.look(Entry("", "/2", "y" * 11, Kind.FILE), number=2)
    (finding,) = names.findings()
    assert (finding.remedy, "401" in finding.problem) == ("skip", True)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (Entry("d", "1", "n", Kind.NOTEBOOK), "notebook"),
        (Entry("", "1", "n", Kind.OTHER), "pipe"),
        (Entry("", "1", "n", Kind.OTHER, link=True), "nowhere"),
        (Entry("d", "1", "n", Kind.FILE, 1, blocked=True), "malware"),
        (Entry("", "1", "n", Kind.FILE, LARGEST + 1), "250 GB"),
    ],
)
def test_what_cannot_go_over_at_all_is_told_why(entry: Entry, word: str) -> None:
    made = rules()
    made._to_drive = True
    assert word in (made.unfit(entry) or "")
    moved = rules(streamed=lambda entry: False)
    assert moved.unfit(entry) is None, "the service moves whatever it holds"


def test_a_disk_is_asked_about_case_without_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Folder"
    folder.mkdir()
    (tmp_path / "123").mkdir()
    assert [fitness.takes_one_case(str(path)) for path in (folder, tmp_path, tmp_path / "123")] == [False] * 3
    lstat = os.lstat
    monkeypatch.setattr(os.path, "ismount", lambda path: False)
    monkeypatch.setattr(os, "lstat", lambda path: lstat(tmp_path if str(path).lower().endswith("folder") else path))
    assert fitness.takes_one_case(str(folder)) is True, "by its own name"
    assert fitness.takes_one_case(str(tmp_path)) is True, "by what is in it"


def test_a_branch_knows_what_is_above_it() -> None:
    top = Branch(Entry("", "/t", "t", Kind.FOLDER), "new t", number=3)
    below = Branch(Entry("", "/t/a", "a", Kind.FOLDER), "a", top)
    assert (below.path, below.key, below.root, top.open) == ("t/a", "3/a", top, 2)
