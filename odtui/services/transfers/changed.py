"""Which files that an earlier run had in flight are another version at the source now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress

from odtui.auth.errors import AuthError
from odtui.graph.client import GraphClient
from odtui.graph.errors import GraphError
from odtui.services.disk import on_disk
from odtui.services.transfers.content import local_version
from odtui.services.transfers.saved import Homes, PlaceRef
from odtui.services.transfers.trail import Mark, source_of

MOST = 40
"""Files of all jobs that are looked at."""
PATIENCE = 4.0
"""Seconds after which what is not known yet is left unsaid: the user waits for the offer."""


async def count_changed(jobs: Sequence[tuple[PlaceRef, dict[str, Mark]]], homes: Homes) -> list[int]:
    """How many of each job: where they are read from, and what was in flight. A file that is gone or out of reach
    does not count; it is told of when the job goes on."""
    changed = [0] * len(jobs)
    looks = [
        (number, key, mark, source)
        for number, (source, marks) in enumerate(jobs)
        for key, mark in marks.items()
        if mark.version
    ][:MOST]

    async def look(number: int, key: str, mark: Mark, source: PlaceRef) -> None:
        home = None if source.home is None else homes.get(source.home)
        with suppress(GraphError, AuthError, OSError):
            now = await _version(source_of(key), source, None if home is None else home.client)
            changed[number] += now not in ("", mark.version)

    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(look(*each) for each in looks))
    return changed


async def _version(at: tuple[str, str], source: PlaceRef, client: GraphClient | None) -> str:
    """That it has now; empty if it cannot be told."""
    drive_id, item_id = at
    if not item_id:
        return ""
    if source.kind == "local":
        return local_version(await on_disk(os.stat, item_id))
    return "" if client is None else (await client.item(drive_id, item_id)).e_tag or ""
