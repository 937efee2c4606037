"""The visitor against a program that listens as odtui does."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from odtui.demo import visitor
from odtui.demo.clients import PUBLIC_CLIENT
from odtui.demo.thread import DemoThread
from tests.demo.conftest import web


class Program:
    """Takes one answer on a loopback port."""

    def __init__(self) -> None:
        self.answer: dict[str, str] = {}
        self.arrived = threading.Event()
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.take("GET", urlsplit(self.path).query)

            def do_POST(self) -> None:
                self.take("POST", self.rfile.read(int(self.headers["Content-Length"])).decode())

            def take(self, method: str, text: str) -> None:
                program.answer = {"method": method, **dict(parse_qsl(text))}
                self.send_response(200)
                self.end_headers()
                program.arrived.set()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.redirect = f"http://localhost:{self.server.server_port}"


@pytest.fixture
def program() -> Iterator[Program]:
    made = Program()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def page(demo: DemoThread, redirect: str, **changes: str) -> str:
    query = {
        "client_id": PUBLIC_CLIENT,
        "response_type": "code",
        "redirect_uri": redirect,
        "scope": "Files.Read",
        "state": "s",
    }
    return f"{demo.base}/common/oauth2/v2.0/authorize?{urlencode(query | changes)}"


@pytest.mark.parametrize(("mode", "method"), [("query", "GET"), ("form_post", "POST")])
def test_the_answer_is_delivered(demo: DemoThread, program: Program, mode: str, method: str) -> None:
    visitor.approve(page(demo, program.redirect, response_mode=mode))
    assert (program.answer["method"], program.answer["state"]) == (method, "s")
    assert program.answer["code"]


def test_another_account_can_be_chosen(demo: DemoThread, program: Program) -> None:
    visitor.approve(page(demo, program.redirect), account="grace.okafor@outlook.example")
    assert demo.state.codes.authorization[program.answer["code"]].user == "grace"


def test_declining_is_delivered(demo: DemoThread, program: Program) -> None:
    visitor.approve(page(demo, program.redirect), decline=True)
    assert program.answer["error"] == "access_denied"


def test_an_error_page_is_an_error(demo: DemoThread, program: Program) -> None:
    with pytest.raises(visitor.VisitError):
        visitor.approve(page(demo, "http://localhost/elsewhere"))


def test_it_signs_in_on_a_thread_like_a_browser(demo: DemoThread, program: Program) -> None:
    assert visitor.open_url(page(demo, program.redirect))
    assert program.arrived.wait(10)
    assert program.answer["code"]


def test_it_opens_nothing_beyond_this_machine(demo: DemoThread) -> None:
    assert not visitor.open_url("https://login.microsoftonline.com/common/oauth2/v2.0/authorize")
    with pytest.raises(visitor.VisitError):
        visitor.approve("https://example.org/")


def test_it_enters_device_codes(demo: DemoThread) -> None:
    url = f"{demo.base}/common/oauth2/v2.0/devicecode"
    flow = web.post(url, data={"client_id": PUBLIC_CLIENT, "scope": "Files.Read"}).json()
    with pytest.raises(visitor.VisitError):
        visitor.approve_device(demo.base, "WRONG")
    visitor.approve_device(demo.base, flow["user_code"])
    assert demo.state.codes.device[flow["device_code"]].user == "ada"
