"""Before anything moves: a quick look at all of it, and one question about what cannot go over as it is."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import suppress
from itertools import islice
from typing import Literal

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError
from odtui.services.disk import on_disk
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind
from odtui.services.local_place import entries_in
from odtui.services.names import utf16_length
from odtui.services.transfers.branches import Branch, link_leads_up
from odtui.services.transfers.carry import Carrier
from odtui.services.transfers.fitness import Finding, Fitness, Names, takes_one_case
from odtui.services.transfers.job import JobState, Preflight, Trouble
from odtui.services.transfers.job_run import JobCancelled, JobRun
from odtui.services.transfers.record import words_for
from odtui.services.transfers.routes import Streamed

SCAN = 2.0
"""Seconds that a tree of this computer is looked through before its files move."""
SLICE = 2000
"""Entries between two looks at the clock."""
TOLD = 1000
"""Troubles that are told one by one."""
SOMEWHERE = Entry("", "", "", Kind.FOLDER)
"""Stands for a folder at the target that is not there yet."""

Ruling = Literal["go", "skip_all"]


class Preflighter:
    """Looks, asks, and keeps what was answered."""

    def __init__(self, job: JobRun, carrier: Carrier) -> None:
        self.job = job
        self.order = job.order
        self.target, self.folder = job.order.destination
        self.files = self.folders = self.size = 0
        """Found so far, in bytes the last; up to the first sheet by the scan."""
        self.counted = False
        """Whether the scan has seen everything."""
        self.chosen: dict[int, Finding] = {}
        """What is wrong with one that was chosen, by its number."""
        self._carrier = carrier
        self._fitness: Fitness | None = None
        self._deep = False
        """Whether folders are looked into: those of this computer, unless the system moves them as a whole."""
        self._shown: set[str] = set()
        self._all = job.shared.ask_preflight is None or job.order.request.troubles is not None
        """No more is asked."""

    # looking

    async def begin(self) -> None:
        """Scan, and ask if need be. Raises JobCancelled."""
        self._fitness = Fitness(
            self.order.source,
            self.target,
            streamed=lambda entry: isinstance(self._carrier.way(entry, self.folder), Streamed),
            above=await self._length_above(),
            one_case=not self.target.is_local or await on_disk(takes_one_case, self.folder.id),
        )
        self._deep = self.order.source.is_local and self._fitness.streamed(self.order.entries[0])
        findings: list[Finding] = []
        await self._run(self._scan(findings))
        self.counted = self.counted and (self._deep or not self.folders)
        listed = self.counted or all(entry.size for entry in self.order.entries)  # a drive's folder has a size
        self.job.record.counted(self.files, self.size if listed else None)
        free = await self._room()
        skipped = [finding for finding in self.chosen.values() if finding.remedy == "skip"]
        self._all = self._all or len(skipped) == len(self.order.entries)  # then there is no choice
        if not self._all and (findings or (free is not None and self.size > free)):
            await self._ask(findings, counted=self.counted, free=free)
        self._all = self._all or self.counted

    async def _run(self, scan: Generator[None, None, None]) -> None:
        """One slice at least, with what was chosen in it; then until all is seen or the time is over."""
        ends = self.job.shared.clock() + SCAN
        try:
            while not self.counted:
                self.counted = await on_disk(_advance, scan)
                if self.job.shared.clock() >= ends:
                    return
        finally:
            with suppress(ValueError):  # a thread is still in it: it ends with its slice
                scan.close()

    async def _room(self) -> int | None:
        """Bytes that are left; None if not known. A drive's quota may be wrong: it forbids nothing (QUIRKS 37)."""
        if not isinstance(self._carrier.way(self.order.entries[0], self.folder), Streamed):
            return None
        if self.target.is_local:
            with suppress(OSError):
                return (await on_disk(shutil.disk_usage, self.folder.id)).free
            return None
        quota = self.target.drive.quota if isinstance(self.target, DrivePlace) else None
        if quota is None or not quota.total or quota.remaining is None:
            return None
        return max(0, quota.remaining)

    async def _length_above(self) -> int:
        """Characters of the path where all goes, if they may matter; a place that cannot say is taken for the top."""
        if not isinstance(self.target, DrivePlace) or not any(entry.is_folder for entry in self.order.entries):
            return 0
        with suppress(GraphError, AuthError):
            line = [*await self.target.parents(self.folder), self.folder]
            return sum(utf16_length(folder.name) + 1 for folder in line[1:])
        return 0

    def names(self, branch: Branch | None, parent: Entry) -> Names:
        """For the children of a folder."""
        assert self._fitness is not None  # noqa: S101 - `begin` comes first
        return Names(self._fitness, parent, branch)

    def _scan(self, findings: list[Finding]) -> Generator[None, None, None]:
        """Blocks; pauses after each entry. What was chosen comes first, and is looked at in any case."""
        names = self.names(None, self.folder)
        waiting: list[Branch] = []
        for number, entry in enumerate(self.order.entries):
            if names.look(entry, number=number):
                self._count(entry)
                if entry.is_folder and self._deep:
                    waiting.append(Branch(entry, entry.name, number=number))
        for finding in names.findings():
            self.chosen[int(finding.key)] = finding
            findings.append(finding)
            if finding.remedy == "rename":
                self._count(finding.entry)
                if finding.entry.is_folder and self._deep:
                    waiting.append(Branch(finding.entry, finding.new_name, number=int(finding.key)))
        yield
        while waiting:
            yield from self._scan_folder(waiting.pop(), waiting, findings)

    def _scan_folder(
        self, branch: Branch, waiting: list[Branch], findings: list[Finding]
    ) -> Generator[None, None, None]:
        names = self.names(branch, SOMEWHERE)
        try:
            for entry in entries_in(branch.entry.id):
                loops = entry.link and entry.is_folder and link_leads_up(entry, branch)
                if names.look(entry, loops=loops):
                    self._count(entry)
                    if entry.is_folder:
                        waiting.append(Branch(entry, entry.name, branch))
                yield
        except OSError:
            return  # the walk will tell
        for finding in names.findings():
            findings.append(finding)
            if finding.remedy == "rename":
                self._count(finding.entry)
                if finding.entry.is_folder:
                    waiting.append(Branch(finding.entry, finding.new_name, branch))

    def _count(self, entry: Entry) -> None:
        self.folders += entry.is_folder
        self.files += not entry.is_folder
        self.size += entry.size or 0

    # asking

    def ruling(self, finding: Finding) -> Ruling | None:
        """What was answered about it; None if it was not asked about yet."""
        if self._all or finding.key in self._shown:
            return "skip_all" if self.order.request.troubles == "skip_all" else "go"
        return None

    def found(self, files: int, folders: int, size: int, others: list[Finding]) -> None:
        """On the way, and `others` beside them: what the next question tells."""
        self.files, self.folders, self.size = files, folders, size
        for finding in others:
            self._count(finding.entry)

    async def ask_later(self, findings: list[Finding]) -> None:
        """About what was found after the scan; the answer is for all that is found from now on. Raises JobCancelled."""
        await self._ask(findings, counted=True, free=None)
        self._all = True

    async def _ask(self, findings: list[Finding], *, counted: bool, free: int | None) -> None:
        ask, request, record = self.job.shared.ask_preflight, self.order.request, self.job.record
        assert ask is not None  # noqa: S101 - else no more is asked
        self._shown.update(finding.key for finding in findings)
        told = [Trouble(each.path, each.problem, each.remedy, each.new_name) for each in findings[:TOLD]]
        preflight = Preflight(
            self.order.name,
            words_for(self.target, self.folder),
            self.files,
            self.folders,
            self.size,
            counted,
            tuple(told),
            len(findings) - len(told),
            free,
        )
        async with self.job.parked(), request.asking:
            record.enter(JobState.ASKING)
            answer = await self.job.answer(ask(preflight))
            record.enter(JobState.PLANNING if record.total is None else JobState.RUNNING)
        if answer == "cancel":
            raise JobCancelled
        request.troubles = answer
        record.retell()


def _advance(scan: Generator[None, None, None]) -> bool:
    """Whether all has been seen."""
    return sum(1 for _ in islice(scan, SLICE)) < SLICE
