"""A line to put an ID or an address into that was copied from a web page."""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Input

from odtui.config.validate import clean
from odtui.ui.widgets.line_input import LineInput


class PastedInput(LineInput):
    """Takes a paste without the blanks, quotes and line ends around it, and says so."""

    @dataclass
    class Tidied(Message):
        """Something around the text was left out."""

        input: Input

        @property
        def control(self) -> Input:
            return self.input

    def _on_paste(self, event: events.Paste) -> None:
        """The whole text: of several lines Textual would take the first alone, even an empty one."""
        event.stop()
        event.prevent_default()
        text = clean(" ".join(event.text.split("\n")))
        if text:
            self.replace(text, *self.selection)
            if text != event.text:
                self.post_message(self.Tidied(self))

    def tidy(self) -> None:
        """The same for what was typed, once it is finished."""
        text = clean(self.value)
        if text != self.value:
            self.value = text
            self.post_message(self.Tidied(self))
