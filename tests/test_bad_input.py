"""What bad input gets: a card or a row that says what happened and what to press, and nothing is lost."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste

from odtui.demo.clients import CLIENT_SECRET, CONFIDENTIAL_CLIENT, EXPIRED_SECRET
from odtui.demo.control import Expiry, expire
from odtui.demo.faults import Rule
from odtui.demo.links import LOGIN_HOSTS
from odtui.demo.thread import DemoThread
from odtui.demo.visitor import approve
from odtui.net.reroute import Routes
from odtui.services.transfers import download
from odtui.services.transfers.job import JobState
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.screens.settings import SettingsScreen
from odtui.ui.screens.sign_in import SignInScreen
from tests.app_harness import LOCAL, PROFILE, Driven, cursor_to, driven, names, screen_text

WELCOME = "Welcome to OneDrive.md"
MINUTES = "Minutes of May.txt"
STORES = "^/(?!v1.0)"
"""Paths of pre-authenticated addresses."""


@pytest.fixture
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


def nothing_lost(odtui: Driven) -> None:
    """Every file of both sides is there, whole, and no half file beside it."""
    assert {path.name: path.read_bytes() for path in odtui.disk.iterdir()} == LOCAL
    assert odtui.remote(WELCOME)
    assert odtui.remote("Documents/Ideas.md")


async def typed(odtui: Driven, text: str, key: str = "enter") -> None:
    """Replace what stands in the field that has the focus, by pasting, and accept."""
    await odtui.press("home", "shift+end")
    assert odtui.app.focused is not None
    odtui.app.focused.post_message(Paste(text))
    await odtui.press(key)


# --- the network ---------------------------------------------------------------------------------------


async def test_an_unreachable_network_is_a_card_from_which_the_drive_opens_later(
    demo: DemoThread, tmp_path: Path, unused_tcp_port: int
) -> None:
    closed = Routes(frozenset(demo.hosts), f"http://127.0.0.1:{unused_tcp_port}")
    async with driven(demo, tmp_path, later=closed) as odtui:
        card = odtui.card()
        assert card.title == "OneDrive cannot be reached"
        assert "Check the network connection, then try again." in card.words
        assert "Try again r" in card.keys
        assert len(odtui.clock.waits) == 5
        await odtui.check_other_pane()
        odtui.app.accounts.workspace.routes = Routes(frozenset(demo.hosts), demo.base)
        await odtui.press("tab", "r")
        assert WELCOME in names(odtui.left)
        nothing_lost(odtui)


async def test_signing_in_without_a_network_is_a_card(demo: DemoThread, tmp_path: Path, unused_tcp_port: int) -> None:
    closed = Routes(frozenset(demo.hosts), f"http://127.0.0.1:{unused_tcp_port}")
    async with driven(demo, tmp_path, signed_in=False, later=closed) as odtui:
        await odtui.press("b")
        card = odtui.card()
        assert card.title == "Microsoft cannot be reached"
        assert "Try again r" in card.keys
        await odtui.press("escape", "escape")
        assert isinstance(odtui.app.screen, BrowserScreen)
        await odtui.check_other_pane()


async def test_a_host_that_dns_does_not_know_is_a_card(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def no_dns(host: str | bytes | None, *arguments: object, **more: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name in ("127.0.0.1", "localhost", "::1", None):
            return real(host, *arguments, **more)  # type: ignore[arg-type]
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_dns)
    async with driven(demo, tmp_path, later=Routes(LOGIN_HOSTS, demo.base)) as odtui:
        assert set(asked) == {"graph.microsoft.com"}
        card = odtui.card()
        assert card.title == "OneDrive cannot be reached"
        assert "Try again r" in card.keys
        await odtui.check_other_pane()
        nothing_lost(odtui)


async def test_a_captive_portal_at_the_start_is_a_card(demo: DemoThread, tmp_path: Path) -> None:
    demo.state.faults.add(Rule(kind="html", path="^/v1.0/", times=0))
    async with driven(demo, tmp_path) as odtui:
        card = odtui.card()
        assert card.title == "The answer did not come from OneDrive"
        assert "sign in to the network" in card.words
        assert "Try again r" in card.keys
        assert "<html>" not in card.details
        await odtui.check_other_pane()
        odtui.mend()
        await odtui.press("tab", "r")
        assert WELCOME in names(odtui.left)
        nothing_lost(odtui)


async def test_a_captive_portal_while_signing_in_is_a_card(demo: DemoThread, tmp_path: Path) -> None:
    demo.state.faults.add(Rule(kind="html", path="openid-configuration", times=0))
    async with driven(demo, tmp_path, signed_in=False) as odtui:
        await odtui.press("b")
        card = odtui.card()
        assert card.title == "The network asks for its own sign-in"
        assert "Try again r" in card.keys
        odtui.mend()
        await odtui.press("r")
        assert WELCOME in names(odtui.left)


@pytest.mark.parametrize("kind", ["html", "broken_json"])
async def test_an_answer_that_is_not_onedrives_is_a_card_while_browsing(
    demo: DemoThread, tmp_path: Path, kind: str
) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail(kind, path="/children", times=0)
        await odtui.open("Documents")
        card = odtui.card()
        assert card.title == "The answer did not come from OneDrive"
        assert "Try again r" in card.keys
        assert "Folder above p" in card.keys
        await odtui.check_other_pane()
        odtui.mend()
        await odtui.press("tab", "r")
        assert "Ideas.md" in names(odtui.left)
        nothing_lost(odtui)


async def test_a_connection_that_breaks_while_browsing_is_tried_again_unseen(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("reset", path="/children", times=2)
        await odtui.open("Documents")
        assert "Ideas.md" in names(odtui.left)
        assert odtui.no_card()


# --- signing in ----------------------------------------------------------------------------------------


async def test_a_client_id_that_microsoft_does_not_know_leads_to_its_field(demo: DemoThread, tmp_path: Path) -> None:
    profile = replace(PROFILE, client_id="99999999-9999-4999-8999-999999999999")
    async with driven(demo, tmp_path, profile=profile, signed_in=False) as odtui:
        await odtui.press("d")
        card = odtui.card()
        assert card.title == "Microsoft does not know this client ID"
        assert "AADSTS700016" in card.details
        assert "Settings o" in card.keys
        await odtui.press("o")
        assert isinstance(odtui.app.screen, SettingsScreen)
        assert odtui.focused_field() == "client_id"
        await typed(odtui, PROFILE.client_id, "f2")
        assert isinstance(odtui.app.screen, SignInScreen)
        await odtui.press("b")
        assert WELCOME in names(odtui.left)


async def test_refused_consent_is_a_card_from_which_one_signs_in_again(demo: DemoThread, tmp_path: Path) -> None:
    visits = []

    def visit(url: str) -> bool:
        """Declines the first time."""
        threading.Thread(target=approve, args=(url,), kwargs={"decline": not visits}, daemon=True).start()
        visits.append(url)
        return True

    async with driven(demo, tmp_path, signed_in=False, browser=visit) as odtui:
        await odtui.press("b")
        card = odtui.card()
        assert card.title == "You declined the permissions"
        assert "Sign in s" in card.keys
        assert "Settings o" in card.keys
        await odtui.press("s")
        assert WELCOME in names(odtui.left)


@pytest.mark.parametrize(
    ("secret", "title"),
    [(EXPIRED_SECRET, "The client secret has expired"), ("not-the-secret-value", "The client secret is wrong")],
)
async def test_a_bad_client_secret_leads_to_its_field(
    demo: DemoThread, tmp_path: Path, unused_tcp_port: int, secret: str, title: str
) -> None:
    callback = f"http://localhost:{unused_tcp_port}/callback"
    profile = replace(PROFILE, client_id=CONFIDENTIAL_CLIENT, confidential=True, redirect_uri=callback)
    async with driven(demo, tmp_path, profile=profile, secret=secret, signed_in=False) as odtui:
        await odtui.press("b")
        card = odtui.card()
        assert card.title == title
        assert "Settings o" in card.keys
        assert secret not in card.details + card.words
        await odtui.press("o")
        assert odtui.focused_field() == "client_secret"
        await typed(odtui, CLIENT_SECRET, "f2")
        await odtui.press("b")
        assert WELCOME in names(odtui.left)


async def test_a_folder_that_cannot_keep_the_sign_in_is_a_card(demo: DemoThread, tmp_path: Path) -> None:
    state = tmp_path / "home" / "state"
    state.parent.mkdir()
    state.write_text("A file where the folder should be.")
    async with driven(demo, tmp_path, signed_in=False, memory_only=False) as odtui:
        await odtui.press("b")
        card = odtui.card()
        assert card.title == "The stored sign-in cannot be read or written"
        assert "check free space and permissions" in card.words
        assert str(state) in card.details
        assert "Sign in s" in card.keys
        state.unlink()
        await odtui.press("s")
        assert WELCOME in names(odtui.left)


async def test_a_secret_that_expires_between_two_starts_is_a_card(
    demo: DemoThread, tmp_path: Path, unused_tcp_port: int
) -> None:
    callback = f"http://localhost:{unused_tcp_port}/callback"
    profile = replace(PROFILE, client_id=CONFIDENTIAL_CLIENT, confidential=True, redirect_uri=callback)
    async with driven(demo, tmp_path, profile=profile, secret=CLIENT_SECRET) as odtui:
        assert WELCOME in names(odtui.left)
        odtui.fail(
            "status",
            status=401,
            path="/token",
            times=0,
            body='{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are '
            'expired.","error_codes":[7000222]}',
        )
        expire(demo.state, Expiry(tokens=True))
        await odtui.open("Documents")
        card = odtui.card()
        assert card.title == "The client secret has expired"
        await odtui.check_other_pane()
        await odtui.press("tab", "o")
        assert odtui.focused_field() == "client_secret"


async def test_after_a_revoked_token_one_signs_in_and_goes_on_where_one_was(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Documents")
        expire(demo.state, Expiry(tokens=True, refresh=True))
        await odtui.open("Taxes")
        card = odtui.card()
        assert card.title == "You need to sign in again"
        assert "nothing on this computer is lost" in card.words
        assert "Sign in s" in card.keys
        await odtui.check_other_pane()
        await odtui.press("tab", "s")
        assert isinstance(odtui.app.screen, SignInScreen)
        await odtui.press("escape")
        assert odtui.card() == card, "who turns back finds the card again"
        await odtui.press("s", "enter")
        assert isinstance(odtui.app.screen, BrowserScreen)
        assert [entry.name for entry in odtui.left.trail[1:]] == ["Documents", "Taxes"]
        assert "2024" in names(odtui.left)
        await odtui.press("backspace")
        assert "Ideas.md" in names(odtui.left)
        nothing_lost(odtui)


async def test_a_transfer_whose_token_was_revoked_goes_on_after_signing_in(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        expire(demo.state, Expiry(tokens=True, refresh=True))
        job = await odtui.transfer(WELCOME)
        assert job.state is JobState.FAILED
        nothing_lost(odtui)
        await odtui.press("w", "enter")
        card = odtui.card()
        assert "You need to sign in again" in card.words
        assert card.keys.startswith("Sign in s, Try again r")
        await odtui.press("s", "enter")
        assert (await odtui.ended("r")).state is JobState.DONE
        assert WELCOME in names(odtui.right)


async def test_a_token_that_ran_out_is_renewed_unseen(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        expire(demo.state, Expiry(tokens=True))
        await odtui.open("Documents")
        assert "Ideas.md" in names(odtui.left)
        assert odtui.no_card()


# --- what the service refuses ----------------------------------------------------------------------------


async def test_a_folder_without_permission_is_a_card_and_not_empty(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("status", status=403, code="accessDenied", path="/children", times=0)
        await odtui.open("Documents")
        card = odtui.card()
        assert card.title == "You are not allowed to do this"
        assert "Ask the owner for access" in card.words
        assert "Folder above p" in card.keys
        assert not any("empty" in line for line in screen_text(odtui.app))
        await odtui.check_other_pane()
        odtui.mend()
        await odtui.press("tab", "p")
        assert WELCOME in names(odtui.left)
        nothing_lost(odtui)


async def test_a_folder_unfolded_without_permission_says_so_in_its_row(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("status", status=403, code="accessDenied", path="/children")
        cursor_to(odtui.left, "Documents")
        await odtui.press("right")
        row = next(line for line in screen_text(odtui.app) if "▾ Documents" in line)
        assert "You are" in row
        assert any("Documents: You are not allowed" in line and "· Ctrl+R" in line for line in screen_text(odtui.app))
        await odtui.press("right")
        assert "Ideas.md" in names(odtui.left)


async def test_an_open_folder_that_somebody_deletes_is_a_card(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Documents")
        odtui.change("Documents", "delete")
        await odtui.press("ctrl+r")
        card = odtui.card()
        assert card.title == "It is not there any more"
        assert "Refresh f" in card.keys
        assert "Folder above p" in card.keys
        await odtui.check_other_pane()
        await odtui.press("tab", "p")
        assert WELCOME in names(odtui.left)
        assert "Documents" not in names(odtui.left)


async def test_rows_stay_when_a_folder_cannot_be_read_again(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Documents")
        odtui.fail("html", path="/children", times=0)
        await odtui.press("ctrl+r")
        assert "Ideas.md" in names(odtui.left)
        foot = str(odtui.left.border_subtitle)
        assert "The answer did not come from OneDrive" in foot
        assert "Ctrl+R" in foot
        odtui.mend()
        await odtui.press("ctrl+r")
        assert "items" in str(odtui.left.border_subtitle)


async def test_a_new_name_that_was_taken_meanwhile_is_asked_for_again(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.change("Shopping list.txt", "rename", "Plan.md")
        cursor_to(odtui.left, WELCOME)
        await odtui.press("r")
        await typed(odtui, "Plan.md")
        card = odtui.card()
        assert card.title == "The name is taken"
        assert "Another name n" in card.keys
        nothing_lost(odtui)
        await odtui.press("n")
        await typed(odtui, "Other plan.md")
        assert "Other plan.md" in names(odtui.left)
        assert odtui.remote("Plan.md")
        await odtui.check_other_pane()


async def test_a_new_folder_whose_name_was_taken_meanwhile_is_asked_for_again(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.change("Attachments", "rename", "Trip")
        await odtui.press("n")
        await typed(odtui, "Trip")
        card = odtui.card()
        assert card.title == "The name is taken"
        assert "Another name n" in card.keys
        await odtui.press("n")
        await typed(odtui, "Trip 2")
        assert "Trip 2" in names(odtui.left)
        assert odtui.remote("Trip/Ticket 48201.pdf")
        await odtui.check_other_pane()


async def test_renaming_what_somebody_changed_is_refused_until_it_was_looked_at(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.change(WELCOME, "write", "New words.")
        cursor_to(odtui.left, WELCOME)
        await odtui.press("r")
        await typed(odtui, "Mine.md")
        card = odtui.card()
        assert card.title == "It was changed meanwhile"
        assert "Nothing was overwritten" in card.words
        assert "Refresh f" in card.keys
        nothing_lost(odtui)
        await odtui.press("f")
        cursor_to(odtui.left, WELCOME)
        await odtui.press("r")
        await typed(odtui, "Mine.md")
        assert "Mine.md" in names(odtui.left)
        await odtui.check_other_pane()


async def test_deleting_what_somebody_changed_is_refused_until_it_was_looked_at(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.change(WELCOME, "write", "New words.")
        cursor_to(odtui.left, WELCOME)
        await odtui.press("d", "y")
        card = odtui.card()
        assert card.title == "It was changed meanwhile"
        assert "Refresh f" in card.keys
        assert WELCOME in names(odtui.left)
        nothing_lost(odtui)
        await odtui.press("f")
        cursor_to(odtui.left, WELCOME)
        await odtui.press("d", "y")
        assert WELCOME not in names(odtui.left)
        assert not odtui.remote(WELCOME)
        await odtui.check_other_pane()


async def test_of_several_deletions_each_that_fails_is_told_and_can_be_repeated(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path) as odtui:
        for name in ("Shopping list.txt", WELCOME, "Attachments"):
            cursor_to(odtui.left, name)
            odtui.left.action_select()
        odtui.change(WELCOME, "write", "New words.")
        odtui.change("Attachments", "rename", "Kept")
        await odtui.press("d")
        job = await odtui.ended("y")
        assert (job.state, job.kind) == ("failed", "delete")
        assert job.problem.startswith("2 of 3 could not be deleted")
        assert f"{WELCOME}: It was changed meanwhile." in job.details
        assert "Attachments: It was changed meanwhile." in job.details
        assert "Shopping list.txt" not in names(odtui.left)
        nothing_lost(odtui)
        await odtui.press("w")
        job = await odtui.ended("r")
        assert job.state == "done"
        assert not {"Kept", "Attachments", WELCOME} & set(names(odtui.left))
        assert not odtui.remote("Kept")


async def test_an_item_that_is_open_elsewhere_is_a_card(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.change(WELCOME, "lock")
        cursor_to(odtui.left, WELCOME)
        await odtui.press("d", "y")
        card = odtui.card()
        assert card.title == "It is open or locked elsewhere"
        odtui.change(WELCOME, "unlock")
        await odtui.press("r")
        assert WELCOME not in names(odtui.left)


async def test_throttling_is_told_and_waited_out(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("status", status=429, code="activityLimitReached", retry_after=7, path="/children")
        await odtui.open("Documents")
        (told,) = odtui.notices()
        assert re.fullmatch(r"OneDrive is busy or cannot be reached. Trying again in [789] s\.", told)
        (waited,) = odtui.clock.waits
        assert 7 <= waited <= 7 * 1.25, "never shorter than asked"
        assert "Ideas.md" in names(odtui.left)
        await odtui.check_other_pane()


async def test_throttling_beyond_patience_is_a_card_that_says_how_long(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("status", status=429, code="activityLimitReached", retry_after=600, path="/children")
        await odtui.open("Documents")
        card = odtui.card()
        assert card.title == "OneDrive is busy"
        assert "Try again in 10:00 min" in card.words
        assert "Try again r" in card.keys
        assert odtui.clock.waits == []
        await odtui.check_other_pane()


# --- transfers -----------------------------------------------------------------------------------------


async def test_a_full_drive_fails_the_upload_and_keeps_the_file(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("quota_full", method="PUT", times=0)
        await odtui.press("tab")
        job = await odtui.transfer(MINUTES)
        assert job.state is JobState.FAILED
        assert any("The drive is full" in line for line in screen_text(odtui.app))
        assert not odtui.remote(MINUTES)
        nothing_lost(odtui)
        await odtui.check_other_pane()
        await odtui.press("w", "enter")
        card = odtui.card()
        assert "empty the recycle bin" in card.words
        assert "Try again r" in card.keys
        odtui.mend()
        assert (await odtui.ended("r")).state is JobState.DONE
        assert odtui.remote(MINUTES)
        assert MINUTES in names(odtui.left)


async def test_a_full_local_disk_fails_the_download_and_leaves_no_half_file(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with driven(demo, tmp_path) as odtui:
        with monkeypatch.context() as patch:
            patch.setattr(download.Part, "write", full)
            job = await odtui.transfer(WELCOME)
        assert job.state is JobState.FAILED
        assert any("This computer's disk is full" in line for line in screen_text(odtui.app))
        nothing_lost(odtui)
        await odtui.check_other_pane()
        await odtui.press("w", "enter")
        card = odtui.card()
        assert "Free some space, then try again." in card.words
        assert (await odtui.ended("r")).state is JobState.DONE
        assert WELCOME in names(odtui.right)


@pytest.mark.parametrize("key", ["c", "m"])
async def test_a_captive_portals_page_is_never_taken_for_a_file(demo: DemoThread, tmp_path: Path, key: str) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("html", path=STORES, times=0)
        job = await odtui.transfer(WELCOME, key)
        assert job.state is JobState.FAILED
        assert "The answer did not come from OneDrive" in job.problem
        nothing_lost(odtui)
        await odtui.press("v")
        assert any("The answer did not come from OneDrive" in line for line in screen_text(odtui.app))
        await odtui.press("escape")
        odtui.mend()
        await odtui.press("w")
        assert (await odtui.ended("r")).state is JobState.DONE
        assert b"<html>" not in (odtui.disk / WELCOME).read_bytes()


async def test_a_moved_file_of_another_size_than_listed_stays_at_its_source_too(
    demo: DemoThread, tmp_path: Path
) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.change(WELCOME, "write", "Fewer words than listed.")
        job = await odtui.transfer(WELCOME, "m")
        assert job.state is JobState.DONE
        assert "the source was kept as well" in job.problem
        assert odtui.remote(WELCOME)
        assert (odtui.disk / WELCOME).read_text() == "Fewer words than listed."


async def test_what_a_server_says_is_shown_without_secrets_and_escape_codes(demo: DemoThread, tmp_path: Path) -> None:
    hidden = "v1.eyJzaXRlaWQiOiIxMjM0NTY3ODkw"
    said = f"\x1b[31mBearer {hidden} at \x1b[0mhttps://contoso.example/download.aspx?tempauth={hidden} \u202e[bold]"
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("status", status=403, code="accessDenied", path="/children", message=said, times=0)
        await odtui.open("Documents")
        await odtui.press("d")
        card, drawn = odtui.card(), "\n".join(screen_text(odtui.app))
        assert card.details.endswith("␛[31mBearer [redacted] at ␛[0mhttps://contoso.example/[redacted] �[bold]")
        await odtui.press("c")
        for text in (card.details, drawn, odtui.app.clipboard, *odtui.notices()):
            assert hidden not in text
            assert "\x1b" not in text
            assert "\u202e" not in text


async def test_a_download_goes_on_after_a_cut(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        await odtui.open("Attachments")
        odtui.fail("cut", method="GET", path=STORES, after=1_000_000)
        job = await odtui.transfer("Scan_20251114.pdf")
        assert job.state is JobState.DONE
        assert (odtui.disk / "Scan_20251114.pdf").read_bytes() == await odtui.content("Scan_20251114.pdf")
        assert set(os.listdir(odtui.disk)) == {*LOCAL, "Scan_20251114.pdf"}


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ({"kind": "cut", "after": 0}, "The connection broke off"),
        ({"kind": "expired_link"}, "The download link expired"),
    ],
)
async def test_a_download_that_never_ends_well_is_a_failed_row(
    demo: DemoThread, tmp_path: Path, rule: dict[str, object], title: str
) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail(path=STORES, method="GET", times=0, **rule)  # type: ignore[arg-type]
        job = await odtui.transfer(WELCOME)
        assert job.state is JobState.FAILED
        assert any(title in line for line in screen_text(odtui.app))
        nothing_lost(odtui)
        await odtui.check_other_pane()
        await odtui.press("w", "enter")
        assert "Try again r" in odtui.card().keys
        odtui.mend()
        assert (await odtui.ended("r")).state is JobState.DONE


async def test_an_expired_download_link_is_renewed_unseen(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        odtui.fail("expired_link", path=STORES, method="GET")
        job = await odtui.transfer(WELCOME)
        assert job.state is JobState.DONE
        assert (odtui.disk / WELCOME).stat().st_size == job.done


# --- this computer -------------------------------------------------------------------------------------


async def test_a_local_folder_that_vanishes_is_a_card(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        (odtui.disk / "Trip").mkdir()
        await odtui.press("tab", "ctrl+r")
        shutil.rmtree(odtui.disk / "Trip")
        await odtui.open("Trip")
        card = odtui.card()
        assert card.title == "It is not there any more"
        assert "Folder above p" in card.keys
        await odtui.press("tab")
        await odtui.open("Documents")
        assert "Ideas.md" in names(odtui.left)
        await odtui.press("tab", "p")
        assert "Trip" not in names(odtui.right)
        nothing_lost(odtui)


async def test_a_local_file_that_cannot_be_read_fails_alone(demo: DemoThread, tmp_path: Path) -> None:
    async with driven(demo, tmp_path) as odtui:
        (odtui.disk / "loop").symlink_to("loop")
        os.mkfifo(odtui.disk / "pipe")
        await odtui.press("tab", "ctrl+r")
        for name, why in (("loop", "This link leads nowhere."), ("pipe", "It is neither a file nor a folder")):
            job = await odtui.transfer(name)
            assert job.state is JobState.FAILED
            (row,) = [line for line in screen_text(odtui.app) if f"↑ {name}" in line]
            assert why in row
            assert not odtui.remote(name)
            await odtui.press("v")
            assert odtui.left.view == "preview"
            await odtui.press("escape")
        assert (await odtui.transfer(MINUTES)).state is JobState.DONE
        assert odtui.remote(MINUTES)


async def test_a_local_file_without_permission_says_so(
    demo: DemoThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, *_: object) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    async with driven(demo, tmp_path) as odtui:
        monkeypatch.setattr("odtui.services.transfers.content._read_at", refuse)
        await odtui.press("tab")
        job = await odtui.transfer(MINUTES)
        assert job.state is JobState.FAILED
        assert any("This computer does not allow it" in line for line in screen_text(odtui.app))
        assert not odtui.remote(MINUTES)
        nothing_lost(odtui)
