"""Carrying the files of a job, several at once, while those whose name is taken wait aside for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from odtui.services.entry import Entry
from odtui.services.transfers.branches import File
from odtui.services.transfers.carry import Carrier, Taken
from odtui.services.transfers.conflicts import resolve
from odtui.services.transfers.job_run import JobCancelled, JobRun, Withdrawn
from odtui.services.transfers.record import FileProgress
from odtui.services.transfers.routes import Carried

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
        self._helpers: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Crew:
        self._helpers = [asyncio.ensure_future(self._work()) for _ in range(self._job.shared.concurrency)]
        self._helpers.append(asyncio.ensure_future(self._ask()))
        return self

    async def __aexit__(self, *error: object) -> None:
        for helper in self._helpers:
            helper.cancel()
        await asyncio.gather(*self._helpers, return_exceptions=True)

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
        progress.settle()
        await self._tell(file, outcome)

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
