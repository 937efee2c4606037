"""What is asked when files are edited, and when several are renamed."""

from typing import Any

from textual.pilot import Pilot

from odtui.services.diff import compare
from odtui.services.entry import Entry, Kind
from odtui.services.renaming import TAKEN, Candidate, Proposal
from odtui.ui.dialogs.difference import DifferenceDialog
from odtui.ui.dialogs.edit_conflict import EditConflictDialog, Version
from odtui.ui.dialogs.kept_edit import KeptEditDialog
from odtui.ui.dialogs.rename_many import RenameManyDialog
from tests.ui.scenes import Scene
from tests.ui.styled_app import StyledApp

HOSTILE = "[/b] \x1b[31mred\u202egpj.exe[@click=app.quit]x[/]"
THEIRS = f"# Minutes\n\nWe agreed on the blue one.\nNext time: {HOSTILE}\n".encode()
MINE = b"# Minutes of May\n\nWe agreed on the blue one.\n"
NAMES = ["IMG_0001.jpg", "IMG_0002.jpg", HOSTILE, "IMG_0003.jpg", "notes.txt"]
FOLDER = Entry("d", "f", "Photos", Kind.FOLDER)


def conflict() -> StyledApp:
    mine, theirs = Version(1_204, 1_760_000_000), Version(1_391, 1_760_003_600, f"Ada {HOSTILE}")
    return StyledApp(EditConflictDialog(f"Minutes {HOSTILE}.md", mine, theirs))


def deleted() -> StyledApp:
    return StyledApp(EditConflictDialog("Minutes.md", Version(1_204, 1_760_000_000), None))


def difference() -> StyledApp:
    return StyledApp(DifferenceDialog("What is different", compare(THEIRS, MINE) or []))


def kept() -> StyledApp:
    folder = "/home/anna/.local/share/odtui/edits/edit-0011223344556677"
    return StyledApp(KeptEditDialog("Minutes.md", f"{folder}/Minutes.md", 1_760_000_000))


def propose(names: list[str]) -> list[Proposal]:
    candidates = [Candidate(Entry("d", name, name, Kind.FILE), FOLDER, frozenset()) for name in NAMES]
    problems = [TAKEN if name == "May-0003.jpg" else None for name in names]
    return [Proposal(*each) for each in zip(candidates, names, problems, strict=True)]


def rename() -> StyledApp:
    return StyledApp(RenameManyDialog([each.candidate for each in propose(NAMES)], propose))


async def replace(pilot: Pilot[Any]) -> None:
    await pilot.press(*"IMG_", "tab", *"May-")


SCENES = [
    Scene("edit_conflict", conflict),
    Scene("edit_deleted", deleted),
    Scene("edit_difference", difference),
    Scene("edit_kept", kept),
    Scene("rename_many", rename, replace),
]
