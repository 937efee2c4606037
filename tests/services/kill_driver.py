"""Transfers in a process that may be killed at any moment: `python -m tests.services.kill_driver PLAN.json`.

The plan is a JSON object:

    {"base": "http://127.0.0.1:PORT", "token": "…", "journal": "/folder", "hurry": 100,
     "jobs": [{"kind": "upload", "entries": ["/here/a", "/here/tree"], "folder": "/on the drive"},
              {"kind": "download", "entries": ["/on the drive/b"], "folder": "/here", "move": true}]}

`hurry` divides every wait. Started with the same plan again it goes on with what the journal has saved, and starts the
jobs that had not begun. It prints a line per job that failed and exits with 0 when all of them have ended well.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from odtui.auth.accounts import Account
from odtui.demo.links import HOSTS
from odtui.graph.client import GraphClient
from odtui.graph.transport import RetryTransport
from odtui.graph.waiting import Pause
from odtui.net.engine import async_client
from odtui.net.reroute import Routes
from odtui.services.drive_place import DrivePlace
from odtui.services.local_place import LocalPlace
from odtui.services.session import Session
from odtui.services.transfers import TransferService
from odtui.services.transfers.job import Choice, Conflict, JobState
from odtui.services.transfers.journal import Journal

GRANTED = ("Files.ReadWrite.All", "User.Read")
HOME = ("demo", "ada")
RETRIES = 20
"""Times that failed jobs are tried again."""


class Signed(httpx.Auth):
    """Signs with a token that never changes."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def slept(hurry: float) -> Callable[[float], Any]:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / hurry)

    return sleep


async def connect(base: str, token: str, sleep: Callable[[float], Any], clock: Callable[[], float]) -> Session:
    routes = Routes(frozenset(HOSTS), base)
    pause = Pause(clock=clock, sleep=sleep, on_wait=lambda seconds: None)
    patient = partial(RetryTransport, pause=pause, sleep=sleep, clock=clock)
    client = GraphClient(
        async_client(routes, auth=Signed(token), wrap=patient),
        async_client(routes, wrap=patient),
        home=HOME,
        pause=pause,
        sleep=sleep,
        clock=clock,
    )
    drive = await client.my_drive()
    account = Account(id=HOME[1], profile=HOME[0], username="ada@example.com", granted=GRANTED)
    place = DrivePlace(client, drive, granted=GRANTED)
    return Session(account, client, drive, place, place.rights)


async def ask(conflict: Conflict) -> tuple[Choice, bool]:
    """Nobody else writes there: what is in the way is the job's own, of an earlier attempt."""
    print(f"asked about {conflict.name}")
    return "replace", False


class Driver:
    """One run of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.folder = Path(plan["journal"])
        self.sleep = slept(float(plan.get("hurry", 1)))
        self.clock = lambda: time.monotonic() * float(plan.get("hurry", 1))
        self.local = LocalPlace("/")
        self.begun = self.folder / "begun.json"
        """Numbers of the jobs that are in the journal or done."""

    async def run(self) -> int:
        session = await connect(self.plan["base"], self.plan["token"], self.sleep, self.clock)
        journal = Journal(self.folder, vault=None, now=lambda: int(time.time()))
        service = TransferService(ask=ask, journal=lambda: journal, clock=self.clock, sleep=self.sleep)
        running = asyncio.ensure_future(service.run())
        try:
            saved = await service.saved([session])
            await service.go_on([job.key for job in saved], [session])
            await self._begin(service, session, journal, {(job.name, job.target.startswith("/")) for job in saved})
            return await self._finish(service)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await session.aclose()

    async def _begin(
        self, service: TransferService, session: Session, journal: Journal, saved: set[tuple[str, bool]]
    ) -> None:
        begun: list[int] = json.loads(self.begun.read_text()) if self.begun.exists() else []
        for number, job in enumerate(self.plan["jobs"]):
            up = job["kind"] == "upload"
            source, target = (self.local, session.place) if up else (session.place, self.local)
            if number not in begun:
                entries = [await source.locate(path) for path in job["entries"]]
                first, others = entries[0].name, len(entries) - 1
                name = f"{first} and {others:,} more" if others else first
                if (name, not up) not in saved:
                    folder = await target.locate(job["folder"])
                    service.start(entries, source, target, folder, move=bool(job.get("move")))
                    await journal.flush()
                begun.append(number)
                newer = self.begun.with_suffix(".new")
                newer.write_text(json.dumps(begun))
                newer.replace(self.begun)

    async def _finish(self, service: TransferService) -> int:
        await service.drain()
        for _ in range(RETRIES):
            if not any(job.state is JobState.FAILED for job in service.jobs):
                break
            service.retry_failed()
            await service.drain()
        bad = [job for job in service.jobs if job.state is not JobState.DONE]
        for job in bad:
            print(f"{job.name}: {job.state}: {job.problem} {job.details}")
        return int(bool(bad))


if __name__ == "__main__":
    sys.exit(asyncio.run(Driver(json.loads(Path(sys.argv[1]).read_text())).run()))
