"""A line of text to edit that draws hostile characters as visible signs."""

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Input

from odtui.ui.text import clean


class LineInput(Input):
    """An Input whose value may be a name from a drive: the value stays as it is, only its picture is made safe."""

    @property
    def _value(self) -> Text:
        shown = "•" * len(self.value) if self.password else _signs(self.value)
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len("•" * position if self.password else _signs(self.value[:position]))

    def _cell_offset_to_index(self, offset: int) -> int:
        cells = offset + self.scroll_offset.x
        for index in range(len(self.value)):
            if cells < self._position_to_cell(index + 1):
                return index
        return len(self.value)


def _signs(value: str) -> str:
    """One sign for each character, so that positions stay true; blanks stay blanks."""
    return "".join(char if char == " " else clean(char) or "\ufffd" for char in value)
