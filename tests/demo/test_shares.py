"""What lies behind a sharing address: the item in short, its row, its list and its site."""

from base64 import urlsafe_b64encode

import httpx
import pytest

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, inner_of
from tests.demo.schema import problems


def address_of(graph: httpx.Client, path: str) -> str:
    """The address of an item by its web address, encoded."""
    url: str = graph.get(path).json()["webUrl"]
    return f"/shares/u!{urlsafe_b64encode(url.encode()).decode().rstrip('=')}"


@pytest.fixture
def work(start: Start) -> DemoThread:
    return start(account="business")


def test_the_item_is_reached_as_root_and_as_drive_item(work: DemoThread) -> None:
    graph = client(work)
    there = address_of(graph, "/me/drive/root:/Documents")
    assert graph.get(there).json()["name"] == "Documents"
    assert graph.get(f"{there}/root").json()["id"] == graph.get(f"{there}/driveItem").json()["id"]
    ideas = graph.get(f"{there}/driveItem:/Ideas.md").json()
    assert graph.get(f"{there}/items/{ideas['id']}").json()["name"] == "Ideas.md"
    assert graph.get(f"{there}/driveItem?$expand=children($top=1)").json()["children"]


def test_its_row_its_list_and_its_site_are_those_of_the_item(work: DemoThread) -> None:
    graph = client(work)
    there = address_of(graph, "/me/drive/root:/Documents/Ideas.md")
    row = graph.get("/me/drive/root:/Documents/Ideas.md:/listItem?$expand=fields").json()
    assert graph.get(f"{there}/listItem?$expand=fields").json() == row
    assert graph.get(f"{there}/listItem/fields").json()["Title"] == "Ideas"
    assert graph.get(f"{there}/list").json() == graph.get("/me/drive/list").json()
    site = graph.get(f"{there}/site").json()
    assert site["webUrl"] == "https://contoso-my.sharepoint.com/personal/ada"
    assert site["id"].startswith("contoso-my.sharepoint.com,")


def test_the_site_of_a_file_in_a_library_is_the_one_that_sites_names(work: DemoThread) -> None:
    graph = client(work, "Files.ReadWrite.All", "Sites.Read.All")
    library = work.state.drives["survey-documents"]
    there = address_of(graph, f"/drives/{library.id}/root:/Data/buoy.csv")
    site = graph.get(f"{there}/site").json()
    assert graph.get(f"/sites/{site['id']}").json() == site


def test_everything_can_be_expanded_at_once(work: DemoThread) -> None:
    graph = client(work)
    there = address_of(graph, "/me/drive/root:/Documents")
    whole = graph.get(f"{there}?$expand=driveItem,root,items,listItem,list,site").json()
    assert problems(whole, "sharedDriveItem") == []
    assert whole["driveItem"] == whole["root"]
    assert whole["listItem"]["eTag"] == whole["driveItem"]["eTag"]
    assert whole["list"]["webUrl"] == graph.get("/me/drive/list").json()["webUrl"]
    assert "Ideas.md" in [item["name"] for item in whole["items"]]
    answer = graph.get(f"{there}?$expand=nothing")
    assert (code_of(answer), inner_of(answer)) == ((400, "invalidRequest"), "invalidQueryOption")


@pytest.mark.parametrize("tail", ["/list", "/listItem", "/site", "?$expand=site", "?$expand=listItem"])
def test_personal_accounts_have_no_lists_and_sites(graph: httpx.Client, tail: str) -> None:
    there = address_of(graph, "/me/drive/root:/Documents/Ideas.md")
    assert graph.get(there + tail).status_code == 400


def test_what_is_not_served_is_refused(work: DemoThread) -> None:
    graph = client(work)
    there = address_of(graph, "/me/drive/root:/Documents")
    assert code_of(graph.get(f"{there}/nothing")) == (400, "invalidRequest")
    assert code_of(client(work, "User.Read").get(f"{there}/list")) == (403, "accessDenied")
    assert graph.post(f"{there}/list").status_code == 405
