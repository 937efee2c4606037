"""What may be done where: from the scopes that were granted, the kind of drive, read-only mode, and past refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from odtui.config.scopes import SCOPES, Capability, capabilities
from odtui.graph.errors import Forbidden, GraphError, MalwareBlocked
from odtui.services.entry import Entry

if TYPE_CHECKING:
    from odtui.graph.models import Drive

CHANGING = frozenset({Capability.WRITE, Capability.WRITE_SHARED, Capability.WRITE_SITES})
"""What read-only mode switches off."""
_NOT_OFFERED = "API not found"
"""How personal accounts say that an operation does not exist (QUIRKS 207)."""


class Reason(StrEnum):
    """Why something cannot be done."""

    READ_ONLY = "read only"
    """odtui is in read-only mode."""
    PERMISSION = "permission"
    """The account was not granted a scope that allows it."""
    REFUSED = "refused"
    """OneDrive has refused it here before, although the scopes would allow it (QUIRKS 204)."""
    NOT_OFFERED = "not offered"
    """This kind of account does not have the operation (QUIRKS 235)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without a request."""

    reason: Reason
    scope: str = ""
    """The weakest scope that would allow it; empty if none would, or if no scope is missing."""


class Rights:
    """One account's rights for one session, shared by all of its places: what it learns counts in all of them."""

    def __init__(
        self, granted: Iterable[str], *, personal: bool = False, read_only: Callable[[], bool] = lambda: False
    ) -> None:
        """
        Args:
            granted: The scopes that the account was granted, in any spelling.
            personal: Whether it is a personal account, for which some scopes do not exist.
            read_only: Whether odtui is in read-only mode now.
        """
        self._personal = personal
        self._read_only = read_only
        self._granted = capabilities(granted)
        self._closed: set[tuple[str, str]] = set()
        """Items that may not be changed themselves."""
        self._closed_inside: set[tuple[str, str]] = set()
        """Folders in which nothing may be changed."""
        self._not_offered: set[str] = set()

    def grant(self, granted: Iterable[str]) -> None:
        """The account has signed in again: these scopes count from now on, and refusals are forgotten."""
        self._granted = capabilities(granted)
        self.forget_refusals()

    def on(self, drive: Drive, *, own: bool, app_folder: bool = False) -> frozenset[Capability]:
        """What the scopes allow on a drive; READ and WRITE mean this very drive.

        Args:
            own: Whether it is the account's own drive; others need wider scopes.
            app_folder: Whether only the app's own folder is meant.
        """
        granted = self._granted
        reading, writing = Capability.READ in granted and own, Capability.WRITE in granted and own
        if own and app_folder and Capability.APP_FOLDER in granted:
            reading = writing = True
        if not own:
            reading, writing = Capability.READ_SHARED in granted, Capability.WRITE_SHARED in granted
        if drive.drive_type != "personal":  # every drive of an organisation is a site
            reading |= Capability.READ_SITES in granted
            writing |= Capability.WRITE_SITES in granted
        allowed = granted - {Capability.READ, Capability.WRITE}
        return allowed | ({Capability.READ} if reading else set()) | ({Capability.WRITE} if writing else set())

    def refusal(
        self,
        needs: Capability,
        allowed: frozenset[Capability],
        *,
        own: bool = True,
        folders: Sequence[Entry] = (),
        entry: Entry | None = None,
        operation: str = "",
    ) -> Refusal | None:
        """Why something cannot be done; None if nothing speaks against it.

        Args:
            allowed: What the scopes allow there, as `on` says.
            folders: From the top of the place to the folder in question.
            entry: What would be changed itself.
            operation: Its name, for what not every kind of account has.
        """
        if needs in CHANGING and self._read_only():
            return Refusal(Reason.READ_ONLY)
        if operation and operation in self._not_offered:
            return Refusal(Reason.NOT_OFFERED)
        if needs not in allowed:
            return Refusal(Reason.PERMISSION, self.scope_for(needs, own=own))
        if needs in CHANGING:
            around = {folder.key for folder in folders}
            if around & (self._closed | self._closed_inside) or (entry is not None and entry.key in self._closed):
                return Refusal(Reason.REFUSED)
        return None

    def scope_for(self, needs: Capability, *, own: bool = True) -> str:
        """The weakest scope that gives this to this kind of account; empty if there is none."""
        if not own:
            needs = {Capability.READ: Capability.READ_SHARED, Capability.WRITE: Capability.WRITE_SHARED}.get(
                needs, needs
            )
        fitting = [scope for scope in SCOPES if needs in scope.grants and (scope.personal or not self._personal)]
        return min(fitting, key=lambda scope: len(scope.grants)).name if fitting else ""

    def learn(
        self, error: GraphError, *, inside: Entry | None = None, entry: Entry | None = None, operation: str = ""
    ) -> None:
        """What a failed change tells for the rest of the session.

        Args:
            inside: The folder in which something should have come into being.
            entry: What should have been changed itself.
            operation: Its name, if not every kind of account has it.
        """
        if isinstance(error, Forbidden) and not isinstance(error, MalwareBlocked):
            if inside is not None:
                self._closed_inside.add(inside.key)
            if entry is not None:
                self._closed.add(entry.key)
        elif operation and (error.status == 405 or _NOT_OFFERED.casefold() in error.message.casefold()):
            self._not_offered.add(operation)

    def forget_refusals(self) -> None:
        """Let the service decide again; what an account does not have at all stays known."""
        self._closed.clear()
        self._closed_inside.clear()


def askable(granted: Iterable[str], *, personal: bool) -> list[str]:
    """The scopes that would let an account do more than it may now, in the scope panel's order."""
    able = capabilities(granted)
    if Capability.WRITE in able:
        able |= {Capability.APP_FOLDER}
    return [scope.name for scope in SCOPES if scope.grants - able and (scope.personal or not personal)]
