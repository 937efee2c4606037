"""The one table of commands: bindings, key bar, palette, help, README and the user's key map come from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

from odtui.config.scopes import Capability

Where = Literal["app", "pane", "transfers"]
"""What has the binding: the app, a file pane (with the focus), the transfers panel (with the focus)."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do. An id is for ever: users' key maps name it."""

    id: str
    keys: str
    """Comma separated, the first is the one shown."""
    title: str
    """Two words or so, for key bar and palette."""
    help: str
    """One sentence."""
    action: str
    """Textual action; `screen.` and `app.` name the node, else it is that of `where`."""
    where: Where = "pane"
    group: str = "Move"
    needs: Capability | None = None
    """What the place must allow; else the command is dimmed."""
    show: bool = False
    """In the key bar."""
    weight: int = 0
    """In a key bar without room for all, higher ones stay."""


_W = Capability.WRITE

COMMANDS: tuple[Command, ...] = (
    # Move
    Command("cursor.up", "up,k", "Up", "Go to the row above.", "move(-1)"),
    Command("cursor.down", "down,j", "Down", "Go to the row below.", "move(1)"),
    Command("cursor.page_up", "pageup", "Page up", "Go up one screen.", "page(-1)"),
    Command("cursor.page_down", "pagedown", "Page down", "Go down one screen.", "page(1)"),
    Command("cursor.top", "home", "Top", "Go to the first row.", "top"),
    Command("cursor.end", "end,G", "End", "Go to the last row.", "end"),
    Command(
        "items.open",
        "enter",
        "Open",
        "Open the folder as the pane's own, or preview the file.",
        "open",
        show=True,
        weight=5,
    ),
    Command("items.expand", "right,l", "Expand", "Show what is in the folder, in place; preview a file.", "expand"),
    Command("items.collapse", "left,h", "Collapse", "Close the folder, or go to the one above.", "collapse"),
    Command("pane.parent", "backspace", "Parent", "Open the folder above.", "parent"),
    Command("pane.back", "H", "Back", "Open the folder that was open before.", "back"),
    Command("pane.forward", "L", "Forward", "Take back the last Back.", "forward"),
    Command("pane.other", "tab", "Other pane", "Go to the other pane.", "screen.other_pane", show=True, weight=6),
    Command("pane.go", "ctrl+l", "Go to…", "Type a path, a web address or a sharing link.", "go_to"),
    # Select
    Command("select.toggle", "space,insert", "Select", "Select the row and go to the next.", "select", group="Select"),
    Command("select.up", "shift+up", "Select up", "Select the row and go up.", "select_move(-1)", group="Select"),
    Command(
        "select.down", "shift+down", "Select down", "Select the row and go down.", "select_move(1)", group="Select"
    ),
    Command(
        "select.range",
        "V",
        "Select range",
        "Select from the last selected row to this one.",
        "select_range",
        group="Select",
    ),
    Command("select.all", "ctrl+a", "Select all", "Select every visible row.", "select_all", group="Select"),
    Command("select.invert", "asterisk", "Invert", "Select what is not selected.", "invert", group="Select"),
    # Look
    Command(
        "items.preview",
        "v,f3",
        "Preview",
        "Show the text or the properties in the other pane.",
        "screen.preview",
        group="Look",
        show=True,
        weight=4,
    ),
    Command("items.details", "i", "Details", "Show all properties in the other pane.", "screen.details", group="Look"),
    Command("preview.down", "J", "Preview down", "Scroll the preview down.", "screen.scroll_preview(1)", group="Look"),
    Command("preview.up", "K", "Preview up", "Scroll the preview up.", "screen.scroll_preview(-1)", group="Look"),
    Command(
        "pane.filter",
        "slash",
        "Filter",
        "Show only names that contain what you type.",
        "filter",
        group="Look",
        show=True,
    ),
    Command(
        "pane.sort",
        "comma",
        "Sort",
        "Sort by name, size, date or type; the same again turns it round.",
        "sort",
        group="Look",
    ),
    Command(
        "pane.hidden", "full_stop", "Hidden files", "Show or hide names that begin with a dot.", "hidden", group="Look"
    ),
    Command("pane.refresh", "ctrl+r", "Refresh", "Read the open folders again.", "refresh_pane", group="Look"),
    Command(
        "pane.escape",
        "escape",
        "Stop or close",
        "Stop reading; else close the preview, the filter, the selection.",
        "screen.escape",
        group="Look",
    ),
    # Change
    Command(
        "items.copy",
        "c,f5",
        "Copy",
        "Copy to the other pane: upload, download, or copy within the drive.",
        "screen.copy",
        group="Change",
        needs=Capability.READ,
        show=True,
        weight=4,
    ),
    Command("items.move", "m,f6", "Move", "Move to the other pane.", "screen.move", group="Change", needs=_W),
    Command(
        "items.download",
        "ctrl+d",
        "Download",
        "Download the selection to the folder of the local pane.",
        "screen.download",
        group="Change",
        needs=Capability.READ,
    ),
    Command(
        "items.upload",
        "ctrl+u",
        "Upload",
        "Upload the selection to the folder of the OneDrive pane.",
        "screen.upload",
        group="Change",
    ),
    Command(
        "items.rename",
        "r,f2",
        "Rename",
        "Give the file or folder another name.",
        "rename",
        group="Change",
        needs=_W,
        show=True,
        weight=2,
    ),
    Command(
        "items.rename_many",
        "R",
        "Rename several",
        "Rename the selection: replace a text in the names, or edit them as a list in your editor.",
        "rename_many",
        group="Change",
        needs=_W,
    ),
    Command(
        "items.delete",
        "d,delete,f8",
        "Delete",
        "Put the selection into the recycle bin or trash.",
        "delete",
        group="Change",
        needs=_W,
        show=True,
        weight=3,
    ),
    Command(
        "items.delete_forever",
        "D",
        "Delete for good",
        "Delete past the recycle bin, where the account can; the word has to be typed.",
        "delete_forever",
        group="Change",
        needs=_W,
    ),
    Command(
        "items.new_folder",
        "n,f7",
        "New folder",
        "Make a folder here.",
        "new_folder",
        group="Change",
        needs=_W,
        show=True,
    ),
    Command(
        "items.new_file",
        "N",
        "New file",
        "Make an empty file here.",
        "new_file",
        group="Change",
        needs=_W,
    ),
    Command(
        "items.edit",
        "e,f4",
        "Edit",
        "Open the file in your editor; what you save goes back, never over a newer version.",
        "edit",
        group="Change",
        needs=Capability.READ,
        show=True,
        weight=1,
    ),
    Command(
        "app.undo",
        "u",
        "Undo",
        "Take back the last rename, move, copy, new folder or deletion, and the ones before it.",
        "screen.undo",
        group="Change",
    ),
    Command("items.copy_path", "Y", "Copy path", "Put the path on the clipboard.", "copy_path", group="Change"),
    Command("items.web", "O", "Open in browser", "Open the file or folder on the web.", "open_web", group="Look"),
    # Program
    Command(
        "app.accounts",
        "a",
        "Accounts and places",
        "Choose what this pane shows, sign in or out.",
        "screen.places",
        group="Program",
    ),
    Command(
        "app.permission",
        "plus",
        "Ask for a permission",
        "Ask Microsoft for a permission that the account does not have yet.",
        "app.ask_permission",
        group="Program",
    ),
    Command(
        "app.read_only",
        "W",
        "Read-only mode",
        "Change nothing on OneDrive, or allow changes again; this computer is not affected.",
        "app.read_only",
        group="Program",
    ),
    Command(
        "app.transfers", "w", "Transfers", "Go to the list of transfers, or back.", "screen.transfers", group="Program"
    ),
    Command(
        "transfers.up", "up,k", "Up", "Go to the transfer above.", "move(-1)", where="transfers", group="Transfers"
    ),
    Command(
        "transfers.down", "down,j", "Down", "Go to the transfer below.", "move(1)", where="transfers", group="Transfers"
    ),
    Command(
        "transfers.page_up",
        "pageup",
        "Page up",
        "Go up one screen of transfers.",
        "page(-1)",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.page_down",
        "pagedown",
        "Page down",
        "Go down one screen of transfers.",
        "page(1)",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.top", "home", "Top", "Go to the first transfer.", "end(False)", where="transfers", group="Transfers"
    ),
    Command(
        "transfers.end", "end,G", "End", "Go to the last transfer.", "end(True)", where="transfers", group="Transfers"
    ),
    Command(
        "transfers.pause",
        "space",
        "Pause/resume",
        "Let the transfer rest, or go on with it.",
        "ask('transfers.pause')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=3,
    ),
    Command(
        "transfers.cancel",
        "x",
        "Cancel",
        "Stop the transfer; no half file stays.",
        "ask('transfers.cancel')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=4,
    ),
    Command(
        "transfers.retry",
        "r",
        "Retry",
        "Start the failed transfer again, of a folder only what is missing; let one that waits try at once.",
        "ask('transfers.retry')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=3,
    ),
    Command(
        "transfers.details",
        "enter",
        "Details",
        "Show all about a transfer: where from and to, how far, what failed and why.",
        "ask('transfers.details')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=5,
    ),
    Command(
        "transfers.move_up",
        "K,shift+up",
        "Move up",
        "Let the transfer come before the one above.",
        "ask('transfers.move_up')",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.move_down",
        "J,shift+down",
        "Move down",
        "Let the transfer come after the one below.",
        "ask('transfers.move_down')",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.pause_all",
        "P",
        "Pause/resume all",
        "Let all transfers rest, or go on with them.",
        "ask('transfers.pause_all')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=2,
    ),
    Command(
        "transfers.cancel_all",
        "X",
        "Cancel all",
        "Stop all transfers; asks first.",
        "ask('transfers.cancel_all')",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.retry_failed",
        "R",
        "Retry all failed",
        "Start every failed transfer again.",
        "ask('transfers.retry_failed')",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.clear",
        "C",
        "Clear ended",
        "Take ended transfers off the list.",
        "ask('transfers.clear')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=2,
    ),
    Command(
        "transfers.limit",
        "b",
        "Limit speed",
        "Choose how fast transfers may be together.",
        "ask('transfers.limit')",
        where="transfers",
        group="Transfers",
        show=True,
        weight=1,
    ),
    Command(
        "transfers.saved",
        "S",
        "Unfinished transfers",
        "Show transfers of an earlier run that can continue.",
        "ask('transfers.saved')",
        where="transfers",
        group="Transfers",
    ),
    Command(
        "transfers.back",
        "escape,w",
        "Back",
        "Go back to the file pane.",
        "screen.leave_transfers",
        where="transfers",
        group="Transfers",
        show=True,
        weight=7,
    ),
    Command(
        "app.help",
        "f1,question_mark",
        "Help",
        "Show every key.",
        "app.help",
        where="app",
        group="Program",
        show=True,
        weight=9,
    ),
    Command(
        "app.palette",
        "ctrl+p,colon",
        "Commands",
        "Find a command by name.",
        "app.command_palette",
        where="app",
        group="Program",
    ),
    Command(
        "app.settings",
        "ctrl+o",
        "Settings",
        "Change the app registration, the permissions and the look.",
        "app.settings",
        where="app",
        group="Program",
    ),
    Command(
        "app.quit",
        "q,ctrl+q,f10",
        "Quit",
        "Leave odtui; asks if transfers are running.",
        "app.quit",
        where="app",
        group="Program",
        show=True,
        weight=8,
    ),
)

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


def bindings(where: Where) -> list[Binding]:
    """The Textual bindings of one node."""
    return [
        Binding(command.keys, command.action, command.title, show=command.show, tooltip=command.help, id=command.id)
        for command in COMMANDS
        if command.where == where
    ]


def clashes(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with a user's key map, as sentences: unknown ids, keys taken twice.

    Textual's own report is unreliable.
    """
    problems = [f"There is no command called {name}." for name in keys if name not in BY_ID]
    for where in ("app", "pane", "transfers"):
        taken: dict[str, str] = {}
        for command in _reachable(where):
            for key in (part.strip() for part in keys.get(command.id, command.keys).split(",")):
                if key in taken:
                    problems.append(f"The key {key} is given to both {taken[key]} and {command.id}.")
                taken[key] = command.id
    return list(dict.fromkeys(problems))


def _reachable(where: str) -> Iterable[Command]:
    return (command for command in COMMANDS if command.where in (where, "app"))
