"""Two lists of properties side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from odtui.ui.text import clean

Pairs = Sequence[tuple[str, str]]
"""Label and value; the values are hostile."""

_SAME_KINDS = {"Location", "Path", "Name"}
"""Where the two lie is never the same, so it is no difference worth a mark."""


class Comparison(Static):
    """What differs has a sign before it and stands out."""

    COMPONENT_CLASSES = {"comparison--label", "comparison--value", "comparison--differs", "comparison--heading"}

    def __init__(self, left: str, right: str) -> None:
        """The headings: our own words."""
        super().__init__("Reading the properties…", markup=False)
        self._headings = (left, right)
        self.is_filled = False

    def fill(self, left: Pairs, right: Pairs) -> None:
        """Draw both; a label that only one side has leaves the other one blank."""
        self.is_filled = True
        self.update(self._table(left, right))

    def _table(self, left: Pairs, right: Pairs) -> Table:
        style = self.get_component_rich_style
        ours, theirs = dict(left), dict(right)
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(no_wrap=True, style=style("comparison--label"))
        table.add_column(ratio=1, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        heading = style("comparison--heading")
        table.add_row("", "", Text(self._headings[0], heading), Text(self._headings[1], heading))
        for label in dict.fromkeys([*ours, *theirs]):
            one, other = ours.get(label, ""), theirs.get(label, "")
            differs = bool(one and other and one != other) and label not in _SAME_KINDS
            value = style("comparison--differs" if differs else "comparison--value")
            sign = Text("≠" if differs else "", style("comparison--differs"))
            table.add_row(sign, clean(label), Text(clean(one), value), Text(clean(other), value))
        return table
