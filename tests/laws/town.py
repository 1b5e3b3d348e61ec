"""Two shops in two facilities, three cards and a booking desk on real books, for any number of
random malls one after another."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from msgspec import structs
from psycopg import AsyncConnection

from federation import close, reading
from federation.days import TOKYO
from federation.slips import Answer, Rule
from tenants.callers import Caller
from tenants.earning import Sale, earn
from tenants.spending import Purchase, Spend, buy, spend
from tenants.terms import Till
from tests.conftest import Given
from tests.laws.lots import Campaign, Shop
from tests.mall import Member, settings_for
from tests.races.hubs import lay_out, mall_of

Found = TypeVar("Found")
Ask = Sale | Spend | Purchase
RULES: dict[type[Ask], Rule] = {Sale: earn, Spend: spend, Purchase: buy}

BEGIN = datetime(2027, 3, 27, 12, 0, tzinfo=TOKYO)  # four days before the fiscal year ends
END = date(2031, 12, 31)
PREMIUM = (False, True, False)
SHOPS = (Shop("bakery", "tokushima"), Shop("bookshop", "takamatsu"))
CAMPAIGNS = (
    Campaign(  # paid by three, and gone with the fiscal year
        "three",
        "tokushima",
        date(2027, 3, 27),
        date(2027, 3, 29),
        3,
        (("tokushima", 1), ("operator", 1), ("tenant", 1)),
        date(2027, 3, 31),
    ),
    Campaign(  # as long as the base points of the old fiscal year
        "two",
        "tokushima",
        date(2027, 3, 30),
        date(2027, 4, 9),
        2,
        (("tokushima", 2), ("tenant", 1)),
        date(2028, 3, 31),
    ),
    Campaign(  # gone with its own last day
        "five",
        "takamatsu",
        date(2027, 3, 27),
        date(2027, 4, 2),
        5,
        (("takamatsu", 1), ("tenant", 1)),
        date(2027, 4, 2),
    ),
)

EMPTY = """
TRUNCATE federation.draws, federation.lots, federation.entries, federation.answers,
    federation.slips, federation.receipts, federation.carriers, federation.wallets,
    federation.members, federation.holds, federation.hold_parts, federation.shortages,
    federation.used;
UPDATE federation.cycles SET closed_at = NULL;
"""
LOTS = """
SELECT shop.code, rule, funder.code, lots.points, points_left, expires_on, limited
FROM federation.lots
INNER JOIN tenants.shops AS shop USING (shop_id)
INNER JOIN tenants.parties AS funder ON funder.party_id = lots.funder_id
WHERE member_id = %(member_id)s
ORDER BY entry_id, part
"""
# A lapse is numbered after the booking that noticed it.
ENTRIES = """
SELECT kind, points, business_date, cycle_id
FROM federation.entries WHERE member_id = %(member_id)s ORDER BY kind = 'lapse', entry_id
"""
WALLET = "SELECT points FROM federation.wallets WHERE member_id = %(member_id)s"
ACCOUNTS = """
SELECT
    CASE split_part(account, ':', 1)
        WHEN 'member' THEN 'members'
        WHEN 'shop' THEN 'shop:' || (SELECT code FROM tenants.shops WHERE shop_id = whose)
        ELSE split_part(account, ':', 1) || ':'
            || (SELECT code FROM tenants.parties WHERE party_id = whose)
    END,
    sum(points)::bigint
FROM federation.postings, LATERAL (SELECT split_part(account, ':', 2)::bigint AS whose) AS named
GROUP BY 1
HAVING sum(points) <> 0
"""


@dataclass(frozen=True)
class Page:
    """What the books say of one member, in the columns of the statements above."""

    wallet: int
    lots: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]
    has: int
    soonest: tuple[int, date] | None
    in_order: list[tuple[int, date, bool, str]]


class Town:
    """The mall's fixed parts; `begin` opens new books in it."""

    def __init__(self, runner: asyncio.Runner, database: str, given: Given, folder: Path) -> None:
        self._runner = runner
        self._database = database
        self._settings = settings_for(database, given.redis_url, folder)
        self._leaving = AsyncExitStack()
        self.run(self._open())

    def run(self, wanted: Coroutine[Any, Any, Found]) -> Found:
        """Let the desk work until this is done."""
        return self._runner.run(wanted)

    async def _open(self) -> None:
        self.mall = await self._leaving.enter_async_context(mall_of(self._settings))
        self.desk = self.mall.hub.desk
        await lay_out(self.mall, BEGIN, END)
        self._callers = {}
        for shop in SHOPS:
            opened = await self.mall.shop(shop.code, shop.facility)
            self._callers[shop] = Caller(
                opened.client_id, opened.tenant_id, frozenset(), None, False
            )
        for one in CAMPAIGNS:
            whose = {"tenant": "tenant", "operator": "operator", one.facility: "facility"}
            shares = {whose[who]: weight for who, weight in one.shares}
            days = (one.first, one.last)
            await self.mall.campaign(one.code, one.facility, days, one.last_day, one.times, shares)
        self.desk.start()
        self._leaving.push_async_callback(self.desk.drain)

    def leave(self) -> None:
        self.run(self._leaving.aclose())

    async def begin(self) -> list[Member]:
        """Empty books on the first day, and new members."""
        async with await psycopg.AsyncConnection.connect(self._database) as conn:
            await conn.execute(EMPTY)
        await self.mall.turn_to(BEGIN.date(), BEGIN.time())
        return [await self.mall.member("premium" if one else "general") for one in PREMIUM]

    async def till(self, shop: Shop) -> Till:
        """The till as its route knows it."""
        caller = structs.replace(self._callers[shop], vouched=self.desk.moved)
        return await self.mall.hub.mall.till(caller, "T01")

    async def book_all(self, asked: Sequence[tuple[Shop, Ask]]) -> list[Answer]:
        """All at once, in this order: the desk takes them in batches, nobody twice in one."""
        tills = [await self.till(shop) for shop, _ in asked]
        return await asyncio.gather(
            *(
                self.desk.book(ask, RULES[type(ask)], till)
                for till, (_, ask) in zip(tills, asked, strict=True)
            )
        )

    async def book_again(self, shop: Shop, ask: Ask) -> list[Answer]:
        """Ask twice: a known slip is answered before its batch has ended, so that only the second
        answer says that the first batch has."""
        return [*await self.book_all([(shop, ask)]), *await self.book_all([(shop, ask)])]

    async def shut(self, cycle_id: int, now: datetime) -> datetime:
        """Close a cycle."""
        async with self.mall.hub.pools.use("worker") as conn:
            return await close.shut(conn, cycle_id, now)

    async def read(
        self, members: Sequence[Member], now: datetime
    ) -> tuple[list[Page], dict[str, int]]:
        """What the books say of each member, and what every account has."""
        async with self.mall.hub.pools.use("auditor") as conn:
            pages = [await page(conn, member.member_id, now) for member in members]
            accounts = await (await conn.execute(ACCOUNTS)).fetchall()
        return pages, dict(accounts)


async def page(conn: AsyncConnection, member_id: int, now: datetime) -> Page:
    """One member's page."""
    asked = {"member_id": member_id}
    async with conn.pipeline():
        wallet = await conn.execute(WALLET, asked)
        lots = await conn.execute(LOTS, asked)
        entries = await conn.execute(ENTRIES, asked)
    [(points,)] = await wallet.fetchall()
    has = await reading.balance(conn, member_id, now)
    in_order = await reading.lots(conn, member_id, now)
    return Page(
        points,
        await lots.fetchall(),
        await entries.fetchall(),
        has.points,
        (has.next_to_expire.points, has.next_to_expire.on) if has.next_to_expire else None,
        [(row.points, row.expires_on, row.limited, row.rule) for row in in_order],
    )
