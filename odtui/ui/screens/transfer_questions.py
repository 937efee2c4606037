"""The questions that transfers ask: one at a time, and never into what the user is typing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message
from textual.widgets import Input

from odtui.services.entry import Entry
from odtui.services.transfers import Choice, Conflict, Preflight, PreflightAnswer

if TYPE_CHECKING:
    from textual.screen import Screen

    from odtui.ui.dialogs.question import Question

GRACE = 0.5
"""Seconds in which a question takes no answer: the keys were meant for what it covers."""

Answer = TypeVar("Answer")
Properties = Callable[[Entry], Awaitable[list[tuple[str, str]]]]


@dataclass(slots=True)
class Waiting:
    """A question, and where its answer goes."""

    make: Callable[[], Question[Any]]
    answer: asyncio.Future[Any]
    """Gets None if the question is left without one."""


class TransferQuestions:
    """Holds a question back while another dialog is open or something is being typed.

    Whoever asks may be cancelled: then the question goes away.
    """

    @dataclass
    class Asked(Message):
        """Something waits for an answer; told to the screen, since a transfer has no place on it."""

    def __init__(self, screen: Screen[Any], properties: Properties) -> None:
        self.grace = GRACE
        self._screen = screen
        self._properties = properties
        self._turn = asyncio.Lock()
        self._waiting: Waiting | None = None

    async def conflict(self, conflict: Conflict) -> tuple[Choice, bool]:
        """What to do with a name that is taken, and whether it holds for all later ones."""

        def make() -> Question[Any]:
            from odtui.ui.dialogs.conflict import ConflictDialog

            return ConflictDialog(conflict, properties=self._properties, grace=self.grace)

        answer: tuple[Choice, bool] | None = await self.ask(make)
        return answer or ("skip", False)

    async def preflight(self, preflight: Preflight) -> PreflightAnswer:
        """Whether to start, and what to do with what cannot go over as it is."""

        def make() -> Question[Any]:
            from odtui.ui.dialogs.preflight import PreflightDialog

            return PreflightDialog(preflight, grace=self.grace)

        answer: PreflightAnswer | None = await self.ask(make)
        return answer or "cancel"

    async def ask(self, make: Callable[[], Question[Answer]]) -> Answer | None:
        """Put a question on the screen when its turn has come; None if it was left without an answer."""
        async with self._turn:
            answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
            self._waiting = Waiting(make, answer)
            self._screen.post_message(self.Asked())
            return await answer

    def show_next(self, *, told: bool = False) -> None:
        """Show what waits, unless it would take keys that are meant for something else.

        Args:
            told: Whether to say so if it has to wait.
        """
        waiting = self._waiting
        if waiting is None or waiting.answer.done():
            return
        screen = self._screen
        if not screen.is_active or isinstance(screen.focused, Input):
            if told:
                screen.app.notify("A transfer waits for your answer.", markup=False)
            return
        self._waiting = None
        self._push(waiting)

    def _push(self, waiting: Waiting) -> None:
        dialog = waiting.make()
        waiting.answer.add_done_callback(lambda answer: dialog.withdraw() if answer.cancelled() else None)

        def leave(answer: object) -> None:
            if not waiting.answer.done():
                waiting.answer.set_result(answer)

        self._screen.app.push_screen(dialog, leave)
