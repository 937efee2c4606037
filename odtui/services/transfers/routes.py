"""How one file or folder gets from a place to a folder: streamed, or by the service or the system itself."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Protocol

from odtui.graph.client import GraphClient
from odtui.graph.errors import Forbidden, GraphError, InvalidRequest, ItemNotFound, NameConflict
from odtui.services.disk import on_disk, on_disk_to_end, rename_new
from odtui.services.drive_entries import from_drive_item
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, Kind, drive_key
from odtui.services.local_place import entry_at, is_within
from odtui.services.names import folded, local_name_problem
from odtui.services.place import Place
from odtui.services.transfers.content import Content, DriveContent, LocalContent
from odtui.services.transfers.download import write_file
from odtui.services.transfers.persist import Report, Sleep
from odtui.services.transfers.problems import FolderTurnedAround, NotCarried, SizeDiffers
from odtui.services.transfers.trail import Trail
from odtui.services.transfers.upload import send_file

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Carried:
    """What arrived."""

    entry: Entry
    warning: str = ""
    """A sentence; empty if all is as it should be."""
    faithful: bool = True
    """Whether the source may be deleted when this was a move."""
    left: bool = False
    """Whether the source is gone already, as after a move by the service."""
    untimed: int | None = None
    """Its own time, in seconds since the epoch, if that is still to be set: it is not done before."""
    replaced: bool = False
    """Whether it took the place of another; known only of one whose time is still to be set."""


class Route(Protocol):
    """One way between two places. Raises GraphError, OSError, TransferError; NameConflict or FileExistsError when a
    name is taken although it was not to be replaced."""

    looks_first: bool
    """Whether to look for a taken name before carrying: where the attempt itself would say so too late."""

    async def carry(self, entry: Entry, folder: Entry, name: str, existing: Entry | None, report: Report) -> Carried:
        """One file. `existing` is what it is to replace."""

    async def carry_whole(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried | None:
        """A whole folder at once, under a free name; None if its children must be carried one by one."""


def route(
    source: Place, target: Place, entry: Entry, folder: Entry, *, move: bool, sleep: Sleep, trail: Trail
) -> Route:
    """The best way for an entry into a folder. Raises NotCarried if there is none."""
    if isinstance(source, DrivePlace) and isinstance(target, DrivePlace) and source.client is target.client:
        own_drive = entry.drive_id if move else entry.content.drive_id
        if drive_key(own_drive) == drive_key(folder.content.drive_id):
            return ServerMove(source.client) if move else ServerCopy(source.client)
        if "personal" not in (source.drive.drive_type, target.drive.drive_type):
            return CrossCopy(source.client, whole=not move)
    if source.is_local and target.is_local and move:
        return LocalMove()
    return Streamed(source, target, sleep=sleep, trail=trail)


class Streamed:
    """Upload, download, local copy, and the relay between drives."""

    def __init__(self, source: Place, target: Place, *, sleep: Sleep, trail: Trail) -> None:
        self._from, self._to = _client(source), _client(target)
        self._sleep = sleep
        self._trail = trail
        self.looks_first = self._to is None or self._from is not None

    async def _content(self, entry: Entry) -> Content:
        if self._from is None:
            return await LocalContent.of(entry)
        content = DriveContent(self._from, entry)
        if self._to is not None:
            await content.measure()
        return content

    async def carry(self, entry: Entry, folder: Entry, name: str, existing: Entry | None, report: Report) -> Carried:
        content, trail = await self._content(entry), self._trail.file(entry, folder)
        if self._to is None:
            path = _path(folder, name)
            written = await write_file(
                content, path, replace=existing is not None, report=report, sleep=self._sleep, trail=trail
            )
            arrived = await on_disk(entry_at, path)
            # A listing may be wrong about a size (QUIRKS 113): no failure, but nothing to delete a source upon.
            same_size = self._from is None or arrived.size == content.size
            return Carried(arrived, written.warning, faithful=written.exact and same_size)
        sent = await send_file(
            self._to,
            content,
            folder,
            name,
            on_conflict="fail" if existing is None else "replace",
            report=report,
            sleep=self._sleep,
            trail=trail,
            time_later=True,
        )
        arrived = from_drive_item(sent.item, folder.content.drive_id)
        if content.modified is not None and not sent.warning and sent.untimed is None:
            arrived = replace(arrived, modified=content.modified)
        return Carried(arrived, sent.warning, sent.exact, untimed=sent.untimed, replaced=existing is not None)

    async def carry_whole(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried | None:
        return None


def _path(folder: Entry, name: str) -> str:
    """In a folder of this computer. Names of a drive are hostile: one that would lead out of the folder is refused."""
    if (problem := local_name_problem(name)) is not None:
        raise OSError(errno.EINVAL, problem, name)
    return os.path.join(folder.id, name)


def _client(place: Place) -> GraphClient | None:
    """None for this computer."""
    if isinstance(place, DrivePlace):
        return place.client
    if place.is_local:
        return None
    raise NotCarried("odtui cannot read files of this place.")


class LocalMove:
    """Within one disk of this computer. To another one it fails with EXDEV: see `needs_stream`."""

    looks_first = True

    async def carry(self, entry: Entry, folder: Entry, name: str, existing: Entry | None, report: Report) -> Carried:
        path = _path(folder, name)
        if existing is None:
            await on_disk_to_end(rename_new, entry.id, path)
        else:
            await on_disk_to_end(os.replace, entry.id, path)
        report(entry.size or 0)
        return Carried(await on_disk(entry_at, path), left=True)

    async def carry_whole(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried | None:
        return await self.carry(entry, folder, name, None, report)


class _OnServer:
    """Copy or move within one drive. The service replaces nothing itself (QUIRKS 168), so what is to be replaced is
    renamed aside, and deleted when the new one is there."""

    looks_first = True

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def _do(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried:
        raise NotImplementedError

    async def carry(self, entry: Entry, folder: Entry, name: str, existing: Entry | None, report: Report) -> Carried:
        if existing is None:
            return await self._do(entry, folder, name, report)
        aside = await self._client.rename(
            existing.drive_id, existing.id, aside_name(existing.name), e_tag=existing.e_tag
        )
        try:
            arrived = await self._do(entry, folder, name, report)
        except BaseException:
            back = asyncio.ensure_future(self._client.rename(existing.drive_id, aside.id, existing.name))
            await asyncio.wait({back})
            back.exception()
            raise
        await self._client.delete(existing.drive_id, aside.id)
        return arrived

    async def carry_whole(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried | None:
        return await self._do(entry, folder, name, report)


class ServerCopy(_OnServer):
    async def _do(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried:
        source, at, size = entry.content, folder.content, entry.size or 0
        item = await self._client.copy(
            source.drive_id,
            source.id,
            at.drive_id,
            at.id,
            name=name,
            on_progress=lambda share: report(int(share * size)),
        )
        if item is None:  # the service did not say which item came out
            item = await self._client.item_at(at.drive_id, name, below=at.id)
        arrived = from_drive_item(item, at.drive_id)
        faithful = entry.kind is not Kind.FILE or self._faithful(entry, arrived)
        return Carried(await timed(self._client, entry, arrived), faithful=faithful)  # it gets that of now (QUIRKS 106)

    def _faithful(self, entry: Entry, arrived: Entry) -> bool:
        """Raises SizeDiffers."""
        if entry.size is not None and arrived.size is not None and entry.size != arrived.size:
            raise SizeDiffers(entry.size, arrived.size)
        return True


async def timed(client: GraphClient, entry: Entry, arrived: Entry) -> Entry:
    """What arrived on a drive, with the time of its source, if that can be set."""
    if entry.modified is None or entry.modified == arrived.modified:
        return arrived
    try:
        changed = await client.set_modified(arrived.drive_id, arrived.id, entry.modified)
    except GraphError as error:
        log.warning("the time of a copy was not set: %s", type(error).__name__)
        return arrived
    return arrived if changed is None else from_drive_item(changed, arrived.drive_id)


class CrossCopy(ServerCopy):
    """To another drive of the same account, where the service can: not on personal accounts, and not everywhere else
    (QUIRKS 171). What it refuses is streamed."""

    def __init__(self, client: GraphClient, *, whole: bool) -> None:
        """`whole`: whether a folder may go at once. In a move each file is looked at before its source is deleted."""
        super().__init__(client)
        self._whole = whole

    def _faithful(self, entry: Entry, arrived: Entry) -> bool:
        """SharePoint changes some files as they arrive (QUIRKS 139): that is no failure, but nothing to delete upon."""
        same_hash = not (entry.digest and arrived.digest) or entry.digest == arrived.digest
        return entry.size == arrived.size and same_hash

    async def carry_whole(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried | None:
        return await super().carry_whole(entry, folder, name, report) if self._whole else None


class ServerMove(_OnServer):
    async def _do(self, entry: Entry, folder: Entry, name: str, report: Report) -> Carried:
        at = folder.content
        new_name = None if name == entry.name else name
        item = await self._client.move(entry.drive_id, entry.id, at.id, name=new_name, e_tag=entry.e_tag)
        report(entry.size or 0)
        return Carried(from_drive_item(item, at.drive_id), left=True)


def aside_name(name: str) -> str:
    """For what is about to be replaced: still to be found by its owner if everything fails at once."""
    stem, suffix = os.path.splitext(name)
    return f"{stem[:200]} (odtui, replaced){suffix[:40]}"


async def find(target: Place, folder: Entry, name: str) -> Entry | None:
    """What has this name in a folder; on a drive whatever the case."""
    if isinstance(target, DrivePlace):
        at = folder.content
        try:
            item = await target.client.item_at(at.drive_id, name, below=at.id)
        except ItemNotFound:
            return None
        found = from_drive_item(item, at.drive_id)
        return found if folded(found.name) == folded(name) else await _listed(target, folder, name)
    if target.is_local:
        try:
            return await on_disk(entry_at, os.path.join(folder.id, name))
        except FileNotFoundError:
            return None
    return await _listed(target, folder, name)


async def _listed(target: Place, folder: Entry, name: str) -> Entry | None:
    """A path may lead to the wrong item (QUIRKS 52); a listing does not."""
    wanted = folded(name)
    pages: AsyncIterator[list[Entry]] = target.pages(folder)
    async for page in pages:
        for entry in page:
            if folded(entry.name) == wanted:
                return entry
    return None


class Into:
    """Guards against folders that would go into themselves."""

    def __init__(self, source: Place, target: Place, folder: Entry) -> None:
        self._source, self._target, self._folder = source, target, folder
        self._line: set[tuple[str, str]] | None = None
        self._finding = asyncio.Lock()

    async def refuse(self, entry: Entry) -> None:
        """Raises FolderTurnedAround if the target lies in the folder that is to be carried."""
        if self._source.is_local != self._target.is_local:
            return
        if self._source.is_local:
            if await on_disk(is_within, self._folder.id, entry.id):
                raise FolderTurnedAround
            return
        async with self._finding:
            if self._line is None:
                chain = [*await self._target.parents(self._folder), self._folder]
                self._line = {key for above in chain for key in _identities(above)}
        if self._line & _identities(entry):
            raise FolderTurnedAround


def _identities(entry: Entry) -> set[tuple[str, str]]:
    """Of itself, and of what a shortcut leads to."""
    return {entry.key, (drive_key(entry.content.drive_id), entry.content.id)}


def is_taken(error: BaseException) -> bool:
    """Whether an error says that the name is taken."""
    return isinstance(error, NameConflict | FileExistsError)


def needs_stream(way: Route, error: BaseException) -> bool:
    """Whether a way was refused that streaming does not need, as when it leads to another disk or drive."""
    if isinstance(error, OSError):
        return isinstance(way, LocalMove) and error.errno == errno.EXDEV
    if isinstance(way, CrossCopy):
        return isinstance(error, InvalidRequest | Forbidden | ItemNotFound)
    return isinstance(way, ServerMove) and isinstance(error, InvalidRequest) and error.has("notSupported")
