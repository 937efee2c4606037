"""The HTML pages of the demo's sign-in. They say plainly that this is not Microsoft."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import NamedTuple

from starlette.responses import Response

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --go: #0a5fb4; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(26rem, 92vw); padding: 2rem; border: 1px solid var(--line); border-radius: 12px; }
.note { margin: 0 0 1.2rem; font-size: .85rem; opacity: .75; }
h1 { font-size: 1.35rem; margin: 0 0 .5rem; }
fieldset { border: 1px solid var(--line); border-radius: 8px; margin: 1rem 0; padding: .5rem 1rem; }
label.account { display: flex; gap: .7rem; align-items: center; padding: .4rem 0; }
label.account small, li small { display: block; opacity: .7; }
ul { padding-left: 1.2rem; margin: .5rem 0; } li { margin: .35rem 0; }
.buttons { display: flex; gap: .7rem; justify-content: flex-end; margin-top: 1.2rem; }
button { font: inherit; padding: .5rem 1.3rem; border-radius: 8px;
  border: 1px solid var(--line); background: none; color: inherit; cursor: pointer; }
button.go { background: var(--go); border-color: var(--go); color: #fff; }
input[type=text] { font: 1.3rem ui-monospace, monospace; letter-spacing: .15em;
  width: 100%; padding: .5rem; text-transform: uppercase; }
code { overflow-wrap: anywhere; }
"""

_SUBMIT = "document.forms[0].submit()"

MEANINGS = {
    "Files.Read": "See your files",
    "Files.ReadWrite": "See and change your files",
    "Files.Read.All": "See all files that you can reach",
    "Files.ReadWrite.All": "See and change all files that you can reach",
    "Files.Read.Selected": "See files that you pick",
    "Files.ReadWrite.Selected": "See and change files that you pick",
    "Files.ReadWrite.AppFolder": "Use a folder of its own in your drive",
    "Sites.Read.All": "See items in all site collections",
    "Sites.ReadWrite.All": "See and change items in all site collections",
    "User.Read": "Sign you in and read your profile",
    "offline_access": "Keep access to what you have given it access to",
}


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


_POLICY = (
    f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SUBMIT)}; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def page(title: str, body: str, status: int = 200) -> Response:
    """A whole page around a body that is HTML already."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<p class="note">Demo drive – not Microsoft. Everything stays on this computer.</p>'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return Response(text, status, headers, "text/html; charset=utf-8")


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )


class Choice(NamedTuple):
    """An account that can sign in."""

    key: str
    name: str
    address: str
    scopes: tuple[str, ...]
    """What it has not allowed the program before."""
    closed: tuple[str, ...] = ()
    """What only an administrator can allow it."""


def sign_in(app: str, accounts: Sequence[Choice], chosen: str, action: str, fields: Mapping[str, str]) -> Response:
    """Choice of account and consent."""
    lists = {account.key: _wishes(app, account) for account in accounts}
    alike = len(set(lists.values())) <= 1
    rows = "".join(
        '<label class="account"><input type="radio" name="account" '
        f'value="{escape(account.key)}"{" checked" if account.key == chosen else ""}>'
        f"<span>{escape(account.name)}<small>{escape(account.address)}</small></span></label>"
        f"{'' if alike else lists[account.key]}"
        for account in accounts
    )
    body = (
        f'<form method="post" action="{escape(action)}">{_hidden(fields)}'
        f"<fieldset><legend>Account</legend>{rows}</fieldset>"
        f"{next(iter(lists.values()), '') if alike else ''}"
        f"{_DECIDE}</form>"
    )
    return page("Sign in to the demo drive", body)


_DECIDE = (
    '<div class="buttons"><button name="decision" value="decline">Decline</button>'
    '<button class="go" name="decision" value="accept">Accept</button></div>'
)


def _wishes(app: str, account: Choice) -> str:
    """What the program asks of an account."""
    note = f"<p>An administrator has to approve: {escape(', '.join(account.closed))}.</p>" if account.closed else ""
    if not any(scope in MEANINGS for scope in account.scopes):
        return f"<p><strong>{escape(app)}</strong> may do already what it asks for.</p>{note}"
    return f"<p><strong>{escape(app)}</strong> would like to:</p>{_meanings(account.scopes)}{note}"


def _meanings(scopes: Iterable[str]) -> str:
    rows = (
        f"<li>{escape(MEANINGS[scope])}<small>{escape(scope)}</small></li>" for scope in scopes if scope in MEANINGS
    )
    return f"<ul>{''.join(rows)}</ul>"


def admin_consent(app: str, scopes: Iterable[str], action: str, fields: Mapping[str, str]) -> Response:
    """What an administrator is asked."""
    body = (
        f'<form method="post" action="{escape(action)}">{_hidden(fields)}'
        f"<p>As the administrator of Contoso, let <strong>{escape(app)}</strong> do this for everybody there:</p>"
        f"{_meanings(scopes)}{_DECIDE}</form>"
    )
    return page("Approve for your organisation", body)


def enter_code(action: str, message: str = "") -> Response:
    note = (
        f"<p><strong>{escape(message)}</strong></p>"
        if message
        else "<p>It is shown by the program that you are signing in to.</p>"
    )
    body = (
        f'{note}<form method="post" action="{escape(action)}"><input type="text" name="user_code" aria-label="Code" '
        'maxlength="12" autocomplete="off" spellcheck="false" autofocus required>'
        '<div class="buttons"><button class="go">Next</button></div></form>'
    )
    return page("Enter the code", body)


def message(title: str, text: str, status: int = 200) -> Response:
    return page(title, f"<p>{escape(text)}</p>", status)


def error(code: str, text: str) -> Response:
    """What a browser shows when the answer cannot go back to the program."""
    return page(
        "Sign-in failed",
        f"<p><code>{escape(code)}</code></p><p>{escape(text)}</p><p>Close this page and check the settings.</p>",
        400,
    )


def form_post(target: str, fields: Mapping[str, str]) -> Response:
    """Carry the answer to the program in a form that sends itself."""
    body = (
        f'<form method="post" action="{escape(target)}">{_hidden(fields)}'
        f'<noscript><button class="go">Continue</button></noscript></form><script>{_SUBMIT}</script>'
    )
    return page("Going back to the program", body)
