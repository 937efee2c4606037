"""Carrying the files of a job, several at once, while those whose name is taken wait aside for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry
from odtui.services.transfers.branches import File
from odtui.services.transfers.carry import Carrier, Taken
from odtui.services.transfers.conflicts import resolve
from odtui.services.transfers.job_run import JobCancelled, JobRun, Withdrawn
from odtui.services.transfers.record import FileProgress, nothing
from odtui.services.transfers.routes import Carried
from odtui.services.transfers.times import Late, Times

AHEAD = 1000
"""Files that may be found before they are carried."""

Tell = Callable[[File, Carried | Exception | None], Awaitable[None]]


class Crew:
    """Of one attempt at a job. Works while it is entered as a context."""

    def __init__(self, job: JobRun, carrier: Carrier, tell: Tell) -> None:
        """`tell`: told what came of each file; None if it is skipped."""
        self.stopped: Exception | None = None
        """What has ended the whole job."""
        self._job = job
        self._carrier = carrier
        self._tell = tell
        self._files: asyncio.Queue[File] = asyncio.Queue(AHEAD)
        self._asides: asyncio.Queue[tuple[File, Entry]] = asyncio.Queue()
        """Files whose name is taken, and by what."""
        self._unanswered = 0
        self._target = job.order.destination[0]
        client = self._target.client if isinstance(self._target, DrivePlace) else None
        self._times = Times(client, sleep=job.shared.sleep, moving=self._moving, tell=self._timed)
        self._helpers: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Crew:
        await self._times.__aenter__()
        self._job.record.stood_still = self._times.look
        self._helpers = [asyncio.ensure_future(self._work()) for _ in range(self._job.shared.concurrency)]
        self._helpers.append(asyncio.ensure_future(self._ask()))
        return self

    async def __aexit__(self, *error: object) -> None:
        for helper in self._helpers:
            helper.cancel()
        await asyncio.gather(*self._helpers, return_exceptions=True)
        self._job.record.stood_still = nothing
        await self._times.__aexit__()
        for late in self._times.unsettled:  # cancelled, but they are there; another attempt would set their times
            self._note(late, late.carried)
            self._job.shared.arrived(self._target, late.file.folder, late.carried.entry)

    def stop(self, error: Exception) -> None:
        """The whole job ends with this. What moves just now may still arrive; nobody is asked any more."""
        self.stopped = self.stopped or error
        self._job.withdraw()

    async def put(self, file: File) -> None:
        """One more; waits while very many are to be carried already."""
        await self._files.put(file)

    async def finish(self) -> None:
        """Until all are settled, or the job is stopped and nothing of it moves."""
        await self._files.join()
        while self._unanswered and self.stopped is None:
            await self._asides.join()
            await self._files.join()
        await self._files.join()
        await self._times.finish()

    def _moving(self) -> bool:
        return bool(self._job.record.moving)

    async def _work(self) -> None:
        """One of several. After a stop it only empties the queue; it never ends by itself, for others wait for it."""
        while True:
            file = await self._files.get()
            try:
                if self.stopped is None:
                    await self._carry(file)
            except Exception as error:
                self.stop(error)
            finally:
                self._files.task_done()

    async def _carry(self, file: File) -> None:
        progress = FileProgress(self._job.record, file.entry.size or 0)
        outcome: Carried | Exception | None
        try:
            outcome = await self._carrier.carry(file, progress)
        except Taken as taken:
            self._unanswered += 1
            self._asides.put_nowait((file, taken.existing))
            return
        except JobCancelled:
            raise
        except Exception as error:  # told with the others at the end
            outcome = error
        if isinstance(outcome, Carried) and outcome.untimed is not None:
            progress.through()
            await self._times.put(Late(file, progress, outcome))
            return
        progress.settle()
        await self._tell(file, outcome)

    async def _timed(self, late: Late, outcome: Carried | Exception) -> None:
        """What came of the time of one that had arrived."""
        self._note(late, outcome if isinstance(outcome, Carried) else late.carried)
        late.progress.settle()
        try:
            await self._tell(late.file, outcome)
        except Exception as error:
            self.stop(error)

    def _note(self, late: Late, carried: Carried) -> None:
        if not carried.replaced:
            self._carrier.note(late.file.entry, carried, late.file.folder)

    async def _ask(self) -> None:
        """About one file after the other."""
        while True:
            file, existing = await self._asides.get()
            try:
                if self.stopped is None:
                    resolution = await resolve(self._job, file.entry, existing, file.folder)
                    await self._files.put(replace(file, resolution=resolution, existing=existing))
            except Withdrawn:
                pass
            except Exception as error:  # the screen failed, say
                self.stop(error)
            finally:
                self._unanswered -= 1
                self._asides.task_done()
