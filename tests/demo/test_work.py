"""What work accounts alone have."""

import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, web

IDEAS = "/me/drive/root:/Documents/Ideas.md"


@pytest.fixture
def work(start: Start) -> DemoThread:
    return start(account="business")


def test_items_are_followed_and_no_longer(work: DemoThread) -> None:
    graph = client(work, "Files.Read")
    before = graph.get(IDEAS).json()["eTag"]
    assert graph.post(f"{IDEAS}:/follow").json()["name"] == "Ideas.md"
    assert [item["name"] for item in graph.get("/me/drive/following").json()["value"]] == ["Ideas.md"]
    assert graph.post(f"{IDEAS}:/unfollow").status_code == 204
    assert graph.get("/me/drive/following").json()["value"] == []
    assert graph.get(IDEAS).json()["eTag"] == before


def test_a_preview_has_an_address_that_needs_no_token(work: DemoThread) -> None:
    graph = client(work, "Files.Read")
    assert web.get(graph.post(f"{IDEAS}:/preview").json()["getUrl"]).status_code == 200
    assert code_of(graph.post("/me/drive/root:/Documents:/preview")) == (400, "invalidRequest")


def test_a_checked_out_file_is_locked_for_others(work: DemoThread) -> None:
    library = work.state.drives["survey-documents"]
    library.members["grace"] = "write"
    path = f"/drives/{library.id}/root:/Data/buoy.csv"
    ada, grace = client(work, "Files.ReadWrite.All"), client(work, "Files.ReadWrite.All", user="grace")
    assert ada.post(f"{path}:/checkout").status_code == 204
    assert code_of(grace.put(f"{path}:/content", content=b"x")) == (423, "resourceLocked")
    assert code_of(grace.post(f"{path}:/checkin")) == (423, "resourceLocked")
    assert ada.put(f"{path}:/content", content=b"x").status_code == 200
    assert ada.post(f"{path}:/checkin", json={"comment": "done"}).status_code == 204
    assert grace.put(f"{path}:/content", content=b"y").status_code == 200
    assert code_of(ada.post(f"{path}:/discardCheckout")) == (400, "invalidRequest")


def test_followed_items_are_listed_by_their_id_and_dropped_there(work: DemoThread) -> None:
    graph = client(work, "Files.ReadWrite")
    item_id = graph.post(f"{IDEAS}:/follow").json()["id"]
    assert graph.get(f"/me/drive/following/{item_id}").json()["name"] == "Ideas.md"
    assert graph.delete(f"/me/drive/following/{item_id}").status_code == 204
    assert code_of(graph.delete(f"/me/drive/following/{item_id}")) == (404, "itemNotFound")
    assert code_of(graph.get(f"/me/drive/following/{item_id}")) == (404, "itemNotFound")
    assert graph.delete("/me/drive/following").status_code == 405


@pytest.mark.parametrize("sent", [{}, {"checkInAs": "published"}, {"checkInAs": "", "comment": "Latest figures"}])
def test_a_file_is_published_by_its_check_in(work: DemoThread, sent: dict[str, str]) -> None:
    graph = client(work)
    level = lambda: graph.get(f"{IDEAS}?$select=publication").json()["publication"]["level"]  # noqa: E731
    graph.post(f"{IDEAS}:/checkout")
    assert level() == "checkout"
    assert graph.post(f"{IDEAS}:/checkin", json=sent).status_code == 204
    assert level() == "published"


@pytest.mark.parametrize("sent", [{"checkInAs": "draft"}, {"checkInAs": 1}, {"comment": ["x"]}])
def test_an_unknown_status_leaves_a_file_checked_out(work: DemoThread, sent: dict[str, object]) -> None:
    graph = client(work)
    graph.post(f"{IDEAS}:/checkout")
    assert code_of(graph.post(f"{IDEAS}:/checkin", json=sent)) == (400, "invalidRequest")
    assert graph.post(f"{IDEAS}:/checkin", json={}).status_code == 204


def test_a_discarded_check_out_takes_what_was_written_meanwhile_back(work: DemoThread) -> None:
    graph = client(work)
    before = web.get(graph.get(IDEAS).json()["@microsoft.graph.downloadUrl"]).content
    graph.post(f"{IDEAS}:/checkout")
    graph.put(f"{IDEAS}:/content", content=b"first")
    graph.put(f"{IDEAS}:/content", content=b"second")
    assert graph.post(f"{IDEAS}:/discardCheckout").status_code == 204
    after = graph.get(IDEAS).json()
    assert web.get(after["@microsoft.graph.downloadUrl"]).content == before
    assert graph.put(f"{IDEAS}:/content", content=b"third").status_code == 200


def test_a_check_out_is_discarded_without_a_change(work: DemoThread) -> None:
    graph = client(work)
    graph.post(f"{IDEAS}:/checkout")
    assert graph.post(f"{IDEAS}:/discardCheckout").status_code == 204
    assert len(graph.get(f"{IDEAS}:/versions").json()["value"]) == 1


@pytest.mark.parametrize("action", ["follow", "unfollow", "preview", "checkout", "checkin", "discardCheckout"])
def test_personal_accounts_have_none_of_it(graph: httpx.Client, action: str) -> None:
    assert code_of(graph.post(f"{IDEAS}:/{action}")) == (400, "notSupported")
