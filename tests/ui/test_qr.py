"""The QR code on the screen is the one of the address."""

import segno
from textual.app import App, ComposeResult

from odtui.ui.widgets.qr import QrCode

ADDRESS = "https://microsoft.com/devicelogin"


class CodeApp(App[None]):
    def compose(self) -> ComposeResult:
        yield QrCode(ADDRESS)


async def test_every_module_of_the_code_is_drawn() -> None:
    app = CodeApp()
    async with app.run_test(size=(60, 30)):
        code = app.query_one(QrCode)
        rows = [list(row) for row in segno.make(ADDRESS, error="l", micro=False).matrix_iter(border=1)]
        assert code.size == (len(rows[0]), (len(rows) + 1) // 2)
        for y in range(code.size.height):
            for x, segment in enumerate(code.render_line(y)):
                dark = [segment.style.color.name == "#000000", segment.style.bgcolor.name == "#000000"]
                below = bool(rows[2 * y + 1][x]) if 2 * y + 1 < len(rows) else False
                assert dark == [bool(rows[2 * y][x]), below]
