"""A random mall: whatever shops and members do, in whatever order and on whatever days, the books
say what a few lines of plain Python say.

More malls, and other ones each time: `MEGURI_MALLS=2000 make test ARGS=tests/laws`.
"""

import asyncio
import itertools
import json
import os
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs

from federation import close, reading
from federation.days import TOKYO
from federation.slips import Answer, Rule
from settlement import calendar
from tenants.callers import Caller
from tenants.earning import Sale, earn
from tenants.spending import Purchase, Spend, buy, spend
from tests import mall as malls
from tests.conftest import Given
from tests.laws.lots import Calendar, Campaign, Cycle, Lot, Purse, Shop, Sold
from tests.mall import Member, settings_for
from tests.races.hubs import lay_out, mall_of

Found = TypeVar("Found")
Ask = Sale | Spend | Purchase

BEGIN = datetime(2027, 3, 27, 12, 0, tzinfo=TOKYO)  # four days before the fiscal year ends
END = date(2031, 12, 31)
DAY = timedelta(days=1)
BAKERY, BOOKSHOP = Shop("bakery", "tokushima"), Shop("bookshop", "takamatsu")
SHOPS = (BAKERY, BOOKSHOP)
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
PREMIUM = (False, True, False)

RULES: dict[type[Ask], Rule] = {Sale: earn, Spend: spend, Purchase: buy}
EMPTY = """
TRUNCATE federation.draws, federation.lots, federation.entries, federation.answers,
    federation.slips, federation.receipts, federation.carriers, federation.wallets,
    federation.members;
UPDATE federation.cycles SET closed_at = NULL;
"""
LOTS = """
SELECT shop.code, lots.rule, funder.code, lots.points, lots.points_left, lots.expires_on, limited
FROM federation.lots
INNER JOIN tenants.shops AS shop USING (shop_id)
INNER JOIN tenants.parties AS funder ON funder.party_id = lots.funder_id
WHERE member_id = %(member_id)s
ORDER BY entry_id, part
"""
ENTRIES = """
SELECT kind, points, business_date, cycle_id
FROM federation.entries WHERE member_id = %(member_id)s ORDER BY kind = 'lapse', entry_id
"""
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
"""
WALLET = "SELECT points FROM federation.wallets WHERE member_id = %(member_id)s"


class Town:
    """Two shops in two facilities and a booking desk, for all malls of a run."""

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
        self.callers = {}
        for shop in SHOPS:
            there = await self.mall.shop(shop.code, shop.facility)
            caller = Caller(there.client_id, there.tenant_id, frozenset(), None, False)
            self.callers[shop.code] = caller
        for one in CAMPAIGNS:
            shares = {
                "facility" if who in ("tokushima", "takamatsu") else who: weight
                for who, weight in one.shares
            }
            days = (one.first, one.last)
            await self.mall.campaign(one.code, one.facility, days, one.last_day, one.times, shares)
        self.desk.start()
        self._leaving.push_async_callback(self.desk.drain)

    def close(self) -> None:
        self.run(self._leaving.aclose())

    def begin(self) -> list[Member]:
        """Empty books on the first day, and the members of one mall."""
        return self.run(self._begin())

    async def _begin(self) -> list[Member]:
        async with await psycopg.AsyncConnection.connect(self._database) as conn:
            await conn.execute(EMPTY)
        await self.mall.turn_to(BEGIN.date(), BEGIN.time())
        return [await self.mall.member("premium" if one else "general") for one in PREMIUM]

    async def book(self, shop: Shop, ask: Ask) -> Answer:
        """Ask the desk as the till's route does."""
        caller = structs.replace(self.callers[shop.code], vouched=self.desk.moved)
        till = await self.mall.hub.mall.till(caller, ask.till)
        return await self.desk.book(ask, RULES[type(ask)], till)

    async def book_again(self, shop: Shop, ask: Ask) -> list[Answer]:
        """Ask twice: a known slip is answered before its batch ends, so that only with the second
        answer it is certain that the first batch has ended."""
        return [await self.book(shop, ask), await self.book(shop, ask)]

    async def book_all(self, asked: list[tuple[Shop, Ask]]) -> list[Answer]:
        """All at once: the desk takes them in batches, nobody twice in one."""
        return await asyncio.gather(*(self.book(shop, ask) for shop, ask in asked))

    async def rows(self, query: str, **asked: Any) -> list[tuple[Any, ...]]:
        """What stands in the books."""
        async with self.mall.hub.pools.use("auditor") as conn:
            return await (await conn.execute(query.encode(), asked)).fetchall()


@dataclass(frozen=True)
class Told:
    """A slip that the books will answer for ever."""

    who: int
    shop: Shop
    ask: Ask
    answer: Answer


few_points = st.integers(1, 9)
edges = st.sampled_from(["all", "all but one", "one more", "soonest", "soonest and one", "half"])
amounts = few_points | edges
yen = st.integers(0, 9).map(lambda points: points * 110) | st.sampled_from([109, 111, 219, 1_430])
whose = st.integers(0, len(PREMIUM) - 1)
wishes = st.one_of(
    st.tuples(whose, st.sampled_from(SHOPS), yen, st.just(0), st.booleans()),
    st.tuples(whose, st.sampled_from(SHOPS), st.just(None), amounts, st.just(False)),
    st.tuples(whose, st.sampled_from(SHOPS), yen, amounts, st.booleans()),
)
Wish = tuple[int, Shop, int | None, int | str, bool]


class RandomMall(RuleBasedStateMachine):
    """One mall, from its first day on."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town
        self.members = town.begin()
        self.purses = [Purse(premium) for premium in PREMIUM]
        cycles = calendar.cycles(BEGIN.date(), END)
        self.calendar = Calendar(Cycle(one.first_on, one.last_on) for one in cycles)
        self.told: list[Told] = []
        self.earned: set[tuple[Shop, date, str]] = set()
        self.numbers = itertools.count(1)
        self.now = BEGIN

    @property
    def today(self) -> date:
        return self.now.date()

    # What can happen.

    @rule(wished=st.lists(wishes, min_size=1, max_size=4))
    def tills_ask(self, wished: list[Wish]) -> None:
        asked = [(wish[0], wish[1], self.asked(wish)) for wish in wished]
        self.book(asked)

    @precondition(lambda self: self.told)
    @rule(back=st.integers(0, 9))
    def an_old_slip_comes_again(self, back: int) -> None:
        old = self.told[-1 - back % len(self.told)]
        self.purses[old.who].lapse(self.today, self.calendar)
        for again in self.town.run(self.town.book_again(old.shop, old.ask)):
            assert (again.status, again.body) == (old.answer.status, old.answer.body)
            assert again.replayed

    @precondition(lambda self: self.told)
    @rule(back=st.integers(0, 9))
    def an_old_slip_comes_with_other_content(self, back: int) -> None:
        old = self.told[-1 - back % len(self.told)]
        other = structs.replace(old.ask, staff="another")
        self.purses[old.who].lapse(self.today, self.calendar)
        for refused in self.town.run(self.town.book_again(old.shop, other)):
            assert (refused.status, slug(refused)) == (422, "slip-reused")

    @precondition(lambda self: self.earned)
    @rule(back=st.integers(0, 9), who=whose)
    def an_old_receipt_comes_under_another_slip(self, back: int, who: int) -> None:
        sales = [told for told in self.told if isinstance(told.ask, Sale)]
        old = sales[-1 - back % len(sales)]
        slip = f"S-{next(self.numbers)}"
        card = self.members[who].card
        self.book([(who, old.shop, structs.replace(old.ask, slip=slip, card=card, at=self.now))])

    @rule(
        until=st.sampled_from(["today", "tomorrow", "the last day", "the day after", "a month on"]),
        at=st.sampled_from([time(0, 0), time(12, 0), time(23, 59, 59, 999_999)]),
    )
    def time_passes(self, until: str, at: time) -> None:
        soonest = [lots[0].last_day for lots in map(Purse.open_lots, self.purses) if lots]
        last_day = min(soonest, default=self.today)
        day = {
            "today": self.today,
            "tomorrow": self.today + DAY,
            "the last day": last_day,
            "the day after": last_day + DAY,
            "a month on": self.today + 30 * DAY,
        }[until]
        then = datetime.combine(day, at, TOKYO)
        if self.now < then and day.year < END.year:
            self.now = then
            self.town.run(self.town.mall.turn_to(day, at))

    @precondition(lambda self: self.calendar.over(self.today))
    @rule(lapses_first=st.booleans())
    def a_cycle_is_closed(self, lapses_first: bool) -> None:
        cycle = self.calendar.over(self.today)
        assert cycle is not None
        if lapses_first:
            due = [
                one for one in self.purses if (s := one.open_lots()) and s[0].last_day <= cycle.last
            ]
            assert self.town.run(self.town.desk.lapse_due(cycle.last)) == len(due)
            for purse in due:
                purse.lapse(self.today, self.calendar)
        self.town.run(self.shut(cycle))
        cycle.closed = True

    async def shut(self, cycle: Cycle) -> None:
        async with self.town.mall.hub.pools.use("worker") as conn:
            assert await close.shut(conn, cycle.number, self.now) >= self.now

    # What a till asks, and what it must be told.

    def asked(self, wish: Wish) -> Ask:
        """The request of a wish: so many points, or as many as the card's edges say."""
        who, _, paid_yen, amount, late = wish
        number = next(self.numbers)
        envelope: dict[str, Any] = {
            "slip": f"S-{number}",
            "till": malls.Shop.till,
            "business_date": self.today - (DAY if late else timedelta()),
            "at": self.now,
            "card": self.members[who].card,
        }
        points = self.amount(self.purses[who], amount) if amount else 0
        if paid_yen is None:
            return Spend(**envelope, points=points, payable_yen=points)
        envelope |= {"paid_yen": paid_yen, "receipt_no": f"R-{number}"}
        return Purchase(**envelope, points=points) if amount else Sale(**envelope)

    def amount(self, purse: Purse, amount: int | str) -> int:
        has, soonest = purse.usable(self.today), purse.soonest(self.today)
        next_out = soonest[0] if soonest else 0
        edge = {
            "all": has,
            "all but one": has - 1,
            "one more": has + 1,
            "soonest": next_out,
            "soonest and one": next_out + 1,
            "half": has // 2,
        }
        return max(1, amount if isinstance(amount, int) else edge[amount])

    def book(self, asked: list[tuple[int, Shop, Ask]]) -> None:
        """The tills ask at once; what each is told follows from what happened before."""
        answers = self.town.run(self.town.book_all([(shop, ask) for _, shop, ask in asked]))
        for (who, shop, ask), answer in zip(asked, answers, strict=True):
            expected = self.expected(self.purses[who], shop, ask)
            if isinstance(expected, str):
                assert (answer.status, slug(answer)) == (409, expected)
            else:
                assert answer.status == 201, answer
                told = json.loads(answer.body)
                assert {key: told.get(key) for key in expected} == expected
            self.told.append(Told(who, shop, ask, answer))

    def expected(self, purse: Purse, shop: Shop, ask: Ask) -> str | dict[str, Any]:
        """The receipt, or why there is none."""
        purse.lapse(self.today, self.calendar)
        day, cycle = ask.business_date, self.calendar.home(ask.business_date)
        receipt: dict[str, Any] = {"slip": ask.slip}
        if day < self.today - DAY:
            return "too-late"
        if isinstance(ask, Sale) and (shop, day, ask.receipt_no) in self.earned:
            return "receipt-already-booked"
        points = ask.points if isinstance(ask, Spend | Purchase) else 0
        if points > purse.usable(self.today):
            return "not-enough-points"
        if points:
            drawn = purse.spend(points, shop, day, cycle)
            receipt |= {"redeemed_points": points, "lots": [part_of(shop, *one) for one in drawn]}
        if isinstance(ask, Sale):
            self.earned.add((shop, day, ask.receipt_no))
            given = purse.earn(Sold(shop, ask.paid_yen, day), CAMPAIGNS, cycle)
            receipt |= {"points": sum(lot.points for lot in given), "grants": grants_of(given)}
            purse.lapse(self.today, self.calendar)
        return receipt | {"balance": balance_of(purse, self.today)}

    # What is always so.

    @invariant()
    def the_books_say_the_same(self) -> None:
        self.town.run(self.compare())

    async def compare(self) -> None:
        for member, purse in zip(self.members, self.purses, strict=True):
            id_ = member.member_id
            lots = await self.town.rows(LOTS, member_id=id_)
            assert lots == [
                (one.shop, one.rule, one.funder, one.points, one.left, one.last_day, one.limited)
                for one in purse.lots
            ]
            assert await self.town.rows(WALLET, member_id=id_) == [(purse.points(),)]
            entries = await self.town.rows(ENTRIES, member_id=id_)
            assert entries == [
                (one.kind, one.points, one.business_date, one.cycle)
                for one in sorted(purse.entries, key=lambda one: one.kind == "lapse")
            ]
            async with self.town.mall.hub.pools.use("auditor") as conn:
                has = await reading.balance(conn, id_, self.today)
                rows = await reading.lots(conn, id_, self.today)
            soonest = has.next_to_expire and (has.next_to_expire.points, has.next_to_expire.on)
            assert (has.points, soonest) == (purse.usable(self.today), purse.soonest(self.today))
            assert [(row.points, row.expires_on, row.limited, row.rule) for row in rows] == [
                (lot.left, lot.last_day, lot.limited, lot.rule)
                for lot in purse.open_lots()
                if lot.last_day >= self.today
            ]
        accounts: Counter[str] = Counter()
        for purse in self.purses:
            accounts.update(purse.accounts)
        posted = {account: points for account, points in await self.town.rows(ACCOUNTS) if points}
        assert sum(posted.values()) == 0
        assert posted == {account: points for account, points in accounts.items() if points}
        assert await self.town.mall.broken() == []


def slug(answer: Answer) -> str:
    """Why it was refused."""
    return str(json.loads(answer.body)["type"]).removeprefix("/problems/")


def part_of(shop: Shop, lot: Lot, points: int) -> dict[str, Any]:
    """Points of one lot on the receipt of the shop that takes them."""
    part = {"points": points, "expires_on": lot.last_day.isoformat()}
    return part | {"own": True} if lot.shop == shop.code else part


def grants_of(lots: list[Lot]) -> list[dict[str, Any]]:
    """What each rule gave, and who pays for it."""
    return [
        {
            "rule": name,
            "points": sum(lot.points for lot in grant),
            "expires_on": grant[0].last_day.isoformat(),
            "funders": [{"party": lot.funder, "points": lot.points} for lot in grant],
        }
        for name, lots in itertools.groupby(lots, key=lambda lot: lot.rule)
        for grant in [list(lots)]
    ]


def balance_of(purse: Purse, today: date) -> dict[str, Any]:
    """What the card has now."""
    soonest = purse.soonest(today)
    on = soonest and {"points": soonest[0], "on": soonest[1].isoformat()}
    return {"points": purse.usable(today), "held": 0, "owed": 0, "next_to_expire": on}


def test_a_random_mall_keeps_its_books(given: Given, database: str, tmp_path: Path) -> None:
    malls_wanted = os.environ.get("MEGURI_MALLS")
    profile = settings(
        max_examples=int(malls_wanted or 60),
        stateful_step_count=20,
        derandomize=malls_wanted is None,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        town = Town(runner, database, given, tmp_path)
        try:
            run_state_machine_as_test(lambda: RandomMall(town), settings=profile)
        finally:
            town.close()
