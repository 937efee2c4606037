"""Requests are repeated where that is safe, waited for as long as the service asks, and given up in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext

import httpx
import pytest

from odtui.graph.transport import ONCE, REPEATABLE, WHOLE, RetryTransport
from odtui.graph.waiting import Pause
from tests.graph.harness import Time

URL = "https://graph.microsoft.com/v1.0/me"
Outcome = httpx.Response | Exception


class Script(httpx.AsyncBaseTransport):
    """Answers with one outcome after the other; the last one for ever."""

    def __init__(self, *outcomes: Outcome | Callable[[], Outcome]) -> None:
        self.outcomes = list(outcomes)
        self.bodies: list[bytes] = []
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(await request.aread())
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, httpx.Response)
        return outcome

    async def aclose(self) -> None:
        self.closed = True


def _status(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(
        status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        stream=httpx.ByteStream(b"{}"),
    )


def _retrying(script: Script, time: Time, **options: object) -> httpx.AsyncClient:
    options = {"sleep": time.sleep, "clock": time.clock, "jitter": lambda: 0.0} | options
    return httpx.AsyncClient(transport=RetryTransport(script, **options))  # type: ignore[arg-type]


async def _call(*outcomes: Outcome, method: str = "GET", **options: object) -> tuple[int, list[float], Script]:
    """Status, waits, and the script as it was used."""
    script, time = Script(*outcomes), Time()
    async with _retrying(script, time, **options) as client:
        response = await client.request(method, URL, content=b"body" if method in ("POST", "PATCH", "PUT") else None)
    return response.status_code, time.slept, script


async def test_success_is_passed_on_at_once() -> None:
    status, waits, script = await _call(_status(200))
    assert (status, waits, len(script.bodies)) == (200, [], 1)


@pytest.mark.parametrize("status", [429, 503, 509])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
async def test_a_named_time_is_waited_for_with_any_verb(status: int, method: str) -> None:
    assert (await _call(_status(status, Retry_After="7"), _status(200), method=method))[:2] == (200, [7.0])


async def test_a_date_is_a_named_time_too() -> None:
    throttled = _status(429, Retry_After="Mon, 05 Jan 2026 10:00:09 GMT", Date="Mon, 05 Jan 2026 10:00:00 GMT")
    assert (await _call(throttled, _status(200)))[:2] == (200, [9.0])


async def test_unnamed_times_grow() -> None:
    outcomes = [_status(503), _status(502), _status(504), _status(500), _status(408), _status(200)]
    assert (await _call(*outcomes))[:2] == (200, [2, 4, 8, 16, 30])


async def test_throttling_without_a_time_is_long_and_given_up_when_patience_ends() -> None:
    assert (await _call(_status(429)))[:2] == (429, [30, 60])


async def test_attempts_have_an_end() -> None:
    status, waits, script = await _call(_status(503, Retry_After="1"), attempts=3)
    assert (status, waits, len(script.bodies)) == (503, [1, 1], 3)


async def test_a_longer_time_than_patience_is_reported_at_once() -> None:
    assert (await _call(_status(429, Retry_After="315")))[:2] == (429, [])


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_change_that_may_have_happened_is_not_repeated(status: int, method: str) -> None:
    assert (await _call(_status(status), method=method))[:2] == (status, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 416, 423, 501, 505, 507])
async def test_final_answers_are_not_repeated(status: int) -> None:
    assert (await _call(_status(status)))[:2] == (status, [])


@pytest.mark.parametrize(
    "failure", [httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.WriteError, httpx.ConnectError]
)
async def test_a_broken_connection_is_tried_again_for_safe_verbs(failure: type[httpx.TransportError]) -> None:
    assert (await _call(failure(""), failure(""), _status(200)))[:2] == (200, [2, 4])


async def test_a_change_is_repeated_only_if_it_was_never_sent() -> None:
    assert (await _call(httpx.ConnectError(""), _status(200), method="POST"))[:2] == (200, [2])
    assert (await _call(httpx.ConnectTimeout(""), _status(200), method="PATCH"))[:2] == (200, [2])
    for failure in (httpx.ReadTimeout(""), httpx.ReadError(""), httpx.RemoteProtocolError("")):
        with pytest.raises(type(failure)):
            await _call(failure, _status(200), method="POST")


async def test_a_verb_can_be_declared_unsafe() -> None:
    script, time = Script(_status(500), _status(200)), Time()
    async with _retrying(script, time) as client:
        response = await client.put(URL, content=b"x", extensions=ONCE)
    assert (response.status_code, time.slept) == (500, [])


async def test_a_verb_can_be_declared_safe() -> None:
    script, time = Script(_status(500), httpx.ReadTimeout(""), _status(200)), Time()
    async with _retrying(script, time) as client:
        response = await client.post(URL, content=b"x", extensions=REPEATABLE)
    assert (response.status_code, time.slept) == (200, [2, 4])


async def test_the_last_failure_is_raised_when_attempts_end() -> None:
    with pytest.raises(httpx.ReadTimeout):
        await _call(httpx.ReadTimeout(""), attempts=2)


async def test_a_request_that_cannot_be_sent_is_not_repeated() -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        await _call(httpx.UnsupportedProtocol(""), _status(200))


async def test_an_error_of_someone_else_passes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        await _call(ZeroDivisionError(), _status(200))


async def test_the_whole_body_is_sent_again() -> None:
    script = (await _call(_status(503), _status(503), _status(200), method="PUT"))[2]
    assert script.bodies == [b"body"] * 3


async def test_a_body_that_is_gone_is_not_sent_again() -> None:
    class Hungry(Script):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.AsyncByteStream)
            self.bodies.append(b"".join([piece async for piece in request.stream]))
            return _status(503)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"once"

    script, time = Hungry(_status(503)), Time()
    async with _retrying(script, time) as client:
        response = await client.put(URL, content=pieces())
    assert (response.status_code, script.bodies, time.slept) == (503, [b"once"], [])


async def test_waits_are_lengthened_a_little_and_never_shortened() -> None:
    assert (await _call(_status(503, Retry_After="8"), _status(200), jitter=lambda: 1.0))[1] == [10.0]


async def test_the_user_interface_hears_of_waits() -> None:
    told: list[float] = []
    await _call(_status(429, Retry_After="37"), _status(200), on_wait=told.append)
    assert told == [37.0, 0.0]


async def test_given_up_answers_are_closed() -> None:
    closed: list[int] = []

    class Stream(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"{}"

        async def aclose(self) -> None:
            closed.append(1)

    await _call(httpx.Response(503, stream=Stream()), _status(200))
    assert closed


async def test_one_throttled_request_holds_back_the_others_of_the_account() -> None:
    """And both clients of the account share the pause."""
    gate = asyncio.Event()
    time = Time()
    slept: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(seconds: float) -> None:
        slept.put_nowait(seconds)
        await gate.wait()
        time.now = max(time.now, 1000.0 + 20.0)

    pause = Pause(clock=time.clock, sleep=sleep, on_wait=lambda seconds: None)
    graph = Script(_status(429, Retry_After="20"), _status(200))
    content = Script(_status(200))
    async with _retrying(graph, time, pause=pause) as first, _retrying(content, time, pause=pause) as second:
        throttled = asyncio.create_task(first.get(URL))
        assert await slept.get() == 20.0
        other = asyncio.create_task(second.get(URL))
        assert await slept.get() == 20.0
        assert not content.bodies
        gate.set()
        assert (await throttled).status_code == 200
        assert (await other).status_code == 200
    assert len(content.bodies) == 1


async def test_a_pause_beyond_patience_is_reported_without_asking() -> None:
    time = Time()
    pause = Pause(clock=time.clock, sleep=time.sleep, on_wait=lambda seconds: None)
    pause.extend(300)
    script = Script(_status(200))
    async with _retrying(script, time, pause=pause) as client:
        response = await client.get(URL)
    assert (response.status_code, response.headers["retry-after"], script.bodies) == (429, "300", [])


async def test_cancelling_a_wait_ends_it() -> None:
    begun = asyncio.Event()

    async def sleep(seconds: float) -> None:
        begun.set()
        await asyncio.Event().wait()

    told: list[float] = []
    script, time = Script(_status(503)), Time()
    async with _retrying(script, time, sleep=sleep, on_wait=told.append) as client:
        task = asyncio.create_task(client.get(URL))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert told == [2.0, 0.0]
    assert script.closed


@pytest.mark.parametrize(("extensions", "asked"), [(WHOLE, 2), ({}, 1)])
async def test_a_short_answer_that_breaks_off_counts_as_none(extensions: dict[str, bool], asked: int) -> None:
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"{"
            raise httpx.ReadError("lost")

    script, time = Script(httpx.Response(200, stream=Broken()), httpx.Response(200, content=b"{}")), Time()
    transport = RetryTransport(script, sleep=time.sleep, clock=time.clock, jitter=lambda: 0.0)
    response = await transport.handle_async_request(httpx.Request("GET", URL, extensions=extensions))
    assert len(script.bodies) == asked
    with nullcontext() if extensions else pytest.raises(httpx.ReadError):
        assert await response.aread() == b"{}"
