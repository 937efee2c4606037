"""One client of the transfer benchmark in a process of its own: odtui's transfers, or plain httpx for the raw limit.

Reads a JSON object from standard input, prints one: seconds, CPU seconds, and bytes of memory above those before.
The way to the server is that of every program: HTTPS_PROXY and SSL_CERT_FILE.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Generator
from functools import partial
from pathlib import Path

import httpx

from odtui.graph.client import GraphClient
from odtui.graph.models import Drive
from odtui.graph.transport import RetryTransport
from odtui.graph.waiting import Pause
from odtui.net.engine import async_client
from odtui.services.drive_place import DrivePlace
from odtui.services.local_place import LocalPlace
from odtui.services.transfers import JobState, TransferService

FRAGMENT = 10 * 1024 * 1024


class Signed(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._token
        yield request


def graph(token: str) -> GraphClient:
    """As a session makes it."""
    pause = Pause(clock=time.monotonic, sleep=asyncio.sleep, on_wait=lambda seconds: None)
    patient = partial(RetryTransport, pause=pause)
    return GraphClient(async_client(auth=Signed(token), wrap=patient), async_client(wrap=patient), pause=pause)


async def odtui(job: dict[str, str], *, up: bool) -> float:
    """Carries the folder with all in it; the seconds that it took."""
    client = graph(job["token"])
    drive = Drive(id=job["drive"], drive_type="personal")
    remote, local = DrivePlace(client, drive, granted=("Files.ReadWrite.All",)), LocalPlace(Path(job["local"]))
    there, here = await remote.locate(job["remote"]), await local.root()
    above = (await remote.parents(there))[-1] if up else await LocalPlace(Path(job["local"]).parent).root()

    async def never(conflict: object) -> object:
        raise AssertionError(conflict)

    service = TransferService(ask=never, concurrency=int(job["files"]), clock=time.monotonic)  # type: ignore[arg-type]
    service.watch(lambda job: None)
    running = asyncio.ensure_future(service.run())
    began = time.perf_counter()
    if up:
        service.start([here], local, remote, above)
    else:
        service.start([there], remote, local, above)
    await service.drain()
    took = time.perf_counter() - began
    (done,) = service.jobs
    if done.state is not JobState.DONE or done.problem:
        raise RuntimeError(f"{done.state}: {done.problem} {done.details}")
    print(f"width {service.flow.width}", file=sys.stderr)
    running.cancel()
    await client.aclose()
    return took


async def plain(job: dict[str, str], *, up: bool) -> float:
    """The one file of the folder, with nothing but httpx and two buffers."""
    base = "https://graph.microsoft.com/v1.0"
    headers = {"Authorization": job["token"]}
    path = Path(job["local"]) / "big.bin"
    address = f"{base}/drives/{job['drive']}/root:{job['remote']}/big.bin:"
    async with httpx.AsyncClient(timeout=60) as client:
        began = time.perf_counter()
        if up:
            size = path.stat().st_size
            made = await client.post(f"{address}/createUploadSession", headers=headers)
            with path.open("rb") as file:
                for start in range(0, size, FRAGMENT):
                    data = file.read(FRAGMENT)
                    spanned = f"bytes {start}-{start + len(data) - 1}/{size}"
                    answer = await client.put(
                        made.json()["uploadUrl"], content=data, headers={"Content-Range": spanned}
                    )
                    answer.raise_for_status()
        else:
            found = await client.get(f"{address}/content", headers=headers)
            async with client.stream("GET", found.headers["location"]) as answer:
                with path.open("wb") as file:
                    async for chunk in answer.aiter_raw():
                        file.write(chunk)
        return time.perf_counter() - began


def peak(*, anew: bool = False) -> int:
    """Bytes that this process held at most; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main() -> None:
    job = json.load(sys.stdin)
    memory = peak(anew=True)
    cpu = time.process_time()
    work = odtui if job["client"] == "odtui" else plain
    took = asyncio.run(work(job, up=job["up"]))
    print(json.dumps({"wall": took, "cpu": time.process_time() - cpu, "memory": peak() - memory}))


if __name__ == "__main__":
    main()
