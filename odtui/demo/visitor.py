"""A visitor who signs in to the demo without a browser. Imports nothing but the standard library."""

from __future__ import annotations

import threading
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

TIMEOUT = 10.0
"""Seconds for each step."""


class VisitError(Exception):
    """A page was not what a sign-in shows; the text says what it was, without addresses."""


class _Form(HTMLParser):
    """The first form of a page: where it goes, and what it carries."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.choices: list[str] = []
        """Values of the radio buttons called `account`."""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = named.get("action", "")
        if tag != "input" or "name" not in named:
            return
        if named.get("type") == "radio":
            self.choices.append(named.get("value", ""))
            if "checked" not in dict(attrs):
                return
        self.fields[named["name"]] = named.get("value", "")


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def approve(authorize_url: str, *, account: str | None = None, decline: bool = False) -> None:
    """Open a sign-in page, choose, and deliver the answer to the program that waits for it, as a browser would.

    Args:
        authorize_url: the page's address on loopback.
        account: part of the account's key or of its address; the one that the page has chosen if None.
        decline: press Decline instead of Accept.

    Raises:
        VisitError: the page shows an error.
        OSError: the server or the program does not answer.
    """
    status, _, text = _load(authorize_url)
    form = _Form(text)
    if status != 200 or form.action is None:
        raise VisitError(f"the sign-in page answered {status}")
    _choose(form, account, decline)
    status, location, text = _load(urljoin(authorize_url, form.action), form.fields)
    if location:
        _load(location)
        return
    answer = _Form(text)
    if status != 200 or not answer.action:
        raise VisitError(f"the consent page answered {status}")
    _load(answer.action, answer.fields)


def approve_device(base: str, user_code: str, *, account: str | None = None, decline: bool = False) -> None:
    """Enter a device code on the page of the server at `base`, and accept. Raises VisitError or OSError."""
    page = f"{base}/devicelogin"
    _, _, text = _load(page, {"user_code": user_code})
    form = _Form(text)
    if "user_code" not in form.fields or not form.choices:
        raise VisitError("the code was not accepted")
    _choose(form, account, decline)
    status, _, _ = _load(urljoin(page, form.action or ""), form.fields)
    if status != 200:
        raise VisitError(f"the consent page answered {status}")


def open_url(url: str) -> bool:
    """Stand in for a browser: sign in on a thread of its own. False for an address that is not on this machine."""
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        return False
    threading.Thread(target=_approve_quietly, args=(url,), name="demo visitor", daemon=True).start()
    return True


def _approve_quietly(url: str) -> None:
    """A visitor who meets an error goes away, as a person would who closes the page."""
    try:
        approve(url)
    except (VisitError, OSError):
        return


def _choose(form: _Form, account: str | None, decline: bool) -> None:
    if account is not None:
        form.fields["account"] = next(
            (choice for choice in form.choices if account.lower().startswith(choice)), account
        )
    form.fields["decision"] = "decline" if decline else "accept"


def _load(url: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, Location and text of a page on this machine; a form is posted. Raises OSError, ValueError."""
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise VisitError("the address is not on this machine")
    request = Request(url, urlencode(fields).encode() if fields is not None else None)  # noqa: S310  # checked above
    opener = build_opener(ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return answer.status, "", answer.read().decode(errors="replace")
    except HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", ""), error.read().decode(errors="replace")
