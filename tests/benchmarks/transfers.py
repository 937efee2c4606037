"""odtui's transfers beside rclone's and the raw limit, on the same server by the same way, in turns.

    python -m tests.benchmarks transfers [--files 1000] [--mib 1024] [--at-once 8]

The way is that of tests/demo/passage.py, since rclone has its hosts built in: a proxy with TLS, for all of them. It
costs each client the same, and bounds what can be reached.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from odtui.config.settings import Settings
from odtui.demo.clients import CLIENT_SECRET, CONFIDENTIAL_CLIENT
from odtui.demo.visitor import open_url as approve
from odtui.net.engine import async_client
from odtui.ui.demo_drive import DemoDrive, DemoOptions
from tests.demo.passage import Passage, passage

SMALL = 10 * 1024
LATENCIES = (0.0, 0.05)
RCLONE = shutil.which("rclone")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds."""
    memory: int
    """Bytes: of odtui and httpx above those of the program at rest, of rclone all."""

    @property
    def words(self) -> str:
        return f"{self.wall:6.2f} s, CPU {self.cpu:5.2f} s, {self.memory / 2**20:4.0f} MiB"


@dataclass(frozen=True, slots=True)
class Bench:
    """A running server, the way to it, and a folder of this computer."""

    base: str
    way: Passage
    token: str
    drive: str
    folder: Path
    at_once: int

    async def latency(self, seconds: float) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.delete(f"{self.base}/_demo/faults")
            if seconds:
                rule = {"kind": "latency", "seconds": seconds, "times": 0}
                (await client.post(f"{self.base}/_demo/faults", json=rule)).raise_for_status()

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        way = {"HTTPS_PROXY": self.way.proxy, "SSL_CERT_FILE": str(self.way.authority), "SSL_CERT_DIR": "/nonexistent"}
        return {**kept, **way}

    async def worker(self, client: str, local: Path, remote: str, *, up: bool) -> Cost:
        """odtui or httpx."""
        job = {
            "client": client, "up": up, "token": self.token, "drive": self.drive, "local": str(local), "remote": remote,
            "files": self.at_once,
        }  # fmt: skip
        words = [sys.executable, "-m", "tests.benchmarks.transfer_worker"]
        out = await self._output(words, json.dumps(job).encode())
        return Cost(**json.loads(out))

    async def rclone(self, local: Path, remote: str, *, up: bool) -> Cost:
        """Its wall time includes that it starts, which takes less than a tenth of a second."""
        assert RCLONE is not None
        ends = [str(local), f"demo:{remote}"]
        words = [RCLONE, "copy", *(ends if up else ends[::-1]), "--config", str(self.folder / "rclone.conf")]
        words += ["--transfers", str(self.at_once), "--checkers", str(self.at_once), "--retries", "1"]
        return Cost(**json.loads(await self._output([sys.executable, "-c", _MEASURE, *words], b"")))

    async def _output(self, words: list[str], given: bytes) -> bytes:
        pipe = asyncio.subprocess.PIPE
        running = await asyncio.create_subprocess_exec(
            *words, stdin=pipe, stdout=pipe, stderr=pipe, env=self.environment()
        )
        out, err = await running.communicate(given)
        if running.returncode:
            raise RuntimeError(err.decode())
        return out


_MEASURE = """
import json, os, resource, sys, time
began = time.perf_counter()
code = os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
took = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": took, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}))
sys.exit(code)
"""
"""rclone in a process that looks what it used."""


@asynccontextmanager
async def bench(at_once: int) -> AsyncIterator[Bench]:
    drive = await DemoDrive.start(DemoOptions())
    try:
        workspace = drive.workspace(Settings())
        authenticator = workspace.authenticator(workspace.draft)
        account = await authenticator.sign_in_browser(open_url=approve, show_url=lambda _url: None)
        async with async_client(workspace.routes, auth=authenticator.auth(account)) as http:
            answer = await http.get("https://graph.microsoft.com/v1.0/me/drive")
        token, found = answer.request.headers["Authorization"], answer.json()
        assert workspace.routes is not None
        with TemporaryDirectory(prefix="odtui-bench-") as folder:
            here = Path(folder)
            _configure(here, token, found)
            async with passage(workspace.routes.target, workspace.routes.hosts, here) as way:
                yield Bench(workspace.routes.target, way, token, found["id"], here, at_once)
        await workspace.aclose()
    finally:
        await drive.stop()


def _configure(folder: Path, token: str, drive: dict[str, Any]) -> None:
    """rclone, signed in."""
    kept = {
        "token_type": "Bearer",
        "expiry": "2099-01-01T00:00:00Z",
        "access_token": token.removeprefix("Bearer "),
    }
    lines = ["[demo]", "type = onedrive", f"drive_id = {drive['id']}", f"drive_type = {drive['driveType']}"]
    lines += [f"client_id = {CONFIDENTIAL_CLIENT}", f"client_secret = {CLIENT_SECRET}", f"token = {json.dumps(kept)}"]
    (folder / "rclone.conf").write_text("\n".join(lines))


async def _make(bench: Bench, name: str, below: str) -> str:
    """A new folder of the drive, and one in it; the path of the latter."""
    headers = {"Authorization": bench.token, "Host": "graph.microsoft.com"}
    async with httpx.AsyncClient(trust_env=False, headers=headers, base_url=bench.base) as client:
        for parent, child in (("", name), (f":/{name}:", below)):
            body = {"name": child, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}
            (await client.post(f"/v1.0/me/drive/root{parent}/children", json=body)).raise_for_status()
    return f"/{name}/{below}"


def _report(what: str, costs: dict[str, Cost], amount: str) -> None:
    print(f"  {what}, {amount}")
    for name, cost in costs.items():
        ratio = f"; {cost.wall / costs['odtui'].wall:5.2f} times odtui's time" if name != "odtui" else ""
        print(f"    {name:7}{cost.words}{ratio}")


async def _there_and_back(bench: Bench, what: str, amount: str, files: Path, *, raw: bool) -> None:
    """Each client sends the same files and fetches what it has sent."""
    stamp = f"{what} {amount}".replace("/", " of ")
    clients = ["odtui", *(["rclone"] if RCLONE else []), *(["httpx"] if raw else [])]
    sent: dict[str, Cost] = {}
    fetched: dict[str, Cost] = {}
    remotes = {client: await _make(bench, f"{stamp} {client}", files.name) for client in clients}
    for up, costs in ((True, sent), (False, fetched)):
        for client in clients:
            local = files if up else bench.folder / f"back {client}" / files.name
            local.mkdir(parents=True, exist_ok=True)
            run = (
                bench.rclone if client == "rclone" else lambda *ends, up, name=client: bench.worker(name, *ends, up=up)
            )  # type: ignore[misc]
            costs[client] = await run(local, remotes[client], up=up)
            if not up:
                _compare(files, local)
                shutil.rmtree(local)
    _report(f"{what} up", sent, amount)
    _report(f"{what} down", fetched, amount)


def _compare(files: Path, back: Path) -> None:
    """Raises RuntimeError unless all came back as it was."""
    for path in files.iterdir():
        if path.read_bytes() != (back / path.name).read_bytes():
            raise RuntimeError(f"{path.name} came back another")


async def run(options: argparse.Namespace) -> None:
    if RCLONE is None:
        print("  rclone is not installed (Debian: apt-get install rclone): odtui alone.")
    async with bench(options.at_once) as made:
        small, large = made.folder / "small", made.folder / "large"
        small.mkdir()
        large.mkdir()
        random = Random(1)
        for number in range(options.files):
            (small / f"{number:05}.bin").write_bytes(random.randbytes(SMALL))
        for seconds in LATENCIES if options.files else ():
            await made.latency(seconds)
            amount = f"{options.files:,} x 10 KiB at {seconds * 1000:.0f} ms"
            await _there_and_back(made, "small files", amount, small, raw=False)
        await made.latency(0)
        if options.mib:
            with (large / "big.bin").open("wb") as file:
                for _ in range(options.mib):
                    file.write(random.randbytes(1 << 20))
            await _there_and_back(made, "one file", f"{options.mib:,} MiB", large, raw=True)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m tests.benchmarks transfers")
    parser.add_argument("--files", type=int, default=1000, help="small files each way")
    parser.add_argument("--mib", type=int, default=1024, help="size of the large file")
    parser.add_argument("--at-once", type=int, default=8, help="files that move at the same time")
    asyncio.run(run(parser.parse_args(words or [])))


if __name__ == "__main__":
    main(sys.argv[1:])
