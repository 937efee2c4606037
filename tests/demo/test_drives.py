import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of

ADA = "8c1f0a6d2b7e4935"


def test_the_default_drive_belongs_to_ada(graph: httpx.Client) -> None:
    drive = graph.get("/me/drive").json()
    assert (drive["id"], drive["driveType"], drive["owner"]["user"]["displayName"]) == (
        ADA,
        "personal",
        "Ada Lindqvist",
    )
    assert drive["quota"]["used"] + drive["quota"]["remaining"] == drive["quota"]["total"]


def test_a_profile_needs_user_read(demo: DemoThread) -> None:
    assert client(demo, "User.Read").get("/me").json()["userPrincipalName"] == "ada.lindqvist@outlook.example"
    assert code_of(client(demo, "Files.Read").get("/me")) == (403, "accessDenied")


@pytest.mark.parametrize("drive_id", [ADA, ADA.upper()])
def test_personal_drive_ids_have_no_case(graph: httpx.Client, drive_id: str) -> None:
    assert graph.get(f"/drives/{drive_id}").json()["id"] == ADA


def test_a_personal_drive_id_may_lack_its_leading_zero(demo: DemoThread) -> None:
    graph = client(demo, "Files.Read.All")
    assert graph.get("/drives/4d2b7156e9fa830").json()["id"] == "04d2b7156e9fa830"


def test_unknown_drives_are_not_found(graph: httpx.Client) -> None:
    assert code_of(graph.get("/drives/ffff")) == (404, "itemNotFound")
    assert code_of(graph.get("/users/nobody/drive")) == (404, "itemNotFound")


def test_all_drives_of_the_user_are_listed(graph: httpx.Client) -> None:
    for path in ("/me/drives", "/users/ada.lindqvist@outlook.example/drives"):
        assert ADA in [drive["id"] for drive in graph.get(path).json()["value"]]


def test_personal_accounts_list_drives_that_are_none(graph: httpx.Client) -> None:
    listed = graph.get("/me/drives").json()["value"]
    assert len(listed) == 3
    for phantom in (drive["id"] for drive in listed if drive["id"] != ADA):
        answer = graph.get(f"/drives/{phantom}/root")
        assert (code_of(answer), answer.json()["error"]["message"]) == (
            (400, "invalidRequest"),
            "ObjectHandle is Invalid",
        )


def test_someone_elses_drive_shows_no_quota(demo: DemoThread) -> None:
    assert "quota" not in client(demo, "Files.Read.All").get("/drives/04d2b7156e9fa830").json()
    assert code_of(client(demo).get("/drives/04d2b7156e9fa830")) == (403, "accessDenied")


def test_a_business_drive_has_business_ids_and_tags(start: Start) -> None:
    graph = client(start(account="business"))
    drive = graph.get("/me/drive").json()
    assert drive["driveType"] == "business"
    assert drive["id"].startswith("b!")
    assert len(drive["id"]) == 66
    items = graph.get("/me/drive/root/children").json()["value"]
    assert all(item["id"].startswith("01") and len(item["id"]) == 34 for item in items)
    assert len({item["id"][:8] for item in items}) == 1
    assert not any("cTag" in item for item in items if "folder" in item)
    item_id = items[0]["id"]
    assert graph.get(f"/me/drive/items/{item_id}").json()["id"] == item_id
    assert code_of(graph.get(f"/me/drive/items/{item_id.lower()}")) == (404, "itemNotFound")


@pytest.mark.parametrize("path", ["/me/messages", "/nonsense", "/"])
def test_other_addresses_are_not_found(graph: httpx.Client, path: str) -> None:
    assert graph.get(path).status_code == 404


def test_everything_in_a_drive_is_listed_in_pages(demo: DemoThread, graph: httpx.Client) -> None:
    drive = demo.state.drives["ada"]
    url, found = f"/drives/{drive.id}/items?$top=50&$select=id,name", []
    while url:
        page = graph.get(url).json()
        found += [item["id"] for item in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert sorted(found) == sorted(drive.item_id(node.guid) for node in drive.tree.below(drive.tree.root))


def test_what_the_demo_has_no_channel_for_says_so(graph: httpx.Client) -> None:
    assert code_of(graph.get("/me/drive/root/subscriptions/socketIo")) == (501, "notSupported")
    assert code_of(graph.get("/me/drive/root/nonsense")) == (400, "BadRequest")
    assert code_of(graph.post("/me/drive/root/content")) == (405, "notAllowed")
