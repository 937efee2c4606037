"""Repeats failed requests where that is safe, and keeps quiet while the service asks for it.

One layer, one deadline: stacked retries multiply (QUIRKS 227).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx

from odtui.graph.errands import ERRAND, Errand, Why
from odtui.graph.errors import Held
from odtui.graph.waiting import Pause, pause_before, retry_after

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Verbs that may be repeated whatever happened: a second time changes nothing more (QUIRKS 221)."""
ONCE = {"odtui.once": True}
"""Request extension: treat this one like a POST although its verb is safe."""
REPEATABLE = {"odtui.repeatable": True}
"""Request extension: this one may be repeated whatever happened although its verb does not say so."""
WHOLE = {"odtui.whole": True}
"""Request extension: the answer is short and read at once, so one that breaks off counts as none."""
RESUMABLE = {"odtui.resumable": True}
"""Request extension: on an errand, whoever sent this one knows better how to go on after a failure. Its body
can be read again."""
GATE = "odtui.gate"
"""Request extension, `async (wanted) -> count`: lets bytes of the body go, for the engine below."""
THROTTLING = frozenset({429, 503, 509})
PASSING = frozenset({408, 500, 502, 503, 504})
"""507 looks like one of these but is final (QUIRKS 219)."""
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
OFFLINE = (*NEVER_SENT, httpx.ProxyError)


def _ignore(seconds: float) -> None:
    """Nobody wants to hear of waits."""


class _Patience:
    """What one request may cost, and has cost: whoever is on an errand can wait for hours, a user cannot."""

    def __init__(self, errand: Errand | None, request: httpx.Request, attempts: int, seconds: float) -> None:
        self._errand = errand
        self._resumable = request.extensions.get("odtui.resumable", False)
        self._attempts = attempts
        self._seconds = seconds
        self._spent: dict[Why, float] = {"throttled": 0.0, "offline": 0.0, "busy": 0.0}

    def lasts(self, delay: float, why: Why, attempt: int = 1) -> bool:
        """Whether one more wait is worth it, after the attempt of that number."""
        if self._errand is None:
            return attempt < self._attempts and sum(self._spent.values()) + delay <= self._seconds
        if why == "busy" and (self._resumable or attempt >= self._attempts):
            return False
        return self._spent[why] + delay <= self._errand.patience(why)

    def spend(self, seconds: float, why: Why) -> None:
        self._spent[why] += seconds

    async def ready(self) -> None:
        """Raises Held where whoever sent the request can go on later, else waits while the errand is held."""
        if self._errand is None:
            return
        if self._resumable and self._errand.held:
            raise Held("the transfer is paused")
        await self._errand.ready()


class RetryTransport(httpx.AsyncBaseTransport):
    """Wraps a transport. Gives the last answer or error when attempts or patience are used up.

    Requests that change something without being repeatable (POST, PATCH) are repeated only if the service says that it
    did nothing (429, or 503 and 509 with Retry-After), or if no connection was made. Bodies must be bytes.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        attempts: int = 6,
        patience: float = 120.0,
        pause: Pause | None = None,
        on_wait: Callable[[float], None] = _ignore,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """
        Args:
            attempts: Including the first.
            patience: Seconds of waiting that one request may cost; a longer Retry-After is reported at once.
            pause: Shared with the account's other client, whose sleep and clock then count.
            jitter: Between 0 and 1; lengthens each wait by up to a quarter, never shortens it.
        """
        self._inner = inner
        self._attempts = attempts
        self._patience = patience
        self._pause = pause or Pause(clock=clock, sleep=sleep, on_wait=on_wait)
        self._jitter = jitter

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        errand = ERRAND.get()
        if errand is not None and request.method == "PUT":
            request.extensions[GATE] = errand.send
        patience = _Patience(errand, request, self._attempts, self._patience)
        attempt = 1
        while True:
            await patience.ready()
            if (left := await self._respect_pause(patience)) > 0:
                return _still_throttled(request, left)
            response: httpx.Response | None = None
            failure: httpx.TransportError | None = None
            try:
                response = await self._answer(request)
            except httpx.TransportError as error:
                failure = error
            if response is not None and errand is not None:
                errand.answered()
            why = _why(response, failure)
            delay = self._delay(request, response, failure, attempt + 1)
            if delay is None or not patience.lasts(delay, why, attempt) or not _replayable(request):
                if response is not None:
                    return response
                assert failure is not None  # noqa: S101
                raise failure
            if response is not None:
                await _discard(response)
            attempt += 1
            delay *= 1 + self._jitter() / 4
            patience.spend(await self._pause.wait(delay, why), why)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if request.extensions.get("odtui.whole"):
            try:
                await response.aread()
            except BaseException:
                await response.aclose()
                raise
        return response

    async def _respect_pause(self, patience: _Patience) -> float:
        """Others were throttled: wait with them, as long as patience lasts. Seconds of the pause that are left."""
        while (left := self._pause.left) > 0 and patience.lasts(left, "throttled"):
            patience.spend(await self._pause.wait(left, "throttled"), "throttled")
            await patience.ready()
        return self._pause.left

    def _delay(
        self,
        request: httpx.Request,
        response: httpx.Response | None,
        failure: httpx.TransportError | None,
        attempt: int,
    ) -> float | None:
        """Seconds to wait before this request is sent again; None if it must not be."""
        safe = request.method in SAFE or request.extensions.get("odtui.repeatable", False)
        safe = safe and not request.extensions.get("odtui.once")
        if response is None:
            if isinstance(failure, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
                return None
            return pause_before(attempt, None, None) if safe or isinstance(failure, NEVER_SENT) else None
        status = response.status_code
        asked = retry_after(response.headers) if status in THROTTLING else None
        delay = pause_before(attempt, status, asked)
        if status in (429, 509) or (status == 503 and asked is not None):
            self._pause.extend(delay)
            return delay if safe or status == 429 or asked is not None else None
        return delay if safe and status in PASSING else None

    async def aclose(self) -> None:
        await self._inner.aclose()


def _why(response: httpx.Response | None, failure: httpx.TransportError | None) -> Why:
    """Why an attempt has failed, if it has."""
    if response is None:
        return "offline" if isinstance(failure, OFFLINE) else "busy"
    asked = response.status_code == 503 and retry_after(response.headers) is not None
    return "throttled" if response.status_code in (429, 509) or asked else "busy"


def _still_throttled(request: httpx.Request, seconds: float) -> httpx.Response:
    """What the service would answer: asking before the pause is over would only lengthen it (QUIRKS 216)."""
    return httpx.Response(429, headers={"Retry-After": f"{seconds:.0f}"}, request=request)


def _replayable(request: httpx.Request) -> bool:
    if request.extensions.get("odtui.resumable"):
        return True
    try:
        return request.content is not None
    except httpx.RequestNotRead:
        return False


async def _discard(response: httpx.Response) -> None:
    """Read to the end, so that the connection can be used again."""
    try:
        with suppress(httpx.HTTPError):
            await response.aread()
    finally:
        await response.aclose()
