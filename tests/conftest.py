"""Real servers, shared by the whole run; a database of its own for each test, cloned in a blink."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

import docker
import docker.errors
import psycopg
import pytest
from msgspec import Struct
from psycopg import sql
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer

from deploy.embedded import embedded
from deploy.migrate import migrate
from tests.mall import BEGIN, Mall, serving, settings_for

pytest_plugins = ["tests.hanging"]

# One that is given is made once, and found again by whoever comes later (tests/mutants).
KEPT = os.environ.get("TEST_TEMPLATE")
TEMPLATE = KEPT or "meguri_template_" + os.environ.get("PYTEST_XDIST_WORKER", "alone")
ROOM = 4 << 30
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
    """The servers that were given by URL, else containers where a Docker daemon answers, else ours.

    The URLs have names of their own, so that a shell set up for a real hub never lends it to tests.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield Given(url, os.environ.get("TEST_REDIS_URL"))
        return
    with ExitStack() as running:
        contained = containers(running)
        if contained is not None:
            yield contained
            return
    with (
        TemporaryDirectory(prefix="meguri-", dir=in_memory()) as folder,
        embedded(Path(folder), tuned_for_tests=True) as ours,
    ):
        yield Given(ours.database_url, ours.redis_url)


def in_memory() -> str | None:
    """Where a database is cloned in a fifth of the time: a file system in memory, if large."""
    memory = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
    return str(memory) if memory.is_dir() and disk_usage(memory).free > ROOM else None


def containers(running: ExitStack) -> Given | None:
    """PostgreSQL 18 and Valkey in containers; None where no daemon answers or no image is had."""
    if not (os.environ.get("DOCKER_HOST") or Path("/var/run/docker.sock").exists()):
        return None
    try:
        running.enter_context(closing(docker.from_env())).ping()
        postgres = running.enter_context(PostgresContainer("postgres:18", driver=None))
        valkey = running.enter_context(RedisContainer("valkey/valkey:9"))
    except (docker.errors.DockerException, TimeoutError):
        return None
    host, port = valkey.get_container_host_ip(), valkey.get_exposed_port(6379)
    return Given(postgres.get_connection_url(), f"redis://{host}:{port}/0")


@pytest.fixture(scope="session")
def template(given: Given, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database that nobody writes to."""
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        there = conn.execute("SELECT FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone()
        if KEPT and there is not None:
            return TEMPLATE
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
