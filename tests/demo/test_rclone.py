"""A client that nobody here wrote, unchanged: Debian's rclone against the demo server.

rclone's OneDrive backend has its hosts built in. Go's HTTP client heeds HTTPS_PROXY and SSL_CERT_FILE, so rclone is
sent through a proxy in this process (passage.py), which answers for graph.microsoft.com, login.microsoftonline.com and
the hosts of contents with a certificate made for the test, and passes everything on to the server in plain HTTP.
Nothing of the machine is changed: no hosts file, no trust store, no root rights. Without rclone the tests are skipped.

Every call of rclone is bounded: one try, three low-level ones, a minute.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from odtui.demo.clients import CLIENT_SECRET, CONFIDENTIAL_CLIENT
from odtui.demo.faults import Rule
from odtui.demo.thread import DemoThread
from tests.demo.conftest import Start, client, token
from tests.demo.passage import Passage, passage

RCLONE = shutil.which("rclone")

pytestmark = pytest.mark.skipif(RCLONE is None, reason="rclone is not installed (Debian: apt-get install rclone)")

BIG = 25 << 20
"""Three fragments of rclone's 10 MiB."""


@dataclass(frozen=True, slots=True)
class Rclone:
    """rclone with one remote, called `demo:`."""

    demo: DemoThread
    way: Passage
    folder: Path
    """For its configuration, its cache, and files of the test."""

    async def __call__(self, *words: str, status: int = 0) -> str:
        """What it prints. Fails, showing what it complains of, unless it ends with `status`."""
        code, out, err = await self._run(words)
        assert code == status, err
        return out

    async def json(self, *words: str) -> Any:
        return json.loads(await self(*words))

    def configure(self, **token_fields: str) -> None:
        """Write the configuration, with tokens as rclone itself keeps them."""
        drive = self.demo.state.drives["ada"]
        kept = {"token_type": "Bearer", "expiry": "2099-01-01T00:00:00Z", **token_fields}
        lines = ["[demo]", "type = onedrive", f"drive_id = {drive.id}", f"drive_type = {drive.kind}"]
        lines += [
            f"client_id = {CONFIDENTIAL_CLIENT}",
            f"client_secret = {CLIENT_SECRET}",
            f"token = {json.dumps(kept)}",
        ]
        (self.folder / "rclone.conf").write_text("\n".join(lines))

    async def _run(self, words: tuple[str, ...]) -> tuple[int, str, str]:
        assert RCLONE is not None
        limits = ["--retries", "1", "--low-level-retries", "3", "--timeout", "30s", "--contimeout", "10s"]
        command = [RCLONE, *words, *limits, "--config", str(self.folder / "rclone.conf")]
        kept = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        way = {"HTTPS_PROXY": self.way.proxy, "SSL_CERT_FILE": str(self.way.authority), "SSL_CERT_DIR": "/nonexistent"}
        pipe = asyncio.subprocess.PIPE
        running = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, env={**kept, **way}, cwd=self.folder
        )
        try:
            async with asyncio.timeout(60):
                out, err = await running.communicate()
        except TimeoutError:
            running.kill()
            out, err = await running.communicate()
            pytest.fail(f"rclone {words[0]} did not end: {err.decode()}")
        return running.returncode or 0, out.decode(), err.decode()


@pytest.fixture(params=["personal", "business"])
def account(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def rclone(start: Start, account: str, tmp_path: Path) -> AsyncIterator[Rclone]:
    """Signed in, on a drive with its invented content."""
    demo = start(account=account)
    async with passage(demo.base, demo.hosts, tmp_path) as way:
        made = Rclone(demo, way, tmp_path)
        made.configure(access_token=token(demo, "Files.ReadWrite.All"))
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A local folder: small files, an empty one, odd names, and one that needs an upload session of three fragments."""
    folder = tmp_path / "here"
    (folder / "below" / "deeper").mkdir(parents=True)
    (folder / "plain.txt").write_text("plain\n")
    (folder / "empty.txt").touch()
    (folder / "below" / "50 % #1 ümläut 'q' +&=,.txt").write_text("odd\n")
    (folder / "below" / "deeper" / "日本語.bin").write_bytes(Random(1).randbytes(100_000))
    (folder / "big.bin").write_bytes(Random(2).randbytes(BIG))
    os.utime(folder / "plain.txt", (1_000_000_000, 1_000_000_000))
    return folder


def below(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder by its path; None for folders."""
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}


async def test_what_is_copied_there_is_the_same_by_hash(rclone: Rclone, here: Path, account: str) -> None:
    """On personal drives rclone before 1.62 knows only SHA-1, which the service no longer gives: bytes are compared."""
    await rclone("mkdir", "demo:Backup/Today")
    await rclone("copy", str(here), "demo:Backup/Today")
    found = {entry["Path"]: entry for entry in await rclone.json("lsjson", "-R", "--hash", "demo:Backup/Today")}
    assert found.keys() == set(below(here))
    assert {name for name, entry in found.items() if entry["IsDir"]} == {"below", "below/deeper"}
    assert found["big.bin"]["Size"] == BIG
    assert found["plain.txt"]["ModTime"].startswith("2001-09-09T01:46:40")
    by = () if "Hashes" in found["big.bin"] else ("--download",)
    assert by == () or account == "personal"
    await rclone("check", str(here), "demo:Backup/Today", *by)
    (here / "big.bin").write_bytes(Random(3).randbytes(BIG))
    await rclone("check", str(here), "demo:Backup/Today", *by, status=1)


async def test_what_comes_back_is_the_same(rclone: Rclone, here: Path) -> None:
    await rclone("copy", str(here), "demo:Back")
    await rclone("copy", "demo:Back", str(here.parent / "again"), "--multi-thread-cutoff", "5M")
    assert below(here.parent / "again") == below(here)
    assert await rclone("cat", "demo:Back/plain.txt", "--offset", "1", "--count", "3") == "lai"


async def test_a_second_run_sends_nothing(rclone: Rclone, here: Path) -> None:
    await rclone("sync", str(here), "demo:Sync")
    rclone.demo.state.log.clear()
    await rclone("sync", str(here), "demo:Sync")
    assert {entry.method for entry in rclone.demo.state.log.entries()} == {"GET"}


async def test_a_changed_file_is_replaced_and_keeps_its_id(rclone: Rclone, here: Path) -> None:
    await rclone("copy", str(here), "demo:Sync", "--max-size", "1M")
    before = await rclone.json("lsjson", "demo:Sync/plain.txt", "--stat")
    (here / "plain.txt").write_text("changed\n")
    await rclone("copy", str(here), "demo:Sync", "--max-size", "1M")
    after = await rclone.json("lsjson", "demo:Sync/plain.txt", "--stat")
    assert (after["ID"], after["Size"]) == (before["ID"], 8)
    assert await rclone("cat", "demo:Sync/plain.txt") == "changed\n"


async def test_moving_and_renaming_keep_the_id(rclone: Rclone) -> None:
    before = await rclone.json("lsjson", "demo:Documents/Ideas.md", "--stat")
    await rclone("moveto", "demo:Documents/Ideas.md", "demo:New place/Thoughts.md")
    after = await rclone.json("lsjson", "demo:New place/Thoughts.md", "--stat")
    assert (after["ID"], after["Size"]) == (before["ID"], before["Size"])
    assert "Ideas.md" not in (await rclone("lsf", "demo:Documents")).splitlines()
    await rclone("moveto", "demo:New place", "demo:Documents/Newer place")
    assert await rclone("lsf", "demo:Documents/Newer place") == "Thoughts.md\n"


async def test_a_copy_is_made_by_the_server(rclone: Rclone) -> None:
    await rclone("copyto", "demo:Documents/Ideas.md", "demo:Documents/Ideas too.md")
    assert "PUT" not in {entry.method for entry in rclone.demo.state.log.entries()}
    assert await rclone("cat", "demo:Documents/Ideas too.md") == await rclone("cat", "demo:Documents/Ideas.md")


async def test_a_copy_takes_the_place_of_a_file_but_on_personal_drives(rclone: Rclone, account: str) -> None:
    """As on the service: rclone's parameter for it is one of work accounts (rclone pull request 4904)."""
    graph = client(rclone.demo)
    for name, content in (("a.txt", b"one"), ("b.txt", b"another")):
        graph.put(f"/me/drive/root:/{name}:/content", content=content)
    works = account == "business"
    await rclone("copyto", "demo:a.txt", "demo:b.txt", "--ignore-times", status=0 if works else 1)
    assert await rclone("cat", "demo:b.txt") == ("one" if works else "another")


async def test_a_link_leads_to_the_item(rclone: Rclone, account: str) -> None:
    scope = "organization" if account == "business" else "anonymous"
    link = (await rclone("link", "demo:Documents/Ideas.md", "--onedrive-link-scope", scope)).strip()
    shares = client(rclone.demo).get("/me/drive/root:/Documents/Ideas.md:/permissions").json()["value"]
    made = next(share["link"] for share in shares if "link" in share)
    assert made["scope"] == scope
    # Of an address of a work account rclone makes one that downloads at once, with the same secret at its end.
    assert link.rpartition("=")[2] == made["webUrl"].rpartition("/")[2] or link == made["webUrl"]


async def test_about_says_what_the_quota_says(rclone: Rclone) -> None:
    quota = client(rclone.demo).get("/me/drive").json()["quota"]
    about = await rclone.json("about", "demo:", "--json")
    assert (about["total"], about["used"], about["free"]) == (quota["total"], quota["used"], quota["remaining"])


@pytest.mark.parametrize("account", ["business"])
async def test_cleanup_leaves_only_the_current_version(rclone: Rclone) -> None:
    graph = client(rclone.demo)
    for content in (b"one", b"two", b"three"):
        graph.put("/me/drive/root:/Kept/versions.txt:/content", content=content)
    path = "/me/drive/root:/Kept/versions.txt:/versions"
    assert len(graph.get(path).json()["value"]) == 3
    await rclone("cleanup", "demo:Kept")
    assert len(graph.get(path).json()["value"]) == 1
    assert await rclone("cat", "demo:Kept/versions.txt") == "three"


async def test_purge_deletes_a_folder_with_all_in_it(rclone: Rclone) -> None:
    await rclone("purge", "demo:Documents/House")
    await rclone("lsf", "demo:Documents/House", status=3)
    assert client(rclone.demo).get("/me/drive/root:/Documents/House").status_code == 404


async def test_single_items_go(rclone: Rclone) -> None:
    await rclone("deletefile", "demo:Documents/Ideas.md")
    await rclone("mkdir", "demo:Documents/Nothing in it")
    await rclone("rmdir", "demo:Documents/Nothing in it")
    await rclone("rmdir", "demo:Documents", status=1)
    names = (await rclone("lsf", "demo:Documents")).splitlines()
    assert "Ideas.md" not in names
    assert "Nothing in it/" not in names


async def test_throttling_and_broken_connections_are_got_over(rclone: Rclone, here: Path) -> None:
    faults = rclone.demo.state.faults
    faults.add(Rule(kind="status", status=429, code="TooManyRequests", retry_after=1, path="children$"))
    faults.add(Rule(kind="cut_request", method="PUT", after=5 << 20, skip=1, path="uploadSession$"))
    await rclone("copy", str(here), "demo:Rough", "--include", "big.bin")
    assert faults.rules == []
    await rclone("check", str(here / "big.bin"), "demo:Rough")


async def test_an_expired_token_is_refreshed(rclone: Rclone) -> None:
    state = rclone.demo.state
    value = {
        "user": "ada",
        "client": CONFIDENTIAL_CLIENT,
        "scopes": ["Files.ReadWrite.All", "offline_access"],
        "exp": state.clock() + 3600,
        "epoch": state.epochs.refresh,
    }
    refresh = state.signer.seal("refresh", value)
    rclone.configure(access_token="worthless", refresh_token=refresh, expiry="2020-01-01T00:00:00Z")
    assert "Documents/" in (await rclone("lsf", "demo:")).splitlines()
    assert refresh not in (rclone.folder / "rclone.conf").read_text()
