from base64 import urlsafe_b64encode
from collections.abc import Iterator

import httpx
import pytest

from odtui.demo.control import find
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, token, web

DENIED = (403, "accessDenied")


def encoded(url: str) -> str:
    return "u!" + urlsafe_b64encode(url.encode()).rstrip(b"=").decode()


def grace_folder(demo: DemoThread) -> str:
    """Address of the folder that Grace shares with Ada."""
    remote = client(demo, "Files.Read").get("/me/drive/root:/Field%20notes%202026").json()["remoteItem"]
    return f"/drives/{remote['parentReference']['driveId']}/items/{remote['id']}"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic abc", "Bearer a.b.c", "Bearer é"])
def test_no_valid_token_is_401(demo: DemoThread, header: str | None) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header is not None else {}
    answer = web.get(f"{demo.base}/v1.0/me/drive", headers=headers)
    assert code_of(answer) == (401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_token_expires(start: Start) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0])
    graph = client(demo)
    assert graph.get("/me/drive").status_code == 200
    now[0] += 3601
    assert code_of(graph.get("/me/drive")) == (401, "InvalidAuthenticationToken")


def test_a_token_of_another_kind_or_server_is_worthless(demo: DemoThread, start: Start) -> None:
    refresh = demo.state.signer.seal("refresh", {"user": "ada", "scopes": ["files.read"], "exp": 9e9, "epoch": 0})
    for value in (refresh, token(start())):
        answer = web.get(f"{demo.base}/v1.0/me/drive", headers={"Authorization": f"Bearer {value}"})
        assert answer.status_code == 401


@pytest.mark.parametrize("scope", ["Files.Read", "Files.Read.All"])
def test_reading_scopes_do_not_write(demo: DemoThread, scope: str) -> None:
    graph = client(demo, scope)
    path = "/me/drive/root:/Documents/Ideas.md"
    assert graph.get(path).status_code == 200
    assert graph.get(f"{path}:/content").status_code == 302
    assert code_of(graph.patch(path, json={"name": "x"})) == DENIED
    assert code_of(graph.delete(path)) == DENIED
    assert code_of(graph.put(f"{path}:/content", content=b"x")) == DENIED
    assert code_of(graph.put("/me/drive/root:/new:/content", content=b"x")) == DENIED
    assert code_of(graph.post(f"{path}:/createUploadSession")) == DENIED
    assert code_of(graph.post("/me/drive/root/children", json={"name": "x", "folder": {}})) == DENIED
    assert code_of(graph.post(f"{path}:/copy", json={"name": "x"})) == DENIED


@pytest.mark.parametrize("scope", ["User.Read", "Files.Read.Selected", "Sites.Read.All"])
def test_scopes_without_files_open_nothing(demo: DemoThread, scope: str) -> None:
    assert code_of(client(demo, scope).get("/me/drive")) == DENIED
    assert code_of(client(demo, scope).get("/me/drive/root/children")) == DENIED


def test_the_app_folder_scope_sees_only_the_app_folder(demo: DemoThread) -> None:
    graph = client(demo, "Files.ReadWrite.AppFolder")
    own = graph.get("/me/drive/special/approot").json()
    assert [item["name"] for item in graph.get("/me/drive/special/approot/children").json()["value"]] == ["Read me.txt"]
    assert graph.put("/me/drive/special/approot:/a/b.txt:/content", content=b"x").status_code == 201
    assert graph.delete(f"/me/drive/items/{own['id']}:/a").status_code == 204
    for path in (
        "/me/drive",
        "/me/drive/root",
        "/me/drive/root/children",
        "/me/drive/root:/Documents",
        "/me/drive/root:/Apps",
    ):
        assert code_of(graph.get(path)) == DENIED
    assert code_of(graph.put("/me/drive/root:/x.txt:/content", content=b"x")) == DENIED
    root = client(demo).get("/me/drive/root").json()["id"]
    target = {"parentReference": {"id": root}}
    assert code_of(graph.patch("/me/drive/special/approot:/Read%20me.txt", json=target)) == DENIED


def test_shared_folders_need_an_all_scope(demo: DemoThread) -> None:
    shared = grace_folder(demo)
    assert code_of(client(demo).get(shared)) == DENIED
    reader = client(demo, "Files.Read.All")
    listed = reader.get(f"{shared}/children").json()["value"]
    assert "sightings.csv" in [item["name"] for item in listed]
    assert web.get(
        listed[0].get("@microsoft.graph.downloadUrl", listed[-1].get("@microsoft.graph.downloadUrl"))
    ).is_success
    assert code_of(reader.put(f"{shared}:/new.txt:/content", content=b"x")) == DENIED
    assert client(demo, "Files.ReadWrite.All").put(f"{shared}:/new.txt:/content", content=b"x").status_code == 201


def test_what_is_not_shared_stays_private(demo: DemoThread) -> None:
    everything = client(demo, "Files.ReadWrite.All")
    own = client(demo, user="grace")
    private = own.get("/me/drive/root:/Private/Contract.docx").json()["id"]
    assert code_of(everything.get(f"/drives/04d2b7156e9fa830/items/{private}")) == DENIED
    assert code_of(everything.get("/drives/04d2b7156e9fa830/root")) == DENIED


def test_a_sharing_link_opens_what_it_stands_for(demo: DemoThread) -> None:
    grace = client(demo, user="grace").get("/me/drive/root:/Field%20notes%202026").json()
    link = f"https://1drv.ms/f/c/04d2b7156e9fa830/{grace['id'].partition('!s')[2]}"
    graph = client(demo)
    for url in (link, grace["webUrl"]):
        item = graph.get(f"/shares/{encoded(url)}/driveItem").json()
        assert item["name"] == "Field notes 2026"
    names = [item["name"] for item in graph.get(f"/shares/{encoded(link)}/driveItem/children").json()["value"]]
    assert "sightings.csv" in names
    page = graph.get(f"/shares/{encoded(link)}/driveItem/children?$top=1").json()
    assert len(graph.get(page["@odata.nextLink"]).json()["value"]) == 1
    assert code_of(client(demo, "Files.Read").get(f"/shares/{encoded(link)}/driveItem")) == DENIED


def test_a_sharing_link_opens_nothing_else(demo: DemoThread) -> None:
    own = client(demo, user="grace")
    private = own.get("/me/drive/root:/Private/Contract.docx").json()
    shared = own.get("/me/drive/root:/Field%20notes%202026").json()
    graph = client(demo)
    assert code_of(graph.get(f"/shares/{encoded(private['webUrl'])}/driveItem")) == DENIED
    assert code_of(graph.get(f"/shares/{encoded(shared['webUrl'])}/items/{private['id']}")) == (404, "itemNotFound")
    assert code_of(graph.get(f"/shares/{encoded('https://example.org/x')}/driveItem")) == (404, "itemNotFound")
    for bad in ("u!%FF", "s!abc", "u!a", "u!" + "=" * 5, encoded("https://[bad")):
        assert graph.get(f"/shares/{bad}/driveItem").status_code in (400, 404)


def test_business_lets_site_scopes_in(start: Start) -> None:
    demo = start(account="business")
    assert client(demo, "Sites.Read.All").get("/me/drive/root").status_code == 200
    assert code_of(client(demo, "Sites.Read.All").delete("/me/drive/root:/Documents")) == DENIED


SCOPES = (
    "Files.Read",
    "Files.ReadWrite",
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Files.Read.Selected",
    "Files.ReadWrite.Selected",
    "Files.ReadWrite.AppFolder",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
    "User.Read",
)
WORK_TABLE = {
    "read own": "1111...11.",
    "write own": ".1.1....1.",
    "read shared": "..11...11.",
    "write shared": "...1....1.",
    "read picked": "111111.11.",
    "write picked": ".1.1.1..1.",
    "app folder": ".1.1..1.1.",
    "library": "..11...11.",
    "write library": "...1....1.",
    "sites": ".......11.",
    "search query": "..11...11.",
    "profile": ".........1",
}
"""What each scope allows a work account, in the order of SCOPES."""


def operations(graph: httpx.Client, shared: str, library: str) -> dict[str, httpx.Response]:
    put = {"content": b"x"}
    return {
        "read own": graph.get("/me/drive/root:/Documents/Ideas.md"),
        "write own": graph.put("/me/drive/root:/Documents/new.txt:/content", **put),
        "read shared": graph.get(f"{shared}/children"),
        "write shared": graph.put(f"{shared}:/new.txt:/content", **put),
        "read picked": graph.get("/me/drive/root:/Code/scripts/notes.md"),
        "write picked": graph.put("/me/drive/root:/Code/scripts/notes.md:/content", **put),
        "app folder": graph.put("/me/drive/special/approot:/new.txt:/content", **put),
        "library": graph.get(f"/drives/{library}/root/children"),
        "write library": graph.put(f"/drives/{library}/root:/new.txt:/content", **put),
        "sites": graph.get("/sites?search=*"),
        "search query": graph.post(
            "/search/query", json={"requests": [{"entityTypes": ["driveItem"], "query": {"queryString": "budget"}}]}
        ),
        "profile": graph.get("/me"),
    }


@pytest.fixture(scope="module")
def work() -> Iterator[DemoThread]:
    with DemoThread(Options(account="business")) as running:
        state = running.state
        state.picked = {find(state.drives["ada"], "Code/scripts/notes.md").guid}
        yield running
        assert state.crashes == []


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_allows_what_its_table_says_and_no_more(work: DemoThread, scope: str) -> None:
    grace = work.state.drives["grace"]
    shared = f"/drives/{grace.id}/items/{grace.item_id(find(grace, 'Field notes 2026').guid)}"
    answers = operations(client(work, scope), shared, work.state.drives["survey-documents"].id)
    allowed = {name: answer.is_success for name, answer in answers.items()}
    assert allowed == {name: row[SCOPES.index(scope)] == "1" for name, row in WORK_TABLE.items()}
    assert {code_of(answer) for answer in answers.values() if not answer.is_success} <= {DENIED}


def test_all_seven_file_scopes_differ() -> None:
    columns = ["".join(column) for column in zip(*WORK_TABLE.values(), strict=True)]
    assert len(set(columns[:7])) == 7


def test_picking_opens_nothing_on_personal_accounts(demo: DemoThread) -> None:
    demo.state.picked = {find(demo.state.drives["ada"], "Documents/Ideas.md").guid}
    graph = client(demo, "Files.ReadWrite.Selected")
    assert code_of(graph.get("/me/drive/root:/Documents/Ideas.md")) == DENIED


def test_foreign_hosts_are_refused(demo: DemoThread) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "graph.microsoft.com.evil.example"):
        assert web.get(f"{demo.base}/devicelogin", headers={"Host": host}).status_code == 421


def test_addresses_in_answers_name_the_host_that_was_asked(demo: DemoThread) -> None:
    graph = client(demo, host="graph.microsoft.com")
    page = graph.get("/me/drive/root:/Documents:/children?$top=1&$orderby=name%20desc").json()
    assert page["@odata.nextLink"].startswith("https://graph.microsoft.com/v1.0/drives/")
    assert page["value"][0]["@microsoft.graph.downloadUrl"].startswith("https://my.microsoftpersonalcontent.com/")
    made = graph.post("/me/drive/root:/x:/createUploadSession").json()
    assert made["uploadUrl"].startswith("https://my.microsoftpersonalcontent.com/")
    copied = graph.post("/me/drive/root:/Documents/Ideas.md:/copy", json={"name": "x"})
    assert copied.headers["Location"].startswith("https://my.microsoftpersonalcontent.com/")
    plain = client(demo).get("/me/drive/root/children?$top=1").json()
    assert plain["@odata.nextLink"].startswith(f"{demo.base}/v1.0/")


def test_the_tree_is_served_under_the_sharepoint_prefix_too(demo: DemoThread) -> None:
    graph = client(demo, prefix="/_api/v2.0")
    page = graph.get("/drives/8c1f0a6d2b7e4935/root/children?$top=1").json()
    assert page["@odata.nextLink"].startswith(f"{demo.base}/_api/v2.0/")
    assert graph.get(page["@odata.nextLink"]).status_code == 200


def test_every_answer_has_ids(graph: httpx.Client) -> None:
    for path in ("/me/drive", "/me/drive/root:/nothing"):
        answer = graph.get(path, headers={"client-request-id": "mine"})
        assert answer.headers["request-id"]
        assert answer.headers["client-request-id"] == "mine"
