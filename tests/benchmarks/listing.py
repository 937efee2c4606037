"""A folder of 100,000 files from the demo server: through the place that the pane reads, against the bare pages."""

import asyncio
import time

import msgspec

from odtui.auth.accounts import Account
from odtui.config.settings import Settings
from odtui.demo.visitor import open_url as approve
from odtui.net.engine import async_client
from odtui.services.entry import Entry
from odtui.services.tree import TreeModel
from odtui.services.workspace import Workspace
from odtui.ui.demo_drive import DemoDrive, DemoOptions

ITEMS = 100_000
GRAPH = "https://graph.microsoft.com/v1.0"


class _Page(msgspec.Struct):
    value: list[dict[str, object]]
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


async def bare(workspace: Workspace, account: Account, folder: Entry, size: int) -> float:
    """Seconds to fetch and decode the same pages with nothing around httpx."""
    authenticator = workspace.authenticator(workspace.draft)
    async with async_client(workspace.routes, auth=authenticator.auth(account)) as http:
        began = time.perf_counter()
        url: str | None = f"{GRAPH}/drives/{folder.drive_id}/items/{folder.id}/children?$top={size}"
        count = 0
        while url:
            page = msgspec.json.decode((await http.get(url)).content, type=_Page)
            count += len(page.value)
            url = page.next_link
        if count != ITEMS:
            raise RuntimeError(f"{count} of {ITEMS} items came")
        return time.perf_counter() - began


async def run() -> None:
    drive = await DemoDrive.start(DemoOptions(items=ITEMS))
    try:
        workspace = drive.workspace(Settings())
        account = await workspace.authenticator(workspace.draft).sign_in_browser(
            open_url=approve, show_url=lambda _url: None
        )
        session = await workspace.connect(workspace.draft, account)
        folder = await session.place.locate("/Many files")
        model = TreeModel(folder)
        model.begin(model.top)
        first, worst, pages = 0.0, 0.0, 0
        began = time.perf_counter()
        async for page in session.place.pages(folder):
            if not pages:
                first = time.perf_counter() - began
            before = time.process_time()
            model.extend(model.top, page)
            worst = max(worst, time.process_time() - before)
            pages += 1
        model.finish(model.top)
        total = time.perf_counter() - began
        rows = len(model.rows)
        size = max(1, ITEMS // max(1, pages - 1))
        plain = await bare(workspace, account, folder, size)
        print(f"  {rows:,} rows in {pages} pages: {total:.2f} s; bare pages {plain:.2f} s; ratio {total / plain:.2f}")
        print(
            f"  first page after {first * 1000:.0f} ms, {first / total:.3f} of the whole;"
            f" worst page in the tree {worst * 1000:.1f} ms of CPU"
        )
        await session.aclose()
    finally:
        await drive.stop()


def main() -> None:
    asyncio.run(run())
