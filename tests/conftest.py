"""Real servers, shared by the whole run; a database of its own for each test, cloned in a blink."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from msgspec import Struct
from psycopg import sql

from deploy.embedded import embedded
from deploy.migrate import migrate
from tests.mall import BEGIN, Mall, serving, settings_for

TEMPLATE = "meguri_template"
_numbers = itertools.count(1)


class Given(Struct, frozen=True):
    """Where the servers of this run are."""

    database_url: str
    redis_url: str | None

    def database(self, name: str) -> str:
        """The URL of another database of the same server."""
        return self.database_url.rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="session")
def given() -> Iterator[Given]:
    """The servers that were given by URL, or our own."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield Given(url, os.environ.get("TEST_REDIS_URL"))
        return
    with (
        TemporaryDirectory(prefix="meguri-") as folder,
        embedded(Path(folder), tuned_for_tests=True) as ours,
    ):
        yield Given(ours.database_url, ours.redis_url)


@pytest.fixture(scope="session")
def template(given: Given, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database that nobody writes to."""
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {TEMPLATE}")
    folder = tmp_path_factory.mktemp("template")
    settings = settings_for(given.database(TEMPLATE), given.redis_url, folder)
    migrate(settings, BEGIN - timedelta(days=62))
    return TEMPLATE


@pytest.fixture
def database(given: Given, template: str) -> Iterator[str]:
    """A database of this test alone."""
    name = f"meguri_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        ours = sql.Identifier(name)
        conn.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                ours, sql.Identifier(template)
            )
        )
        yield given.database(name)
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(ours))


@pytest.fixture
async def mall(given: Given, database: str, tmp_path: Path) -> AsyncIterator[Mall]:
    """A hub that serves, with no shop in it yet; it ends with every promise kept."""
    async with serving(settings_for(database, given.redis_url, tmp_path)) as ours:
        yield ours
