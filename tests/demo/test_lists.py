"""Libraries as SharePoint lists."""

import pytest

from tests.demo.conftest import Start, client, code_of

FILE = "/me/drive/root:/Documents/Ideas.md:"


def test_an_item_has_a_row_with_fields(start: Start) -> None:
    graph = client(start(account="business"))
    row = graph.get(f"{FILE}/listItem").json()
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
