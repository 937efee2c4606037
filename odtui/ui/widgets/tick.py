"""A check box that reads the same without colours."""

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """Drawn as [✓] or [ ]."""

    @property
    def _button(self) -> Content:
        sign = "✓" if self.value else " "
        return Content.assemble("[", (sign, self.get_visual_style("toggle--button")), "]")
