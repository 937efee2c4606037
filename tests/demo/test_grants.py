"""The permission behind a sharing link."""

from base64 import urlsafe_b64encode

import httpx

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of

FILE = "/me/drive/root:/Documents/Ideas.md:"


def share(graph: httpx.Client, kind: str = "view", scope: str = "users") -> str:
    link = graph.post(f"{FILE}/createLink", json={"type": kind, "scope": scope}).json()["link"]["webUrl"]
    return "u!" + urlsafe_b64encode(link.encode()).decode().rstrip("=")


def people(demo: DemoThread) -> tuple[httpx.Client, httpx.Client]:
    return client(demo, "Files.ReadWrite.All"), client(demo, "Files.ReadWrite.All", user="grace")


def test_a_link_tells_its_permission(graph: httpx.Client) -> None:
    found = graph.get(f"/shares/{share(graph)}/permission").json()
    assert (found["link"]["type"], found["link"]["scope"], found["roles"]) == ("view", "users", ["read"])


def test_people_are_granted_the_use_of_a_link(start: Start) -> None:
    demo = start(account="business")
    ada, grace = people(demo)
    token = share(ada)
    assert code_of(grace.get(f"/shares/{token}/driveItem")) == (403, "accessDenied")
    wish = {"recipients": [{"email": "grace.okafor@contoso.example"}, {"email": "x@y.example"}], "roles": ["read"]}
    answer = ada.post(f"/shares/{token}/permission/grant", json=wish)
    assert answer.json()["value"][0]["link"]["type"] == "view"
    assert grace.get(f"/shares/{token}/driveItem").json()["name"] == "Ideas.md"


def test_a_grant_is_the_owners_and_of_the_links_role(start: Start) -> None:
    demo = start(account="business")
    ada, grace = people(demo)
    token = share(ada, "edit", "organization")
    wish = {"recipients": [{"email": "grace.okafor@contoso.example"}], "roles": ["write"]}
    path = f"/shares/{token}/permission/grant"
    assert code_of(grace.post(path, json=wish)) == (403, "accessDenied")
    assert code_of(ada.post(path, json=wish | {"roles": ["read"]})) == (400, "invalidRequest")
    for recipients in (None, [], ["x"]):
        assert code_of(ada.post(path, json=wish | {"recipients": recipients})) == (400, "invalidRequest")
    assert code_of(ada.get(path)) == (400, "invalidRequest")


def test_personal_links_are_granted_to_nobody(graph: httpx.Client) -> None:
    wish = {"recipients": [{"email": "grace.okafor@outlook.example"}], "roles": ["read"]}
    assert code_of(graph.post(f"/shares/{share(graph)}/permission/grant", json=wish)) == (400, "notSupported")


def test_a_plain_address_has_no_permission_of_its_own(graph: httpx.Client) -> None:
    web_url = graph.get(f"{FILE.removesuffix(':')}").json()["webUrl"]
    token = "u!" + urlsafe_b64encode(web_url.encode()).decode().rstrip("=")
    assert graph.get(f"/shares/{token}").json()["name"] == "Ideas.md"
    assert code_of(graph.get(f"/shares/{token}/permission")) == (404, "itemNotFound")
