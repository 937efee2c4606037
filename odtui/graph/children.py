"""Lists the children of a folder, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

from odtui.graph import addresses
from odtui.graph.errands import ERRAND
from odtui.graph.errors import InvalidRequest, ItemNotFound, NotGraph
from odtui.graph.models import DriveItem, DrivePage, ItemPage
from odtui.graph.wire import Wire

Page = TypeVar("Page", ItemPage, DrivePage)

MOST_PAGES = 10_000
"""Beyond that the service goes round in circles (QUIRKS 95)."""
SHORTCUTS = {"Prefer": "Include-Feature=AddToOneDrive"}
"""Without it "Add shortcut to My files" entries are left out (QUIRKS 74)."""
ROOT_RETRIES = (0.25, 0.5)
"""Seconds between attempts: about 1 % of root listings answer 404 for no reason (QUIRKS 67)."""


async def list_children(
    wire: Wire, drive_id: str, item_id: str, page_size: int, *, is_root: bool
) -> AsyncIterator[list[DriveItem]]:
    """Pages in server order, each item once. A listing whose paging token died is started again, once (QUIRKS 65).

    On an errand the links to the contents come along and are kept for its downloads.

    Raises ItemNotFound if the folder is gone.
    """
    seen: set[str] = set()
    errand = ERRAND.get() is not None
    start = addresses.children(drive_id, item_id, page_size, links=errand)
    for attempt in (1, 2):
        first = True
        try:
            async for page in _pages(wire, start, drive_id, item_id, is_root=is_root):
                unseen = {item.id: item for item in page.value if item.deleted is None and item.id not in seen}
                seen.update(unseen)
                if errand:
                    wire.listed_links.keep(drive_id, unseen.values())
                fresh = list(unseen.values())
                # The first page is told even if it is empty: the folder was read.
                if fresh or (first and attempt == 1):
                    yield fresh
                first = False
            return
        except InvalidRequest as error:
            if first or attempt == 2 or error.status != 400:
                raise


async def _pages(wire: Wire, start: str, drive_id: str, item_id: str, *, is_root: bool) -> AsyncIterator[ItemPage]:
    async def first_page() -> ItemPage:
        return await wire.get(start, ItemPage, SHORTCUTS)

    first = await (_root_page(wire, start) if is_root else wire.patiently(item_id, first_page))
    yield first
    async for page in follow(wire, first, SHORTCUTS):
        yield page


async def _root_page(wire: Wire, start: str) -> ItemPage:
    for delay in ROOT_RETRIES:
        try:
            return await wire.get(start, ItemPage, SHORTCUTS)
        except ItemNotFound:
            await wire.sleep(delay)
    return await wire.get(start, ItemPage, SHORTCUTS)


async def follow(wire: Wire, page: Page, headers: dict[str, str] | None = None) -> AsyncIterator[Page]:
    """The pages after this one, by their links byte for byte; an empty page is not the end (QUIRKS 63, 64)."""
    visited: set[str] = set()
    while link := page.next_link:
        if link in visited or len(visited) >= MOST_PAGES:
            raise NotGraph("the listing does not come to an end")
        visited.add(link)
        page = await wire.get(wire.links.next_page(link), type(page), headers)
        yield page
