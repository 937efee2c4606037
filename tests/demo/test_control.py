import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from odtui.demo.faults import Faults, Rule
from odtui.demo.plan import parse
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, token, web


def raw(demo: DemoThread, path: str = "/v1.0/me/drive/root") -> httpx.Response:
    return web.get(demo.base + path, headers={"Authorization": f"Bearer {token(demo)}"})


def inject(demo: DemoThread, **rule: Any) -> None:
    assert web.post(f"{demo.base}/_demo/faults", json=rule).status_code == 204


def control(demo: DemoThread, at: str, /, **body: Any) -> int:
    return web.post(f"{demo.base}/_demo/{at}", json=body).status_code


# Faults


def test_a_rule_strikes_as_often_as_it_says() -> None:
    faults = Faults()
    faults.add(Rule(kind="status", method="GET", path="^/v1.0/x", times=2, skip=1))
    struck = [bool(faults.strike(method, path)) for method, path in (("PUT", "/v1.0/x"), *[("GET", "/v1.0/x")] * 4)]
    assert struck == [False, False, True, True, False]
    faults.add(Rule(kind="status", times=0))
    assert all(faults.strike("GET", "/") for _ in range(5))


def test_one_fault_at_a_time_strikes_but_every_delay() -> None:
    faults = Faults()
    for kind in ("latency", "status", "cut", "latency"):
        faults.add(Rule(kind=kind))
    assert [rule.kind for rule in faults.strike("GET", "/")] == ["latency", "status", "latency"]
    assert [rule.kind for rule in faults.strike("GET", "/")] == ["cut"]


def test_throttling_names_the_wait(demo: DemoThread) -> None:
    inject(demo, kind="status", status=429, code="TooManyRequests", retry_after=2, path="/root$")
    answer = raw(demo)
    assert (code_of(answer), answer.headers["Retry-After"]) == ((429, "TooManyRequests"), "2")
    assert answer.headers["request-id"]
    assert raw(demo).status_code == 200


def test_several_rules_can_be_given_at_once_and_taken_back(demo: DemoThread) -> None:
    assert web.post(f"{demo.base}/_demo/faults", json=[{"kind": "html"}, {"kind": "broken_json"}]).status_code == 204
    assert [rule["kind"] for rule in web.get(f"{demo.base}/_demo/faults").json()] == ["html", "broken_json"]
    assert raw(demo).headers["Content-Type"].startswith("text/html")
    assert web.request("DELETE", f"{demo.base}/_demo/faults").status_code == 204
    assert raw(demo).json()["name"] == "root"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("unauthorized", (401, "InvalidAuthenticationToken")),
        ("expired_link", (401, "unauthenticated")),
        ("quota_full", (507, "quotaLimitReached")),
    ],
)
def test_faults_look_like_the_real_thing(demo: DemoThread, kind: str, expected: tuple[int, str]) -> None:
    inject(demo, kind=kind)
    assert code_of(raw(demo)) == expected


def test_broken_json_is_a_200(demo: DemoThread) -> None:
    inject(demo, kind="broken_json")
    answer = raw(demo)
    assert answer.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011  # any JSON error
        answer.json()


def test_a_fault_can_have_any_body(demo: DemoThread) -> None:
    inject(demo, kind="status", status=400, body='{"error":"slow_down"}', path="/token$")
    answer = web.post(f"{demo.base}/common/oauth2/v2.0/token", data={})
    assert (answer.status_code, answer.json()) == (400, {"error": "slow_down"})


@pytest.mark.parametrize("after", [0, 1, 100])
def test_a_body_is_cut(demo: DemoThread, after: int) -> None:
    inject(demo, kind="cut", after=after)
    received = bytearray()

    def read() -> None:
        headers = {"Authorization": f"Bearer {token(demo)}"}
        with web.stream("GET", f"{demo.base}/v1.0/me/drive/root", headers=headers) as answer:
            for piece in answer.iter_raw():
                received.extend(piece)

    with pytest.raises(httpx.RemoteProtocolError):
        read()
    assert len(received) == after


def test_a_download_is_cut(demo: DemoThread) -> None:
    url = client(demo).get("/me/drive/root:/Photos/Wallpaper.png").json()["@microsoft.graph.downloadUrl"]
    inject(demo, kind="cut", after=300_000)
    with pytest.raises(httpx.RemoteProtocolError):
        web.get(url)


@pytest.mark.parametrize("kind", ["reset", "cut_request"])
def test_a_connection_is_dropped(demo: DemoThread, kind: str) -> None:
    inject(demo, kind=kind, method="PUT")
    graph = client(demo)
    with pytest.raises(httpx.TransportError):
        graph.put("/me/drive/root:/a.txt:/content", content=b"x" * 100_000)
    assert graph.get("/me/drive/root:/a.txt").status_code == 404


def test_a_delay_waits_before_the_answer(demo: DemoThread, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("odtui.demo.server.asyncio.sleep", sleep)
    inject(demo, kind="latency", seconds=7.5)
    assert raw(demo).status_code == 200
    assert waits == [7.5]


def test_a_write_can_take_effect_although_its_answer_is_lost(demo: DemoThread) -> None:
    graph = client(demo)
    inject(demo, kind="status", status=504, method="PUT")
    inject(demo, kind="status", status=504, method="PUT", effect=True)
    assert graph.put("/me/drive/root:/a.txt:/content", content=b"x").status_code == 504
    assert graph.get("/me/drive/root:/a.txt").status_code == 404
    assert graph.put("/me/drive/root:/a.txt:/content", content=b"x").status_code == 504
    assert graph.get("/me/drive/root:/a.txt").status_code == 200


def test_a_slow_line_takes_its_time_both_ways(demo: DemoThread, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    graph = client(demo)
    monkeypatch.setattr("odtui.demo.server.asyncio.sleep", sleep)
    inject(demo, kind="bandwidth", rate=1000, method="PUT")
    answer = graph.put("/me/drive/root:/a.txt:/content", content=b"x" * 5000)
    assert sum(waits) == pytest.approx(5 + len(answer.content) / 1000)
    waits.clear()
    inject(demo, kind="bandwidth", rate=1000)
    whole = web.get(answer.json()["@microsoft.graph.downloadUrl"]).content
    assert (whole, sum(waits)) == (b"x" * 5000, pytest.approx(5))
    assert max(waits) <= 0.1


def test_a_slow_line_can_break_too(demo: DemoThread, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(seconds: float) -> None:
        pass

    monkeypatch.setattr("odtui.demo.server.asyncio.sleep", sleep)
    inject(demo, kind="bandwidth", rate=1e6)
    inject(demo, kind="status", status=509, code="activityLimitReached")
    assert code_of(raw(demo)) == (509, "activityLimitReached")


def test_a_delta_can_be_reset(demo: DemoThread) -> None:
    graph = client(demo)
    link = graph.get("/me/drive/root/delta?token=latest").json()["@odata.deltaLink"]
    inject(demo, kind="delta_reset", path="/delta$")
    assert graph.get(link).status_code == 410
    assert graph.get("/me/drive/root/delta?token=latest").status_code == 200


def test_new_items_are_not_found_for_a_while(demo: DemoThread) -> None:
    graph = client(demo)
    control(demo, "settings", lag=2)
    made = graph.put("/me/drive/root:/a.txt:/content", content=b"x").json()
    assert [graph.get(f"/me/drive/items/{made['id']}").status_code for _ in range(3)] == [404, 404, 200]
    graph.post("/me/drive/root/children", json={"name": "New", "folder": {}})
    statuses = [graph.get(f"/me/drive/root:/New{tail}").status_code for tail in ("", ":/children", ":/children")]
    assert statuses == [404, 404, 200]
    assert graph.get("/me/drive/root:/Documents").status_code == 200


def test_the_clock_can_be_wrong(demo: DemoThread) -> None:
    def hours_ahead() -> float:
        return (parsedate_to_datetime(raw(demo).headers["Date"]).timestamp() - time.time()) / 3600

    assert abs(hours_ahead()) < 0.01
    control(demo, "settings", skew=7200)
    assert hours_ahead() == pytest.approx(2, abs=0.01)
    made = client(demo).put("/me/drive/root:/a.txt:/content", content=b"x").json()
    stamp = datetime.fromisoformat(made["lastModifiedDateTime"]).timestamp()
    assert (stamp - time.time()) / 3600 == pytest.approx(2, abs=0.01)


def test_chances_can_be_repeated(demo: DemoThread) -> None:
    def run() -> list[int]:
        control(demo, "settings", seed=3)
        return [raw(demo).status_code for _ in range(12)]

    inject(demo, kind="status", chance=0.5, times=0)
    first = run()
    assert set(first) == {200, 500}
    assert run() == first


def test_a_server_can_begin_with_faults(start: Start) -> None:
    demo = start(faults=parse("503:retry_after=2;lag:reads=1"))
    assert raw(demo).headers["Retry-After"] == "2"
    made = client(demo).put("/me/drive/root:/a.txt:/content", content=b"x").json()
    assert client(demo).get(f"/me/drive/items/{made['id']}").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b'{"kind":"nonsense"}', b'{"kind":"html","path":"("}'])
def test_bad_rules_are_refused(demo: DemoThread, body: bytes) -> None:
    assert web.post(f"{demo.base}/_demo/faults", content=body).status_code == 400
    assert demo.state.faults.rules == []


# Expiry, changes, settings, log


def test_tokens_and_links_can_be_made_worthless(demo: DemoThread) -> None:
    graph = client(demo)
    url = graph.get("/me/drive/root:/Documents/Ideas.md").json()["@microsoft.graph.downloadUrl"]
    upload = graph.post("/me/drive/root:/x:/createUploadSession").json()["uploadUrl"]
    assert control(demo, "expire", downloads=True, uploads=True) == 204
    assert (web.get(url).status_code, web.get(upload).status_code) == (401, 404)
    assert graph.get("/me/drive").status_code == 200
    control(demo, "expire", tokens=True)
    assert graph.get("/me/drive").status_code == 401


def test_items_change_behind_the_clients_back(demo: DemoThread) -> None:
    graph = client(demo)
    path = "/me/drive/root:/Documents/Ideas.md"
    before = graph.get(path).json()
    assert control(demo, "change", path="Documents/Ideas.md", action="touch") == 204
    assert graph.get(path).json()["eTag"] != before["eTag"]
    control(demo, "change", path="Documents/Ideas.md", action="write", value="other")
    changed = graph.get(path).json()
    assert web.get(changed["@microsoft.graph.downloadUrl"]).text == "other"
    control(demo, "change", path="Documents/Ideas.md", action="lock")
    assert graph.delete(path).status_code == 423
    control(demo, "change", path="Documents/Ideas.md", action="unlock")
    control(demo, "change", path="Documents/Ideas.md", action="rename", value="Plans.md")
    assert graph.get("/me/drive/root:/Documents/Plans.md").json()["id"] == before["id"]
    control(demo, "change", path="Documents", action="delete")
    assert graph.get("/me/drive/root:/Documents").status_code == 404
    assert control(demo, "change", path="Documents", action="delete") == 400
    assert control(demo, "change", path="Code", action="explode") == 400


def test_the_quota_and_the_consent_can_be_set(demo: DemoThread) -> None:
    assert control(demo, "settings", quota=1, withheld=["Files.ReadWrite"]) == 204
    assert client(demo).get("/me/drive").json()["quota"]["state"] == "exceeded"
    assert demo.state.withheld == {"files.readwrite"}


def test_the_log_tells_what_was_asked_without_secrets(demo: DemoThread) -> None:
    graph = client(demo, host="graph.microsoft.com")
    url = graph.get("/me/drive/root:/Documents/Ideas.md?$select=id,@microsoft.graph.downloadUrl").json()[
        "@microsoft.graph.downloadUrl"
    ]
    web.get(url.replace("https://my.microsoftpersonalcontent.com", demo.base))
    first, second = web.get(f"{demo.base}/_demo/log").json()
    assert first == {
        "method": "GET",
        "path": "/v1.0/me/drive/root:/Documents/Ideas.md",
        "host": "graph.microsoft.com",
        "authorized": True,
        "status": 200,
    }
    assert (second["path"], second["authorized"]) == ("/personal/ada/_layouts/15/download.aspx", False)
    assert web.get(f"{demo.base}/_demo/log?path=download").json() == [second]
    web.request("DELETE", f"{demo.base}/_demo/log")
    assert demo.state.log.entries() == []


def test_other_controls_are_not_found(demo: DemoThread) -> None:
    assert web.get(f"{demo.base}/_demo/nothing").status_code == 404
