"""Every kind of question."""

from typing import Any

from textual.content import Content
from textual.pilot import Pilot

from odtui.services.entry import Entry, Kind
from odtui.services.transfers import Conflict
from odtui.services.words import Explained
from odtui.ui.dialogs.confirm import ConfirmDialog
from odtui.ui.dialogs.conflict import ConflictDialog
from odtui.ui.dialogs.error import ErrorDialog
from odtui.ui.dialogs.input import InputDialog
from odtui.ui.dialogs.pick import Option, PickDialog
from odtui.ui.text import clean
from odtui.ui.widgets.line_input import LineInput
from tests.ui.scenes import Scene
from tests.ui.styled_app import StyledApp

HOSTILE = "[/b] \x1b[31mred\u202egpj.exe[@click=app.quit]x[/]"

SETTINGS_CARD = Explained(
    "The client ID is not known",
    "Microsoft knows no app registration with this client ID in this directory.",
    "Compare the Application (client) ID and the directory with the portal.",
    ("settings", "retry", "other_method"),
    "AADSTS700016: Application with identifier '11111111-1111-4111-8111-111111111111' was not found.\n"
    f"Correlation ID: 5f0c6d43-0000-4000-8000-1234567890ab\n{HOSTILE}",
)


def file(
    name: str = "Budget 2026.xlsx", *, size: int = 48_213, modified: int = 1_760_000_000, folder: bool = False
) -> Entry:
    kind = Kind.FOLDER if folder else Kind.FILE
    return Entry(drive_id="d", id=name, name=name, kind=kind, size=size, modified=modified)


def conflict(name: str = "Budget 2026.xlsx") -> Conflict:
    return Conflict(name, file(name, size=51_900, modified=1_760_100_000), file(name), "OneDrive/Documents/Finance")


def delete() -> StyledApp:
    body = Content.from_markup("Put [b]$name[/b] into the recycle bin?", name=clean("Report [draft].docx"))
    return StyledApp(ConfirmDialog("Delete", body, yes="Delete", danger=True))


def rename() -> StyledApp:
    bad = '"*:<>?/\\|'
    return StyledApp(
        InputDialog(
            "Rename",
            body=Content("A new name for Budget 2026.xlsx"),
            value="Budget 2026.xlsx",
            select=(0, 11),
            problem=lambda text: (
                'A name on OneDrive cannot contain any of " * : < > ? / \\ |' if set(text) & set(bad) else None
            ),
            accept="Rename",
        )
    )


def sort_order() -> StyledApp:
    options = [
        Option("name", Content("Name"), "natural order, folders first"),
        Option("size", Content("Size")),
        Option("modified", Content("Modified"), "newest first"),
        Option("type", Content("Type"), "by the end of the name"),
        Option("owner", Content("Owner"), "not known here", enabled=False),
    ]
    return StyledApp(PickDialog("Sort by", options, current="modified"))


async def hold_cursor(pilot: Pilot[Any]) -> None:
    """Keeps the text cursor from blinking in the picture."""
    for line in pilot.app.screen.query(LineInput):
        line.cursor_blink = False
    await pilot.pause()


async def type_bad_name(pilot: Pilot[Any]) -> None:
    await hold_cursor(pilot)
    await pilot.press("W", "h", "y", "?")


async def unfold(pilot: Pilot[Any]) -> None:
    await pilot.press("d")


SCENES = [
    Scene("dialog-confirm", delete),
    Scene("dialog-input", rename, hold_cursor),
    Scene("dialog-input-problem", rename, type_bad_name),
    Scene("dialog-conflict", lambda: StyledApp(ConflictDialog(conflict())), picture=True),
    Scene("dialog-conflict-hostile", lambda: StyledApp(ConflictDialog(conflict(HOSTILE * 3)))),
    Scene("dialog-error", lambda: StyledApp(ErrorDialog(SETTINGS_CARD))),
    Scene("dialog-error-details", lambda: StyledApp(ErrorDialog(SETTINGS_CARD)), unfold),
    Scene("dialog-pick", sort_order),
]
