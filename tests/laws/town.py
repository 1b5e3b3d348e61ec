"""Two shops in two facilities, three cards and a booking desk on real books, for any number of
random malls one after another, each from the first day of one of the programme's eras."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from msgspec import structs
from psycopg import AsyncConnection

from federation import close, reading, stocks
from federation.answers import Balance
from federation.slips import Answer
from settlement.paper.balances import standings
from settlement.paper.liability import Roll, rolled
from tenants.callers import Caller
from tenants.coupons import drafting
from tenants.coupons.coupon import Share
from tenants.coupons.drafting import Draft
from tenants.holds_api import about
from tenants.layout import Caps, Why
from tenants.terms import Till
from tests.conftest import Given
from tests.laws.asks import RULES, Ask
from tests.laws.eras import CAMPAIGNS, COUPONS, END, ERAS, PREMIUM, SHOPS
from tests.laws.lots import TOKYO, Shop
from tests.laws.terms import Campaign, Coupon, Era
from tests.mall import Mall, Member, settings_for
from tests.races.hubs import lay_out, mall_of
from tests.settlement.replays import off

Found = TypeVar("Found")
Wanted = tuple[Shop, Ask, str | None]  # the last is the hold that it is about

# DELETE, not TRUNCATE: the books of a random mall are a few rows in many partitions.
EMPTY = """
SET session_replication_role = replica;
DELETE FROM federation.draws;
DELETE FROM federation.lots;
DELETE FROM federation.entries;
DELETE FROM federation.answers;
DELETE FROM federation.slips;
DELETE FROM federation.receipts;
DELETE FROM federation.carriers;
DELETE FROM federation.hold_parts;
DELETE FROM federation.holds;
DELETE FROM federation.shortages;
DELETE FROM federation.used;
DELETE FROM federation.traits;
DELETE FROM federation.stocks;
DELETE FROM federation.wallets;
DELETE FROM federation.members;
UPDATE federation.cycles SET closed_at = NULL WHERE closed_at IS NOT NULL;
"""
WALLETS = """
SELECT member_id, points, points_held, points_owed, slides_on
FROM federation.wallets WHERE member_id = ANY(%(members)s)
"""
LOTS = """
SELECT member_id, shop.code, rule, funder.code, lots.points, points_left, points_held, expires_on,
    limited, fence.code, usable_from
FROM federation.lots
INNER JOIN tenants.shops AS shop USING (shop_id)
INNER JOIN tenants.parties AS funder ON funder.party_id = lots.funder_id
LEFT JOIN tenants.parties AS fence ON fence.party_id = lots.facility_id
WHERE member_id = ANY(%(members)s)
ORDER BY entry_id, part
"""
ENTRIES = """
SELECT member_id, kind, points, business_date, cycle_id,
    CASE entries.shop_id WHEN 1 THEN 'operator' ELSE shop.code END
FROM federation.entries INNER JOIN tenants.shops AS shop USING (shop_id)
WHERE member_id = ANY(%(members)s)
ORDER BY entry_id
"""
HOLDS = """
SELECT member_id, points, captured_points, state, expires_at
FROM federation.holds WHERE member_id = ANY(%(members)s) ORDER BY entry_id
"""
DEBTS = """
SELECT member_id, rule, funder.code, met, points, points_paid, undone
FROM federation.shortages INNER JOIN tenants.parties AS funder ON party_id = funder_id
WHERE member_id = ANY(%(members)s) ORDER BY entry_id, part
"""
USED = """
SELECT member_id, rule, used_on, points
FROM federation.used
WHERE member_id = ANY(%(members)s) AND points > 0
    AND rule <> 'adjustment'    -- the office's own limit: tests/stories/test_adjustments.py
ORDER BY rule, used_on
"""
ACCOUNTS = """
SELECT
    CASE split_part(account, ':', 1)
        WHEN 'member' THEN 'members'
        WHEN 'shop' THEN 'shop:' || (SELECT code FROM tenants.shops WHERE shop_id = whose)
        ELSE split_part(account, ':', 1) || ':'
            || (SELECT code FROM tenants.parties WHERE party_id = whose)
    END,
    points
FROM (
    SELECT account, split_part(account, ':', 2)::bigint AS whose, sum(points)::bigint AS points
    FROM federation.postings
    GROUP BY account
) AS summed
"""
STATEMENTS = (WALLETS, LOTS, ENTRIES, HOLDS, DEBTS, USED)
Row = tuple[Any, ...]


@dataclass
class Page:
    """What the books say of one member, in the columns of the statements above."""

    wallet: list[Row]
    lots: list[Row]
    entries: list[Row]
    holds: list[Row]
    debts: list[Row]
    used: list[Row]


@dataclass
class Told:
    """What a reader is told of one member."""

    balance: Balance
    lots: list[Row]


class Town:
    """The mall's fixed parts; `begin` opens new books in it."""

    def __init__(self, runner: asyncio.Runner, database: str, given: Given, folder: Path) -> None:
        self._runner = runner
        self._database = database
        self._settings = settings_for(database, given.redis_url, folder)
        self._leaving = AsyncExitStack()
        self._months: set[tuple[int, int]] = set()
        self.run(self._open())

    def run(self, wanted: Coroutine[Any, Any, Found]) -> Found:
        """Let the desk work until this is done."""
        return self._runner.run(wanted)

    async def _open(self) -> None:
        self.mall = await self._leaving.enter_async_context(mall_of(self._settings))
        self.desk = self.mall.hub.desk
        self.owner = await psycopg.AsyncConnection.connect(self._database, autocommit=True)
        self._leaving.push_async_callback(self.owner.close)
        first = datetime.combine(ERAS[0].first, time(12), TOKYO)
        await lay_out(self.mall, first, END)
        self._callers = {}
        for shop in SHOPS:
            opened = await self.mall.shop(shop.code, shop.facility)
            self._callers[shop] = Caller(
                opened.client_id, opened.tenant_id, frozenset(), None, False
            )
        for era in ERAS:
            await agree(self.mall, era)
        for one in CAMPAIGNS:
            await run(self.mall, one)
        for coupon in COUPONS:
            await publish(self.mall, coupon)
        self.desk.start()
        self._leaving.push_async_callback(self.desk.drain)

    def leave(self) -> None:
        self.run(self._leaving.aclose())

    async def begin(self, first: date, at: time) -> list[Member]:
        """Empty books on the first day of an era, and new members."""
        await self.owner.execute(EMPTY)
        for coupon in COUPONS:
            if coupon.stock is not None:
                await stocks.lay_out(self.owner, coupon.rule, coupon.stock)
        await self.turn_to(first, at)
        return [await self.mall.member("premium" if one else "general") for one in PREMIUM]

    async def turn_to(self, day: date, at: time) -> None:
        """It is now this time of this day; a month has its partitions when it is first come to."""
        if (day.year, day.month) in self._months:
            self.mall.clock.set(datetime.combine(day, at, TOKYO))
        else:
            await self.mall.turn_to(day, at)
            self._months.add((day.year, day.month))

    async def till(self, shop: Shop) -> Till:
        """The till as its route knows it."""
        caller = structs.replace(self._callers[shop], vouched=self.desk.moved)
        return await self.mall.hub.mall.till(caller, "T01")

    async def book_all(self, asked: Sequence[Wanted]) -> list[Answer]:
        """All at once, in this order: the desk takes them in batches, nobody twice in one."""
        tills = [await self.till(shop) for shop, _, _ in asked]
        names = self.mall.hub.names
        return await asyncio.gather(
            *(
                self.desk.book(
                    ask,
                    RULES[type(ask)],
                    till,
                    about(held, names, till.tenant_id) if held else None,
                )
                for till, (_, ask, held) in zip(tills, asked, strict=True)
            )
        )

    async def book_again(self, wanted: Wanted) -> list[Answer]:
        """Ask twice: a known slip is answered before its batch has ended, so that only the second
        answer says that the first batch has."""
        return [*await self.book_all([wanted]), *await self.book_all([wanted])]

    async def shut(self, cycle_id: int, now: datetime) -> datetime:
        """Close a cycle."""
        async with self.mall.hub.pools.use("worker") as conn:
            return await close.shut(conn, cycle_id, now)

    async def read(self, members: Sequence[Member]) -> tuple[list[Page], dict[str, int]]:
        """What the books say of each member, and what every account has."""
        asked = {"members": [member.member_id for member in members]}
        async with self.owner.pipeline():
            cursors = [await self.owner.execute(one, asked) for one in STATEMENTS]
            accounts = await self.owner.execute(ACCOUNTS)
        tables = [await cursor.fetchall() for cursor in cursors]
        pages = [
            Page(*([row[1:] for row in rows if row[0] == one.member_id] for rows in tables))
            for one in members
        ]
        summed: dict[str, int] = {}
        for account, points in await accounts.fetchall():
            summed[account] = summed.get(account, 0) + points
        return pages, {account: points for account, points in summed.items() if points}

    async def rolls(self, now: datetime) -> list[Roll]:
        """What moved each funder's balance from the beginning on."""
        async with self.mall.hub.pools.use("auditor") as conn:
            return rolled([], await standings(conn, now))

    async def replays(self, now: datetime) -> list[str]:
        """Every entry that a replay from the beginning on would not book as it was booked."""
        async with self.mall.hub.pools.use("auditor") as conn:
            return await off(conn, now)

    async def tell(self, member: Member, now: datetime) -> Told:
        """What a reader is told of a member."""
        async with self.mall.hub.pools.use("auditor") as conn:
            return await told(conn, member.member_id, now)


async def told(conn: AsyncConnection, member_id: int, now: datetime) -> Told:
    """Balance and lots by the statements that serve them."""
    in_order = await reading.lots(conn, member_id, now)
    return Told(
        await reading.balance(conn, member_id, now),
        [(row.points, row.points_held, row.expires_on, row.limited, row.rule) for row in in_order],
    )


async def agree(mall: Mall, era: Era) -> None:
    """The programme's terms of an era."""
    await mall.programme(
        from_on=era.first,
        spend_order="LIMITED_FIRST" if era.limited_first else "EXPIRY_FIRST",
        shortage_policy=era.shortage,
        usable_from="NEXT_DAY" if era.next_day else "AT_ONCE",
        redemption_limit_points_per_day=era.day_limit,
    )
    policy = "SLIDING" if era.qualifying else "FIXED_MONTHS" if era.months else "FISCAL_YEAR"
    await mall.expiry(
        from_on=era.first,
        policy=policy,
        months=era.months,
        month_end=era.month_end,
        qualifying=frozenset(era.qualifying),
    )


async def publish(mall: Mall, one: Coupon) -> None:
    """A coupon, live as long as the mall is."""
    draft = Draft(
        code=one.code, name=one.code, name_en=one.code, kind="SHOW",
        benefit="PERCENT" if one.percent else "FIXED", from_on=date(2027, 3, 1), to_on=END,
        reason="test", off_yen=one.off, percent=one.percent, least_yen=one.least, stock=one.stock,
        per_member=one.per_member, facilities=(one.facility,) if one.facility else (),
        shares=tuple(Share(who, weight) for who, weight in one.shares),
    )  # fmt: skip
    async with mall.hub.pools.use("worker") as conn:
        await drafting.draft(conn, draft, "test", mall.now)
        await drafting.step(conn, one.code, "live", Why("test", "a story"), mall.now)


async def run(mall: Mall, one: Campaign) -> None:
    """A campaign."""
    whose = {"tenant": "tenant", "operator": "operator", one.facility: "facility"}
    await mall.campaign(
        one.code,
        one.facility,
        (one.first, one.last),
        one.last_day,
        one.times,
        {whose[who]: weight for who, weight in one.shares},
        ring_fenced=one.fenced,
        caps=Caps(one.cap_receipt, one.cap_member, one.cap_day),
        tenths=one.tenths,
    )
