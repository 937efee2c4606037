"""Fixtures of the sign-in tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import respx

from odtui.auth.authenticator import Authenticator
from odtui.config.paths import Directories
from odtui.config.settings import Profile
from tests.auth.identity import CLIENT_ID, Identity


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
