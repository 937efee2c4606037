"""Puts a Graph client together from the engine: a signing client, a plain one, and the waiting that both share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx

from odtui.graph.client import GRAPH, GraphClient
from odtui.graph.transport import RetryTransport
from odtui.graph.waiting import Pause
from odtui.net.engine import CONTENT_TIMEOUT, METADATA_TIMEOUT, async_client
from odtui.net.reroute import Routes

METADATA_PATIENCE = 120.0
"""Seconds of waiting that one metadata call may cost (QUIRKS 227)."""
CONTENT_PATIENCE = 600.0
"""The same for a transfer: nobody sits in front of it."""


def _ignore(seconds: float) -> None:
    """Nobody wants to hear of waits."""


def open_client(
    auth: httpx.Auth,
    *,
    base_url: str = GRAPH,
    routes: Routes | None = None,
    on_wait: Callable[[float], None] = _ignore,
    transport: httpx.AsyncBaseTransport | None = None,
) -> GraphClient:
    """A client that repeats what is safe to repeat and waits as long as the service asks.

    Args:
        on_wait: Called with the seconds when a wait begins, with 0 when nothing waits any more.
        transport: Takes the engine's place, in tests.
    """
    pause = Pause(clock=time.monotonic, sleep=asyncio.sleep, on_wait=on_wait)
    http = async_client(
        routes,
        timeout=METADATA_TIMEOUT,
        auth=auth,
        transport=transport,
        wrap=lambda inner: RetryTransport(inner, pause=pause, patience=METADATA_PATIENCE),
    )
    content = async_client(
        routes,
        timeout=CONTENT_TIMEOUT,
        transport=transport,
        wrap=lambda inner: RetryTransport(inner, pause=pause, patience=CONTENT_PATIENCE),
    )
    return GraphClient(http, content, base_url=base_url)
