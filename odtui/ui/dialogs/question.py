"""A dialog that nobody asked for: it comes when a transfer needs an answer."""

from __future__ import annotations

from textual import events, on

from odtui.ui.dialogs.base import Answer, Dialog


class Question(Dialog[Answer | None]):
    """For its first moment no key answers it: those were meant for what was on the screen before.

    None: it was withdrawn, since the transfer no longer waits.
    """

    def __init__(self, title: str, *, danger: bool = False, grace: float = 0.0) -> None:
        """`grace`: seconds in which it takes no answer."""
        super().__init__(title, danger=danger)
        self._grace = grace
        self._deaf = grace > 0
        self._withdrawn = False

    def on_mount(self) -> None:
        if self._deaf:
            self.set_timer(self._grace, self.listen)

    def listen(self) -> None:
        """From now on answers count."""
        self._deaf = False

    def answer(self, answer: Answer | None) -> None:
        """Leave with an answer, once it counts."""
        if not self._deaf:
            self.dismiss(answer)

    def withdraw(self) -> None:
        """Go away without an answer: at once, or when what lies above is gone."""
        self._withdrawn = True
        self.leave_if_withdrawn()

    @on(events.ScreenResume)
    def leave_if_withdrawn(self) -> None:
        if self._withdrawn and self.is_active:
            self._withdrawn = False
            self.dismiss(None)
