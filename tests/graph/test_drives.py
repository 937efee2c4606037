"""Who is signed in, and which drives there are."""

from __future__ import annotations

import httpx
import pytest

from odtui.graph.errors import Unreachable
from tests.graph.harness import DRIVE, GRAPH, Harness, error

MINE = {"id": "b!mine", "driveType": "business", "quota": {"total": 0, "used": 5, "state": "normal", "future": 1}}


async def test_the_own_drive_comes_first_even_if_the_list_leaves_it_out(graph: Harness) -> None:
    graph.router.get(f"{GRAPH}/me/drive").respond(json=MINE)
    graph.router.get(f"{GRAPH}/me/drives").respond(json={"value": [{"id": "b!lib", "driveType": "documentLibrary"}]})
    assert [drive.id for drive in await graph.client.drives()] == ["b!mine", "b!lib"]


async def test_the_own_drive_is_named_once(graph: Harness) -> None:
    graph.router.get(f"{GRAPH}/me/drive").respond(json=MINE)
    graph.router.get(f"{GRAPH}/me/drives").respond(json={"value": [{"id": "b!lib"}, MINE]})
    drives = await graph.client.drives()
    assert [drive.id for drive in drives] == ["b!mine", "b!lib"]
    assert drives[0].quota is not None
    assert drives[0].quota.used == 5


async def test_phantom_personal_drives_are_left_out(graph: Harness) -> None:
    mine = {"id": "0f04", "driveType": "personal"}
    graph.router.get(f"{GRAPH}/me/drive").respond(json=mine)
    phantoms = [{"id": "b!phantom", "driveType": "personal"}, {"id": "F04", "driveType": "personal"}]
    graph.router.get(f"{GRAPH}/me/drives").respond(json={"value": phantoms})
    assert [drive.id for drive in await graph.client.drives()] == ["0f04"]


async def test_the_list_of_drives_has_pages(graph: Harness) -> None:
    graph.router.get(f"{GRAPH}/me/drive").respond(json=MINE)
    link = f"{GRAPH}/me/drives?$skiptoken=2"
    graph.router.get(link).respond(json={"value": [{"id": "c"}]})
    graph.router.get(f"{GRAPH}/me/drives").respond(json={"value": [{"id": "b"}], "@odata.nextLink": link})
    assert [drive.id for drive in await graph.client.drives()] == ["b!mine", "b", "c"]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refused_list_still_leaves_the_own_drive(graph: Harness, status: int) -> None:
    graph.router.get(f"{GRAPH}/me/drive").respond(json=MINE)
    graph.router.get(f"{GRAPH}/me/drives").respond(status, json=error("accessDenied"))
    assert [drive.id for drive in await graph.client.drives()] == ["b!mine"]


async def test_an_unreachable_list_is_an_error(graph: Harness) -> None:
    graph.router.get(f"{GRAPH}/me/drive").respond(json=MINE)
    graph.router.get(f"{GRAPH}/me/drives").mock(side_effect=httpx.ConnectError)
    with pytest.raises(Unreachable):
        await graph.client.drives()


async def test_one_drive_and_the_profile_are_read(graph: Harness) -> None:
    graph.router.get(DRIVE).respond(json={"id": "b!d", "driveType": "kindOfTomorrow"})
    graph.router.get(url__startswith=f"{GRAPH}/me?").respond(
        json={"displayName": "Adele", "mail": None, "userPrincipalName": "a@x"}
    )
    assert (await graph.client.drive("b!d")).drive_type == "kindOfTomorrow"
    assert (await graph.client.me()).user_principal_name == "a@x"
