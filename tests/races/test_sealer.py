"""One hub seals and the others stand by; whoever dies, the journal goes on without a gap."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from deploy.deep import compared
from deploy.embedded import Servers, embedded
from deploy.heads import HeadsKey
from deploy.migrate import migrate
from deploy.settings import Settings
from tests.conftest import Given
from tests.mall import BEGIN, Mall, Member, Shop, settings_for
from tests.races.hubs import HubProcess, hubs, lay_out, mall_of, through, until_answered, until_so

SEALERS = "FROM pg_stat_activity WHERE datname = current_database() AND usename = 'meguri_sealer'"
ONE_HOLDS = f"""
SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid IN (SELECT pid {SEALERS})
    AND ((classid::bigint << 32) | objid::bigint) = 0x6D65677572696A
)
"""
TWO_STAND = f"SELECT count(*) = 2 {SEALERS}"
ONE_STANDS = f"SELECT count(*) = 1 {SEALERS}"
ALL_NUMBERED = """
SELECT count(*) = (SELECT count(*) FROM federation.entries) AND count(*) = max(number)
FROM federation.journal
"""


Scene = tuple[psycopg.AsyncConnection, Shop, list[Member]]


@asynccontextmanager
async def laid_out(
    settings: Settings,
) -> AsyncIterator[tuple[psycopg.AsyncConnection, Shop, list[Member]]]:
    """A shop and its members, and somebody who looks into the database."""
    async with mall_of(settings) as mall:
        await lay_out(mall)
        shop, members = await mall.shop("bakery"), await mall.members(4)
        async with await psycopg.AsyncConnection.connect(
            settings.database_url, autocommit=True
        ) as conn:
            yield conn, shop, members


async def sell(shop: Shop, hub: HubProcess, mall: Mall, members: list[Member], each: int) -> None:
    """Sales, one after another for each member."""
    shop.mall = mall
    ours = through(shop, hub)

    async def one(member: Member) -> None:
        for _ in range(each):
            answer = await until_answered(ours, "/v1/accruals", ours.sale(member, 1_100))
            assert answer.status == 201, answer

    await asyncio.gather(*map(one, members))


async def sound(conn: psycopg.AsyncConnection, settings: Settings) -> None:
    """Every entry has its number, and each is what its number says."""
    found = await compared(conn, BEGIN + timedelta(days=1), None, HeadsKey(settings.secret))
    assert found.differences == []


async def test_where_the_hub_that_seals_is_killed_another_goes_on(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    async with laid_out(settings) as (conn, shop, members), hubs(settings, folders[0]) as [first]:
        await until_so(conn, ONE_HOLDS)
        async with hubs(settings, folders[1]) as [second], mall_of(settings, second.url) as mall:
            await until_so(conn, TWO_STAND)
            await sell(shop, first, mall, members, each=10)
            await until_so(conn, ALL_NUMBERED)
            selling = asyncio.create_task(sell(shop, second, mall, members, each=40))
            first.send(signal.SIGKILL)
            assert await first.gone() == -signal.SIGKILL
            await selling
            await until_so(conn, ALL_NUMBERED)
            await until_so(conn, ONE_HOLDS)
            await sound(conn, settings)
            first.start()
            await first.ready()


async def test_a_sealer_whose_session_is_ended_begins_again(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with laid_out(settings) as (conn, shop, members), hubs(settings, tmp_path) as [hub]:
        async with mall_of(settings, hub.url) as mall:
            for _ in range(2):
                await until_so(conn, ONE_HOLDS)
                await conn.execute(f"SELECT pg_terminate_backend(pid, 60000) {SEALERS}".encode())
                await sell(shop, hub, mall, members, each=5)
                await until_so(conn, ALL_NUMBERED)
        await until_so(conn, ONE_STANDS)
        await sound(conn, settings)


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Servers of this test alone: nobody else's are killed."""
    with (
        TemporaryDirectory(prefix="meguri-") as folder,
        embedded(Path(folder), tuned_for_tests=True) as ours,
    ):
        yield ours


async def test_a_killed_postgres_leaves_no_gap_in_the_journal(
    servers: Servers, tmp_path: Path
) -> None:
    settings = settings_for(servers.database_url, servers.redis_url, tmp_path)
    migrate(settings, BEGIN - timedelta(days=31))
    async with laid_out(settings) as (_, shop, members):
        pass
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        shop.mall = mall
        await shop.token()
        for _ in range(2):
            selling = asyncio.create_task(sell(shop, hub, mall, members, each=30))
            await asyncio.to_thread(until_numbered, settings)
            os.kill(servers.postgres_pid, signal.SIGKILL)
            await asyncio.to_thread(servers.postgres.process.wait)  # type: ignore[union-attr]
            servers.restart_postgres()
            await selling
        async with await psycopg.AsyncConnection.connect(
            settings.database_url, autocommit=True
        ) as conn:
            await until_so(conn, ALL_NUMBERED)
            await sound(conn, settings)


def until_numbered(settings: Settings) -> None:
    """Wait until the journal grows."""
    with psycopg.connect(settings.database_url, autocommit=True) as conn:
        numbers = "SELECT coalesce(max(number), 0) FROM federation.journal"
        first = conn.execute(numbers).fetchone()
        for _ in range(6_000):
            if conn.execute(numbers).fetchone() != first:
                return
            conn.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody numbered")
