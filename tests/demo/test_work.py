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


@pytest.mark.parametrize("action", ["follow", "unfollow", "preview", "checkout", "checkin", "discardCheckout"])
def test_personal_accounts_have_none_of_it(graph: httpx.Client, action: str) -> None:
    assert code_of(graph.post(f"{IDEAS}:/{action}")) == (400, "notSupported")
