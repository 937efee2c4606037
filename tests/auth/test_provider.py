"""Signing Graph requests: one refresh for all who wait, and what follows a 401."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Callable

import httpx
import pytest

from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.provider import AccessToken, TokenProvider

GRAPH = "https://graph.microsoft.com/v1.0/me"
CLAIMS = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
CHALLENGE = f'Bearer error="insufficient_claims", claims="{base64.b64encode(CLAIMS.encode()).decode()}"'


class Source:
    """Hands out t1, t2, … and keeps what it was asked."""

    def __init__(self, lifetime: float = 3600) -> None:
        self.lifetime = lifetime
        self.asked: list[tuple[bool, str | None]] = []
        self.error: AuthError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, *, force: bool = False, claims: str | None = None) -> AccessToken:
        self.asked.append((force, claims))
        assert self.gate.wait(30)
        if self.error is not None:
            raise self.error
        return AccessToken(f"t{len(self.asked)}", self.lifetime)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Graph:
    """Answers 401 to the tokens it does not like, and keeps the Authorization headers."""

    def __init__(self, *refused: str, challenge: str = "Bearer") -> None:
        self.refused = {f"Bearer {token}" for token in refused}
        self.challenge = challenge
        self.seen: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.headers.get("Authorization"))
        if self.seen[-1] in self.refused:
            return httpx.Response(401, headers={"WWW-Authenticate": self.challenge})
        return httpx.Response(200)


async def get(provider: TokenProvider, graph: Callable[[httpx.Request], httpx.Response], url: str = GRAPH) -> int:
    async with httpx.AsyncClient(transport=httpx.MockTransport(graph), auth=provider) as http:
        return (await http.get(url)).status_code


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(source: Source, clock: Clock) -> TokenProvider:
    return TokenProvider(source, "graph.microsoft.com", clock=clock)


async def test_a_request_to_graph_carries_the_token(provider: TokenProvider) -> None:
    graph = Graph()
    assert await get(provider, graph) == 200
    assert graph.seen == ["Bearer t1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://graph.microsoft.com.evil.example/",
        "https://evil.example/graph.microsoft.com",
        "https://graph.microsoft.com@evil.example/",
        "https://graph.microsoft.us/v1.0/me",
        "https://contoso.sharepoint.com/download?tempauth=x",
    ],
)
async def test_no_other_place_gets_the_token(provider: TokenProvider, source: Source, url: str) -> None:
    graph = Graph()
    await get(provider, graph, url)
    assert "t1" not in str(graph.seen)
    assert source.asked == []


@pytest.mark.parametrize("url", ["https://GRAPH.microsoft.com/v1.0/me", "https://graph.microsoft.com:443/v1.0/me"])
async def test_another_spelling_of_the_graph_host_is_the_graph_host(provider: TokenProvider, url: str) -> None:
    graph = Graph()
    await get(provider, graph, url)
    assert graph.seen == ["Bearer t1"]


async def test_those_who_come_together_wait_for_one_refresh(provider: TokenProvider, source: Source) -> None:
    source.gate.clear()
    waiting = [asyncio.create_task(provider.token()) for _ in range(20)]
    await asyncio.sleep(0)
    source.gate.set()
    assert {token.value for token in await asyncio.gather(*waiting)} == {"t1"}
    assert len(source.asked) == 1


async def test_a_waiter_that_gives_up_takes_nothing_from_the_others(provider: TokenProvider, source: Source) -> None:
    source.gate.clear()
    first, second = (asyncio.create_task(provider.token()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.gate.set()
    assert (await second).value in ("t1", "t2")


@pytest.mark.parametrize(("passed", "value"), [(0, "t1"), (3299, "t1"), (3300, "t2"), (9999, "t2")])
async def test_a_token_is_used_until_five_minutes_before_its_end(
    provider: TokenProvider, clock: Clock, passed: float, value: str
) -> None:
    await provider.token()
    clock.now += passed
    assert (await provider.token()).value == value


@pytest.mark.parametrize(("passed", "value"), [(29, "t1"), (30, "t2")])
async def test_a_short_token_is_used_for_half_of_its_life(
    provider: TokenProvider, source: Source, clock: Clock, passed: float, value: str
) -> None:
    source.lifetime = 60
    await provider.token()
    clock.now += passed
    assert (await provider.token()).value == value


async def test_a_refresh_that_failed_is_tried_again_by_the_next_request(
    provider: TokenProvider, source: Source
) -> None:
    source.error = AuthError(AuthProblem.OFFLINE)
    with pytest.raises(AuthError):
        await provider.token()
    source.error = None
    assert (await provider.token()).value == "t2"


async def test_a_401_is_answered_with_one_forced_refresh(provider: TokenProvider, source: Source) -> None:
    graph = Graph("t1")
    assert await get(provider, graph) == 200
    assert graph.seen == ["Bearer t1", "Bearer t2"]
    assert source.asked == [(False, None), (True, None)]


async def test_a_second_401_ends_the_session(provider: TokenProvider, source: Source) -> None:
    graph = Graph("t1", "t2", "t3")
    with pytest.raises(AuthError) as caught:
        await get(provider, graph)
    assert (caught.value.problem, caught.value.interactive) == (AuthProblem.SESSION_ENDED, True)
    assert graph.seen == ["Bearer t1", "Bearer t2"]
    assert len(source.asked) == 2


async def test_claims_of_a_401_are_brought_once_and_without_force(provider: TokenProvider, source: Source) -> None:
    graph = Graph("t1", challenge=CHALLENGE)
    assert await get(provider, graph) == 200
    assert source.asked == [(False, None), (False, CLAIMS)]


async def test_claims_that_a_refresh_does_not_bring_are_left_for_the_browser(source: Source) -> None:
    demanded: list[str] = []
    provider = TokenProvider(source, "graph.microsoft.com", on_demand=demanded.append)
    with pytest.raises(AuthError) as caught:
        await get(provider, Graph("t1", "t2", challenge=CHALLENGE))
    assert (caught.value.problem, caught.value.interactive) == (AuthProblem.VERIFICATION, True)
    assert demanded == [CLAIMS]


@pytest.mark.parametrize(("interactive", "left"), [(True, [CLAIMS]), (False, [])])
async def test_claims_are_left_for_the_browser_only_when_the_user_has_to_help(
    source: Source, interactive: bool, left: list[str]
) -> None:
    demanded: list[str] = []
    provider = TokenProvider(source, "graph.microsoft.com", on_demand=demanded.append)
    await provider.token()
    source.error = AuthError(AuthProblem.VERIFICATION, interactive=interactive)
    with pytest.raises(AuthError) as caught:
        await get(provider, Graph("t1", challenge=CHALLENGE))
    assert caught.value is source.error
    assert demanded == left


async def test_many_requests_that_are_refused_together_refresh_once(provider: TokenProvider, source: Source) -> None:
    graph = Graph("t1")
    assert await asyncio.gather(*(get(provider, graph) for _ in range(8))) == [200] * 8
    assert len(source.asked) == 2


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_another_failure_of_graph_is_no_matter_of_tokens(
    provider: TokenProvider, source: Source, status: int
) -> None:
    assert await get(provider, lambda _: httpx.Response(status)) == status
    assert len(source.asked) == 1


def test_a_blocking_client_is_refused(provider: TokenProvider) -> None:
    with (
        httpx.Client(transport=httpx.MockTransport(Graph()), auth=provider) as http,
        pytest.raises(RuntimeError, match="AsyncClient"),
    ):
        http.get(GRAPH)


def test_a_token_is_not_part_of_its_repr() -> None:
    assert "secret" not in repr(AccessToken("secret", 5))


@pytest.mark.parametrize("stands_still", ["monotonic", "wall"])
async def test_a_token_ends_by_whichever_clock_goes_on(source: Source, stands_still: str) -> None:
    """A suspended computer stops its monotonic clock; the wall clock can be set back."""
    monotonic, wall = Clock(), Clock()
    provider = TokenProvider(source, "graph.microsoft.com", clock=monotonic, wall_clock=wall)
    assert (await provider.token()).value == "t1"
    (wall if stands_still == "monotonic" else monotonic).now += 3400
    assert (await provider.token()).value == "t2"


async def test_a_wall_clock_that_is_set_back_does_not_lengthen_a_token(source: Source) -> None:
    monotonic, wall = Clock(), Clock()
    provider = TokenProvider(source, "graph.microsoft.com", clock=monotonic, wall_clock=wall)
    await provider.token()
    wall.now -= 86_400
    monotonic.now += 3400
    assert (await provider.token()).value == "t2"


class Mistaken:
    """Answers so many times 401 of the kind that passes by itself."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.seen: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.headers.get("Authorization"))
        if len(self.seen) <= self.times:
            return httpx.Response(401, json={"error": {"message": "Unable to initialize RPS"}})
        return httpx.Response(200)


@pytest.mark.parametrize(
    ("times", "tokens"),
    [(1, ["Bearer t1", "Bearer t1"]), (2, ["Bearer t1", "Bearer t1", "Bearer t2"])],
)
async def test_a_refusal_by_mistake_is_asked_again_before_a_refresh(
    source: Source, times: int, tokens: list[str]
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    graph = Mistaken(times)
    assert await get(TokenProvider(source, "graph.microsoft.com", sleep=sleep), graph) == 200
    assert graph.seen == tokens
    assert waits == [1.0]


async def test_after_a_new_sign_in_its_tokens_are_used(provider: TokenProvider) -> None:
    await provider.token()
    provider.renew(lambda *, force=False, claims=None: AccessToken("wider", 3600))
    assert (await provider.token()).value == "wider"


async def test_a_refresh_that_ends_after_a_new_sign_in_is_thrown_away() -> None:
    asked, gate = threading.Event(), threading.Event()

    def slow(*, force: bool = False, claims: str | None = None) -> AccessToken:
        asked.set()
        assert gate.wait(30)
        return AccessToken("narrow", 3600)

    provider = TokenProvider(slow, "graph.microsoft.com")
    waiting = asyncio.create_task(provider.token())
    await asyncio.to_thread(asked.wait, 30)
    provider.renew(lambda *, force=False, claims=None: AccessToken("wide", 3600))
    gate.set()
    assert (await waiting).value == "wide"
