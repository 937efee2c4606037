"""Addresses of contents that came along with a listing: each saves a transfer the request that asks for one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from odtui.graph.models import DriveItem

YOUNG = 600.0
"""Seconds for which one is used: it lives for about an hour (QUIRKS 149)."""
MOST = 3000
"""That are kept; the oldest go first. They are secrets, so they are kept nowhere else."""


class ListedLinks:
    """Each is given once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._links: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def __repr__(self) -> str:
        return f"ListedLinks({len(self._links)})"

    def keep(self, drive_id: str, items: Iterable[DriveItem]) -> None:
        now = self._clock()
        for item in items:
            if item.download_url:
                self._links[drive_id, item.id] = (now, item.download_url)
        while len(self._links) > MOST:
            self._links.popitem(last=False)

    def take(self, drive_id: str, item_id: str) -> str | None:
        """None if there is none that is young enough."""
        kept, link = self._links.pop((drive_id, item_id), (float("-inf"), ""))
        return link if self._clock() - kept <= YOUNG else None
