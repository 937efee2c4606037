"""The transfers panel and the questions of transfers, in each of their states."""

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from odtui.services.transfers import Flow, Job, JobKind, JobState, Preflight, SavedJob, Trouble
from odtui.ui.dialogs.conflict import ConflictDialog
from odtui.ui.dialogs.job import JobDialog
from odtui.ui.dialogs.preflight import PreflightDialog
from odtui.ui.dialogs.saved import SavedDialog
from odtui.ui.quitting import quit_dialog
from tests.ui.browser_app import BrowserApp, settle
from tests.ui.fake_transfers import FakeTransfers
from tests.ui.scenes import Scene
from tests.ui.scenes.browser import GIB, KIB, MIB, NOON, app
from tests.ui.scenes.dialogs import HOSTILE, conflict
from tests.ui.styled_app import StyledApp

HERE, THERE = "/home/anna", "OneDrive: Documents"

LONG_NAME = "Insurance policy, household and travel, renewed (signed copy).pdf"


def job(id: int, kind: JobKind, name: str, state: JobState, done: int, total: int | None, **more: Any) -> Job:
    ends = {"upload": (HERE, THERE), "download": ("OneDrive", HERE), "delete": ("OneDrive", "")}
    source, target = ends.get(kind, ("OneDrive", "OneDrive: Archive"))
    return Job(id, kind, name, source, target, state, done, total, **more)


MANY = (
    job(1, "upload", "backup.tar.gz", JobState.RUNNING, 1433 * MIB, 2355 * MIB, speed=8.4 * MIB, eta=112.0),
    job(
        2,
        "download",
        "Photos",
        JobState.RUNNING,
        312 * MIB,
        7372 * MIB,
        files_done=41,
        files_total=903,
        speed=3.1 * MIB,
        eta=2_290.0,
    ),
    job(3, "upload", "src", JobState.PLANNING, 0, None, files_total=1_204),
    job(4, "copy", "Recipes", JobState.ASKING, MIB, 2 * MIB, files_done=11, files_total=24),
    job(
        5,
        "upload",
        "holiday film, uncut, first version.mkv",
        JobState.WAITING,
        96 * MIB,
        4 * GIB,
        waiting="OneDrive asks for a pause: 37 s",
    ),
    job(6, "move", "Letters", JobState.PAUSED, 3 * MIB, 21 * MIB, files_done=2, files_total=14),
    job(7, "download", "notes of the meeting.md", JobState.QUEUED, 0, 3 * KIB),
    job(8, "upload", "notes.txt", JobState.DONE, 1204, 1204, files_done=1),
    job(
        9,
        "upload",
        LONG_NAME,
        JobState.FAILED,
        0,
        2_345_678,
        problem="The drive is full.",
        advice="Delete something, then press r.",
        details=f"{LONG_NAME}: 507 insufficientStorage",
        steps=("retry",),
    ),
    job(10, "download", "Old", JobState.SKIPPED, 12, 12, problem="2 files were skipped."),
    job(11, "delete", "Drafts and 12 more", JobState.CANCELLED, 0, None),
)
FAST = Flow(moving=4, width=6, speed=11.5 * MIB)

SAVED = (
    SavedJob("a", "upload", "backup.tar.gz", HERE, THERE, 1_503_238_553, int(2.3 * GIB), NOON),
    SavedJob("b", "download", "Photos", "OneDrive", "/home/anna/Pictures", 312 * MIB, int(7.2 * GIB), NOON - 400),
    SavedJob("c", "upload", HOSTILE, HERE, HOSTILE, 0, None, NOON - 90_000),
)

TROUBLES = (
    Trouble("src/build/aux.c", "aux is a name that Windows keeps for itself.", "rename", "aux_.c"),
    Trouble("src/notes: draft?.md", 'A name on OneDrive cannot contain " * : < > ? / |', "rename", "notes_ draft_.md"),
    Trouble("src/.~lock.budget.ods#", "It is a lock file of another program.", "skip"),
    Trouble("src/" + "very long folder name/" * 18 + "end.txt", "The path is longer than 400 characters.", "skip"),
    Trouble(f"src/{HOSTILE}", "A name on OneDrive cannot contain such characters.", "rename", "red_gpj.exe"),
)
PREFLIGHT = Preflight("src", THERE, 12_404, 88, int(7.2 * GIB), counted=True, troubles=TROUBLES, free=90 * GIB)


def transferring(flow: Flow = FAST, *, theme: str = "odtui-dark") -> BrowserApp:
    fake = FakeTransfers()
    fake.pour(flow)
    return app(transfers=fake, theme=theme)


async def focused(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    pilot.app.transfers.put(*MANY)  # type: ignore[attr-defined]
    await settle(pilot)
    await pilot.press("w", "home", "down")
    await pilot.pause()


async def in_view(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    pilot.app.transfers.put(*MANY)  # type: ignore[attr-defined]
    await settle(pilot)


async def failing(pilot: Pilot[Any]) -> None:
    """Only what went wrong is left."""
    await settle(pilot)
    other = replace(MANY[8], id=20, name="b.txt", problem="Another program has it open.", advice="Close it, press r.")
    pilot.app.transfers.put(MANY[8], other)  # type: ignore[attr-defined]
    await settle(pilot)
    await pilot.press("w")
    await pilot.pause()


async def limiting(pilot: Pilot[Any]) -> None:
    await focused(pilot)
    await pilot.press("b")


async def typing_limit(pilot: Pilot[Any]) -> None:
    await limiting(pilot)
    await pilot.press("5")
    await settle(pilot)
    pilot.app.screen.query_one(Input).cursor_blink = False
    await pilot.press(*"3 kb")
    await settle(pilot)


async def offered(pilot: Pilot[Any]) -> None:
    await settle(pilot)


def with_earlier() -> BrowserApp:
    fake = FakeTransfers()
    fake.earlier = list(SAVED)
    return app(transfers=fake)


async def compared(pilot: Pilot[Any]) -> None:
    await pilot.press("d")
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()


async def properties(entry: Any) -> list[tuple[str, str]]:
    """Two versions of one file."""
    old = entry.size < 50_000
    return [
        ("Name", entry.name),
        ("Size", "47 KB (48,213 bytes)" if old else "51 KB (51,900 bytes)"),
        ("Location", "/Documents/Finance" if old else "/home/anna/Finance"),
        ("Modified", "2025-10-09 08:53" if old else "2025-10-10 12:40"),
        ("Modified by", HOSTILE if old else "Anna Larsen"),
        ("Created", "2025-03-01 10:00"),
        ("QuickXorHash", "pQ3zK0t1dP7yXq0c1L9sQm5nX0A=" if old else "Zk81Lx0t1dP7yXq0c1L9sQm5nX0A="),
    ]


SCENES = [
    Scene("transfers", transferring, in_view),
    Scene("transfers-focused", transferring, focused),
    Scene("transfers-light", lambda: transferring(theme="odtui-light"), focused),
    Scene("transfers-paused", lambda: transferring(Flow(width=4, limit=MIB, paused=True)), in_view),
    Scene("transfers-waiting", lambda: transferring(Flow(width=2, waiting="OneDrive asks for a pause: 37 s")), in_view),
    Scene("transfers-failed", transferring, failing),
    Scene("transfers-limit", transferring, limiting),
    Scene("transfers-limit-typed", transferring, typing_limit),
    Scene("transfers-saved", with_earlier, offered),
    Scene("dialog-conflict-compared", lambda: StyledApp(ConflictDialog(conflict(), properties=properties)), compared),
    Scene("dialog-preflight", lambda: StyledApp(PreflightDialog(PREFLIGHT))),
    Scene(
        "dialog-preflight-full",
        lambda: StyledApp(
            PreflightDialog(
                replace(PREFLIGHT, free=GIB, troubles=()),
            )
        ),
    ),
    Scene(
        "dialog-preflight-many",
        lambda: StyledApp(PreflightDialog(replace(PREFLIGHT, troubles=TROUBLES * 200, more=40, counted=False))),
    ),
    Scene("dialog-quit", lambda: StyledApp(quit_dialog(3))),
    Scene("dialog-saved", lambda: StyledApp(SavedDialog(SAVED))),
    Scene("dialog-job", lambda: StyledApp(JobDialog(MANY[1]))),
    Scene("dialog-job-failed", lambda: StyledApp(JobDialog(MANY[8]))),
]
