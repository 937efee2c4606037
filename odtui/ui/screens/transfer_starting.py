"""Starting transfers: what is chosen in one pane goes to the folder of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from odtui.services.entry import Entry
from odtui.services.place import Place
from odtui.services.transfers import TransferService
from odtui.ui.commands import BY_ID, Command
from odtui.ui.formats import count
from odtui.ui.text import clean

if TYPE_CHECKING:
    from odtui.ui.widgets.pane import FilePane


class StartingScreen(Screen[None]):
    """Two panes, and the commands that send from one to the other."""

    def __init__(self, transfers: TransferService) -> None:
        super().__init__()
        self.transfers = transfers

    @property
    def panes(self) -> tuple[FilePane, FilePane]:
        raise NotImplementedError

    @property
    def active(self) -> FilePane:
        raise NotImplementedError

    @property
    def other(self) -> FilePane:
        raise NotImplementedError

    def focus_pane(self, pane: FilePane) -> None:
        raise NotImplementedError

    def why_not(self, command: Command) -> str | None:
        """Why a command does not work now, as a sentence; None if it does."""
        raise NotImplementedError

    def why_no_transfer(self, command_id: str, source: FilePane, target: FilePane) -> str | None:
        """Why nothing can be sent from one pane to the other, as a sentence; None if it can."""
        if target.place is None or target.folder is None:
            return "The other pane shows no folder to put it in."
        if source.place is None:
            return "Nothing is open in this pane yet."
        if command_id == "items.download" and (source.place.is_local or not target.place.is_local):
            return "Download works from OneDrive to a pane that shows this computer."
        if command_id == "items.upload" and (not source.place.is_local or target.place.is_local):
            return "Upload works from this computer to a pane that shows OneDrive."
        return target.why_nothing_arrives(BY_ID[command_id])

    def begun(self, job_ids: list[int], source: FilePane, entries: list[Entry]) -> None:
        """Jobs were started with these entries of a pane."""

    def action_copy(self) -> None:
        self._start("items.copy")

    def action_move(self) -> None:
        self._start("items.move", move=True)

    def action_download(self) -> None:
        self._start("items.download")

    def action_upload(self) -> None:
        self._start("items.upload")

    def _start(self, command_id: str, *, move: bool = False) -> None:
        """Send what is chosen in the active pane to the folder of the other one."""
        source, target = self.active, self.other
        if source.view != "tree" or not source.may(command_id):
            return
        reason = self.why_no_transfer(command_id, source, target)
        entries = source.chosen
        place, to_place, folder = source.place, target.place, target.folder
        if reason is None and entries and place and to_place and folder:
            reason = _impossible(entries, place, to_place, target.trail)
            if reason is None:
                self.begun(self.transfers.start(entries, place, to_place, folder, move=move), source, entries)
                source.clear_selection()
                source.tell(_begun(entries, place, to_place, target.words_for(folder), move=move))
        if reason is not None:
            source.tell(reason, warning=True)


def _impossible(entries: list[Entry], source: Place, target: Place, trail: list[Entry]) -> str | None:
    """Why these cannot go into the last folder of a trail, as a sentence."""
    if source.id != target.id:
        return None
    into = {folder.key for folder in trail}
    inside = next((entry for entry in entries if entry.is_folder and entry.key in into), None)
    if inside is not None:
        return f"{clean(inside.name)} cannot go into itself."
    return None


def _begun(entries: list[Entry], source: Place, target: Place, folder: str, *, move: bool) -> str:
    what = clean(entries[0].name) if len(entries) == 1 else count(len(entries), "item")
    if move:
        return f"Moving {what} to {folder}."
    verb = (
        "Downloading"
        if target.is_local and not source.is_local
        else "Uploading"
        if source.is_local and not target.is_local
        else "Copying"
    )
    return f"{verb} {what} to {folder}."
