"""Fixtures of the Graph tests."""

from collections.abc import AsyncIterator

import pytest

from tests.graph.harness import Harness, harness


@pytest.fixture
async def graph() -> AsyncIterator[Harness]:
    async with harness() as made:
        yield made
