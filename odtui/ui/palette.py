"""The command palette's contents: the command table, as far as it works now."""

from collections.abc import Iterator
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.fuzzy import FuzzySearch

from odtui.ui.commands import COMMANDS, Command, Where
from odtui.ui.keynames import keys_in_use

_MOVES = tuple(f"transfers.{way}" for way in ("up", "down", "page_up", "page_down", "top", "end", "back"))
_NOT_WORTH_A_NAME = ("cursor.", "select.up", "select.down", "app.palette", *_MOVES)
"""Moving by one row is a key or nothing."""


@runtime_checkable
class CommandHost(Protocol):
    """A screen whose panes run commands."""

    def namespace(self, where: Where) -> DOMNode:
        """The node that runs the actions of a group of commands."""
        ...

    def why_not(self, command: Command) -> str | None:
        """Why a command does not work now; None if it does."""
        ...


class OdtuiCommands(Provider):
    """Every command that is possible on the screen below; choosing one runs its action where its keys would."""

    async def discover(self) -> Hits:
        for command, node in self._possible():
            yield DiscoveryHit(
                self._display(command, Content(command.title)),
                partial(self._run, command, node),
                text=command.title,
                help=command.help,
            )

    async def search(self, query: str) -> Hits:
        finder = FuzzySearch()
        for command, node in self._possible():
            score, offsets = finder.match(query, command.title)
            title = Content(command.title)
            if score:
                style = self.match_style or "bold"
                for offset in offsets:
                    title = title.stylize(style, offset, offset + 1)
            elif query.casefold() in command.help.casefold():
                score = 0.1
            else:
                continue
            yield Hit(
                score,
                self._display(command, title),
                partial(self._run, command, node),
                text=command.title,
                help=command.help,
            )

    def _possible(self) -> Iterator[tuple[Command, DOMNode]]:
        screen = self.screen
        for command in COMMANDS:
            if command.id.startswith(_NOT_WORTH_A_NAME):
                continue
            if isinstance(screen, CommandHost):
                node = screen.namespace(command.where)
                if screen.why_not(command) is None:
                    yield command, node
            elif command.where == "app":
                yield command, self.app

    def _display(self, command: Command, title: Content) -> Content:
        keys = keys_in_use(command, self.app._keymap)  # Textual keeps it without a public name
        return Content.assemble(title, Content.styled(f"  {keys}", "dim"))

    async def _run(self, command: Command, node: DOMNode) -> None:
        await self.app.run_action(command.action, node)
