import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from odtui.demo.render import iso
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of


class Program:
    """Waits for notifications on a loopback port."""

    def __init__(self) -> None:
        self.notes: Queue[dict[str, Any]] = Queue()
        self.answers_wrongly = False
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200 if token else 202)
                self.end_headers()
                self.wfile.write(b"wrong" if program.answers_wrongly else token.encode())
                if not token:
                    program.notes.put(msgspec.json.decode(sent))

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"


@pytest.fixture
def program() -> Iterator[Program]:
    made = Program()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def subscribe(demo: DemoThread, graph: httpx.Client, url: str, **changes: Any) -> httpx.Response:
    body = {
        "changeType": "updated",
        "notificationUrl": url,
        "resource": "/me/drive/root",
        "expirationDateTime": iso(int(demo.state.clock()) + 3600),
        "clientState": "secret",
    }
    return graph.post("/subscriptions", json=body | changes)


def test_a_program_is_asked_first_and_then_told_of_changes(
    demo: DemoThread, graph: httpx.Client, program: Program
) -> None:
    answer = subscribe(demo, graph, program.url)
    made = answer.json()
    assert (answer.status_code, made["clientState"], made["changeType"]) == (201, "secret", "updated")
    graph.get("/me/drive/root/children")
    graph.post("/me/drive/root/children", json={"name": "New", "folder": {}})
    [note] = program.notes.get(timeout=20)["value"]
    assert (note["subscriptionId"], note["clientState"], note["resource"]) == (made["id"], "secret", "me/drive/root")
    assert program.notes.empty()


def test_a_subscription_is_read_renewed_and_ended(demo: DemoThread, graph: httpx.Client, program: Program) -> None:
    made = subscribe(demo, graph, program.url).json()
    path = f"/subscriptions/{made['id']}"
    assert graph.get("/subscriptions").json()["value"] == [
        {key: value for key, value in made.items() if not key.startswith("@")}
    ]
    later = iso(int(demo.state.clock()) + 7200)
    assert graph.patch(path, json={"expirationDateTime": later}).json()["expirationDateTime"] == later
    assert graph.post(f"{path}/reauthorize").status_code == 204
    assert graph.delete(path).status_code == 204
    assert code_of(graph.get(path)) == (404, "itemNotFound")
    graph.post("/me/drive/root/children", json={"name": "New", "folder": {}})
    assert demo.state.telling == set()


def test_a_subscription_expires(start: Start, program: Program) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0])
    path = f"/subscriptions/{subscribe(demo, client(demo), program.url).json()['id']}"
    now[0] += 3601
    assert code_of(client(demo).get(path)) == (404, "itemNotFound")


@pytest.mark.parametrize(
    "changes",
    [
        {"changeType": "created"},
        {"resource": "/me/messages"},
        {"notificationUrl": "https://example.com/hook"},
        {"notificationUrl": "ftp://127.0.0.1/"},
        {"notificationUrl": "http://127.0.0.1:1/"},
        {"expirationDateTime": "2001-01-01T00:00:00Z"},
        {"expirationDateTime": "2999-01-01T00:00:00Z"},
        {"expirationDateTime": None},
    ],
)
def test_an_unsound_subscription_is_refused(
    demo: DemoThread, graph: httpx.Client, program: Program, changes: dict[str, Any]
) -> None:
    assert code_of(subscribe(demo, graph, program.url, **changes)) == (400, "invalidRequest")


def test_a_program_that_does_not_know_the_answer_is_refused(
    demo: DemoThread, graph: httpx.Client, program: Program
) -> None:
    program.answers_wrongly = True
    assert code_of(subscribe(demo, graph, program.url)) == (400, "invalidRequest")
    assert graph.get("/subscriptions").json()["value"] == []


def test_subscriptions_are_each_persons_own(demo: DemoThread, graph: httpx.Client, program: Program) -> None:
    made = subscribe(demo, graph, program.url).json()
    assert code_of(client(demo, user="grace").get(f"/subscriptions/{made['id']}")) == (404, "itemNotFound")
    assert code_of(subscribe(demo, client(demo, "User.Read"), program.url)) == (403, "accessDenied")
    for answer in (graph.put("/subscriptions"), graph.put(f"/subscriptions/{made['id']}")):
        assert code_of(answer) == (405, "notAllowed")
