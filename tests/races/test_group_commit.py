"""A crowd shares a commit: what a booking costs is counted by PostgreSQL itself."""

import asyncio
from pathlib import Path

import psycopg

from tests.conftest import Given
from tests.mall import settings_for
from tests.races.hubs import hubs, lay_out, mall_of, until_answered

CLIENTS = 64
SALES = 2_000
COMMITTED = "SELECT xact_commit FROM pg_stat_database WHERE datname = %s"
NOBODY_ELSE = "SELECT count(*) = 0, pg_sleep(0.01) FROM pg_stat_activity WHERE datname = %s"


def committed(server_url: str, database: str) -> int:
    """Every commit of a database so far, asked from another one, once its last connection has
    ended: a connection's figures are complete when it is gone from the list of connections."""
    name = database.rpartition("/")[2]
    with psycopg.connect(server_url, autocommit=True) as conn:
        for _ in range(6_000):
            row = conn.execute(NOBODY_ELSE, [name]).fetchone()
            if row is not None and row[0]:
                break
        row = conn.execute(COMMITTED, [name]).fetchone()
    assert row is not None
    return int(row[0])


async def test_sixty_four_clients_share_their_commits(
    given: Given, database: str, tmp_path: Path
) -> None:
    """At most a commit for four sales. Nothing is left out of the count: the hub's start, tokens,
    the look-ups of tills, keys and cards, and whatever PostgreSQL does of itself are in it."""
    settings = settings_for(database, given.redis_url, tmp_path)
    async with mall_of(settings) as mall:
        await lay_out(mall)
        shops = [await mall.shop("bakery"), await mall.shop("bookshop", "takamatsu")]
        members = await mall.members(CLIENTS)
    before = committed(given.database_url, database)
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as outside:
        for shop in shops:
            shop.mall = outside
        sales = iter(range(SALES))

        async def client(number: int) -> int:
            """One sale after another, each to the next member, until all are made."""
            shop, sold = shops[number % 2], 0
            for sale in sales:
                member = members[sale % CLIENTS]
                answer = await until_answered(shop, "/v1/accruals", shop.sale(member, 1_100))
                assert answer.status == 201, answer
                sold += 1
            return sold

        for shop in shops:
            await shop.token()
        assert sum(await asyncio.gather(*map(client, range(CLIENTS)))) == SALES
    cost = committed(given.database_url, database) - before
    assert 0 < cost <= SALES / 4, f"{cost} commits for {SALES} sales"
    async with mall_of(settings) as mall:
        assert await mall.broken() == []
        assert await mall.value("SELECT sum(points)::bigint FROM federation.wallets") == 10 * SALES
        assert await mall.value("SELECT count(*) FROM federation.slips") == SALES
