"""The desk's locks, one by one: who waits for whom."""

import asyncio

import psycopg

from federation import carriers, close
from settlement import calendar
from tests.mall import BEGIN, Mall
from tests.races.hubs import (
    DESKS_THAT_WAIT,
    PLACE,
    held_up,
    slugs,
    until,
    until_answered,
    until_so,
)

FREE = "SELECT bool_and(pg_try_advisory_xact_lock(28005, hashint8(m))) FROM unnest(%s) AS m"
IN_ORDER = "SELECT m FROM unnest(%s) AS m ORDER BY hashint8(m)"
WAITS = f"SELECT count(*) > 0 {DESKS_THAT_WAIT}"
CLOSE_WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_members_line_up_in_one_order(mall: Mall) -> None:
    """Who waits for the first holds none of the others, so that no two desks wait crosswise."""
    bakery, taro = await mall.shop("bakery"), await mall.member()
    cards = await mall.members(8)
    for card in (*cards, taro):
        await bakery.sells(card, yen=110)
    url = mall.hub.settings.database_url
    async with await psycopg.AsyncConnection.connect(url) as other:
        found = await other.execute(IN_ORDER, ([card.member_id for card in cards],))
        first, *others = [row[0] for row in await found.fetchall()]
        async with held_up(mall.hub.settings, "federation.draws", desks=1) as the_desk_waits:
            ahead = asyncio.create_task(bakery.accepts(taro, 1))
            await the_desk_waits()
            asked = [
                asyncio.create_task(
                    until_answered(bakery, "/v1/redemptions", bakery.spending(card, 1))
                )
                for card in cards
            ]
            await until(lambda: mall.hub.desk.waiting == len(cards))
            await other.execute(PLACE, (first,))
        await ahead
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            waits = (False,)
            while waits != (True,):
                waits = await (await conn.execute(WAITS)).fetchone()
                assert not all(one.done() for one in asked), "the desk waits for the first"
                await asyncio.sleep(0.01)
        free = await (await other.execute(FREE, (others,))).fetchone()
        await other.rollback()
    assert free == (True,)
    assert slugs(list(await asyncio.gather(*asked))) == {"booked": len(cards)}


async def test_a_close_waits_for_the_booking_that_has_begun(mall: Mall) -> None:
    """And books nothing into a cycle that is closed: who began before is in it."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    cycle = calendar.cycle_of(BEGIN.date())
    await mall.turn_to(cycle.last_on + calendar.DAY)
    yesterday = {"business_date": cycle.last_on.isoformat()}
    url = mall.hub.settings.database_url

    async def shut() -> None:
        async with mall.hub.pools.use("worker") as conn:
            await close.shut(conn, cycle.cycle_id, mall.now)

    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        async with held_up(mall.hub.settings, "federation.draws", desks=1) as the_desk_waits:
            spent = asyncio.create_task(
                until_answered(bakery, "/v1/redemptions", bakery.spending(hanako, 1, **yesterday))
            )
            await the_desk_waits()
            closing = asyncio.create_task(shut())
            waits = None
            while not closing.done() and not waits:
                row = await (await conn.execute(CLOSE_WAITS)).fetchone()
                waits = row is not None and row[0]
                await asyncio.sleep(0.01)
            assert not closing.done(), "it waits for the desk"
        await asyncio.gather(spent, closing)
    late = await bakery.accepts(hanako, 1, **yesterday)
    cycles = "SELECT cycle_id FROM federation.entries WHERE slip = %s"
    assert await mall.value(cycles, (await spent).json["slip"]) == cycle.cycle_id
    assert await mall.value(cycles, late["slip"]) != cycle.cycle_id


async def test_what_comes_in_while_the_desk_looks_is_looked_for_as_well(mall: Mall) -> None:
    """Two tills take the same goods back; the second asks while the desk reads what the first is
    about."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sold = await bakery.sells(hanako, yen=2_200)
    back = [{**bakery.asked(hanako), "of": sold["slip"], "returned_yen": 2_200} for _ in range(2)]
    url = mall.hub.settings.database_url
    async with (
        await psycopg.AsyncConnection.connect(url) as other,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as conn,
    ):
        await other.execute("LOCK TABLE federation.slips IN ACCESS EXCLUSIVE MODE")
        asked = []
        for body in back:
            body.pop("card")
            asked.append(asyncio.create_task(until_answered(bakery, "/v1/returns", body)))
            await until_so(conn, WAITS)
        await until(lambda: mall.hub.desk.waiting == len(back))
        await other.rollback()
    assert slugs(list(await asyncio.gather(*asked))) == {"booked": 1, "already-returned": 1}


async def test_a_wallet_that_is_being_frozen_is_waited_for(mall: Mall) -> None:
    """Whoever changes a wallet lines up first: the desk reads it afterwards, overwrites none."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    url = mall.hub.settings.database_url
    async with (
        await psycopg.AsyncConnection.connect(url) as other,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as conn,
    ):
        await carriers.freeze(other, hanako.member_id, frozen=True)
        body = bakery.spending(hanako, 1)
        asked = asyncio.create_task(until_answered(bakery, "/v1/redemptions", body))
        while await (await conn.execute(WAITS)).fetchone() != (True,):
            assert not asked.done(), "the desk waits for it"
            await asyncio.sleep(0.01)
        await other.commit()
    assert (await asked).slug == "card-not-active"
    state = "SELECT state FROM federation.wallets WHERE member_id = %s"
    assert await mall.value(state, hanako.member_id) == "frozen"
