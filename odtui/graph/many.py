"""Changes many items in batches; each has an outcome of its own. Source: REFERENCE §14; QUIRKS 105, 173-185, 226."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from odtui.graph import addresses
from odtui.graph.batch import Outcome, Part, batch
from odtui.graph.doubts import is_doubtful
from odtui.graph.errors import GraphError, ItemNotFound
from odtui.graph.items import ItemCalls, matches
from odtui.graph.models import DriveItem, FileSystemInfo
from odtui.graph.uploads import timestamp
from odtui.graph.wire import JUST_MADE, Wire, decode, if_match

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One item of many, and which version of it is meant."""

    drive_id: str
    item_id: str
    """Of a shortcut its own, never its target's (QUIRKS 185)."""
    e_tag: str | None = None
    """None: whatever version there is."""

    @property
    def address(self) -> str:
        return addresses.item(self.drive_id, self.item_id)


class ManyCalls:
    """Operations on many items. Outcomes come in the order of the items; no GraphError is raised for a single one."""

    def __init__(self, wire: Wire, items: ItemCalls) -> None:
        self._wire = wire
        self._items = items

    async def delete(self, items: Sequence[ItemVersion]) -> list[GraphError | None]:
        """None: it is in the recycle bin, or was gone already.

        A live item may be called gone while many are deleted: what is, is looked up once more (QUIRKS 179).
        """
        outcomes = [_error(each) for each in await self._each(items, _deletion)]
        gone = [number for number, error in enumerate(outcomes) if isinstance(error, ItemNotFound)]
        looks = await self._each([items[number] for number in gone], _look)
        alive = [number for number, look in zip(gone, looks, strict=True) if not isinstance(look, GraphError)]
        again = await self._each([items[number] for number in alive], _deletion)
        outcomes = [None if isinstance(error, ItemNotFound) else error for error in outcomes]
        for number, outcome in zip(alive, again, strict=True):
            outcomes[number] = _error(outcome)
        return outcomes

    async def update(
        self, items: Sequence[ItemVersion], changes: Sequence[dict[str, object]]
    ) -> list[DriveItem | GraphError]:
        """Rename or move; the file times go along, or the service would set them to now (QUIRKS 105).

        A change that may have been made although its answer was lost is looked for before it is called failed.
        """
        times = [_times(look) for look in await self._each(items, _look)]
        found = [number for number, time in enumerate(times) if not isinstance(time, GraphError)]

        def change(number: int) -> Part:
            body = changes[number]
            if isinstance(time := times[number], FileSystemInfo) and time.last_modified_date_time:
                body = body | {"fileSystemInfo": time}
            return Part("PATCH", items[number].address, body, if_match(items[number].e_tag))

        answers = dict(zip(found, await self._each(found, change), strict=True))
        outcomes = [
            time if isinstance(time, GraphError) else await self._changed(items[number], answers[number])
            for number, time in enumerate(times)
        ]
        doubtful = [number for number in found if _is_doubtful(outcomes[number])]
        looks = await self._each([items[number] for number in doubtful], _whole)
        for number, look in zip(doubtful, looks, strict=True):
            now = look if isinstance(look, GraphError) else await self._changed(items[number], look)
            if isinstance(now, DriveItem) and matches(now, changes[number]):
                outcomes[number] = now
        return outcomes

    async def set_modified(
        self, items: Sequence[ItemVersion], times: Sequence[int]
    ) -> list[DriveItem | GraphError | None]:
        """The files' own times, in seconds since the epoch; what is too new to be found is asked again (QUIRKS 124).

        The item as it is then; None if the service does not tell.
        """

        def change(number: int) -> Part:
            body = {"fileSystemInfo": {"lastModifiedDateTime": timestamp(times[number])}}
            return Part("PATCH", items[number].address, body, repeatable=True)

        outcomes = [_told(each) for each in await self._each(range(len(items)), change)]
        for delay in JUST_MADE:
            missing = [number for number, error in enumerate(outcomes) if isinstance(error, ItemNotFound)]
            if not missing:
                break
            await self._wire.sleep(delay)
            for number, outcome in zip(missing, await self._each(missing, change), strict=True):
                outcomes[number] = _told(outcome)
        return outcomes

    async def restore(self, items: Sequence[ItemVersion]) -> list[DriveItem | GraphError]:
        """Out of the recycle bin, to where they were (REFERENCE §5.17)."""

        def part(item: ItemVersion) -> Part:
            return Part("POST", f"{item.address}/restore", {})

        outcomes = await self._each(items, part)
        return [await self._changed(item, outcome) for item, outcome in zip(items, outcomes, strict=True)]

    async def _changed(self, item: ItemVersion, outcome: Outcome) -> DriveItem | GraphError:
        if isinstance(outcome, GraphError):
            return outcome
        try:
            if not outcome.content:  # 204 (QUIRKS 109)
                return await self._items.item(item.drive_id, item.item_id)
            return decode(outcome, DriveItem)
        except GraphError as error:
            return error

    async def _each(self, subjects: Sequence[T], make: Callable[[T], Part]) -> list[Outcome]:
        """One part per subject. What cannot be asked at all, such as a hostile eTag, fails alone."""
        made = [_made(make, subject) for subject in subjects]
        answers = iter(await batch(self._wire, [part for part in made if isinstance(part, Part)]))
        return [next(answers) if isinstance(part, Part) else part for part in made]


def _made(make: Callable[[T], Part], subject: T) -> Part | GraphError:
    try:
        return make(subject)
    except GraphError as error:
        return error


def _deletion(item: ItemVersion) -> Part:
    return Part("DELETE", item.address, headers=if_match(item.e_tag))


def _look(item: ItemVersion) -> Part:
    return Part("GET", addresses.with_fields(item.address, "id,fileSystemInfo"))


def _whole(item: ItemVersion) -> Part:
    return Part("GET", addresses.with_fields(item.address))


def _is_doubtful(outcome: DriveItem | GraphError) -> bool:
    return isinstance(outcome, GraphError) and is_doubtful(outcome)


def _times(look: Outcome) -> FileSystemInfo | GraphError | None:
    if isinstance(look, GraphError):
        return look
    try:
        return decode(look, DriveItem).file_system_info
    except GraphError as error:
        return error


def _error(outcome: Outcome) -> GraphError | None:
    return outcome if isinstance(outcome, GraphError) else None


def _told(outcome: Outcome) -> DriveItem | GraphError | None:
    if isinstance(outcome, GraphError) or not outcome.content:
        return outcome if isinstance(outcome, GraphError) else None
    try:
        return decode(outcome, DriveItem)
    except GraphError as error:
        return error
