from typing import Any

import httpx

from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, code_of, web
from tests.demo.schema import problems


def outcome(answer: httpx.Response) -> dict[str, Any]:
    assert (answer.status_code, answer.content) == (202, b"")
    url = answer.headers["Location"]
    running = web.get(url)
    assert (running.status_code, running.json()["status"]) == (202, "inProgress")
    done = web.get(url).json()
    assert problems(done, "asyncJobStatus") == []
    return dict(done)


def test_a_folder_is_copied_with_everything_below(graph: httpx.Client) -> None:
    target = graph.get("/me/drive/root:/Code").json()["id"]
    body = {"parentReference": {"id": target}, "name": "Taxes copy"}
    done = outcome(graph.post("/me/drive/root:/Documents/Taxes:/copy", json=body))
    assert done["status"] == "completed"
    copied = graph.get(f"/me/drive/items/{done['resourceId']}").json()
    original = graph.get("/me/drive/root:/Documents/Taxes").json()
    assert (copied["name"], copied["size"], copied["folder"]["childCount"]) == ("Taxes copy", original["size"], 7)
    deep = graph.get("/me/drive/root:/Code/Taxes%20copy/2024/Receipts.xlsx").json()
    assert deep["file"] == graph.get("/me/drive/root:/Documents/Taxes/2024/Receipts.xlsx").json()["file"]


def test_a_taken_name_fails_the_job_not_the_request(graph: httpx.Client) -> None:
    done = outcome(graph.post("/me/drive/root:/Documents/Ideas.md:/copy", json={}))
    assert (done["status"], done["error"]["code"]) == ("failed", "nameAlreadyExists")


def test_a_copy_of_an_upload_outlives_its_original(graph: httpx.Client) -> None:
    graph.put("/me/drive/root:/a.txt:/content", content=b"kept")
    done = outcome(graph.post("/me/drive/root:/a.txt:/copy", json={"name": "b.txt"}))
    graph.put("/me/drive/root:/a.txt:/content", content=b"changed")
    url = graph.get(f"/me/drive/items/{done['resourceId']}").json()["@microsoft.graph.downloadUrl"]
    assert web.get(url).content == b"kept"


def test_a_copy_goes_to_another_drive_with_the_right_to_write_there(demo: DemoThread) -> None:
    everything = client(demo, "Files.ReadWrite.All")
    shared = everything.get("/me/drive/root:/Field%20notes%202026").json()["remoteItem"]
    reference = {"driveId": shared["parentReference"]["driveId"], "id": shared["id"]}
    body = {"parentReference": reference}
    assert outcome(everything.post("/me/drive/root:/Documents/Ideas.md:/copy", json=body))["status"] == "completed"
    assert code_of(client(demo).post("/me/drive/root:/Documents/Ideas.md:/copy", json=body)) == (403, "accessDenied")


def test_business_resolves_conflicts_by_the_query(start: Start) -> None:
    graph = client(start(account="business"))
    path = "/me/drive/root:/Documents/Ideas.md:/copy?@microsoft.graph.conflictBehavior="
    kept = outcome(graph.post(f"{path}rename", json={}))
    assert graph.get(f"/me/drive/items/{kept['resourceId']}").json()["name"] == "Ideas 1.md"


def test_what_cannot_be_copied_is_refused(graph: httpx.Client) -> None:
    assert code_of(graph.post("/me/drive/root/copy", json={"name": "x"})) == (400, "invalidRequest")
    assert code_of(graph.post("/me/drive/root:/nothing:/copy", json={"name": "x"})) == (404, "itemNotFound")
    assert code_of(graph.post("/me/drive/root:/Documents:/copy", json={"name": "a:b"})) == (400, "invalidRequest")
    body = {"name": "x", "parentReference": {"id": "8C1F0A6D2B7E4935!s" + "0" * 32}}
    assert code_of(graph.post("/me/drive/root:/Documents:/copy", json=body)) == (404, "itemNotFound")


def test_a_forgotten_monitor_is_not_found(demo: DemoThread) -> None:
    assert web.get(f"{demo.base}/personal/ada/_api/v2.0/monitor/none").status_code == 404


def test_the_children_alone_are_copied_on_request(graph: httpx.Client) -> None:
    target = graph.post("/me/drive/root/children", json={"name": "Copies", "folder": {}}).json()["id"]
    body = {"parentReference": {"id": target}, "childrenOnly": True}
    assert outcome(graph.post("/me/drive/root:/Documents/Taxes:/copy", json=body))["status"] == "completed"
    original = graph.get("/me/drive/root:/Documents/Taxes:/children").json()["value"]
    copied = graph.get("/me/drive/root:/Copies:/children").json()["value"]
    assert [item["name"] for item in copied] == [item["name"] for item in original]
    assert code_of(graph.post("/me/drive/root:/Documents/Taxes:/copy", json=body | {"name": "x"}))[0] == 400
    assert code_of(graph.post("/me/drive/root:/Documents/Ideas.md:/copy", json=body))[0] == 400
    assert code_of(graph.post("/me/drive/root/copy", json={"childrenOnly": True}))[0] == 400


def test_earlier_versions_go_along_on_request(graph: httpx.Client) -> None:
    for text in (b"one", b"two"):
        graph.put("/me/drive/root:/a.txt:/content", content=text)
    target = graph.get("/me/drive/root:/Code").json()["id"]
    body = {"parentReference": {"id": target}, "includeAllVersionHistory": True}
    outcome(graph.post("/me/drive/root:/a.txt:/copy", json=body))
    graph.delete("/me/drive/root:/a.txt")
    old = graph.get("/me/drive/root:/Code/a.txt:/versions/1.0/content").headers["Location"]
    assert web.get(old).content == b"one"
    graph.put("/me/drive/root:/b.txt:/content", content=b"1")
    graph.put("/me/drive/root:/b.txt:/content", content=b"2")
    outcome(graph.post("/me/drive/root:/b.txt:/copy", json={"parentReference": {"id": target}}))
    assert len(graph.get("/me/drive/root:/Code/b.txt:/versions").json()["value"]) == 1
