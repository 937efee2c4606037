"""A demo server per test, and clients whose every answer is checked against the schema."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from tests.demo.schema import kind_of, problems

web = httpx.Client(verify=False, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
"""For everything but Graph; keeps no connection. (No certificates are loaded: that takes longer than most tests.)"""

Start = Callable[..., DemoThread]

_clients: list[httpx.Client] = []
"""Closed after each test."""

DEFAULT_SCOPES = ("Files.ReadWrite", "User.Read")


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers with the given options; each must end without an error of its own."""
    running: list[DemoThread] = []

    def starting(**options: object) -> DemoThread:
        demo = DemoThread(Options(**options))  # type: ignore[arg-type]
        running.append(demo)
        return demo.__enter__()

    yield starting
    while _clients:
        _clients.pop().close()
    for demo in running:
        demo.__exit__(None, None, None)
        assert demo.state.crashes == []


@pytest.fixture
def demo(start: Start) -> DemoThread:
    return start()


@pytest.fixture
def graph(demo: DemoThread) -> httpx.Client:
    return client(demo)


def token(demo: DemoThread, *scopes: str, user: str = "ada") -> str:
    """An access token as the token endpoint makes them."""
    state = demo.state
    value = {
        "user": user,
        "scopes": [scope.lower() for scope in scopes or DEFAULT_SCOPES],
        "exp": state.clock() + 3600,
        "epoch": state.epochs.tokens,
    }
    return state.signer.seal("access", value)


def client(demo: DemoThread, *scopes: str, user: str = "ada", host: str = "", prefix: str = "/v1.0") -> httpx.Client:
    """A client for Graph whose JSON answers must satisfy the schema; closed after the test."""
    headers = {"Authorization": f"Bearer {token(demo, *scopes, user=user)}", "Prefer": "Include-Feature=AddToOneDrive"}
    if host:
        headers["Host"] = host
    made = httpx.Client(
        base_url=demo.base + prefix, headers=headers, event_hooks={"response": [check]}, verify=False, trust_env=False
    )
    _clients.append(made)
    return made


def check(answer: httpx.Response) -> None:
    """Fail on a body that is not what Graph documents, and on a refusal without ids."""
    answer.read()
    if answer.status_code >= 400:
        assert answer.headers["request-id"]
        assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]
    if answer.content and "json" in answer.headers.get("content-type", ""):
        check_body(answer.json())


def check_body(body: Any) -> None:
    """Fail on a JSON body that is not what Graph documents."""
    kind = kind_of(body)
    if kind in ("subscription", "itemActivityStat") and "value" in body:
        assert [problems(each, kind) for each in body["value"]] == [[]] * len(body["value"])
        return
    assert kind is None or problems(body, kind) == []


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and error code."""
    return answer.status_code, answer.json()["error"]["code"]


def inner_of(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["innerError"]["code"])
