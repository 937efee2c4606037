"""A yes or no question."""

from textual.content import Content
from textual.screen import ModalScreen


class ConfirmDialog(ModalScreen[bool]):
    """The safe button has the focus; Esc is no."""

    def __init__(self, title: str, body: Content, *, yes: str, no: str = "Cancel", danger: bool = False) -> None:
        """`title`, `yes`, `no` are our own words; `body` may hold names made safe."""
        super().__init__()
