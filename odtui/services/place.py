"""What a pane can show: one protocol for OneDrive, libraries, shared folders and this computer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from odtui.config.scopes import Capability
from odtui.services.entry import Entry

if TYPE_CHECKING:
    from odtui.services.capabilities import Refusal


@runtime_checkable
class Place(Protocol):
    """A tree of entries. Methods raise GraphError, or OSError for this computer; `services/words.py` words both."""

    @property
    def id(self) -> str:
        """Stable, such as `drive:<drive id>` or `local`."""

    @property
    def label(self) -> str:
        """Short title for the path bar, such as `OneDrive` or `This computer`. May hold hostile text."""

    @property
    def is_local(self) -> bool: ...

    @property
    def can(self) -> frozenset[Capability]:
        """What may be done here, from the scopes that were granted."""

    def refusal(
        self, needs: Capability, *, folders: Sequence[Entry] = (), entry: Entry | None = None, operation: str = ""
    ) -> Refusal | None:
        """Why something cannot be done here, without a request; None if nothing speaks against it.

        Args:
            folders: From the top to the folder in question.
            entry: What would be changed itself.
            operation: Its name, for what not every kind of account has.
        """

    def forget_refusals(self) -> None:
        """Let the service decide again about changes that it has refused."""

    async def root(self) -> Entry:
        """The entry that a pane opens first (home folder, drive root, app folder)."""

    def pages(self, folder: Entry) -> AsyncIterator[list[Entry]]:
        """The children of a folder, a page at a time, in no order to rely on."""

    async def parents(self, folder: Entry) -> list[Entry]:
        """The folders above, topmost first, without the folder itself; empty for the top."""

    async def locate(self, path: str) -> Entry:
        """The entry at a path as a user types it: `/Documents/a.txt`, `~/x`. Raises ItemNotFound or OSError."""

    async def refetch(self, entry: Entry) -> Entry:
        """The entry as it is now."""

    async def properties(self, entry: Entry) -> list[tuple[str, str]]:
        """Label and value pairs for the details view; values are hostile text."""

    async def read(self, entry: Entry, start: int, length: int) -> bytes:
        """Up to `length` bytes of a file from `start`; empty at or beyond its end."""

    async def create_folder(self, parent: Entry, name: str) -> Entry: ...

    async def create_file(self, parent: Entry, name: str) -> Entry:
        """An empty one. Never overwrites."""

    async def rename(self, entry: Entry, name: str) -> Entry: ...

    async def delete(self, entry: Entry) -> None:
        """To the recycle bin or trash. Gone already counts as done."""

    @property
    def deletes_forever(self) -> bool:
        """Whether `delete_forever` exists here."""

    async def delete_forever(self, entry: Entry) -> None:
        """Past the recycle bin: nobody can bring it back."""

    async def move(self, entry: Entry, parent: Entry) -> Entry:
        """Within this place."""

    def path(self, folders: list[Entry]) -> str:
        """The path of a chain of folders (topmost first) as a user would type it."""

    def name_problem(self, name: str, parent: Entry, *, folder: bool = False) -> str | None:
        """Why an entry cannot be called so here, as a sentence; None if it can. `folder`: whether it is one."""

    def legal_name(self, name: str, parent: Entry, *, folder: bool = False) -> str:
        """The name itself if an entry can be called so here, else the nearest one that it can."""
