"""Fixtures of the sign-in tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import respx

from odtui.auth.authenticator import Authenticator
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from odtui.demo.thread import DemoThread
from tests.auth.identity import CLIENT_ID, Identity
from tests.auth.live import Live, MemoryKeyring, Witness


@pytest.fixture
def identity() -> Iterator[Identity]:
    with respx.mock(assert_all_called=False) as router:
        yield Identity(router)


@pytest.fixture
def directories(tmp_path: Path) -> Directories:
    return Directories.below(tmp_path)


@pytest.fixture
def profile() -> Profile:
    return Profile(name="work", client_id=CLIENT_ID)


@pytest.fixture
async def authenticator(profile: Profile, directories: Directories) -> AsyncIterator[Authenticator]:
    made = Authenticator(profile, directories)
    yield made
    await made.aclose()


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoThread]:
    with DemoThread() as running:
        yield running


@pytest.fixture
async def live(demo: DemoThread, directories: Directories) -> AsyncIterator[Live]:
    """The demo drive over real HTTP, as new; the server may not have failed on its own account."""
    state = demo.state
    options, signer, faults = state.options, state.signer, state.faults
    state.signer = witness = Witness(signer)
    state.log.clear()
    made = Live(demo, directories, witness)
    yield made
    await made.end()
    state.withheld.clear()
    state.challenge = None
    state.options, state.signer, state.faults = options, signer, faults
    faults.clear()
    state.consents.forget()
    assert state.crashes == []


@pytest.fixture
def keyring() -> Iterator[MemoryKeyring]:
    """A keyring that works; without this fixture there is none."""
    import keyring

    usual = keyring.get_keyring()
    working = MemoryKeyring()
    keyring.set_keyring(working)
    yield working
    keyring.set_keyring(usual)
