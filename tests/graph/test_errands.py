"""Requests on an errand wait as long as it wants, can be held, and share a line."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from odtui.graph.errands import ERRAND, Why
from odtui.graph.errors import Held
from odtui.graph.transport import GATE, RESUMABLE, RetryTransport
from odtui.graph.waiting import Pause
from tests.graph.harness import Time

URL = "https://graph.microsoft.com/v1.0/me"


class FakeErrand:
    """Notes what it is asked; waits take no time."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.held = False
        self.waits: list[tuple[float, Why]] = []
        self.readied = self.answers = 0

    def now(self) -> float:
        return self.time.now

    def room(self) -> int:
        return 1 << 20

    def patience(self, why: Why) -> float:
        return {"throttled": 1000.0, "offline": 500.0, "busy": 50.0}[why]

    async def ready(self) -> None:
        self.readied += 1

    async def wait(self, seconds: float, why: Why) -> float:
        self.waits.append((seconds, why))
        self.time.now += seconds
        return seconds

    def answered(self) -> None:
        self.answers += 1

    async def receive(self, count: int) -> None:
        raise AssertionError

    async def send(self, wanted: int) -> int:
        return wanted


@pytest.fixture
def errand() -> Iterator[FakeErrand]:
    made = FakeErrand(Time())
    token = ERRAND.set(made)
    yield made
    ERRAND.reset(token)


class Script(httpx.AsyncBaseTransport):
    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def call(
    errand: FakeErrand, *outcomes: httpx.Response | Exception, method: str = "GET", resumable: bool = False
) -> tuple[int, Script]:
    script = Script(*outcomes)
    told: list[float] = []
    pause = Pause(clock=errand.time.clock, sleep=errand.time.sleep, on_wait=told.append)
    transport = RetryTransport(script, pause=pause, jitter=lambda: 0.0)
    try:
        request = httpx.Request(method, URL, content=b"body", extensions=RESUMABLE if resumable else {})
        return (await transport.handle_async_request(request)).status_code, script
    finally:
        assert told == [], "an errand tells of its waits itself"
        assert errand.time.slept == []


def _status(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_a_pause_of_the_service_is_waited_out_for_as_long_as_the_errand_wants(errand: FakeErrand) -> None:
    assert (await call(errand, _status(429, Retry_After="900"), _status(200)))[0] == 200
    assert errand.waits == [(900.0, "throttled")]
    assert (await call(errand, _status(429, Retry_After="1001")))[0] == 429


async def test_without_a_connection_it_is_tried_again_until_patience_ends(errand: FakeErrand) -> None:
    with pytest.raises(httpx.ConnectError):
        await call(errand, httpx.ConnectError(""), method="POST")
    assert {why for _, why in errand.waits} == {"offline"}
    assert 450 < sum(seconds for seconds, _ in errand.waits) <= 500
    assert errand.answers == 0


async def test_what_fails_in_passing_is_tried_again_a_few_times(errand: FakeErrand) -> None:
    assert (await call(errand, _status(500), httpx.ReadError(""), _status(200)))[0] == 200
    assert errand.waits == [(2.0, "busy"), (4.0, "busy")]
    assert errand.answers == 2


async def test_what_can_go_on_later_is_left_to_the_one_who_knows_how(errand: FakeErrand) -> None:
    """One owner for the retries (QUIRKS 227)."""
    with pytest.raises(httpx.ReadError):
        await call(errand, httpx.ReadError(""), method="PUT", resumable=True)
    assert (await call(errand, _status(503), method="PUT", resumable=True))[0] == 503
    assert errand.waits == []
    assert (await call(errand, _status(429, Retry_After="5"), _status(200), method="PUT", resumable=True))[0] == 200


async def test_a_held_errand_begins_nothing(errand: FakeErrand) -> None:
    errand.held = True
    script = Script(_status(200))
    transport = RetryTransport(script, clock=errand.time.clock, sleep=errand.time.sleep)
    with pytest.raises(Held):
        await transport.handle_async_request(httpx.Request("PUT", URL, content=b"x", extensions=RESUMABLE))
    assert script.requests == []
    await transport.handle_async_request(httpx.Request("GET", URL))
    assert errand.readied == 1


async def test_bodies_go_through_the_gate_of_the_errand(errand: FakeErrand) -> None:
    _, script = await call(errand, _status(200), method="PUT")
    assert script.requests[0].extensions[GATE] == errand.send
    _, script = await call(errand, _status(200), method="POST")
    assert GATE not in script.requests[0].extensions


async def test_a_body_in_pieces_is_sent_again_if_its_sender_says_that_it_can_be_read_again(errand: FakeErrand) -> None:
    class Again:
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"a"

    script = Script(_status(429, Retry_After="1"), _status(200))
    transport = RetryTransport(script, clock=errand.time.clock, sleep=errand.time.sleep)
    request = httpx.Request("PUT", URL, content=Again(), extensions=RESUMABLE)
    assert (await transport.handle_async_request(request)).status_code == 200
    assert len(script.requests) == 2
