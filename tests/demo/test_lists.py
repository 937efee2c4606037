"""Libraries as SharePoint lists."""

from typing import Any

import pytest

from tests.demo.conftest import Start, client, code_of, inner_of
from tests.demo.schema import problems

FILE = "/me/drive/root:/Documents/Ideas.md:"


def check_row(row: dict[str, Any]) -> None:
    """A row is a baseItem, which the schema has within sharedDriveItem, and some more."""
    assert set(row) >= {"id", "eTag", "webUrl", "createdDateTime", "lastModifiedDateTime", "contentType"}
    own = {name: value for name, value in row.items() if name not in ("contentType", "fields")}
    assert problems(own, "sharedDriveItem") == []
    assert set(row["contentType"]) == {"id", "name"}


def test_an_item_has_a_row_with_fields(start: Start) -> None:
    graph = client(start(account="business"))
    row = graph.get(f"{FILE}/listItem").json()
    check_row(row)
    assert (row["contentType"]["name"], "fields" in row) == ("Document", False)
    assert row["eTag"] == graph.get(FILE.removesuffix(":")).json()["eTag"]
    fields = graph.get(f"{FILE}/listItem?$expand=fields").json()["fields"]
    assert (fields["FileLeafRef"], fields["Title"], fields["id"]) == ("Ideas.md", "Ideas", row["id"])
    assert graph.get(f"{FILE}/listItem/fields").json()["FileLeafRef"] == "Ideas.md"
    assert graph.get("/me/drive/root:/Documents:/listItem").json()["contentType"]["name"] == "Folder"
    assert graph.get(f"{FILE}/listItem/other").status_code == 400


def test_a_drive_is_a_list(start: Start) -> None:
    found = client(start(account="business")).get("/me/drive/list").json()
    assert (found["displayName"], found["list"]["template"]) == ("OneDrive", "documentLibrary")


@pytest.mark.parametrize("path", ["/me/drive/list", f"{FILE}/listItem"])
def test_lists_are_of_work_accounts_and_need_a_scope(start: Start, path: str) -> None:
    assert code_of(client(start()).get(path)) == (400, "notSupported")
    assert code_of(client(start(account="business"), "User.Read").get(path)) == (403, "accessDenied")


@pytest.mark.parametrize(
    "address",
    [
        "/me/drive/root:/Documents:/children?$expand=listItem($expand=fields)",
        "/me/drive/root:/Documents:/children?$expand=listItem(expand=fields($select=Title))",
        "/me/drive/root:/Documents:/delta?$expand=listItem($expand=fields)",
        "/me/drive/root/search(q='Ideas')?$expand=listItem($expand=fields)",
    ],
)
def test_rows_are_expanded_in_listings(start: Start, address: str) -> None:
    graph = client(start(account="business"))
    if "delta" in address:
        address = address.replace("root:/Documents:", "root")
    found = {item["name"]: item for item in graph.get(address).json()["value"]}
    row = found["Ideas.md"]["listItem"]
    check_row(row)
    assert row["fields"]["FileLeafRef"] == "Ideas.md"
    assert row["id"] == graph.get(f"{FILE}/listItem").json()["id"]


def test_a_row_is_expanded_with_an_item_and_with_the_children_within_it(start: Start) -> None:
    graph = client(start(account="business"))
    assert "fields" not in graph.get(f"{FILE.removesuffix(':')}?$expand=listItem").json()["listItem"]
    nested = "$expand=children($select=name;$top=1;$expand=listItem($expand=fields)),listItem"
    folder = graph.get(f"/me/drive/root:/Documents?{nested}").json()
    check_row(folder["listItem"])
    (child,) = folder["children"]
    assert child["listItem"]["fields"]["FileLeafRef"] == child["name"]
    following = graph.get(folder["children@odata.nextLink"]).json()["value"]
    assert all(item["listItem"]["fields"]["FileLeafRef"] == item["name"] for item in following)


@pytest.mark.parametrize("text", ["listItem(", "permissions", "children($expand=children)", "listItem,,", "(", ")("])
def test_what_cannot_be_expanded_is_refused(start: Start, text: str) -> None:
    graph = client(start(account="business"))
    answer = graph.get("/me/drive/root", params={"$expand": text})
    assert (code_of(answer), inner_of(answer)) == ((400, "invalidRequest"), "invalidQueryOption")


def test_rows_are_expanded_on_work_accounts_only(start: Start) -> None:
    assert code_of(client(start()).get("/me/drive/root/children?$expand=listItem")) == (400, "notSupported")
