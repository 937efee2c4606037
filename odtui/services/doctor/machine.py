"""What odtui runs on: versions and the terminal."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import ssl
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata

from odtui import __version__
from odtui.services.doctor.finding import Finding, Standing

PACKAGES = ("textual", "msal", "httpx", "aiohttp", "msgspec", "keyring", "cryptography", "truststore")

_COPYING = {
    "kitty": "xterm-kitty",
    "Ghostty": "xterm-ghostty",
    "foot": "foot",
    "Alacritty": "alacritty",
    "rxvt-unicode": "rxvt",
}
"""Terminals that take a clipboard from a program (OSC 52), by how TERM begins."""
_NAMED = {"WezTerm": True, "iTerm.app": True, "ghostty": True, "vscode": True, "Apple_Terminal": False}
"""The same by TERM_PROGRAM; False: they do not."""


def versions() -> Iterator[Finding]:
    """odtui itself, Python, the libraries that matter, the system."""
    yield _fact("versions", "odtui", "odtui", __version__)
    yield _fact("versions", "python", "Python", f"{platform.python_version()} ({platform.python_implementation()})")
    for name in PACKAGES:
        try:
            yield _fact("versions", name, name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield _fact("versions", name, name, "not installed", "fail")
    yield _fact("versions", "openssl", "TLS", ssl.OPENSSL_VERSION)
    yield _fact("versions", "system", "System", f"{platform.system()} {platform.release()} ({platform.machine()})")


def terminal(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """What the terminal says of itself; guesses are called so."""
    size = shutil.get_terminal_size((0, 0))
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    yield _fact("terminal", "tty", "Terminal", "yes" if is_terminal else "no: input or output is a file or pipe")
    yield _fact("terminal", "term", "TERM", environment.get("TERM", "not set"))
    program = " ".join(filter(None, (environment.get(f"TERM_PROGRAM{part}", "") for part in ("", "_VERSION"))))
    yield _fact("terminal", "program", "Program", program or "not told")
    shown = f"{size.columns} × {size.lines}" if size.columns else "not known"
    small = 0 < size.columns < 40 or 0 < size.lines < 10
    yield _fact("terminal", "size", "Size", shown, "warn" if small else "info", "Make it larger." if small else "")
    yield _fact("terminal", "colours", "Colours", _colours(environment))
    yield from _letters()
    yield _fact("terminal", "multiplexer", "Multiplexer", _multiplexer(environment))
    remote = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))
    yield _fact("terminal", "ssh", "SSH", "yes" if remote else "no")
    yield _fact("terminal", "clipboard", "Clipboard", _clipboard(environment))
    yield _fact("terminal", "pictures", "Pictures", _pictures(environment))
    yield _fact("terminal", "browser", "Browser", _browser())


def _colours(environment: Mapping[str, str]) -> str:
    if environment.get("NO_COLOR"):
        return "none, since NO_COLOR is set"
    if environment.get("COLORTERM", "").casefold() in ("truecolor", "24bit"):
        return "16 million"
    return "256, as far as TERM says" if "256" in environment.get("TERM", "") else "not told"


def _letters() -> Iterator[Finding]:
    encoding = (getattr(sys.stdout, "encoding", "") or locale.getpreferredencoding(do_setlocale=False)).upper()
    if encoding.replace("-", "") in ("UTF8", "CP65001"):
        yield _fact("terminal", "letters", "Letters", "all of Unicode (UTF-8)")
    else:
        advice = "Choose a UTF-8 locale, such as LANG=C.UTF-8, or names and lines look wrong."
        yield _fact("terminal", "letters", "Letters", encoding or "not known", "warn", advice)


def _multiplexer(environment: Mapping[str, str]) -> str:
    names = [
        name for name, sign in (("tmux", "TMUX"), ("screen", "STY"), ("zellij", "ZELLIJ")) if environment.get(sign)
    ]
    return ", ".join(names) or "none"


def _clipboard(environment: Mapping[str, str]) -> str:
    """Whether copying reaches the clipboard of the computer that one sits at."""
    if environment.get("TMUX"):
        return "probably, if tmux has set-clipboard on"
    if environment.get("STY"):
        return "probably not: screen keeps it to itself"
    known = _NAMED.get(environment.get("TERM_PROGRAM", ""))
    if known is None and environment.get("TERM", "").startswith(tuple(_COPYING.values())):
        known = True
    if known is None and environment.get("WT_SESSION"):
        known = True
    if known is None and environment.get("VTE_VERSION"):
        known = False
    return {True: "probably", False: "probably not", None: "not known"}[known]


def _pictures(environment: Mapping[str, str]) -> str:
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if environment.get("KITTY_WINDOW_ID") or term in ("xterm-kitty", "xterm-ghostty") or program == "WezTerm":
        return "probably (kitty's way)"
    if term.startswith(("foot", "mlterm", "contour")) or program == "iTerm.app" or environment.get("WT_SESSION"):
        return "probably (sixel)"
    return "not known"


def _browser() -> str:
    from odtui.auth.opener import find_browser_opener

    return "can be started" if find_browser_opener() else "none here: sign in with a code"


def _fact(section: str, id: str, title: str, said: str, standing: Standing = "info", advice: str = "") -> Finding:
    return Finding(section=section, id=id, title=title, said=said, standing=standing, advice=advice)
