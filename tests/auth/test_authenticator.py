"""Signing in: the browser flow, the device flow, signing out, cancelling."""

from __future__ import annotations

from odtui.auth.authenticator import Authenticator
from tests.auth.identity import Browser, Identity


async def test_a_public_client_signs_in_with_pkce_and_no_secret(identity: Identity, authenticator: Authenticator) -> None:
    browser = Browser(identity)
    account = await authenticator.sign_in_browser(open_url=browser.open, show_url=browser.show)
    assert (account.username, account.name, account.client_kind, account.personal) == (
        "adele@contoso.com", "Adele Vance", "public", False,
    )  # fmt: skip
    assert account.granted == ("Files.ReadWrite", "User.Read")
    assert browser.asked["code_challenge_method"] == "S256"
    assert browser.asked["prompt"] == "select_account"
    assert identity.forms[0]["code"] == "0.auth-secret-code"
    assert "code_verifier" in identity.forms[0]
    assert "client_secret" not in identity.forms[0]
    assert browser.pages[0].status_code == 200
    assert "Back to odtui" in browser.pages[0].text
    assert authenticator.accounts() == [account]
