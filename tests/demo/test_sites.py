from typing import Any

import httpx
import pytest

from odtui.demo.sites import GROUP
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, web

HOST = "contoso.sharepoint.com"
SITE = {
    "id",
    "name",
    "displayName",
    "webUrl",
    "createdDateTime",
    "lastModifiedDateTime",
    "siteCollection",
}
"""Fields of a site in Microsoft's samples."""
ALL = "Sites.ReadWrite.All"


@pytest.fixture
def work(start: Start) -> DemoThread:
    return start(account="business")


def site(graph: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = graph.get(f"/sites/{HOST}:/sites/harbour-survey").json()
    return found


def libraries(graph: httpx.Client) -> dict[str, str]:
    return {each["name"]: each["id"] for each in graph.get(f"/sites/{site(graph)['id']}/drives").json()["value"]}


def test_a_site_is_found_by_its_path_by_search_and_by_following(work: DemoThread) -> None:
    graph = client(work, ALL)
    found = site(graph)
    assert set(found) == SITE | {"@odata.context"}
    assert found["displayName"] == "Harbour Survey"
    assert found["id"].startswith(f"{HOST},")
    assert graph.get(f"/sites/{found['id']}").json()["id"] == found["id"]
    assert [each["id"] for each in graph.get("/sites?search=harbour").json()["value"]] == [found["id"]]
    assert len(graph.get("/sites?search=*").json()["value"]) == 2
    assert [each["id"] for each in graph.get("/me/followedSites").json()["value"]] == [found["id"]]
    assert graph.get("/sites/root").json()["root"] == {}
    assert [each["id"] for each in graph.get("/sites/root/sites").json()["value"]] == [found["id"]]
    assert graph.get(f"/groups/{GROUP}/sites/root").json()["id"] == found["id"]


@pytest.mark.parametrize(
    "path", [f"/sites/{HOST}:/sites/nothing", "/sites/x.example:/sites/a", "/sites/x,y,z", "/groups/x/drive"]
)
def test_unknown_sites_are_not_found(work: DemoThread, path: str) -> None:
    assert code_of(client(work, ALL).get(path)) == (404, "itemNotFound")


def test_a_site_has_two_libraries_and_one_is_the_default(work: DemoThread) -> None:
    graph = client(work, ALL)
    found = libraries(graph)
    assert set(found) == {"Documents", "Archive"}
    by_path = graph.get(f"/sites/{HOST}:/sites/harbour-survey:/drive").json()
    assert (by_path["id"], by_path["driveType"]) == (found["Documents"], "documentLibrary")
    assert graph.get(f"/groups/{GROUP}/drive").json()["id"] == found["Documents"]
    assert len(graph.get(f"/groups/{GROUP}/drives").json()["value"]) == 2
    assert len(graph.get(f"/sites/{HOST}:/sites/harbour-survey:/drives").json()["value"]) == 2
    assert graph.get("/sites/root/drives").json()["value"] == []


def test_a_library_is_a_drive_like_any_other(work: DemoThread) -> None:
    graph = client(work, "Files.ReadWrite.All")
    drive = libraries(client(work, ALL))["Archive"]
    root = graph.get(f"/drives/{drive}/root").json()
    assert root["parentReference"]["driveType"] == "documentLibrary"
    made = graph.put(f"/drives/{drive}/root:/New/a.txt:/content", content=b"x").json()
    assert graph.get(f"/drives/{drive}/items/{made['id']}").json()["name"] == "a.txt"
    assert web.get(made["@microsoft.graph.downloadUrl"]).content == b"x"
    assert graph.get(f"/sites/{site(client(work, ALL))['id']}/drive/root/children").json()["value"]
    assert graph.get(f"/drives/{drive}/root/delta?$top=5").json()["value"]
    other = libraries(client(work, ALL))["Documents"]
    assert code_of(graph.get(f"/drives/{other}/items/{made['id']}")) == (404, "itemNotFound")


def test_sites_are_for_work_accounts_and_their_scopes(work: DemoThread, start: Start) -> None:
    assert code_of(client(start(), ALL).get("/sites/root")) == (400, "invalidRequest")
    assert code_of(client(start(), ALL).get("/me/followedSites")) == (400, "invalidRequest")
    assert code_of(client(work, "Files.ReadWrite.All").get("/sites?search=*")) == (403, "accessDenied")
    drive = libraries(client(work, ALL))["Documents"]
    assert code_of(client(work, "Files.ReadWrite").get(f"/drives/{drive}/root")) == (403, "accessDenied")
    assert client(work, "Files.Read.All").get(f"/drives/{drive}/root").status_code == 200


def test_a_member_who_may_only_read_cannot_write(work: DemoThread) -> None:
    drive = libraries(client(work, ALL))["Documents"]
    grace = client(work, ALL, user="grace")
    assert grace.get(f"/drives/{drive}/root/children").status_code == 200
    assert code_of(grace.put(f"/drives/{drive}/root:/x.txt:/content", content=b"x")) == (403, "accessDenied")


def test_files_can_be_copied_into_a_library(work: DemoThread) -> None:
    graph = client(work, "Files.ReadWrite.All")
    drive = libraries(client(work, ALL))["Documents"]
    root = graph.get(f"/drives/{drive}/root").json()["id"]
    body = {"parentReference": {"driveId": drive, "id": root}}
    assert graph.post("/me/drive/root:/Documents/Ideas.md:/copy", json=body).status_code == 202
    assert graph.get(f"/drives/{drive}/root:/Ideas.md").status_code == 200


def ask(graph: httpx.Client, text: str, **more: Any) -> httpx.Response:
    wish = {"entityTypes": ["driveItem"], "query": {"queryString": text}} | more
    return graph.post("/search/query", json={"requests": [wish]})


def test_search_query_reaches_every_drive(work: DemoThread) -> None:
    graph = client(work, "Files.Read.All")
    [answer] = ask(graph, "budget filetype:xlsx").json()["value"]
    [container] = answer["hitsContainers"]
    assert {hit["resource"]["name"] for hit in container["hits"]} >= {"Budget 2025.xlsx", "Budget 2026.xlsx"}
    assert answer["searchTerms"] == ["budget"]
    [whole] = ask(graph, "*", size=500).json()["value"][0]["hitsContainers"]
    assert len({hit["resource"]["parentReference"]["driveId"] for hit in whole["hits"]}) == 3
    first = ask(graph, "*", size=2).json()["value"][0]["hitsContainers"][0]
    second = ask(graph, "*", size=2, **{"from": 2}).json()["value"][0]["hitsContainers"][0]
    assert first["moreResultsAvailable"]
    assert [hit["rank"] for hit in (*first["hits"], *second["hits"])] == [1, 2, 3, 4]
    assert len({hit["hitId"] for hit in (*first["hits"], *second["hits"])}) == 4


def test_search_query_is_refused_without_cause_to_answer(work: DemoThread, start: Start) -> None:
    assert code_of(ask(client(start(), "Files.Read.All"), "x")) == (400, "invalidRequest")
    assert code_of(ask(client(work), "x")) == (403, "accessDenied")
    assert code_of(ask(client(work, "Files.Read.All"), "x", size=0)) == (400, "invalidRequest")
    assert code_of(client(work, "Files.Read.All").post("/search/query", json={})) == (400, "invalidRequest")
    assert code_of(client(work, "Files.Read.All").get("/search/query")) == (405, "notAllowed")


def test_a_work_account_lists_its_own_drive_only(work: DemoThread) -> None:
    assert [each["driveType"] for each in client(work).get("/me/drives").json()["value"]] == ["business"]


def test_all_sites_are_listed(start: Start) -> None:
    graph = client(start(account="business"), "Sites.Read.All")
    for form in ("getAllSites", "getAllSites()"):
        assert [site["displayName"] for site in graph.get(f"/sites/{form}").json()["value"]] == [
            "Contoso",
            "Harbour Survey",
        ]


# The recycle bin of a site


def test_the_bin_of_a_site_is_listed_and_emptied_back(start: Start) -> None:
    graph = client(start(account="business"), "Sites.ReadWrite.All")
    site = graph.get("/sites?search=harbour").json()["value"][0]["id"]
    path = f"/sites/{site}/recycleBin/items"
    assert graph.get(path).json()["value"] == []
    item = graph.get(f"/sites/{site}/drive/root/children").json()["value"][0]
    graph.delete(f"/sites/{site}/drive/items/{item['id']}")
    [gone] = graph.get(path).json()["value"]
    assert (gone["name"], gone["deletedFromLocation"]) == (item["name"], "sites/harbour-survey/Documents")
    assert graph.post(f"{path}/restore", json={"ids": [gone["id"]]}).json()["value"] == [{"id": gone["id"]}]
    assert graph.get(path).json()["value"] == []
    assert graph.get(f"/sites/{site}/drive/items/{item['id']}").json()["name"] == item["name"]


def test_the_bin_of_a_site_refuses_what_does_not_fit(start: Start) -> None:
    demo = start(account="business")
    graph = client(demo, "Sites.ReadWrite.All")
    site = graph.get("/sites?search=harbour").json()["value"][0]["id"]
    path = f"/sites/{site}/recycleBin/items"
    item = graph.get(f"/sites/{site}/drive/root/children").json()["value"][0]
    graph.delete(f"/sites/{site}/drive/items/{item['id']}")
    graph.put(f"/sites/{site}/drive/root:/{item['name']}:/content", content=b"x")
    [gone] = graph.get(path).json()["value"]
    assert code_of(graph.post(f"{path}/restore", json={"ids": [gone["id"]]})) == (409, "nameAlreadyExists")
    assert code_of(graph.post(f"{path}/restore", json={"ids": ["x"]})) == (404, "itemNotFound")
    assert code_of(graph.post(f"{path}/restore", json={})) == (400, "invalidRequest")
    reads = client(demo, "Sites.Read.All")
    assert code_of(reads.post(f"{path}/restore", json={"ids": [gone["id"]]})) == (403, "accessDenied")
    assert code_of(client(start(), "Files.Read").get(path)) == (400, "invalidRequest")
