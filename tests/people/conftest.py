"""One mall for the tests of a module, and somebody who makes people in it."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.people.persons import Staff
from tests.races.hubs import cloned


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Mall]:  # fmt: skip
    """A hub that serves; its people are made by the tests."""
    name = request.module.__name__.rpartition(".")[2]
    folder = tmp_path_factory.mktemp(name)
    with cloned(given.database_url, template, f"meguri_{name}") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def staff(mall: Mall) -> Staff:
    return Staff(mall)
