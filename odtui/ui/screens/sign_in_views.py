"""What the sign-in screen shows while one chooses a way and while one waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from odtui.config.settings import SignInMethod
from odtui.ui.text import clean
from odtui.ui.widgets.buttons import ButtonRow, KeyButton
from odtui.ui.widgets.pasted_input import PastedInput
from odtui.ui.widgets.spinner import Spinner

if TYPE_CHECKING:
    from odtui.auth.accounts import Account
    from odtui.auth.authenticator import DeviceCode

Method = Literal["browser", "device"]

LONGEST_QR = 1500
"""Characters of an address; a code of more fits no terminal."""
QR_BESIDE = Size(8, 22)
"""Cells that the frame and the other lines of the browser sign-in need beside a QR code."""


@dataclass(frozen=True, slots=True)
class Way:
    """The method that fits best, and why."""

    method: Method
    reason: str


def best_way(
    setting: SignInMethod, *, has_browser: bool, confidential: bool, remote: bool = False, proof: bool = False
) -> Way:
    """A device code never carries a client secret, so it is no way out for a registration that needs one.

    Args:
        remote: The terminal belongs to another computer.
        proof: Microsoft has asked for a further proof, which a device code cannot bring.
    """
    if proof:
        return Way("browser", "Microsoft wants a further proof that it is you, and only a browser can bring it.")
    if setting != "auto":
        return Way(setting, "This way is chosen in the settings.")
    if has_browser:
        return Way("browser", "Your browser opens; this screen goes on by itself.")
    where = "This is an SSH session" if remote else "No browser was found here"
    if confidential:
        return Way("browser", f"{where}. Open the address in any browser, and paste back where it ends.")
    return Way("device", f"{where}, so a device code is the easier way: enter it in a browser anywhere.")


class StartView(VerticalGroup):
    """Known accounts, and the ways to sign in with another."""

    @dataclass
    class Picked(Message):
        """A row was chosen: `account` to use, or `method` to sign in with."""

        account: Account | None = None
        method: Method | None = None

    def __init__(
        self,
        accounts: Sequence[Account],
        way: Way,
        *,
        hint: str | None,
        has_browser: bool,
        message: str,
        another: bool = False,
    ) -> None:
        """
        Args:
            hint: Username of the account that has to sign in again.
            message: Why one is asked to sign in.
            another: An account that is not known yet is wanted.
        """
        super().__init__(classes="view")
        self._accounts = tuple(accounts)
        self._way = way
        self._hint = hint
        self._has_browser = has_browser
        self._message = message
        self._another = another

    def compose(self) -> ComposeResult:
        if self._message:
            yield Static(clean(self._message), markup=False, classes="message")
        options: list[Option | None] = [
            Option(self._account_line(account), id=f"account-{index}") for index, account in enumerate(self._accounts)
        ]
        if options:
            options.append(None)
        browser = "Sign in with the browser" if self._has_browser else "Sign in with a browser on another computer"
        ways: dict[Method, Option] = {
            "browser": self._method_option("browser", browser, "b"),
            "device": self._method_option("device", "Sign in with a device code", "d"),
        }
        options += [ways.pop(self._way.method), *ways.values()]
        yield OptionList(*options, markup=False)
        yield Static(Content.styled(self._way.reason, "dim"), classes="reason")

    def on_mount(self) -> None:
        rows = self.query_one(OptionList)
        ended = [index for index, account in enumerate(self._accounts) if account.username == self._hint]
        first = ended or ([0] if self._accounts and not self._hint and not self._another else [])
        rows.highlighted = first[0] if first else rows.get_option_index(self._way.method)
        rows.focus()

    @property
    def account(self) -> Account | None:
        """The highlighted account; None on another row."""
        option = next((rows.highlighted_option for rows in self.query(OptionList)), None)
        if option is None or option.id is None or not option.id.startswith("account-"):
            return None
        return self._accounts[int(option.id.removeprefix("account-"))]

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id in ("browser", "device"):
            self.post_message(self.Picked(method="browser" if event.option_id == "browser" else "device"))
        else:
            self.post_message(self.Picked(account=self.account))

    def _account_line(self, account: Account) -> Content:
        who = clean(account.name or account.username)
        ended = "" if self._message else "session ended: "  # else the message has said why
        again = f"{ended}sign in again" if account.username == self._hint else ""
        kind = "personal" if account.personal else "work or school"
        address = f"{clean(account.username)} · " if account.name else ""
        return Content.assemble((who, "bold"), Content.styled(f"  {address}{again or kind}", "dim"))

    def _method_option(self, method: Method, title: str, key: str) -> Option:
        note = f"  {key}  recommended" if method == self._way.method else f"  {key}"
        return Option(Content.assemble(title, Content.styled(note, "dim")), id=method)


class BrowserView(VerticalGroup):
    """Waiting for the browser. The address is shown whole, for browsers that did not open by themselves."""

    BINDINGS = [
        Binding("pagedown", "scroll_address(1)", "Rest of the address", show=False),
        Binding("pageup", "scroll_address(-1)", "Start of the address", show=False),
    ]

    @dataclass
    class Pasted(Message):
        """The address that a browser on another computer ended on."""

        address: str

    def __init__(self, *, redirect_uri: str, paste: bool) -> None:
        super().__init__(classes="view")
        self.address = ""
        self.pasted = False
        """Whether something was pasted already."""
        self._redirect_uri = redirect_uri
        self._paste = paste

    def compose(self) -> ComposeResult:
        with HorizontalGroup():
            yield Spinner()
            yield Static("Preparing the sign-in page…", id="waiting")
        with VerticalScroll(id="address-box", can_focus=False):
            yield Static(id="address", markup=False)
        if self._paste:
            yield Static(
                "After signing in, the browser ends on an address that it cannot open. Paste it here:", classes="told"
            )
            yield PastedInput(placeholder="http://localhost…", compact=True, id="paste")
            yield Static(self._forwarding(), id="paste-note", classes="told")
        hint = Static(browser_hint(self._redirect_uri), id="browser-hint")
        hint.display = False
        yield hint
        yield ButtonRow(
            KeyButton("Copy address", "f5" if self._paste else "c", id="copy"),
            KeyButton("Device code instead", "" if self._paste else "d", id="device"),
            KeyButton("Back", "escape", id="back"),
        )

    def on_mount(self) -> None:
        self.query_one("#paste" if self._paste else "#copy").focus()

    def show_address(self, address: str) -> None:
        self.address = address
        told = "Open this address in any browser:" if self._paste else "Waiting for your browser. Sign in there."
        self.query_one("#waiting", Static).update(told)
        self.query_one("#address", Static).update(clean(address))
        if self._paste:
            self._show_qr()
            self.call_after_refresh(self._tell_of_rest)

    def _tell_of_rest(self) -> None:
        """Not every terminal lets F5 copy; on a small one all of the address has to come into sight by keys."""
        if self.query_one("#address-box").max_scroll_y:
            self.query_one("#waiting", Static).update("Open this address in any browser (PgDn: the rest):")

    def action_scroll_address(self, by: int) -> None:
        box = self.query_one("#address-box")
        box.scroll_to(y=box.scroll_y + by * box.size.height, animate=False)

    def _show_qr(self) -> None:
        """For a telephone; only where the screen holds it, for such an address makes a large one."""
        from odtui.ui.widgets.qr import QrCode

        if len(self.address) > LONGEST_QR:
            return
        code = QrCode(self.address)
        room = self.app.size
        if code.cells.width + QR_BESIDE.width <= room.width and code.cells.height + QR_BESIDE.height <= room.height:
            self.screen.add_class("-with-qr")
            self.mount(code, before="#address-box")

    def refuse_paste(self) -> None:
        """What was pasted is not the answer; say so, and wait on."""
        note = self.query_one("#paste-note", Static)
        note.update("✗ This is not where the sign-in ended. Copy the whole address from the browser's address bar.")
        note.add_class("-bad")

    def _forwarding(self) -> str:
        """The other way for those who sit at another computer. Only a fixed port can be forwarded."""
        port = urlsplit(self._redirect_uri).port
        return f"Or connect with ssh -L {port}:localhost:{port}; then it comes back by itself." if port else ""

    def give_hint(self) -> None:
        """What to look for when the browser shows an error: it tells nobody but the user."""
        for hint in self.query("#browser-hint"):  # gone when the wait has ended meanwhile
            hint.display = True
        self.add_class("-hinting")

    @on(PastedInput.Tidied)
    def ignore_tidied(self, event: PastedInput.Tidied) -> None:
        event.stop()

    @on(Input.Submitted, "#paste")
    def take_paste(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.pasted = True
            self.post_message(self.Pasted(event.value.strip()))
            event.input.value = ""


def browser_hint(redirect_uri: str) -> Content:
    """Errors of sign-in that only the browser sees. Source: AUTH.md."""
    return Content.from_markup(
        "[b]Does the browser show an error?[/b] It tells only you:\n"
        "[b]AADSTS50011[/b]  The redirect URI is not registered. Add $uri to the registration.\n"
        "[b]AADSTS700016[/b] The client ID is not known in this directory or cloud.\n"
        "[b]AADSTS50020[/b]  The account does not belong to this directory. Choose another.\n"
        "[b]AADSTS90094[/b]  An administrator has to approve. Ask for fewer permissions.",
        uri=clean(redirect_uri),
    )


class DeviceView(VerticalGroup):
    """The code to enter, where, and for how long."""

    def __init__(self, clock: Callable[[], float], *, has_browser: bool) -> None:
        """`clock` gives seconds since the epoch."""
        super().__init__(classes="view")
        self.code: DeviceCode | None = None
        self._clock = clock
        self._has_browser = has_browser

    def compose(self) -> ComposeResult:
        with HorizontalGroup(id="device"), VerticalGroup(id="device-words"):
            yield Static("On any device open", classes="told")
            yield Static("…", id="device-address", markup=False)
            yield Static("and enter this code", classes="told")
            yield Static("… … … …", id="user-code", markup=False)
            with HorizontalGroup():
                yield Spinner()
                yield Static("Asking for a code…", id="waiting")
        buttons = [KeyButton("Copy code", "c", id="copy"), KeyButton("New code", "n", id="new")]
        if self._has_browser:
            buttons.append(KeyButton("Open page", "o", id="open"))
        buttons += [KeyButton("Browser instead", "b", id="browser"), KeyButton("Back", "escape", id="back")]
        yield ButtonRow(*buttons)

    def on_mount(self) -> None:
        self.query_one("#copy").focus()
        self.set_interval(1, self._count_down)

    def show_code(self, code: DeviceCode) -> None:
        from odtui.ui.widgets.qr import QrCode

        self.code = code
        self.query_one("#device-address", Static).update(clean(code.address))
        self.query_one("#user-code", Static).update(" ".join(clean(code.user_code)))
        self.query("#device QrCode").remove()
        self.query_one("#device").mount(QrCode(code.address))
        self._count_down()

    def _count_down(self) -> None:
        if self.code is None:
            return
        left = max(0, int(self.code.expires_at - self._clock()))
        minutes, seconds = divmod(left, 60)
        told = (
            f"Waiting. The code is valid for {minutes}:{seconds:02}." if left else "The code has expired. n: new code"
        )
        self.query_one("#waiting", Static).update(told)
