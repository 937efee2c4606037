"""A job as the journal tells it, and back: where its places were, and what was to be done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from odtui.graph.client import GraphClient
from odtui.graph.models import Drive
from odtui.services.capabilities import Rights
from odtui.services.drive_place import DrivePlace
from odtui.services.entry import Entry, drive_key
from odtui.services.local_place import LocalPlace
from odtui.services.place import Place
from odtui.services.transfers.job import Choice, JobKind
from odtui.services.transfers.record import Order, Record, Request

T = TypeVar("T")


class PlaceRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place of any run. No secret is part of it."""

    kind: Literal["local", "drive"]
    home: tuple[str, str] | None = None
    """Of a drive: profile and account id."""
    drive_id: str = ""
    drive_type: str = ""
    drive_name: str | None = None
    top_id: str | None = None
    label: str = ""
    """Hostile."""
    own: bool = True


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job."""

    kind: JobKind
    entries: tuple[Entry, ...]
    source: PlaceRef
    target: PlaceRef
    folder: Entry
    standing: Choice | None = None
    troubles: Literal["go", "skip_all"] | None = None
    total: int | None = None
    """Bytes; None if not all is counted."""
    source_words: str = ""
    target_words: str = ""
    """For the screen: hostile."""

    @property
    def homes(self) -> set[tuple[str, str]]:
        """The accounts that it takes."""
        return {place.home for place in (self.source, self.target) if place.home is not None}


class Home(Protocol):
    """A signed-in session, as far as it matters here."""

    @property
    def rights(self) -> Rights: ...
    @property
    def client(self) -> GraphClient: ...
    @property
    def place(self) -> Place: ...


Homes = Mapping[tuple[str, str], Home]
"""Sessions by profile and account id."""


def homes_of(sessions: Iterable[Home]) -> Homes:
    """Of those that are kept: a sign-in of this run only is no home."""
    return {session.client.home: session for session in sessions if session.client.home is not None}


def tell(record: Record) -> str | None:
    """What the journal keeps of a job; None if another run could not do it."""
    order = record.order
    if order.target is None or order.folder is None:
        return None
    source, target = place_ref(order.source), place_ref(order.target)
    if source is None or target is None:
        return None
    told = Told(
        kind=order.kind,
        entries=order.entries,
        source=source,
        target=target,
        folder=order.folder,
        standing=order.request.standing,
        troubles=order.request.troubles,
        total=record.total,
        source_words=record.source_words,
        target_words=record.target_words,
    )
    return _dump(told)


def read(text: str) -> Told | None:
    """None if it is damaged, or of a version that told other things."""
    return _load(text, Told)


def tell_entry(entry: Entry) -> str:
    return _dump(entry)


def read_entry(text: str) -> Entry | None:
    return _load(text, Entry)


def _dump(value: object) -> str:
    """A job may have tens of thousands of entries: fast, unless a name is no valid text, which must keep its bytes."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


def _load(text: str, kind: type[T]) -> T | None:
    try:
        plain: Any = json.loads(text)
        return msgspec.convert(plain, kind)
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        return None


def place_ref(place: Place) -> PlaceRef | None:
    """None for a place that is of this run only."""
    if place.is_local:
        return PlaceRef(kind="local")
    if not isinstance(place, DrivePlace) or place.client.home is None:
        return None
    drive = place.drive
    return PlaceRef(
        kind="drive",
        home=place.client.home,
        drive_id=drive.id,
        drive_type=drive.drive_type,
        drive_name=drive.name,
        top_id=place.top_id,
        label=place.label,
        own=place.own,
    )


async def reopen(ref: PlaceRef, homes: Homes) -> Place | None:
    """The place, if its account is signed in. Raises GraphError or AuthError."""
    if ref.kind == "local":
        return LocalPlace()
    home = homes.get(ref.home) if ref.home is not None else None
    if home is None:
        return None
    own = home.place
    if isinstance(own, DrivePlace) and (drive_key(own.drive.id), own.top_id) == (drive_key(ref.drive_id), ref.top_id):
        return own
    drive = Drive(id=ref.drive_id, drive_type=ref.drive_type or "business", name=ref.drive_name)
    top = None if ref.top_id is None else await home.client.item(ref.drive_id, ref.top_id)
    return DrivePlace(home.client, drive, granted=home.rights, top=top, label=ref.label, own=ref.own)


def order_of(told: Told, source: Place, target: Place) -> Order:
    request = Request(standing=told.standing, troubles=told.troubles)
    return Order(told.kind, told.entries, source, target, told.folder, request)
