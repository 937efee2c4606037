"""Transfers survive SIGKILL at random moments, fifty times in all, while the service has faults of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest

from odtui.demo import uploads
from odtui.demo.control import find
from odtui.demo.faults import Rule
from odtui.demo.receiving import Session
from odtui.demo.state import Demo, Options
from odtui.demo.thread import DemoThread

Files = dict[str, tuple[bytes, int]]
"""Contents and times by path."""
KILLS = 10
"""In each of the runs."""
LARGE = 16_000_000
"""Bytes: some fragments."""
SMALL = 150
"""Small files each way."""
FAULTS = (
    Rule(kind="bandwidth", rate=30_000_000.0, times=0),
    Rule(kind="latency", seconds=0.005, times=0),
    Rule(kind="reset", chance=0.02, times=0),
    Rule(kind="cut", after=50_000, chance=0.02, times=0),
    Rule(kind="cut_request", after=200_000, chance=0.02, times=0),
    Rule(kind="status", status=503, code="serviceNotAvailable", chance=0.02, times=0),
    Rule(kind="status", status=429, code="activityLimitReached", retry_after=1.0, chance=0.02, times=0),
    Rule(kind="status", status=500, effect=True, chance=0.02, times=0, path="uploadSession|content"),
)


class Gallows:
    """Kills a process some time after so many requests have come."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = 0
        self._process: asyncio.subprocess.Process | None = None
        self._lock = threading.Lock()

    def await_(self, process: asyncio.subprocess.Process) -> None:
        with self._lock:
            self._left, self._process = self._random.choice((20, 20, 70)) + self._random.randint(-17, 20), process

    def count(self) -> None:
        """Called for each request, by the server's thread."""
        with self._lock:
            self._left -= 1
            process = self._process if self._left == 0 else None
        if process is not None:
            threading.Timer(self._random.random() * 0.04, self._kill, (process,)).start()

    @staticmethod
    def _kill(process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread(Options(account="personal")) as running:
        yield running


@pytest.fixture
def fragments(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, int]]:
    """How often each fragment, by file name and offset, was taken in by the service."""
    taken: Counter[tuple[str, int]] = Counter()
    take = uploads._fragment

    async def counted(demo: Demo, request: object, session: Session) -> None:
        first = session.received
        await take(demo, request, session)  # type: ignore[arg-type]  # passed on
        name = session.spot.missing[-1] if session.spot.missing else session.spot.node.name  # type: ignore[union-attr]
        taken[name, first] += 1

    monkeypatch.setattr(uploads, "_fragment", counted)
    return taken


def _token(demo: Demo) -> str:
    value = {"user": "ada", "scopes": ["files.readwrite.all"], "exp": time.time() + 3600, "epoch": 0, "n": "x"}
    return demo.signer.seal("access", value)


def _grow(folder: Path, random: Random) -> Files:
    """A tree with small, empty and large files; contents and times by path."""
    files = {f"tree/{number % 4}/{number}.txt": random.randbytes(random.randrange(40_000)) for number in range(SMALL)}
    files |= {"tree/empty.txt": b"", "large.bin": random.randbytes(LARGE), "tree/0/big.bin": random.randbytes(LARGE)}
    for path, data in files.items():
        at = folder / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(data)
        os.utime(at, (1_600_000_000, random.randrange(1_600_000_000)))
    return _on_this_disk(folder)


def _on_the_drive(demo: Demo, path: str) -> Files:
    """Contents and times by path below a folder."""
    drive, found = demo.drives["ada"], {}
    top = find(drive, path)
    for node in drive.tree.below(top):
        if node.kind == "file":
            names = drive.tree.names(node)[len(drive.tree.names(top)) :]
            with closing(demo.bodies.open(node)) as body:
                found["/".join(names)] = body.read(0, node.size), node.fs_modified
    return found


def _on_this_disk(folder: Path) -> Files:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), int(path.stat().st_mtime))
        for path in folder.rglob("*")
        if path.is_file()
    }


class Runs:
    """One plan, run by one process after the other."""

    def __init__(self, demo: Demo, folder: Path, *jobs: dict[str, object]) -> None:
        folder.mkdir()
        self.journal = folder / "journal"
        self.journal.mkdir(mode=0o700)
        self.plan = folder / "plan.json"
        plan = {"base": demo.base, "token": _token(demo), "journal": str(self.journal), "hurry": 200, "jobs": jobs}
        self.plan.write_text(json.dumps(plan))

    async def run(self, gallows: Gallows | None = None) -> tuple[int, str]:
        """Exit code, negative for a signal, and what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.services.kill_driver", str(self.plan),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        if gallows is not None:
            gallows.await_(process)
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode(errors="replace")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed", "move"), [(0, False), (1, True), (2, False), (3, True), (4, False)])
async def test_killed_ten_times_every_file_arrives_whole_and_is_somewhere_all_the_time(
    demo: DemoThread, fragments: Counter[tuple[str, int]], tmp_path: Path, seed: int, move: bool
) -> None:
    random, state = Random(seed), demo.state
    up, down = _grow(tmp_path / "up", random), _grow(tmp_path / "seeds", random)
    drive = state.drives["ada"]
    for name in ("Up", "Seeds"):
        drive.new_folder(drive.tree.root, name)
    seeds = [str(path) for path in (tmp_path / "seeds").iterdir()]
    code, said = await Runs(state, tmp_path / "first", _job("upload", seeds, "/Seeds")).run()
    assert code == 0, said
    assert _on_the_drive(state, "Seeds") == down
    (tmp_path / "down").mkdir()
    fragments.clear()

    runs = Runs(
        state,
        tmp_path / "second",
        _job("upload", [str(path) for path in (tmp_path / "up").iterdir()], "/Up", move=move),
        _job("download", ["/Seeds/tree", "/Seeds/large.bin"], str(tmp_path / "down"), move=move),
    )
    state.faults.seed(seed)
    for rule in FAULTS:
        state.faults.add(msgspec.structs.replace(rule))
    gallows, kills = Gallows(random), 0
    strike = state.faults.strike
    state.faults.strike = lambda method, path: gallows.count() or strike(method, path)  # type: ignore[method-assign]
    told = ""
    while kills < KILLS:
        code, said = await runs.run(gallows)
        assert code == -signal.SIGKILL, said
        told += said
        kills += 1
        _nowhere_missing(up, _on_the_drive(state, "Up"), _on_this_disk(tmp_path / "up"))
        _nowhere_missing(down, _on_the_drive(state, "Seeds"), _on_this_disk(tmp_path / "down"))
    state.faults.clear()
    code, said = await runs.run()
    assert code == 0, said

    arrived = _on_the_drive(state, "Up")
    assert {path: data for path, (data, _) in arrived.items()} == {path: data for path, (data, _) in up.items()}
    if "was not set" not in told + said:  # a time that cannot be set is worth a word, not a failed upload
        assert arrived == up
    assert _on_this_disk(tmp_path / "down") == down
    assert _on_this_disk(tmp_path / "up") == ({} if move else up)
    assert _on_the_drive(state, "Seeds") == ({} if move else down)
    assert not [each for each in state.sessions.values() if each.received and not each.made], "an upload was left half"
    assert max(fragments.values()) == 1, "a fragment was sent again although the service had it"
    assert not state.crashes


def _nowhere_missing(files: Files, *places: Files) -> None:
    for path, (data, _) in files.items():
        assert any(path in place and place[path][0] == data for place in places), f"{path} is nowhere"


def _job(kind: str, entries: list[str], folder: str, *, move: bool = False) -> dict[str, object]:
    return {"kind": kind, "entries": entries, "folder": folder, "move": move}
