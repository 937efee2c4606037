from typing import Any

import httpx
import pytest

from odtui.demo import multipart
from tests.demo.conftest import Start, client, code_of, web

META = b'{"name":"a.bin","file":{},"@microsoft.graph.sourceUrl":"cid:content"}'


def body(
    meta: bytes = META, content: bytes = b"\x00bytes\r\nof\xff a file", parts: int = 2, name: str = "content"
) -> bytes:
    first = b"--A100x\r\nContent-ID: <metadata>\r\nContent-Type: application/json\r\n\r\n" + meta + b"\r\n"
    second = b"--A100x\r\nContent-ID: <" + name.encode() + b">\r\nContent-Type: application/octet-stream\r\n\r\n"
    return first + (second + content + b"\r\n") * (parts - 1) + b"--A100x--\r\n"


def post(graph: httpx.Client, content: bytes, folder: str = "/me/drive/root") -> httpx.Response:
    kind = 'multipart/related; boundary="A100x"'
    return graph.post(f"{folder}/children", content=content, headers={"Content-Type": kind})


def test_a_file_is_made_with_its_name_and_its_bytes(graph: httpx.Client) -> None:
    answer = post(graph, body())
    assert (answer.status_code, answer.json()["name"]) == (201, "a.bin")
    assert web.get(answer.json()["@microsoft.graph.downloadUrl"]).content == b"\x00bytes\r\nof\xff a file"
    assert code_of(post(graph, body())) == (409, "nameAlreadyExists")
    replacing = META.replace(b"{", b'{"@microsoft.graph.conflictBehavior":"replace",', 1)
    assert post(graph, body(replacing, b"new")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"meta": b"{"}, "invalidRequest"),
        ({"meta": b"[]"}, "invalidRequest"),
        ({"meta": b'{"name":"a"}'}, "invalidRequest"),
        ({"meta": META.replace(b'"a.bin"', b"1")}, "invalidRequest"),
        ({"meta": META.replace(b"a.bin", b"a/b")}, "invalidRequest"),
        ({"name": "other"}, "invalidRequest"),
        ({"parts": 3}, "invalidRequest"),
        ({"parts": 1}, "invalidRequest"),
    ],
)
def test_anything_else_is_refused(graph: httpx.Client, changes: dict[str, Any], code: str) -> None:
    assert code_of(post(graph, body(**changes))) == (400, code)


def test_a_refused_file_leaves_nothing(start: Start, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = start(state=tmp_path)
    graph = client(demo)
    post(graph, body())
    post(graph, body())
    assert len(list((tmp_path / "blobs").iterdir())) == 1
    monkeypatch.setattr(multipart, "MAX_BYTES", 100)
    assert post(graph, body()).status_code == 413
    assert code_of(post(client(demo, "Files.Read"), body())) == (403, "accessDenied")


def test_it_is_for_personal_accounts_and_folders(start: Start, graph: httpx.Client) -> None:
    assert code_of(post(client(start(account="business")), body())) == (400, "notSupported")
    assert post(graph, body(), "/me/drive/root:/Documents/Ideas.md:").status_code == 404
