"""Rollers fold beside tills that book and the sealer that numbers; nobody is counted twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import psycopg

from settlement import calendar, roll
from settlement.close import PROOF
from tests.mall import Mall, Member, Shop
from tests.races.hubs import until_so
from tests.stories.test_reversals import undo

ALL_FOLDED = """
SELECT (SELECT number FROM settlement.folded) = (SELECT count(*) FROM federation.entries)
"""
LONG_AGO = "1970-01-01T00:00:00Z"
EACH = 30


@asynccontextmanager
async def rollers(mall: Mall, *sizes: int) -> AsyncIterator[None]:
    """More rollers than anybody would start, each in slices of its own size."""

    async def rolls(most: int) -> None:
        async with await psycopg.AsyncConnection.connect(
            mall.hub.settings.url("worker"), autocommit=True
        ) as conn:
            while True:
                await roll.roll(conn, most)
                await asyncio.sleep(0)

    working = [asyncio.create_task(rolls(most)) for most in sizes]
    try:
        yield
    finally:
        for task in working:
            task.cancel()
        ended = await asyncio.gather(*working, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def trade(shop: Shop, member: Member) -> None:
    """Sell, take points, undo."""
    for n in range(EACH):
        sold = await shop.sells(member, yen=1_100)
        if n % 3:
            await shop.accepts(member, points=3)
        else:
            assert (await undo(shop, sold["slip"])).status == 201


async def differences(mall: Mall, cycle_id: int) -> list[tuple[object, ...]]:
    """Where positions and what is not folded yet are not what the whole pass says."""
    async with mall.hub.pools.use("worker") as conn:
        first_on = date.fromisoformat(str(cycle_id))
        asked = {"cycle_id": cycle_id, "since": LONG_AGO, "first_on": first_on, "most": 9}
        return await (await conn.execute(PROOF, asked)).fetchall()


async def test_positions_are_right_at_any_instant_while_tills_book(mall: Mall) -> None:
    shops = await mall.shops("bakery", "bookshop")
    members = await mall.members(4)
    cycle = calendar.cycle_of(mall.today)
    async with rollers(mall, 1, 7, 1_000):
        trading = asyncio.gather(*(trade(shops[n % 2], member) for n, member in enumerate(members)))
        looks = 0
        while not trading.done():
            assert await differences(mall, cycle.cycle_id) == []
            looks += 1
        await trading
        assert looks > 1
        async with await psycopg.AsyncConnection.connect(
            mall.hub.settings.database_url, autocommit=True
        ) as conn:
            await until_so(conn, ALL_FOLDED)
    assert await differences(mall, cycle.cycle_id) == []
    assert await mall.broken() == []


async def test_the_hub_rolls_by_itself_and_a_shop_reads_the_same_before_and_after(
    mall: Mall,
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    await bookshop.accepts(hanako, points=70)
    office = await mall.office(bakery)
    before = (await office.get("/v1/flows")).json
    assert before["redeemed_elsewhere_points"] == 70
    async with await psycopg.AsyncConnection.connect(
        mall.hub.settings.database_url, autocommit=True
    ) as conn:
        await until_so(conn, ALL_FOLDED)
        await until_so(conn, "SELECT count(*) > 0 FROM settlement.positions")
    assert (await office.get("/v1/flows")).json == before


async def test_a_cycle_closes_beside_rollers_and_the_next_is_not_touched(mall: Mall) -> None:
    shops = await mall.shops("bakery", "bookshop")
    members = await mall.members(4)
    first = calendar.cycle_of(mall.today)
    for shop, member in zip(shops * 2, members, strict=True):
        await trade(shop, member)
    await mall.turn_to(first.last_on + calendar.DAY)
    operator = await mall.operator()
    async with rollers(mall, 3, 50):
        trading = asyncio.gather(*(trade(shops[n % 2], member) for n, member in enumerate(members)))
        path = f"/v1/admin/cycles/{first.first_on}/close"
        closed = await operator.ask("POST", path)
        await trading
    assert closed.status == 200, closed
    assert sum((await mall.nets(first.first_on)).values()) == 0
    assert (await mall.close(mall.today)).status == 200
    assert await mall.broken() == []
