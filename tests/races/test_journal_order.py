"""The journal goes by the numbers of transactions: of two bookings for one member the later has the
higher one, whichever desk began first."""

import asyncio
from typing import Any

import psycopg

from tests.laws.asks import Adjust, adjust
from tests.mall import Mall, Member, Shop
from tests.races.hubs import DESKS_THAT_WAIT, PLACE, mall_of, until_so
from tests.stories.test_found_by_the_mall import till_of

IN_ORDER = """
SELECT entries.slip
FROM federation.journal INNER JOIN federation.entries USING (member_id, entry_id)
WHERE member_id = %s ORDER BY {}
"""
ALL_NUMBERED = """
SELECT (SELECT count(*) FROM federation.journal) = (SELECT count(*) FROM federation.entries)
"""


def given(mall: Mall, member: Member, slip: str) -> Adjust:
    return Adjust(
        slip=slip,
        till="T01",
        business_date=mall.today,
        at=mall.now,
        card=member.card,
        points=1,
        last_day=mall.today,
    )


async def test_a_members_entries_are_numbered_in_the_order_of_their_bookings(mall: Mall) -> None:
    """A desk has begun and waits for its second member; another books for its third meanwhile."""
    bakery = await mall.shop("bakery")
    cards = sorted(await mall.members(3), key=lambda member: member.member_id)
    url = mall.hub.settings.database_url
    async with (
        mall_of(mall.hub.settings) as beside,
        await psycopg.AsyncConnection.connect(url) as other,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as conn,
    ):
        beside.hub.desk.start()
        await learn(beside, bakery, cards)
        await learn(mall, bakery, cards)
        await other.execute(PLACE, (cards[1].member_id,))
        ours, theirs = await till_of(mall, bakery), await till_of(beside, bakery)
        first = [
            asyncio.ensure_future(
                beside.hub.desk.book(given(mall, card, f"first-{n}"), adjust, theirs)
            )
            for n, card in enumerate(cards)
        ]
        await until_so(conn, f"SELECT count(*) = 1 {DESKS_THAT_WAIT}")
        second = asyncio.ensure_future(
            mall.hub.desk.book(given(mall, cards[2], "second"), adjust, ours)
        )
        while not second.done():
            row = await (await conn.execute(f"SELECT count(*) = 2 {DESKS_THAT_WAIT}")).fetchone()
            if row == (True,):
                break
        await other.rollback()
        assert {one.status for one in await asyncio.gather(*first, second)} == {201}
        await beside.hub.desk.drain()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        await until_so(conn, ALL_NUMBERED)
        numbered, booked = [
            [row[0] async for row in await conn.execute(IN_ORDER.format(by), (cards[2].member_id,))]
            for by in ("number", "entry_id")
        ]
    assert numbered == booked


async def learn(mall: Mall, shop: Shop, cards: list[Member]) -> None:
    """A desk that knows the cards takes them into one batch."""
    till: Any = await till_of(mall, shop)
    for card in cards:
        slip = f"{id(mall)}-{card.member_id}"
        answer = await mall.hub.desk.book(given(shop.mall, card, slip), adjust, till)
        assert answer.status == 201, answer
