"""Every fault that the demo server injects, once and for good, against every kind of transfer.

Whatever the fault, no half file bears a final name, no unfinished file and no upload session stays, nothing is lost,
and a job says that it is done exactly if it is.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from itertools import count

import pytest

from odtui.graph.errors import GraphError
from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import Choice, Conflict, JobState, TransferService
from odtui.services.transfers.upload import SMALL
from tests.services.conftest import Live

SMALL_DATA = os.urandom(200_000)
LARGE_DATA = os.urandom(SMALL + 2_000_000)

STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""

FAULTS: dict[str, dict[str, object]] = {
    "latency": {"kind": "latency", "seconds": 0.01},
    "bandwidth": {"kind": "bandwidth", "rate": 50_000_000.0},
    "reset": {"kind": "reset"},
    "cut answer": {"kind": "cut", "after": 100},
    "cut request": {"kind": "cut_request", "after": 100_000},
    "html": {"kind": "html"},
    "broken json": {"kind": "broken_json"},
    "401": {"kind": "unauthorized"},
    "expired link": {"kind": "expired_link", "path": STORES},
    "full": {"kind": "quota_full", "method": "PUT"},
    "429": {"kind": "status", "status": 429, "code": "activityLimitReached"},
    "429 + time": {"kind": "status", "status": 429, "code": "activityLimitReached", "retry_after": 37.0},
    "509": {"kind": "status", "status": 509, "code": "activityLimitReached"},
    "503": {"kind": "status", "status": 503, "code": "serviceNotAvailable"},
    "503 + time": {"kind": "status", "status": 503, "code": "serviceNotAvailable", "retry_after": 11.0},
    "500": {"kind": "status", "status": 500},
    "502": {"kind": "status", "status": 502},
    "504": {"kind": "status", "status": 504},
    "500 after effect": {"kind": "status", "status": 500, "effect": True},
    "504 after effect": {"kind": "status", "status": 504, "effect": True},
    "delta reset": {"kind": "delta_reset"},
}

OPERATIONS = ("up small", "up large", "down small", "down large", "copy", "move", "delete")

ONCE = """
                  up small  up large  down small  down large  copy  move  delete
latency           done      done      done        done        done  done  done
bandwidth         done      done      done        done        done  done  done
reset             done      done      done        done        done  done  done
cut answer        done      done      done        done        done  done  done
cut request       done      done      done        done        done  done  done
html              said      said      said        said        said  done  said
broken json       said      said      done        done        said  done  said
401               done      done      done        done        done  done  done
expired link      -         done      done        done        done  -     -
full              said      said      -           -           -     -     -
429               done      done      done        done        done  done  done
429 + time        done      done      done        done        done  done  done
509               done      done      done        done        done  done  done
503               done      done      done        done        done  done  done
503 + time        done      done      done        done        done  done  done
500               done      done      done        done        done  done  done
502               done      done      done        done        done  done  done
504               done      done      done        done        done  done  done
500 after effect  done      done      done        done        done  done  done
504 after effect  done      done      done        done        done  done  done
delta reset       done      done      done        done        done  done  done
"""
"""The fault meets one request, each of the transfer's in turn: it is `done` whichever it was; or it is said to have
failed for at least one of them; or `-`, there is no such request."""

FOR_GOOD = """
                  up small  up large  down small  down large  copy  move  delete
latency           done      done      done        done        done  done  done
bandwidth         done      done      done        done        done  done  done
reset             said      said      said        said        said  said  said
cut answer        said      said      said        said        said  said  done
cut request       said      said      done        done        done  done  done
html              said      said      said        said        said  said  said
broken json       said      said      said        said        said  said  said
401               said      said      said        said        said  said  said
expired link      done      said      said        said        done  done  done
full              said      said      done        done        done  done  done
429               said      said      said        said        said  said  said
429 + time        said      said      said        said        said  said  said
509               said      said      said        said        said  said  said
503               said      said      said        said        said  said  said
503 + time        said      said      said        said        said  said  said
500               said      said      said        said        said  said  said
502               said      said      said        said        said  said  said
504               said      said      said        said        said  said  said
500 after effect  said      said      said        said        said  said  said
504 after effect  said      said      said        said        said  said  said
delta reset       done      done      done        done        done  done  done
"""
"""The fault meets every request that it can, from the first on."""

MOST_REQUESTS = 30


def cells(table: str) -> list[tuple[str, str, str]]:
    """(fault, operation, outcome) of a table."""
    found = []
    for line in table.strip().splitlines()[1:]:
        name, _, rest = line.partition("  ")
        found += [(name.strip(), what, outcome) for what, outcome in zip(OPERATIONS, rest.split(), strict=True)]
    return found


class Trial:
    """One operation under a fault, in a folder of its own."""

    def __init__(self, live: Live, operation: str, number: int = 0) -> None:
        self.live = live
        self.operation = operation
        self.number = number
        self.data = LARGE_DATA if "large" in operation else SMALL_DATA
        self.service = TransferService(ask=self.ask, clock=count(step=1).__next__, sleep=live.clock.sleep)
        self.ended = asyncio.Event()
        self.service.watch(lambda job: None if self.service.running else self.ended.set())

    async def ask(self, conflict: Conflict) -> tuple[Choice, bool]:
        raise AssertionError(f"nothing was taken: {conflict}")

    async def prepare(self) -> None:
        live = self.live
        self.above = await live.place.create_folder(live.folder, f"trial {self.number}")
        self.to = await live.place.create_folder(self.above, "to")
        self.disk = live.disk / f"trial {self.number}"
        self.disk.mkdir()
        if self.operation.startswith("up"):
            (self.disk / "a.bin").write_bytes(self.data)
            self.entry = await live.local.locate(str(self.disk / "a.bin"))
        else:
            self.entry = await self.put()

    async def put(self) -> Entry:
        if len(self.data) <= SMALL:
            return await self.live.put("a.bin", self.data, self.above)
        at = self.above.content
        session = await self.live.place.client.create_upload_session(at.drive_id, at.id, "a.bin", len(self.data))
        await session.send(self.data)
        return (await self.live.remote(self.above))["a.bin"]

    async def run(self) -> str:
        """The outcome in the table's words."""
        live = self.live
        running = asyncio.ensure_future(self.service.run())
        try:
            if self.operation == "delete":
                try:
                    await live.place.delete(self.entry)
                except GraphError as error:
                    self.problem = str(error)
                    return "said"
                return "done"
            here = await live.local.locate(str(self.disk))
            ways: dict[str, tuple[Place, Place, Entry]] = {
                "up": (live.local, live.place, self.to),
                "down": (live.place, live.local, here),
                "copy": (live.place, live.place, self.to),
                "move": (live.place, live.place, self.to),
            }
            source, target, folder = ways[self.operation.split()[0]]
            self.service.start([self.entry], source, target, folder, move=self.operation == "move")
            await self.ended.wait()
            (job,) = self.service.jobs
            self.problem = job.problem
            assert job.state in (JobState.DONE, JobState.FAILED), job
            return "done" if job.state is JobState.DONE else "said"
        finally:
            self.service.clear_ended()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def judge(self, outcome: str) -> None:
        """With the fault gone: whether nothing is lost, half, left over or told wrongly."""
        live = self.live
        source = await live.tree(self.above)
        arrived = {path.removeprefix("to/"): data for path, data in source.items() if path.startswith("to/")}
        there = source.get("a.bin")
        disk = {path.name: path.read_bytes() for path in self.disk.iterdir()}
        whole, nothing = {"a.bin": self.data}, dict[str, bytes]()
        match self.operation.split()[0]:
            case "up":
                assert disk == whole
                assert arrived == whole if outcome == "done" else arrived in (nothing, whole)
            case "down":
                assert there == self.data
                assert disk == (whole if outcome == "done" else nothing)
            case "copy":
                assert there == self.data
                assert arrived == whole if outcome == "done" else arrived in (nothing, whole)
            case "move":
                assert (there, arrived) in ((None, whole), (self.data, nothing))
                assert arrived == whole or outcome != "done"
            case "delete":
                assert there == (None if outcome == "done" else there)
        assert not live.demo.state.crashes


def left_half(live: Live) -> list[object]:
    """Upload sessions that hold bytes nobody will go on with. One whose address was lost with the answer holds none."""
    return [each for each in live.demo.state.sessions.values() if each.received and not each.made]


async def struck(live: Live, trial: Trial, **fault: object) -> tuple[str, bool]:
    """The outcome, and whether the fault met a request at all."""
    await trial.prepare()
    live.fail(**fault)
    outcome = await trial.run()
    met = not live.demo.state.faults.rules or fault["times"] == 0
    live.demo.state.faults.clear()
    await trial.judge(outcome)
    return outcome, met


@pytest.mark.parametrize(("fault", "operation", "outcome"), cells(ONCE))
async def test_one_fault_anywhere(live: Live, fault: str, operation: str, outcome: str) -> None:
    outcomes = []
    for skip in range(MOST_REQUESTS):
        trial = Trial(live, operation, skip)
        came, met = await struck(live, trial, **FAULTS[fault], times=1, skip=skip)
        if not met:
            break
        outcomes.append(came)
    else:
        raise AssertionError("it takes more requests than one would expect")
    assert ("said" if "said" in outcomes else "done" if outcomes else "-") == outcome, outcomes
    assert not left_half(live)


@pytest.mark.parametrize(("fault", "operation", "outcome"), cells(FOR_GOOD))
async def test_a_fault_that_stays(live: Live, fault: str, operation: str, outcome: str) -> None:
    trial = Trial(live, operation)
    came, _ = await struck(live, trial, **FAULTS[fault], times=0)
    assert came == outcome, trial.problem
