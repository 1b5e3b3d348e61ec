"""Limited counters and traits at the desk: never more than there is, whoever asks at once; who asks
for neither pays nothing for them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from msgspec import structs

from deploy.hub import Hub
from federation import desk, looking, stocks, traits
from federation.desk import Desk
from federation.exchange import rollback
from federation.refusals import Refusal
from federation.slips import Answer, Holder, Order
from tenants.callers import Caller
from tenants.earning import Sale, earn
from tenants.terms import Till
from tenants.undoing import Undo, undo
from tests.mall import Mall, Member, Shop
from tests.races.hubs import end_desks, held_up

FIVE = "coupon:five"
BLUE = "segment:blue"
LEFT = "SELECT total - used FROM federation.stocks WHERE stock = %s"
BOOKED = "SELECT count(*) FROM federation.entries WHERE kind = 'accrual'"


class Wanted(Sale, frozen=True, kw_only=True):
    """A sale that earns only while one of five is left."""

    def stocks(self, _: Any) -> frozenset[str]:
        return frozenset((FIVE,))


class Unwanted(Undo, frozen=True, kw_only=True):
    """A sale that shall not have been: its one of five is free again."""

    def stocks(self, _: Any) -> frozenset[str]:
        return frozenset((FIVE,))


def while_there_are(sale: Wanted, till: Till, holder: Holder) -> Order:
    """One of five, and the points; else the sale alone."""
    order = earn(sale, till, holder)
    assert order.accrue is not None
    if holder.stocks.get(FIVE, 0) == 0:
        return Order(accrue=structs.replace(order.accrue, grants=()))
    return structs.replace(order, stocks=((FIVE, 1),))


def put_back(asked: Unwanted, till: Till, past: Any) -> Order:
    return structs.replace(undo(asked, till, past), stocks=((FIVE, -1),))


def take_again(asked: Unwanted, till: Till, past: Any) -> Order:
    return structs.replace(undo(asked, till, past), stocks=((FIVE, 1),))


def seen_by(seen: list[Holder]) -> Any:
    def look(sale: Sale, till: Till, holder: Holder) -> Order:
        seen.append(holder)
        return earn(sale, till, holder)

    return look


@pytest.fixture
async def desks(mall: Mall) -> AsyncIterator[Sequence[Desk]]:
    """Two desks over one database."""
    other = Hub(mall.hub.settings)
    async with other.pools:
        other.desk.start()
        yield mall.hub.desk, other.desk
        await other.desk.drain()


async def till_of(mall: Mall, shop: Shop) -> Till:
    caller = Caller(shop.client_id, shop.tenant_id, frozenset(), None, wide=False)
    return await mall.hub.mall.till(caller, shop.till)


async def five(mall: Mall) -> None:
    async with mall.hub.pools.use("worker") as conn:
        assert await stocks.lay_out(conn, FIVE, 5) == 5


def wanted(shop: Shop, member: Member) -> Wanted:
    return msgspec.convert(shop.sale(member, 1_100), Wanted, strict=False)


async def until_told(here: Desk, asked: Any, rule: Any, till: Till) -> Answer:
    """Ask as a till does: the same slip again until somebody answers it."""
    while True:
        try:
            answer = await here.book(asked, rule, till)
        except Refusal:
            answer = Answer(503, b"")
        if answer.status != 503:
            return answer
        await asyncio.sleep(0.01)


def gave(answers: Sequence[Answer]) -> int:
    """How many got points."""
    return sum(msgspec.json.decode(one.body)["points"] > 0 for one in answers)


async def test_a_stock_of_five_gives_to_five_of_forty_at_two_desks(
    mall: Mall, desks: Sequence[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none of them by failing first: the table's own law is never asked. Both desks are held
    where one has taken what the other would take."""
    failed: list[object] = []

    async def noted(conn: Any) -> None:
        failed.append(sys.exception())
        await rollback(conn)

    monkeypatch.setattr(desk, "rollback", noted)
    await five(mall)
    bakery = await mall.shop("bakery")
    till = await till_of(mall, bakery)
    asked = [wanted(bakery, one) for one in await mall.members(40)]
    async with held_up(mall.hub.settings, "federation.entries", desks=2) as desks_wait:
        telling = asyncio.gather(
            *(until_told(desks[n % 2], one, while_there_are, till) for n, one in enumerate(asked))
        )
        await desks_wait()
    answers = await telling
    assert {one.status for one in answers} == {201}
    assert gave(answers) == 5
    assert await mall.value(LEFT, FIVE) == 0
    assert [one for one in failed if isinstance(one, psycopg.errors.CheckViolation)] == []
    assert [one for one in failed if isinstance(one, AssertionError)] == []


async def test_what_an_undoing_gives_back_is_there_for_the_next(
    mall: Mall, desks: Sequence[Desk]
) -> None:
    await five(mall)
    bakery = await mall.shop("bakery")
    till = await till_of(mall, bakery)
    asked = [wanted(bakery, one) for one in await mall.members(6)]
    answers = [await until_told(desks[0], one, while_there_are, till) for one in asked]
    assert gave(answers) == 5
    undone = {k: v for k, v in bakery.asked(Member(0, "")).items() if k != "card"}
    undoing = msgspec.convert({**undone, "of": asked[0].slip, "reason": "test"}, Unwanted)
    assert (await until_told(desks[1], undoing, put_back, till)).status == 201
    assert await mall.value(LEFT, FIVE) == 1
    again = wanted(bakery, await mall.member())
    assert gave([await until_told(desks[0], again, while_there_are, till)]) == 1
    assert await mall.value(LEFT, FIVE) == 0
    short = msgspec.convert(
        {**undone, "slip": "short", "of": asked[1].slip, "reason": "test"}, Unwanted
    )
    answer = await until_told(desks[0], short, take_again, till)
    assert answer.status == 409  # an undoing never takes what is not there
    assert b"not-reversible" in answer.body


async def test_desks_that_are_ended_in_the_middle_take_each_piece_once(
    mall: Mall, desks: Sequence[Desk]
) -> None:
    await five(mall)
    bakery = await mall.shop("bakery")
    till = await till_of(mall, bakery)
    asked = [wanted(bakery, one) for one in await mall.members(40)]
    telling = [
        asyncio.create_task(until_told(desks[n % 2], one, while_there_are, till))
        for n, one in enumerate(asked)
    ]
    for _ in range(3):
        await end_desks(mall.hub.settings)
        await asyncio.sleep(0.02)
    answers = await asyncio.gather(*telling)
    assert gave(answers) == 5
    assert await mall.value(LEFT, FIVE) == 0
    assert await mall.value(BOOKED) == 40


async def test_a_stock_is_never_less_than_what_is_taken(mall: Mall, desks: Sequence[Desk]) -> None:
    await five(mall)
    bakery = await mall.shop("bakery")
    till = await till_of(mall, bakery)
    await until_told(desks[0], wanted(bakery, await mall.member()), while_there_are, till)
    async with mall.hub.pools.use("worker") as conn:
        assert await stocks.lay_out(conn, FIVE, 0) is None
        assert await stocks.lay_out(conn, FIVE, 1) == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await conn.execute("UPDATE federation.stocks SET used = 0")


async def test_traits_are_told_as_of_the_business_date(mall: Mall, desks: Sequence[Desk]) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, 1_100)
    till = structs.replace(await till_of(mall, bakery), vouched=desks[0].moved)

    class Asking(Till, frozen=True, kw_only=True):
        @property
        def traits(self) -> frozenset[str]:
            return frozenset((BLUE, "segment:red"))

    asking = Asking(**{name: getattr(till, name) for name in till.__struct_fields__})
    async with mall.hub.pools.use("worker") as conn:
        await traits.bear(conn, BLUE, [hanako.member_id], (mall.today, date(2026, 6, 30)))
        await traits.bear(conn, "segment:green", [hanako.member_id], (mall.today, mall.today))
    seen: list[Holder] = []
    yesterday = (mall.today - timedelta(days=1)).isoformat()
    for sale in (bakery.sale(hanako, 1_100), bakery.sale(hanako, 1_100, business_date=yesterday)):
        answer = await desks[0].book(msgspec.convert(sale, Sale), seen_by(seen), asking)
        assert answer.status == 201
    assert [one.traits for one in seen] == [{BLUE}, set()]


async def test_who_asks_for_neither_sends_no_statement_more(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sent: list[str] = []
    whole = looking.exchange

    async def counted(conn: Any, asked: Any) -> Any:
        sent.extend(asked)
        return await whole(conn, asked)

    monkeypatch.setattr(looking, "exchange", counted)
    await bakery.sells(hanako, 1_100)
    assert sent == ["begin", "lined", "stands"]
