from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of

IDEAS = "/me/drive/root:/Documents/Ideas.md"
FOLDER = "/me/drive/root:/Documents"
DENIED = (403, "accessDenied")


def encoded(url: str) -> str:
    return "u!" + urlsafe_b64encode(url.encode()).rstrip(b"=").decode()


def link(graph: httpx.Client, path: str = FOLDER, **wishes: Any) -> dict[str, Any]:
    answer = graph.post(f"{path}:/createLink", json=wishes)
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    return body


def invite(graph: httpx.Client, *addresses: str, path: str = FOLDER, role: str = "read", **more: Any) -> httpx.Response:
    recipients = [{"email": address} for address in addresses]
    return graph.post(f"{path}:/invite", json={"recipients": recipients, "roles": [role]} | more)


def held(graph: httpx.Client, path: str = FOLDER) -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = graph.get(f"{path}:/permissions").json()["value"]
    return value


GRACE = "grace.okafor@outlook.example"


def test_an_unshared_item_has_its_owner_only(graph: httpx.Client) -> None:
    assert [(each["roles"], each["grantedToV2"]["user"]["displayName"]) for each in held(graph)] == [
        (["owner"], "Ada Lindqvist")
    ]


# Links


def test_a_link_is_made_once_and_found_again(graph: httpx.Client) -> None:
    made = link(graph, type="view", scope="anonymous")
    assert (made["roles"], made["link"]["type"], made["link"]["scope"]) == (["read"], "view", "anonymous")
    again = graph.post(f"{FOLDER}:/createLink", json={"type": "view", "scope": "anonymous"})
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    assert link(graph, type="edit")["roles"] == ["write"]
    assert "shared" in graph.get(FOLDER).json()
    assert [each["id"] for each in held(graph)][1] == made["id"]


def test_an_embedded_link_has_html(graph: httpx.Client) -> None:
    assert link(graph, type="embed")["link"]["webHtml"].startswith("<iframe ")


@pytest.mark.parametrize(
    "wishes", [{"type": "nonsense"}, {"scope": "organization"}, {"expirationDateTime": "2001-01-01T00:00:00Z"}]
)
def test_links_that_personal_accounts_cannot_have_are_refused(graph: httpx.Client, wishes: dict[str, str]) -> None:
    assert code_of(graph.post(f"{FOLDER}:/createLink", json=wishes)) == (400, "invalidRequest")


@pytest.mark.parametrize("wishes", [{"type": "embed"}, {"password": "x"}])
def test_links_that_work_accounts_cannot_have_are_refused(start: Start, wishes: dict[str, str]) -> None:
    graph = client(start(account="business"))
    assert code_of(graph.post(f"{FOLDER}:/createLink", json=wishes)) == (400, "invalidRequest")
    assert link(graph)["link"]["scope"] == "organization"


@pytest.mark.parametrize("account", ["personal", "business"])
def test_a_link_opens_for_somebody_else_until_it_is_taken_back(start: Start, account: str) -> None:
    demo = start(account=account)
    ada, grace = client(demo), client(demo, "Files.ReadWrite.All", user="grace")
    made = link(ada, scope="anonymous")
    there = f"/shares/{encoded(made['link']['webUrl'])}"
    assert grace.get(f"{there}/driveItem").json()["name"] == "Documents"
    assert grace.get(there).json()["name"] == "Documents"
    assert code_of(grace.put(f"{there}/driveItem:/x.txt:/content", content=b"x")) == DENIED
    assert ada.delete(f"{FOLDER}:/permissions/{made['id']}").status_code == 204
    assert code_of(grace.get(f"{there}/driveItem")) == (404, "itemNotFound")


def test_an_edit_link_lets_others_write(demo: DemoThread) -> None:
    made = link(client(demo), type="edit")
    grace = client(demo, "Files.ReadWrite", user="grace")
    there = f"/shares/{encoded(made['link']['webUrl'])}/driveItem"
    assert grace.put(f"{there}:/x.txt:/content", content=b"x").status_code == 201


def test_what_a_link_gives_is_kept_only_when_it_is_redeemed(demo: DemoThread) -> None:
    made = link(client(demo))
    grace = client(demo, "Files.Read.All", user="grace")
    there = f"/shares/{encoded(made['link']['webUrl'])}/driveItem"
    item = grace.get(there, headers={"Prefer": "redeemSharingLinkIfNecessary"}).json()
    direct = f"/drives/{item['parentReference']['driveId']}/items/{item['id']}"
    assert code_of(grace.get(direct)) == DENIED
    grace.get(there, headers={"Prefer": "redeemSharingLink"})
    assert grace.get(direct).json()["name"] == "Documents"
    assert [each["name"] for each in grace.get("/me/drive/sharedWithMe").json()["value"]] == ["Documents"]


def test_a_link_with_a_password_or_past_its_time_is_closed(start: Start) -> None:
    now = [1_800_000_000.0]
    demo = start(clock=lambda: now[0])
    ada, grace = client(demo), client(demo, "Files.Read.All", user="grace")
    secret = link(ada, password="x")
    assert secret["hasPassword"] is True
    assert code_of(grace.get(f"/shares/{encoded(secret['link']['webUrl'])}/driveItem")) == DENIED
    short = link(ada, expirationDateTime="2027-01-15T08:00:10Z")
    there = f"/shares/{encoded(short['link']['webUrl'])}/driveItem"
    assert grace.get(there).status_code == 200
    now[0] += 60
    assert code_of(grace.get(there)) == DENIED


# People


def test_whoever_is_invited_gets_in(demo: DemoThread) -> None:
    ada, grace = client(demo), client(demo, "Files.ReadWrite.All", user="grace")
    folder = ada.get(FOLDER).json()
    there = f"/drives/{folder['parentReference']['driveId']}/items/{folder['id']}"
    assert code_of(grace.get(there)) == DENIED
    given = invite(ada, GRACE).json()["value"][0]
    assert given["grantedToV2"]["user"]["displayName"] == "Grace Okafor"
    assert grace.get(f"{there}/children").status_code == 200
    assert code_of(grace.put(f"{there}:/x.txt:/content", content=b"x")) == DENIED
    changed = ada.patch(f"{FOLDER}:/permissions/{given['id']}", json={"roles": ["write"]}).json()
    assert changed["roles"] == ["write"]
    assert grace.put(f"{there}:/x.txt:/content", content=b"x").status_code == 201
    own = grace.get(f"{there}/permissions").json()["value"]
    assert [each["id"] for each in own] == [given["id"]]
    assert ada.delete(f"{FOLDER}:/permissions/{given['id']}").status_code == 204
    assert code_of(grace.get(there)) == DENIED


def test_a_stranger_is_invited_by_address(graph: httpx.Client) -> None:
    given = invite(graph, "someone@example.org").json()["value"][0]
    assert given["invitation"]["email"] == "someone@example.org"


def test_an_invitation_that_works_for_some_only_is_207(graph: httpx.Client) -> None:
    answer = invite(graph, GRACE, "nobody")
    assert answer.status_code == 207
    assert ["error" in each for each in answer.json()["value"]] == [False, True]
    assert code_of(invite(graph, "nobody")) == (400, "invalidRequest")


@pytest.mark.parametrize(
    "more", [{"recipients": []}, {"roles": ["owner"]}, {"roles": []}, {"message": "x" * 2001}, {"recipients": ["x"]}]
)
def test_invitations_that_say_too_little_or_too_much_are_refused(graph: httpx.Client, more: dict[str, Any]) -> None:
    assert code_of(invite(graph, GRACE, **more)) == (400, "invalidRequest")


def test_what_is_inherited_says_from_where_and_cannot_be_deleted(graph: httpx.Client) -> None:
    given = invite(graph, GRACE).json()["value"][0]
    below = held(graph, IDEAS)[1]
    assert (below["id"], below["inheritedFrom"]["name"]) == (given["id"], "Documents")
    assert code_of(graph.delete(f"{IDEAS}:/permissions/{given['id']}")) == DENIED
    assert graph.get(f"{IDEAS}:/permissions/{given['id']}").json()["id"] == given["id"]


def test_only_some_permissions_can_be_changed(graph: httpx.Client) -> None:
    made = link(graph)
    later = "2031-01-01T00:00:00Z"
    there = f"{FOLDER}:/permissions/{made['id']}"
    assert graph.patch(there, json={"expirationDateTime": later}).json()["expirationDateTime"] == later
    assert code_of(graph.patch(there, json={"roles": ["write"]})) == (400, "invalidRequest")
    assert code_of(graph.patch(f"{FOLDER}:/permissions/owner", json={"roles": ["read"]})) == DENIED
    assert code_of(graph.delete(f"{FOLDER}:/permissions/nothing")) == (404, "itemNotFound")


def test_the_root_of_a_personal_drive_cannot_be_shared(graph: httpx.Client) -> None:
    assert code_of(graph.post("/me/drive/root/createLink", json={})) == (400, "invalidRequest")


def test_sharing_needs_a_scope_that_writes(demo: DemoThread) -> None:
    reader = client(demo, "Files.Read.All")
    assert code_of(reader.post(f"{FOLDER}:/createLink", json={})) == DENIED
    assert code_of(invite(reader, GRACE)) == DENIED


def test_somebody_else_cannot_share_on(demo: DemoThread) -> None:
    grace = client(demo, user="grace").get("/me/drive/root:/Field%20notes%202026").json()
    there = f"/drives/{grace['parentReference']['driveId']}/items/{grace['id']}"
    assert code_of(client(demo, "Files.ReadWrite.All").post(f"{there}/createLink", json={})) == DENIED


def test_sharing_survives_a_restart(start: Start, tmp_path: Any) -> None:
    made = link(client(start(state=tmp_path)))
    again = client(start(state=tmp_path), "Files.Read.All", user="grace")
    assert again.get(f"/shares/{encoded(made['link']['webUrl'])}/driveItem").status_code == 200


# Shared with me, recent, shortcuts


def test_what_others_share_is_listed_as_remote_items(demo: DemoThread) -> None:
    shared = client(demo, "Files.Read.All").get("/me/drive/sharedWithMe").json()["value"]
    assert [(each["name"], each["remoteItem"]["shared"]["owner"]["user"]["displayName"]) for each in shared] == [
        ("Field notes 2026", "Grace Okafor")
    ]
    assert code_of(client(demo, "Files.Read").get("/me/drive/sharedWithMe")) == DENIED


def test_recent_files_come_newest_first(graph: httpx.Client) -> None:
    graph.put("/me/drive/root:/fresh.txt:/content", content=b"x")
    items = graph.get("/me/drive/recent").json()["value"]
    times = [item["fileSystemInfo"]["lastAccessedDateTime"] for item in items]
    assert items[0]["name"] == "fresh.txt"
    assert times == sorted(times, reverse=True)


def test_a_large_folder_is_not_held_for_the_sake_of_recent_files(start: Start) -> None:
    demo = start(items=5000)
    before = len(demo.state.drives["ada"].tree._nodes)
    assert len(client(demo).get("/me/drive/recent").json()["value"]) == 50
    assert len(demo.state.drives["ada"].tree._nodes) == before


def test_a_shared_folder_can_be_added_to_the_drive(demo: DemoThread) -> None:
    graph = client(demo, "Files.ReadWrite.All")
    remote = graph.get("/me/drive/sharedWithMe").json()["value"][0]["remoteItem"]
    wish = {"name": "Mounted", "remoteItem": {"id": remote["id"], "parentReference": remote["parentReference"]}}
    made = graph.post("/me/drive/root/children", json=wish)
    assert (made.status_code, made.json()["remoteItem"]["id"]) == (201, remote["id"])
    assert code_of(graph.post(f"{FOLDER}:/children", json=wish)) == (400, "invalidRequest")
    assert code_of(graph.post("/me/drive/root/children", json=wish)) == (409, "nameAlreadyExists")
    assert graph.delete("/me/drive/root:/Mounted").status_code == 204
    assert graph.get(f"/drives/{remote['parentReference']['driveId']}/items/{remote['id']}").status_code == 200
