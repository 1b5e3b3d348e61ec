"""One mall per module, in a database of its own; each test has members of its own."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from deploy import sealer
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for


@pytest.fixture(scope="module")
async def mall(
    request: pytest.FixtureRequest,
    given: Given,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Mall]:
    """A hub that serves, whose sealer does not rest for a whole second."""
    name = f"meguri_{Path(request.path).stem}_{os.getpid()}"
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    folder = tmp_path_factory.mktemp(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealer, "EVERY_SECONDS", 0.03)
        async with serving(settings_for(given.database(name), given.redis_url, folder)) as ours:
            yield ours
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
