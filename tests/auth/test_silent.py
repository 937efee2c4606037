"""Tokens without a user, through MSAL and the cache."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import httpx
import pytest

from odtui.auth.accounts import Account
from odtui.auth.authenticator import Authenticator
from odtui.auth.errors import AuthError, AuthProblem
from odtui.auth.provider import TokenProvider
from odtui.auth.secrets import store_secret
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from tests.auth.identity import Browser, Identity, failure, nothing

CLAIMS = '{"access_token":{"nbf":{"essential":true}}}'


async def signed_in(identity: Identity, authenticator: Authenticator) -> tuple[Account, TokenProvider]:
    account = await authenticator.sign_in_browser(open_url=Browser(identity).open, show_url=nothing)
    return account, provider_of(authenticator, account)


def provider_of(authenticator: Authenticator, account: Account) -> TokenProvider:
    provider = authenticator.auth(account)
    assert isinstance(provider, TokenProvider)
    return provider


def delete_tokens(folder: Path) -> None:
    (file,) = folder.glob("tokens-*.bin")
    file.unlink()


async def test_a_good_token_comes_from_the_cache_without_a_request(
    identity: Identity, authenticator: Authenticator
) -> None:
    _, provider = await signed_in(identity, authenticator)
    assert (await provider.token()).value == "access-secret-1"
    assert len(identity.forms) == 1


async def test_a_refresh_asks_for_the_granted_scopes_as_they_were_spelled(
    identity: Identity, authenticator: Authenticator
) -> None:
    _, provider = await signed_in(identity, authenticator)
    await provider.token(rejected=await provider.token())
    form = identity.forms[-1]
    assert form["grant_type"] == "refresh_token"
    assert form["refresh_token"] == "refresh-secret-1"
    assert {"https://graph.microsoft.com/Files.ReadWrite", "User.Read"} <= set(form["scope"].split())
    assert "client_secret" not in form


async def test_demanded_claims_are_sent_with_the_refresh(identity: Identity, authenticator: Authenticator) -> None:
    _, provider = await signed_in(identity, authenticator)
    await provider.token(rejected=await provider.token(), claims=CLAIMS)
    assert '"nbf"' in identity.forms[-1]["claims"]


async def test_without_claims_the_field_only_names_what_odtui_can_handle(
    identity: Identity, authenticator: Authenticator
) -> None:
    await signed_in(identity, authenticator)
    assert identity.forms[0]["claims"] == '{"access_token": {"xms_cc": {"values": ["CP1"]}}}'


async def test_scopes_that_grew_or_shrank_are_remembered(identity: Identity, authenticator: Authenticator) -> None:
    _, provider = await signed_in(identity, authenticator)
    identity.scope = "Files.Read"
    await provider.token(rejected=await provider.token())
    (known,) = authenticator.accounts()
    assert (known.granted, known.spelled) == (("Files.Read",), ("Files.Read",))


async def test_a_confidential_client_refreshes_with_its_secret(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    wanted = dataclasses.replace(profile, confidential=True, redirect_uri="http://localhost")
    store_secret(wanted, "h8Q~very-secret-value", directories)
    authenticator = Authenticator(wanted, directories)
    _, provider = await signed_in(identity, authenticator)
    await provider.token(rejected=await provider.token())
    assert identity.forms[-1]["grant_type"] == "refresh_token"
    assert identity.forms[-1]["client_secret"] == "h8Q~very-secret-value"
    await authenticator.aclose()


async def test_a_network_error_during_an_early_refresh_keeps_the_valid_token(
    identity: Identity, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = identity.tokens

    def soon(*, refresh_in: int = -1) -> dict[str, object]:
        return {**tokens(), "refresh_in": refresh_in}

    monkeypatch.setattr(identity, "tokens", soon)
    _, provider = await signed_in(identity, authenticator)
    identity.scripted = [httpx.ReadTimeout("late")]
    assert (await provider.token()).value == "access-secret-1"
    assert len(identity.forms) == 2


@pytest.mark.parametrize(
    ("answer", "problem", "interactive"),
    [
        (failure("invalid_grant", 700082), AuthProblem.SESSION_ENDED, True),
        (failure("invalid_grant", 50173), AuthProblem.SESSION_ENDED, True),
        (failure("interaction_required", 50076), AuthProblem.VERIFICATION, True),
        (failure("invalid_grant", 65001), AuthProblem.CONSENT, True),
        (failure("invalid_client", 7000222), AuthProblem.SECRET_EXPIRED, False),
        (httpx.Response(503, text="busy"), AuthProblem.TEMPORARY, False),
        (httpx.Response(200, text="<html>Hotel</html>"), AuthProblem.CAPTIVE_PORTAL, False),
        (httpx.ReadTimeout("late"), AuthProblem.OFFLINE, False),
    ],
)
async def test_a_failing_refresh_says_whether_the_user_has_to_help(
    identity: Identity,
    authenticator: Authenticator,
    answer: httpx.Response | Exception,
    problem: AuthProblem,
    interactive: bool,
) -> None:
    _, provider = await signed_in(identity, authenticator)
    first = await provider.token()
    identity.scripted = [answer]
    with pytest.raises(AuthError) as caught:
        await provider.token(rejected=first)
    assert (caught.value.problem, caught.value.interactive) == (problem, interactive)
    assert len(authenticator.accounts()) == 1


async def test_an_account_without_stored_tokens_has_to_sign_in(
    identity: Identity, authenticator: Authenticator, directories: Directories
) -> None:
    _, provider = await signed_in(identity, authenticator)
    delete_tokens(directories.state)
    with pytest.raises(AuthError) as caught:
        await provider.token()
    assert (caught.value.problem, caught.value.interactive) == (AuthProblem.SESSION_ENDED, True)


async def test_nothing_is_asked_of_the_network_before_a_token_is_needed(
    identity: Identity, profile: Profile, directories: Directories
) -> None:
    identity.discovery.mock(side_effect=httpx.ConnectError("offline"))
    authenticator = Authenticator(profile, directories)
    account = Account(id="u.t", profile="work", username="adele@contoso.com", spelled=("Files.Read",))
    provider = provider_of(authenticator, account)
    assert authenticator.accounts() == []
    assert identity.discovery.call_count == 0
    with pytest.raises(AuthError) as caught:
        await provider.token()
    assert caught.value.problem is AuthProblem.OFFLINE


async def test_a_start_with_a_good_token_needs_no_network(
    identity: Identity, authenticator: Authenticator, profile: Profile, directories: Directories
) -> None:
    account, _ = await signed_in(identity, authenticator)
    identity.router.reset()
    identity.discovery.mock(side_effect=httpx.ConnectError("offline"))
    next_run = Authenticator(profile, directories)
    assert (await provider_of(next_run, account).token()).value == "access-secret-1"
    assert identity.router.calls.call_count == 0
    await next_run.aclose()


async def test_a_token_that_is_due_to_be_renewed_still_serves_without_a_network(
    identity: Identity,
    authenticator: Authenticator,
    profile: Profile,
    directories: Directories,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = identity.tokens
    monkeypatch.setattr(identity, "tokens", lambda: {**tokens(), "refresh_in": -1})
    account, _ = await signed_in(identity, authenticator)
    identity.discovery.mock(side_effect=httpx.ConnectError("offline"))
    next_run = Authenticator(profile, directories)
    assert (await provider_of(next_run, account).token()).value == "access-secret-1"
    await next_run.aclose()


async def test_a_token_for_fewer_permissions_is_not_taken_for_more(
    identity: Identity, authenticator: Authenticator
) -> None:
    account, _ = await signed_in(identity, authenticator)
    wider = dataclasses.replace(account, spelled=(*account.spelled, "Sites.Read.All"))
    assert (await provider_of(authenticator, wider).token()).value == "access-secret-2"


async def test_a_sign_in_for_more_permissions_counts_for_the_session_that_is_open(
    identity: Identity, authenticator: Authenticator
) -> None:
    account, provider = await signed_in(identity, authenticator)
    assert (await provider.token()).value == "access-secret-1"
    identity.scope = "Files.ReadWrite.All User.Read"
    newer = await authenticator.sign_in_browser(
        open_url=Browser(identity).open,
        show_url=nothing,
        login_hint=account.username,
        scopes=(*account.granted, "Files.ReadWrite.All"),
    )
    assert newer.granted == ("Files.ReadWrite.All", "User.Read")
    assert (await provider.token()).value == "access-secret-2"
    assert authenticator.accounts() == [newer]
