"""A question with one line of text as the answer, checked while typing."""

from collections.abc import Callable

from textual.content import Content
from textual.screen import ModalScreen


class InputDialog(ModalScreen[str | None]):
    """None: Esc. The problem of the typed text is shown below it and keeps Enter from accepting."""

    def __init__(
        self,
        title: str,
        *,
        body: Content | None = None,
        value: str = "",
        select: tuple[int, int] | None = None,
        problem: Callable[[str], str | None] = lambda _: None,
        accept: str = "OK",
        placeholder: str = "",
    ) -> None:
        """`select`: the characters of `value` to select at first, so that typing replaces a name but not its extension."""
        super().__init__()
