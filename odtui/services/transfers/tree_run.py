"""Carrying what was chosen: trees are walked, files go as they are found, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from odtui.auth.errors import AuthError
from odtui.graph.errors import GraphError, ItemNotFound
from odtui.services.entry import Entry
from odtui.services.transfers import census
from odtui.services.transfers.branches import Branch, File, leads_up, walk
from odtui.services.transfers.carry import Carrier
from odtui.services.transfers.crew import Crew
from odtui.services.transfers.fitness import Finding
from odtui.services.transfers.folders import Folders
from odtui.services.transfers.group import GroupMove
from odtui.services.transfers.job import JobState
from odtui.services.transfers.job_run import JobCancelled, JobRun, Outcome, Withdrawn
from odtui.services.transfers.preflight import Preflighter
from odtui.services.transfers.problems import FolderChanged, NotCarried, SourceKept
from odtui.services.transfers.routes import Carried
from odtui.services.transfers.tally import Tally, stops_all
from odtui.services.words import explain


class TreeRun:
    """One attempt at carrying the entries of a job."""

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self.record = job.record
        self.order = job.order
        self.target, self.folder = job.order.destination
        self.carrier = Carrier(job)
        self.folders = Folders(job, self.carrier)
        self.preflight = Preflighter(job, self.carrier)
        self.crew = Crew(job, self.carrier, self._carried)
        self.tally = Tally()
        self._found_files = self._found_folders = self._found_size = 0
        self._aside: list[tuple[Branch, Finding]] = []
        """What the user must be asked about before it moves."""
        self._only_failed: Exception | None = None
        """The only one that was chosen failed itself, not something in it."""

    async def run(self) -> Outcome:
        """Raises what stops the whole job, and what went wrong with a single file; else SomeFailed if any failed."""
        self.record.enter(JobState.PLANNING)
        await self.preflight.begin()
        async with self.crew:
            await self._walk_all()
            self.record.counted(self._found_files, self._found_size)
            self.record.retell()
            await self.crew.finish()
            await self.folders.set_times()
        return self._conclude()

    def _conclude(self) -> Outcome:
        if self.crew.stopped is not None:
            raise self.crew.stopped
        self.record.total, self.record.files_total = self.record.done, self.record.files_done
        if self._only_failed is not None:
            raise self._only_failed
        return self.tally.outcome(self._found_files)

    # finding files

    async def _walk_all(self) -> None:
        entries = enumerate(self.order.entries)
        tops: Iterable[Branch] = (Branch(entry, entry.name, number=number) for number, entry in entries)
        folders: list[Branch] = []
        if self.order.move:
            tops = list(tops)
            group = GroupMove(self.job, self.carrier, self.folders)
            fit = [top for top in tops if int(top.key) not in self.preflight.chosen]
            settled = await group.run(fit, self._moved)
            tops = [top for top in tops if top not in settled]
        for top in tops:
            if self.crew.stopped is not None:
                return
            finding = self.preflight.chosen.get(int(top.key))
            if top.key_leaving in self.record.finished and await self._has_left(top):
                self._note_gone(top)
            if top.key_gone in self.record.finished:
                self._finished_before(top.key_whole if top.key_whole in self.record.finished else top.key_gone)
            elif finding is not None:
                await self._rule(top, finding, folders.append)
            else:
                await self._take(top, top.entry, top.name, folders.append)
        await walk(folders, self._visit)
        if self._aside and self.crew.stopped is None:
            await self._ask_later()

    async def _moved(self, top: Branch, outcome: Carried | GraphError) -> None:
        self._found(top.entry)
        if isinstance(outcome, GraphError):
            self._fail(top, top.path, outcome)
        else:
            self._note(top, top.entry, self.folder, outcome)
        await self._settle(top)

    async def _ask_later(self) -> None:
        """About what was found on the way, when all else was."""
        aside, self._aside = self._aside, []
        findings = [finding for _, finding in aside]
        self.preflight.found(self._found_files, self._found_folders, self._found_size, findings)
        branches: list[Branch] = []
        try:
            await self.preflight.ask_later(findings)
        except (JobCancelled, Withdrawn) as error:
            self.crew.stop(error)
            return
        for branch, finding in aside:
            await self._rule(branch, finding, branches.append)
            await self._settle(branch)
        await walk(branches, self._visit)

    async def _take(self, branch: Branch, entry: Entry, name: str, found: Callable[[Branch], None]) -> None:
        """One that goes over: a file into the queue, a folder to those that are to be walked.

        Args:
            branch: Itself if it was chosen, else the folder that it is in.
        """
        chosen = entry is branch.entry
        if entry.is_folder:
            branch = branch if chosen else Branch(entry, name, branch)
            branch.name = name
            if chosen and self.order.move:
                branch.census = census.Census()
            if branch.key_whole in self.record.finished and not (branch.above is not None and branch.above.fresh):
                self._finished_before(branch.key_whole)
                if branch.root.census is not None:
                    branch.root.census.add_unseen(*self.record.finished[branch.key_whole])
                await self._settle(branch)
            else:
                found(branch)
            return
        key, path = (
            (branch.key, branch.path) if chosen else (f"{branch.key}/{entry.name}", f"{branch.path}/{entry.name}")
        )
        folder = self.folder if chosen else branch.target
        assert folder is not None  # noqa: S101 - a folder is opened before those in it
        gone = not chosen and branch.fresh  # with the folder that it had arrived in
        if key in self.record.finished and not gone and not self.record.trail.settled.differs(key, entry):
            self._finished_before(key)
            self.tally.carried += 1
            branch.done.append(key)
        else:
            self._found(entry)
            branch.open += 1
            await self.crew.put(File(branch, entry, name, folder, branch.fresh, path, key))
        if chosen:
            await self._settle(branch)

    async def _rule(self, branch: Branch, finding: Finding, found: Callable[[Branch], None]) -> None:
        """What was answered about one that cannot go over as it is; if nothing was yet, it is put aside."""
        ruling = self.preflight.ruling(finding)
        if ruling is None:
            branch.open += 1
            self._aside.append((branch, finding))
        elif ruling == "go" and finding.remedy == "rename":
            self.tally.rename(finding.path, finding.new_name)
            await self._take(branch, finding.entry, finding.new_name, found)
        else:
            self.tally.leave_out(finding.path, finding.problem)
            branch.stays = True
            if finding.remedy == "rename" and not finding.entry.is_folder:
                self._settled_before(finding.entry)
            if finding.entry is branch.entry:
                if len(self.order.entries) == 1 and finding.remedy == "skip":
                    self._only_failed = NotCarried(finding.problem)
                await self._settle(branch)

    def _found(self, entry: Entry) -> None:
        self._count(1, entry.size or 0)

    def _count(self, files: int, size: int) -> None:
        self._found_files += files
        self._found_size += size
        self.record.counted(self._found_files, None)

    def _settled_before(self, entry: Entry) -> None:
        """Nothing is to be done about it."""
        self._settled(1, entry.size or 0)

    def _finished_before(self, key: str) -> None:
        """An earlier attempt has finished it, as `Record.finished` tells."""
        self._settled(*self.record.finished[key])

    def _settled(self, files: int, size: int) -> None:
        self._count(files, size)
        self.record.files_done += files
        self.record.moved(size, really=False)

    async def _visit(self, branch: Branch, found: Callable[[Branch], None]) -> None:
        try:
            if self.crew.stopped is None:
                await self._open(branch, found)
                await self._settle(branch)
        except Exception as error:  # a walker that ends would leave the others waiting for ever
            self.crew.stop(error)

    async def _open(self, branch: Branch, found: Callable[[Branch], None]) -> None:
        try:
            whole = await self.folders.open(branch)
            if whole is not None:
                self._arrived_whole(branch, whole)
            elif branch.target is None:
                self._skip_folder(branch)
            else:
                self._found_folders += 1
                self.tally.carried += branch.fresh
                await self._list(branch, branch.target, found)
        except (JobCancelled, Withdrawn):
            raise
        except Exception as error:  # told with the others at the end
            self._fail(branch, branch.path, error)

    async def _list(self, branch: Branch, target: Entry, found: Callable[[Branch], None]) -> None:
        names = self.preflight.names(branch, target)
        seen = branch.root.census
        async for page in self.order.source.pages(branch.entry):
            for entry in page:
                if seen is not None and not entry.is_folder:
                    seen.add(entry)
                loops = entry.is_folder and await leads_up(entry, branch)
                if names.look(entry, loops=loops):
                    await self._take(branch, entry, entry.name, found)
            if self.crew.stopped is not None:
                return
        for finding in names.findings():
            await self._rule(branch, finding, found)

    def _skip_folder(self, branch: Branch) -> None:
        self._settled_before(branch.entry)
        self.tally.skip()
        branch.stays = True

    def _arrived_whole(self, branch: Branch, whole: Carried) -> None:
        self._found(branch.entry)
        above = branch.above.target if branch.above is not None else None
        self._note(branch, branch.entry, above or self.folder, whole)

    # what came of it

    async def _carried(self, file: File, outcome: Carried | Exception | None) -> None:
        if isinstance(outcome, Exception):
            self._fail(file.branch, file.path, outcome)
        elif outcome is None:
            self.tally.skip()
            file.branch.stays = True
        else:
            self._note(file.branch, file.entry, file.folder, outcome)
        settled = not isinstance(outcome, Exception)
        if self.order.move:  # what was skipped, or is not what it was, must keep its source next time, too
            settled = isinstance(outcome, Carried) and outcome.faithful
        if settled:
            self.record.finish(file.key, file.entry.size)
            file.branch.done.append(file.key)
        await self._settle(file.branch)

    def _note(self, branch: Branch, entry: Entry, folder: Entry, carried: Carried) -> None:
        root, shared = branch.root, self.job.shared
        self.tally.carried += 1
        self.tally.warning = self.tally.warning or carried.warning
        if carried.left and entry is root.entry:
            root.gone = True
            shared.departed(self.order.source, entry)
        shared.arrived(self.target, folder, carried.entry)
        root.changed = root.changed or carried.left
        if not carried.faithful:
            branch.stays = True
            if self.order.move:
                self.tally.warning = "What arrived has another size than the source, so the source was kept as well."

    def _fail(self, branch: Branch, path: str, error: Exception) -> None:
        branch.stays = True
        if stops_all(error):
            self.crew.stop(error)
            return
        self.tally.fail(path, error)
        if len(self.order.entries) == 1 and path == branch.root.path:
            self._only_failed = error

    async def _settle(self, branch: Branch) -> None:
        """A part of a folder is settled, or itself; after the last one the same goes for the one above."""
        for each in branch.line():
            each.open -= 1
            if each.open or self.crew.stopped is not None:
                return
            await self.folders.close(each)
            self._fold(each)
        await self._depart(branch.root)

    def _fold(self, branch: Branch) -> None:
        """Of a folder with all that is in it one key is kept: a job may have millions of files."""
        above = branch.above
        if branch.stays and above is not None:
            above.stays = True
        elif branch.target is not None and not branch.stays:
            self.record.fold(branch.key_whole, branch.done)
        if above is not None and branch.key_whole in self.record.finished:
            above.done.append(branch.key_whole)
        branch.done.clear()

    async def _depart(self, root: Branch) -> None:
        """What was moved goes to the recycle bin or trash, if all of it arrived as it was."""
        if not self.order.move or root.stays:
            self.tally.kept = self.tally.kept or (self.order.move and root.entry.is_folder)
            return
        if not root.gone:
            try:
                if await self._has_changed(root):
                    self.record.finished.pop(root.key_whole, None)
                    self._fail(root, root.path, FolderChanged())
                    return
                self.record.finish(root.key_leaving, 0)
                await self.record.trail.kept()  # else a run that ends just now would look for it in vain
                await self.order.source.delete(await self._left_behind(root))
            except (GraphError, AuthError, OSError) as error:
                told = explain(error)
                self._fail(root, root.path, SourceKept(told.why, told.details))
                return
            self.job.shared.departed(self.order.source, root.entry)
        self.record.finish(root.key_gone, 0)

    async def _has_left(self, top: Branch) -> bool:
        """Whether an earlier run has deleted the source of what had arrived, and ended before it could note that."""
        try:
            await self.order.source.refetch(top.entry)
        except (ItemNotFound, FileNotFoundError):
            return True
        except (GraphError, AuthError, OSError):
            return False  # reading it will tell
        return False

    def _note_gone(self, top: Branch) -> None:
        parts = [key for key in self.record.finished if key == top.key or key.startswith(top.key_whole)]
        self.record.fold(top.key_whole, parts)
        self.record.finish(top.key_gone, 0)

    async def _has_changed(self, root: Branch) -> bool:
        """Whether a folder holds something that was not carried: what goes to the bin must be at the target."""
        if root.census is None:
            return False
        now = await census.take(self.order.source, root.entry)
        return (census.Census() if root.changed else root.census).differs(now)

    async def _left_behind(self, root: Branch) -> Entry:
        """As it is now, if moving its children has changed it; else as it was listed, so that a newer one is kept."""
        if root.entry.is_folder and root.changed:
            return await self.order.source.refetch(root.entry)
        return root.entry
