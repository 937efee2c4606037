"""The browser in each of its states."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from textual.pilot import Pilot

from odtui.graph.errors import Forbidden, Unreachable
from odtui.services.entry import Entry, Kind, Target
from odtui.services.transfers import Job, JobState
from odtui.services.words import explain
from tests.services.fakes import FakePlace
from tests.ui.browser_app import BrowserApp, local_place, settle
from tests.ui.fake_transfers import FakeTransfers
from tests.ui.scenes import Scene

KIB, MIB, GIB = 1024, 1024**2, 1024**3
DAY = 86_400
NOON = 1_760_000_000


def drive() -> FakePlace:
    """What a person keeps in a drive."""
    place = FakePlace(label="OneDrive")
    folders = {
        "Documents": 412 * MIB,
        "Music": 3 * GIB,
        "Photos": int(7.2 * GIB),
        "Projects": 96 * MIB,
        "Recipes": 2 * MIB,
    }
    for number, (name, size) in enumerate(folders.items()):
        place.add(f"/{name}", size=size, modified=NOON - number * 9 * DAY)
    place.add("/Family album", size=int(1.4 * GIB), modified=NOON - 3 * DAY, target=Target("b!other", "album"))
    place.add("/Notes of Anna", kind=Kind.NOTEBOOK, size=5 * MIB, modified=NOON - DAY, web_url="https://contoso.com/n")
    files = {
        "Budget 2026.xlsx": 48_213,
        "Getting started with OneDrive.pdf": 1_212_345,
        "Insurance policy, household and travel, renewed (signed copy).pdf": 2_345_678,
        "minutes-2.md": 2_048,
        "minutes-10.md": 3_890,
        "Passport scan.png": 4_812_345,
        "todo.txt": 412,
    }
    for number, (name, size) in enumerate(files.items()):
        place.add(f"/{name}", b"", size=size, modified=NOON - number * 2 * DAY - 7_260)
    place.add("/.cache", modified=NOON)
    for number, name in enumerate(("odtui", "Garden shed", "Letters")):
        place.add(f"/Projects/{name}", size=(number + 1) * 7 * MIB, modified=NOON - number * DAY)
    place.add("/Projects/odtui/client.py", CODE, modified=NOON - 100, size=len(CODE))
    place.add("/Projects/odtui/README.md", b"# odtui\n", modified=NOON - 900, size=8)
    place.add("/Projects/odtui/tests", size=812 * KIB, modified=NOON - DAY)
    place.add("/Recipes/Soups", modified=NOON)
    return place


CODE = b'''"""Reads a folder of a drive, a page at a time."""

import asyncio
from collections.abc import AsyncIterator

PAGE_SIZE = 200  # what Graph gives by default


class Client:
    """Speaks to one drive."""

    def __init__(self, http: object, *, drive_id: str) -> None:
        self._http = http
        self.drive_id = drive_id

    async def children(self, item_id: str) -> AsyncIterator[list[str]]:
        """Yield the names in a folder. Raises ItemNotFound if it is gone."""
        url: str | None = f"/drives/{self.drive_id}/items/{item_id}/children?$top={PAGE_SIZE}"
        while url is not None:
            page = await self._get(url)
            yield [item["name"] for item in page["value"]]
            url = page.get("@odata.nextLink")

    async def _get(self, url: str) -> dict[str, object]:
        for attempt in range(5):
            try:
                return await self._http.get(url)
            except TimeoutError:
                await asyncio.sleep(2**attempt)
        raise RuntimeError("no answer")
'''


def computer() -> FakePlace:
    """What lies beside it on this computer."""
    place = local_place({"/home": None, "/home/anna": None})
    for number, name in enumerate(("Desktop", "Downloads", "Pictures", "src")):
        place.add(f"/home/anna/{name}", size=None, modified=NOON - number * 5 * DAY)
    place.add("/home/anna/backup.tar.gz", b"", size=int(2.3 * GIB), modified=NOON - 40 * DAY)
    place.add("/home/anna/notes.txt", b"", size=1_204, modified=NOON - 60)
    place.add("/home/anna/shared", link=True, modified=NOON - 90 * DAY)
    place.add("/home/anna/.profile", b"", size=807, modified=NOON - 400 * DAY)
    home = place.entries["/home/anna"]

    async def root() -> Any:
        return home

    place.root = root  # type: ignore[method-assign]
    return place


def app(**options: Any) -> BrowserApp:
    return BrowserApp(options.pop("cloud", None) or drive(), options.pop("local", None) or computer(), **options)


async def browsing(pilot: Pilot[Any]) -> None:
    """A folder unfolded, and one in it."""
    await settle(pilot)
    view = pilot.app.browser.left.tree_view  # type: ignore[attr-defined]
    for name in ("Projects", "odtui"):
        view.go([node.entry.name for node in view.rows].index(name))
        await pilot.press("right")
        await settle(pilot)
    await pilot.press("down")


async def selected(pilot: Pilot[Any]) -> None:
    await browsing(pilot)
    await pilot.press("space", "space", "down", "space")


async def filtering(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("slash", *"min")


async def preview_text(pilot: Pilot[Any]) -> None:
    await browsing(pilot)
    await pilot.press("down", "v")
    await settle(pilot)


async def preview_properties(pilot: Pilot[Any]) -> None:
    await browsing(pilot)
    await pilot.press("i")
    await settle(pilot)


def loading() -> BrowserApp:
    """The first page has come, the second does not."""
    place = FakePlace({f"/Scan {number:03}.pdf": b"" for number in range(200)})
    first = [entry for path, entry in place.entries.items() if path != "/"]

    async def pages(_folder: Entry) -> AsyncIterator[list[Entry]]:
        yield first
        await asyncio.Event().wait()

    place.pages = pages  # type: ignore[method-assign]
    return BrowserApp(place, computer())


async def reading(pilot: Pilot[Any]) -> None:
    await settle(pilot, without="reading")


def forbidden() -> BrowserApp:
    place = drive()
    place.fail("pages", Forbidden("Access denied", status=403, codes=("accessDenied",), request_id="7d0b"))
    return app(cloud=place)


async def empty(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    pilot.app.browser.left.go_to("/Recipes/Soups")  # type: ignore[attr-defined]
    await settle(pilot)


JOBS = (
    Job(
        1,
        "upload",
        "backup.tar.gz",
        "This computer",
        "OneDrive",
        JobState.RUNNING,
        1_503_238_553,
        int(2.3 * GIB),
        0,
        1,
        8.4 * MIB,
        112.0,
    ),
    Job(
        2,
        "download",
        "Photos",
        "OneDrive",
        "Pictures",
        JobState.RUNNING,
        312 * MIB,
        int(7.2 * GIB),
        41,
        903,
        3.1 * MIB,
        2_290.0,
    ),
    Job(3, "upload", "notes.txt", "This computer", "OneDrive", JobState.DONE, 1204, 1204, 1, 1),
    Job(
        4,
        "upload",
        "Insurance policy, household and travel, renewed (signed copy).pdf",
        "This computer",
        "OneDrive",
        JobState.FAILED,
        0,
        2_345_678,
        problem="The drive is full.",
        advice="Delete something, then press r.",
        details="507 insufficientStorage",
    ),
    Job(5, "copy", "Recipes", "OneDrive", "Documents", JobState.QUEUED),
)


def transferring() -> BrowserApp:
    return app(transfers=FakeTransfers())


async def transfers(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    pilot.app.transfers.put(*JOBS)  # type: ignore[attr-defined]
    await settle(pilot)


async def transfers_focused(pilot: Pilot[Any]) -> None:
    await transfers(pilot)
    await pilot.press("w", "up")


async def failed(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    browser = pilot.app.browser  # type: ignore[attr-defined]
    browser.connection_failed(explain(Unreachable("getaddrinfo failed"), doing="connect to OneDrive"))
    await settle(pilot)


HOSTILE = (
    "[/b] markup.txt",
    "[@click=app.quit]invoice.pdf[/]",
    "esc \x1b]0;owned\x07\x1b[31mred.txt",
    "bidi \u202egpj.exe",
    "zero\u200bwidth\ufeff.txt",
    "e\u0301\u0302\u0308\u0323 combining.txt",
    "日本語の長い名前のファイルはここにあります、とても長い.docx",
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f.jpg",
    "trailing space ",
    " leading space",
    "line\nfeed and\ttab.txt",
    "n" * 251 + ".txt",
)


def hostile() -> BrowserApp:
    place = FakePlace(label="[b]One\x1bDrive")
    for number, name in enumerate(HOSTILE):
        place.add(f"/{number}", b"", name=name, size=1000 ** (number % 4) * 37, modified=NOON + number * DAY)
    place.add("/12", name="[red]folder\u202e", size=37)
    return BrowserApp(place, computer())


async def three_selected(pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await pilot.press("down", "space", "space", "space")


SCENES = [
    Scene("browser", app, browsing, picture=True),
    Scene("browser-light", lambda: app(theme="odtui-light"), selected),
    Scene("browser-loading", loading, reading),
    Scene("browser-empty", app, empty),
    Scene("browser-forbidden", forbidden, settle),
    Scene("browser-filter", app, filtering),
    Scene("browser-selection", app, selected, picture=True),
    Scene("browser-preview", app, preview_text, picture=True),
    Scene("browser-details", app, preview_properties),
    Scene("browser-transfers", transferring, transfers, picture=True),
    Scene("browser-transfers-focused", transferring, transfers_focused),
    Scene("browser-connecting", lambda: BrowserApp(None, computer()), settle),
    Scene("browser-connection-failed", lambda: BrowserApp(None, computer()), failed),
    Scene("browser-hostile", hostile, three_selected),
]
