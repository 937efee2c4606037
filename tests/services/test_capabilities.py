"""What may be done where, and what would have to be asked for."""

from __future__ import annotations

import pytest

from odtui.config.scopes import SCOPES, Capability
from odtui.graph.errors import Forbidden, InvalidRequest, ItemNotFound, Locked, MalwareBlocked
from odtui.graph.models import Drive
from odtui.services.capabilities import Reason, Refusal, Rights, askable
from odtui.services.entry import Entry, Kind

READ, WRITE = Capability.READ, Capability.WRITE
TOP, MIDDLE, DEEP = (Entry("d", name, name, Kind.FOLDER) for name in ("top", "middle", "deep"))
FILE = Entry("d", "file", "file", Kind.FILE)
PERSONAL, BUSINESS, LIBRARY = (Drive(id="d", drive_type=kind) for kind in ("personal", "business", "documentLibrary"))
BOTH = frozenset({READ, WRITE})


def able(*granted: str, drive: Drive = BUSINESS, own: bool = True, app_folder: bool = False) -> str:
    allowed = Rights(granted).on(drive, own=own, app_folder=app_folder)
    return ("r" if READ in allowed else "") + ("w" if WRITE in allowed else "")


@pytest.mark.parametrize(
    ("scope", "mine", "personal", "theirs", "library", "app_folder"),
    [
        ("Files.Read", "r", "r", "", "", "r"),
        ("Files.ReadWrite", "rw", "rw", "", "", "rw"),
        ("Files.Read.All", "r", "r", "r", "r", "r"),
        ("Files.ReadWrite.All", "rw", "rw", "rw", "rw", "rw"),
        ("Files.Read.Selected", "", "", "", "", ""),
        ("Files.ReadWrite.Selected", "", "", "", "", ""),
        ("Files.ReadWrite.AppFolder", "", "", "", "", "rw"),
        ("User.Read", "", "", "", "", ""),
        ("Sites.Read.All", "r", "", "r", "r", "r"),
        ("Sites.ReadWrite.All", "rw", "", "rw", "rw", "rw"),
    ],
)
def test_what_each_scope_alone_allows(
    scope: str, mine: str, personal: str, theirs: str, library: str, app_folder: str
) -> None:
    assert able(scope) == mine
    assert able(scope, drive=PERSONAL) == personal
    assert able(scope, own=False) == theirs
    assert able(scope, drive=LIBRARY, own=False) == library
    assert able(scope, app_folder=True) == app_folder


@pytest.mark.parametrize(
    ("needs", "own", "personal", "scope"),
    [
        (READ, True, False, "Files.Read"),
        (WRITE, True, True, "Files.ReadWrite"),
        (READ, False, True, "Files.Read.All"),
        (WRITE, False, False, "Files.ReadWrite.All"),
        (Capability.READ_SITES, True, False, "Sites.Read.All"),
        (Capability.READ_SITES, True, True, ""),
        (Capability.PROFILE, True, True, "User.Read"),
    ],
)
def test_the_weakest_scope_that_helps_is_named(needs: Capability, own: bool, personal: bool, scope: str) -> None:
    assert Rights((), personal=personal).scope_for(needs, own=own) == scope
    refused = Rights((), personal=personal).refusal(needs, frozenset(), own=own)
    assert refused == Refusal(Reason.PERMISSION, scope)


def test_what_is_allowed_is_not_refused() -> None:
    assert Rights(()).refusal(WRITE, BOTH, folders=[TOP], entry=FILE, operation="items.rename") is None


def test_read_only_mode_refuses_changes_and_nothing_else() -> None:
    on = True
    rights = Rights((), read_only=lambda: on)
    assert rights.refusal(WRITE, BOTH) == Refusal(Reason.READ_ONLY)
    assert rights.refusal(READ, BOTH) is None
    on = False
    assert rights.refusal(WRITE, BOTH) is None


def test_a_refused_upload_closes_the_folder_and_what_is_below() -> None:
    rights = Rights(())
    rights.learn(Forbidden(status=403), inside=MIDDLE)
    assert rights.refusal(WRITE, BOTH, folders=[TOP, MIDDLE]) == Refusal(Reason.REFUSED)
    assert rights.refusal(WRITE, BOTH, folders=[TOP, MIDDLE, DEEP], entry=FILE) == Refusal(Reason.REFUSED)
    assert rights.refusal(WRITE, BOTH, folders=[TOP]) is None
    assert rights.refusal(WRITE, BOTH, folders=[TOP], entry=MIDDLE) is None
    assert rights.refusal(READ, BOTH, folders=[TOP, MIDDLE]) is None


def test_a_refused_rename_closes_that_item_and_not_its_neighbours() -> None:
    rights = Rights(())
    rights.learn(Forbidden(status=403), entry=MIDDLE)
    assert rights.refusal(WRITE, BOTH, folders=[TOP], entry=MIDDLE) == Refusal(Reason.REFUSED)
    assert rights.refusal(WRITE, BOTH, folders=[TOP, MIDDLE], entry=FILE) == Refusal(Reason.REFUSED)
    assert rights.refusal(WRITE, BOTH, folders=[TOP], entry=FILE) is None


@pytest.mark.parametrize("error", [MalwareBlocked(status=403), Locked(status=423), ItemNotFound(status=404)])
def test_other_failures_teach_nothing(error: Forbidden) -> None:
    rights = Rights(())
    rights.learn(error, inside=TOP, entry=FILE, operation="items.rename")
    assert rights.refusal(WRITE, BOTH, folders=[TOP], entry=FILE, operation="items.rename") is None


def test_refusals_are_forgotten_on_request_and_after_a_new_sign_in() -> None:
    rights = Rights(("Files.ReadWrite",))
    for forget in (rights.forget_refusals, lambda: rights.grant(("Files.ReadWrite",))):
        rights.learn(Forbidden(status=403), inside=TOP, entry=FILE)
        assert rights.refusal(WRITE, BOTH, folders=[TOP]) == Refusal(Reason.REFUSED)
        forget()
        assert rights.refusal(WRITE, BOTH, folders=[TOP], entry=FILE) is None


@pytest.mark.parametrize(
    "error", [InvalidRequest(status=405), InvalidRequest("Api Not Found", status=400), ItemNotFound("API not found")]
)
def test_an_operation_that_the_account_does_not_have_stays_away(error: InvalidRequest) -> None:
    rights = Rights(())
    rights.learn(error, operation="items.delete_forever")
    rights.forget_refusals()
    assert rights.refusal(WRITE, BOTH, operation="items.delete_forever") == Refusal(Reason.NOT_OFFERED)
    assert rights.refusal(WRITE, BOTH, operation="items.rename") is None


def test_more_permissions_count_at_once() -> None:
    rights = Rights(("Files.Read",))
    assert WRITE not in rights.on(PERSONAL, own=True)
    rights.grant(("https://graph.microsoft.com/files.readwrite",))
    assert WRITE in rights.on(PERSONAL, own=True)


def test_what_can_still_be_asked_for_leaves_out_what_is_covered() -> None:
    assert askable(("files.readwrite.all",), personal=True) == ["User.Read"]
    assert askable(("Files.ReadWrite", "User.Read"), personal=False) == [
        "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All",
    ]  # fmt: skip
    assert askable((scope.name for scope in SCOPES), personal=False) == []
