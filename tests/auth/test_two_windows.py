"""Two windows over one state folder, the second in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from odtui.auth.accounts import Account
from odtui.net.engine import async_client
from tests.auth.identity import nothing
from tests.auth.live import ME, Live, files_below

ROOT = Path(__file__).parents[2]


class OtherWindow:
    """The second window, as the first one's test talks to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n".encode())
        await self.process.stdin.drain()

    async def answer(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().strip()

    async def ask(self, command: str) -> str:
        await self.tell(command)
        return await self.answer()


@pytest.fixture
async def other(live: Live, tmp_path: Path) -> AsyncIterator[OtherWindow]:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.auth.other_window", live.demo.base, str(tmp_path))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    window = OtherWindow(process)
    assert await window.answer() == "ready"
    yield window
    if process.returncode is None:
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 30) == 0


async def signed_in(live: Live, name: str = "ada") -> Account:
    person = live.person(account=name)
    return await live.authenticator().sign_in_browser(open_url=person.open, show_url=nothing)


async def use(live: Live, account: Account) -> int:
    """One request of a session that starts now."""
    async with async_client(live.routes, auth=live.authenticator().auth(account)) as http:
        return (await http.get(ME)).status_code


def assert_each_refresh_used_the_newest_token(live: Live, refreshes: int) -> None:
    """A server that revokes a refresh token with its use would have been content."""
    steps = live.witness.in_order
    assert [step for step, _ in steps] == ["given", *["shown", "given"] * refreshes]
    assert live.witness.all_shown("refresh") == live.witness.all_given("refresh")[:-1]


async def test_a_window_finds_what_the_other_has_stored(live: Live, other: OtherWindow) -> None:
    account = await signed_in(live)
    assert await other.ask(f"use {account.id}") == "200"
    assert live.token_requests() == 1


async def test_two_windows_that_refresh_at_once_never_lose_the_newest_refresh_token(
    live: Live, other: OtherWindow
) -> None:
    live.give_short_tokens()
    account = await signed_in(live)
    for _ in range(5):
        gate = live.gate("/token$")
        mine = asyncio.create_task(use(live, account))
        assert await asyncio.to_thread(gate.reached.wait, 30)
        await other.tell(f"use {account.id}")
        gate.open()
        assert (await mine, await other.answer()) == (200, "200")
    assert_each_refresh_used_the_newest_token(live, 10)
    (cache,) = live.directories.state.glob("*.bin")
    assert live.witness.all_given("refresh")[-1] in cache.read_text()


async def test_an_account_added_in_one_window_survives_a_refresh_in_the_other(live: Live, other: OtherWindow) -> None:
    live.give_short_tokens()
    ada = await signed_in(live)
    gate = live.gate("/token$")
    refreshing = asyncio.create_task(use(live, ada))
    assert await asyncio.to_thread(gate.reached.wait, 30)
    await other.tell("sign-in grace")
    gate.open()
    assert await refreshing == 200
    grace = await other.answer()
    accounts = live.authenticator().accounts()
    assert [account.id for account in accounts] == [grace, ada.id]
    assert [await use(live, account) for account in accounts] == [200, 200]


async def test_a_window_that_is_killed_while_it_refreshes_holds_up_nobody(live: Live, other: OtherWindow) -> None:
    live.give_short_tokens()
    account = await signed_in(live)
    gate = live.gate("/token$")
    await other.tell(f"use {account.id}")
    assert await asyncio.to_thread(gate.reached.wait, 30)
    other.process.kill()
    await other.process.wait()
    gate.open()
    assert await use(live, account) == 200
    assert len(list(live.directories.state.glob("*.bin"))) == 1


async def test_signing_out_while_the_other_window_refreshes_leaves_no_token(live: Live, other: OtherWindow) -> None:
    live.give_short_tokens()
    account = await signed_in(live)
    gate = live.gate("/token$")
    await other.tell(f"use {account.id}")
    assert await asyncio.to_thread(gate.reached.wait, 30)
    signing_out = asyncio.create_task(live.authenticator().sign_out(account))
    gate.open()
    await signing_out
    assert await other.answer() == "200"
    assert files_below(live.directories.state) == ["accounts.json"]
    assert live.authenticator().accounts() == []
