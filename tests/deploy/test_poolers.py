"""What a pooler lets through: tried with PgBouncer where there is one, and the document says so."""

import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import msgspec
import psycopg
import pytest
from procrastinate import PsycopgConnector

from deploy.embedded import NOBODY, unused_port
from deploy.hub import Hub
from deploy.pools import CONNECTIONS, LINES, SEALERS_LIMITS, SIZES, Pools
from deploy.settings import ROLES, Settings, password
from tests.conftest import Given
from tests.mall import Mall, settings_for
from tests.races.hubs import ROOT, hubs, lay_out, mall_of

RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
LOCK = 0x6D656775
MULTIPLEXED = (1, 21)  # from here on PgBouncer keeps prepared statements in transaction mode
# Through which mode a use of ours survives: session, transaction.
SURVIVES = {
    "SET LOCAL · set_config(…, true)": (True, True),
    "pg_advisory_xact_lock": (True, True),
    "pg_advisory_lock": (True, False),
    "options=-c …": (False, False),
    "SET": (True, False),
}


def bouncer() -> tuple[str, tuple[int, int]]:
    """The pooler and its version."""
    found = shutil.which("pgbouncer")
    if found is None:
        pytest.skip("pgbouncer is not installed: which pooler modes survive")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = re.findall(r"PgBouncer (\d+)\.(\d+)", told)[0]
    return found, (int(major), int(minor))


@contextmanager
def pooling(url: str, mode: str, secret: str, size: int) -> Iterator[Callable[[str], str]]:
    """A pooler before a database; where a role connects through it."""
    program, version = bouncer()
    parts, port = urlsplit(url), unused_port()
    with TemporaryDirectory(prefix="meguri-pooler-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        words = [f'"meguri_{role}" "{password(secret, role)}"' for role in ROLES]
        (folder / "users.txt").write_text("\n".join(words) + "\n")
        lines = [
            "[databases]",
            f"* = host={parts.hostname} port={parts.port}",
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            f"listen_port = {port}",
            "unix_socket_dir =",
            "auth_type = scram-sha-256",
            f"auth_file = {folder / 'users.txt'}",
            f"pool_mode = {mode}",
            f"default_pool_size = {size}",
            *(["max_prepared_statements = 200"] if version >= MULTIPLEXED else []),
        ]
        (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        root = os.geteuid() == 0
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [program, str(folder / "pgbouncer.ini")],
                stdout=log,
                stderr=log,
                user=NOBODY if root else None,
                extra_groups=[] if root else None,
            )

        def to(role: str) -> str:
            who = f"meguri_{role}:{password(secret, role)}@127.0.0.1:{port}"
            return urlunsplit(parts._replace(netloc=who))

        try:
            for _ in range(3_000):
                try:
                    psycopg.connect(to("app"), connect_timeout=5).close()
                    break
                except psycopg.OperationalError:
                    assert server.poll() is None, (folder / "log").read_text()
            yield to
        finally:
            server.terminate()
            server.wait(20)


class Trials:
    """Each use of ours, tried on two lines through one pooler whose server sessions are few."""

    def __init__(self, to: Callable[[str], str]) -> None:
        self.to = to

    def line(self, role: str = "app", **more: str) -> psycopg.Connection:
        return psycopg.connect(self.to(role), autocommit=True, connect_timeout=5, **more)  # type: ignore[arg-type]

    def outcomes(self) -> dict[str, bool]:
        return {
            "SET LOCAL · set_config(…, true)": self.named_for_a_transaction(),
            "pg_advisory_xact_lock": self.locked_for_a_transaction(),
            "pg_advisory_lock": self.locked_for_a_session(),
            "options=-c …": self.limited(),
            "SET": self.set_for_a_session(),
        }

    def named_for_a_transaction(self) -> bool:
        with self.line() as one:
            with one.transaction():
                one.execute("SELECT set_config('meguri.tenant', '7', true)")
                seen = one.execute("SELECT federation.reader()").fetchone()
            after = one.execute("SELECT federation.reader()").fetchone()
        return (seen, after) == ((7,), (None,))

    def locked_for_a_transaction(self) -> bool:
        with self.line() as one:
            with one.transaction():
                one.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                held = one.execute(HELD, (LOCK,)).fetchone()
            return (held, one.execute(HELD, (LOCK,)).fetchone()) == ((1,), (0,))

    def locked_for_a_session(self) -> bool:
        """Whether a second sealer is kept out while the first is connected."""
        with self.line("sealer") as one:
            one.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            with self.line("sealer") as other:
                told = other.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
                kept_out = told == (False,)
                other.execute("SELECT pg_advisory_unlock_all()")
            one.execute("SELECT pg_advisory_unlock_all()")
        return kept_out

    def limited(self) -> bool:
        try:
            with self.line("sealer", options=SEALERS_LIMITS) as one:
                return one.execute("SHOW statement_timeout").fetchone() == ("10s",)
        except psycopg.OperationalError:
            return False

    def set_for_a_session(self) -> bool:
        """Whether what one line has set stays its own."""
        with self.line() as one, self.line() as other:
            one.execute("SET meguri.trial = 'mine'")
            seen = "SELECT coalesce(current_setting('meguri.trial', true), '')"
            return other.execute(seen).fetchone() == ("",)


HELD = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = %s
"""


@pytest.mark.parametrize(("place", "mode", "size"), [(0, "session", 4), (1, "transaction", 1)])
def test_what_survives_a_pooler_is_as_the_document_says(
    given: Given, database: str, tmp_path: Path, place: int, mode: str, size: int
) -> None:
    secret = settings_for(database, given.redis_url, tmp_path).secret
    with pooling(database, mode, secret, size) as to:
        assert Trials(to).outcomes() == {use: told[place] for use, told in SURVIVES.items()}


def test_the_document_has_the_table() -> None:
    signs = {True: "○", False: "×"}
    for use, (session, transaction) in SURVIVES.items():
        assert f"| `{use}` | {signs[session]} | {signs[transaction]} |" in RUNNING, use


def test_prepared_statements_in_transaction_mode(
    given: Given, database: str, tmp_path: Path
) -> None:
    """Two lines on two sessions change places: the statement must be known at both."""
    secret = settings_for(database, given.redis_url, tmp_path).secret
    _, version = bouncer()
    ask = "SELECT %s::integer + 1"
    with (
        pooling(database, "transaction", secret, 2) as to,
        psycopg.connect(to("app"), autocommit=True) as one,
        psycopg.connect(to("app"), autocommit=True) as other,
    ):
        sessions = set()
        one.execute(ask, (1,), prepare=True)
        survived = True
        try:
            for _ in range(4):
                with other.transaction():
                    sessions.add(other.execute("SELECT pg_backend_pid()").fetchone())
                    one.execute(ask, (1,), prepare=True)
                with one.transaction():
                    one.execute(ask, (1,), prepare=True)
                    sessions.add(other.execute("SELECT pg_backend_pid()").fetchone())
        except psycopg.errors.InvalidSqlStatementName:
            survived = False
    assert survived == (version >= MULTIPLEXED)


async def test_a_hub_books_and_reads_through_a_pooler_in_session_mode(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    with pooling(database, "session", settings.secret, 20) as to:
        pooled = msgspec.structs.replace(
            settings, app_database_url=to("app"), desk_database_url=to("desk")
        )
        async with mall_of(settings) as mall:
            await lay_out(mall)
            env = {"APP_DATABASE_URL": to("app"), "DESK_DATABASE_URL": to("desk")}
            os.environ.update(env)
            try:
                async with hubs(pooled, tmp_path) as [hub]:
                    await booked_and_read(mall, hub.url)
            finally:
                for name in env:
                    del os.environ[name]


async def booked_and_read(mall: Mall, url: str) -> None:
    mall.url = url
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    for _ in range(20):
        await bakery.sells(hanako, yen=1_100)
    await bakery.accepts(hanako, points=50)
    entries = await bakery.get("/v1/entries")
    assert len(entries.json["entries"]) == 21
    assert await mall.points_of(hanako) == 150
    assert await mall.broken() == []


OPENED = """
SELECT substr(usename, 8), count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename LIKE 'meguri%' GROUP BY 1
"""


@pytest.fixture
async def full(
    given: Given, database: str, tmp_path: Path
) -> AsyncIterator[tuple[Settings, Pools]]:
    """A process that has opened all that it ever opens."""
    settings = settings_for(database, given.redis_url, tmp_path)
    async with Pools(settings) as pools, AsyncExitStack() as stack:
        for name, size in SIZES.items():
            for _ in range(size):
                if name == "door":
                    stack.enter_context(pools.door())
                else:
                    await stack.enter_async_context(pools.bare(name))
        for connect in (pools.desk, pools.sealer, pools.messenger, *[pools.job] * LINES["jobs"]):
            stack.push_async_callback((await connect()).close)
        queue = Hub(settings).runner.queue().connector
        assert isinstance(queue, PsycopgConnector)
        await queue.open_async()
        stack.push_async_callback(queue.close_async)
        for _ in range(LINES["queue"]):
            await stack.enter_async_context(queue.pool.connection())
        yield settings, pools


async def test_a_process_opens_as_many_connections_as_the_document_says(
    full: tuple[Settings, Pools],
) -> None:
    settings, _ = full
    with psycopg.connect(settings.database_url) as conn:
        opened = dict(conn.execute(OPENED).fetchall())
    rows = re.findall(r"^\| `meguri_(\w+)` \|[^|]*\| (\d+) \|", RUNNING, re.MULTILINE)
    assert {role: int(count) for role, count in rows} == opened
    assert f"**{sum(opened.values())}**" in RUNNING
    assert sum(opened.values()) == CONNECTIONS
