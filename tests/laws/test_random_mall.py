"""A random mall: whatever shops and members do, in whatever order and on whatever days, the books
say what a few lines of plain Python say.

More malls, and other ones each time: `MEGURI_MALLS=2000 make test ARGS=tests/laws`.
"""

import asyncio
import itertools
import json
import os
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs

from federation.days import TOKYO
from federation.slips import Answer
from settlement import calendar
from tenants.earning import Sale
from tenants.spending import Purchase, Spend
from tests.conftest import Given
from tests.laws.lots import Calendar, Cycle, Lot, Purse, Shop, Sold
from tests.laws.town import BEGIN, CAMPAIGNS, END, PREMIUM, SHOPS, Ask, Page, Town
from tests.mall import Mall

DAY = timedelta(days=1)
TILL = "T01"
CARDS = len(PREMIUM)

# Small numbers, and numbers at an edge: of a point in yen, of a card's points in points.
cards = st.integers(0, CARDS - 1)
shops = st.sampled_from(SHOPS)
edges = st.sampled_from(["all", "all but one", "one more", "soonest", "soonest and one", "half"])
points = st.integers(1, 9) | edges
times = st.sampled_from([time(0, 0), time(12, 0), time(23, 59, 59, 999_999)])
yen = st.integers(0, 9).map(lambda points: points * 110) | st.sampled_from([109, 111, 219, 1_430])


@dataclass(frozen=True)
class Wish:
    """What a till shall ask: a sale has yen, a redemption points, a purchase both."""

    card: int
    shop: Shop
    yen: int | None
    points: int | str | None = None
    late: bool = False


sales = st.builds(Wish, cards, shops, yen, st.none(), st.booleans())
redemptions = st.builds(Wish, cards, shops, st.none(), points)
purchases = st.builds(Wish, cards, shops, yen, points, st.booleans())


def one_each(
    yen: st.SearchStrategy[int | None], points: st.SearchStrategy[int | str | None]
) -> st.SearchStrategy[tuple[Wish, ...]]:
    """A wish for every card, which the desk books in one batch."""
    return st.tuples(*(st.builds(Wish, st.just(card), shops, yen, points) for card in range(CARDS)))


@dataclass(frozen=True)
class Told:
    """A slip that the books will answer for ever."""

    card: int
    shop: Shop
    ask: Ask
    answer: Answer


class RandomMall(RuleBasedStateMachine):
    """One mall, from its first day on."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town
        self.members = town.run(town.begin())
        self.purses = [Purse(premium) for premium in PREMIUM]
        cycles = calendar.cycles(BEGIN.date(), END)
        self.calendar = Calendar(Cycle(one.first_on, one.last_on) for one in cycles)
        self.told: list[Told] = []
        self.earned: set[tuple[Shop, date, str]] = set()
        self.numbers = itertools.count(1)
        self.now = BEGIN
        self.sound = True

    @property
    def today(self) -> date:
        return self.now.date()

    # What can happen.

    @initialize(wished=one_each(yen, st.none()))
    def everybody_buys(self, wished: tuple[Wish, ...]) -> None:
        self.book([(wish.card, wish.shop, self.asked(wish)) for wish in wished])

    @rule(sold=sales)
    def a_shop_sells(self, sold: Wish) -> None:
        self.book([(sold.card, sold.shop, self.asked(sold))])

    @rule(spent=redemptions | purchases)
    def a_member_spends(self, spent: Wish) -> None:
        self.book([(spent.card, spent.shop, self.asked(spent))])

    @rule(spent=one_each(st.none(), points))
    def everybody_spends(self, spent: tuple[Wish, ...]) -> None:
        self.book([(wish.card, wish.shop, self.asked(wish)) for wish in spent])

    @rule(wished=st.lists(sales | redemptions | purchases, min_size=2, max_size=4))
    def tills_ask_at_once(self, wished: list[Wish]) -> None:
        self.book([(wish.card, wish.shop, self.asked(wish)) for wish in wished])

    @rule(wished=sales | redemptions | purchases, at=times, after=st.booleans())
    def a_member_comes_on_the_last_day(self, wished: Wish, at: time, after: bool) -> None:
        """The last day of the points that lapse next, or the day after it."""
        if soonest := self.purses[wished.card].soonest(self.today):
            self.turn_to(soonest[1] + after * DAY, at)
        self.book([(wished.card, wished.shop, self.asked(wished))])

    @precondition(lambda self: self.told)
    @rule(back=st.integers(0, 9), changed=st.booleans())
    def an_old_slip_comes_again(self, back: int, changed: bool) -> None:
        self.sound = False
        old = self.told[-1 - back % len(self.told)]
        ask = structs.replace(old.ask, staff="another") if changed else old.ask
        self.purses[old.card].lapse(self.today, self.calendar)
        for again in self.town.run(self.town.book_again(old.shop, ask)):
            if changed:
                assert (again.status, slug(again)) == (422, "slip-reused")
            else:
                assert (again.status, again.body) == (old.answer.status, old.answer.body)
                assert again.replayed

    @precondition(lambda self: self.earned)
    @rule(back=st.integers(0, 9), card=cards)
    def an_old_receipt_comes_under_another_slip(self, back: int, card: int) -> None:
        sold = [told for told in self.told if isinstance(told.ask, Sale)]
        old = sold[-1 - back % len(sold)]
        slip, member = f"S-{next(self.numbers)}", self.members[card]
        ask = structs.replace(old.ask, slip=slip, card=member.card, at=self.now)
        self.book([(card, old.shop, ask)])

    @rule(days=st.sampled_from([0, 1, 1, 2, 3, 15]), at=times)
    def time_passes(self, days: int, at: time) -> None:
        self.turn_to(self.today + days * DAY, at)

    @precondition(lambda self: self.calendar.over(self.today))
    @rule(lapses_first=st.booleans())
    def a_cycle_is_closed(self, lapses_first: bool) -> None:
        self.sound = False
        cycle = self.calendar.over(self.today)
        assert cycle is not None
        if lapses_first:
            due = [one for one in self.purses if one.lapses_by(cycle.last)]
            assert self.town.run(self.town.desk.lapse_due(cycle.last)) == len(due)
            for purse in due:
                purse.lapse(self.today, self.calendar)
        assert self.town.run(self.town.shut(cycle.number, self.now)) >= self.now
        cycle.closed = True

    def turn_to(self, day: date, at: time) -> None:
        """It never goes back, and not past the last cycle."""
        then = datetime.combine(day, at, TOKYO)
        if self.now < then and day.year < END.year:
            self.now = then
            self.town.run(self.town.mall.turn_to(day, at))

    # What a till asks, and what it must be told.

    def asked(self, wish: Wish) -> Ask:
        """The request of a wish: so many points, or as many as the card's edges say."""
        number = next(self.numbers)
        day = self.today - DAY if wish.late else self.today
        envelope: dict[str, Any] = {
            "slip": f"S-{number}",
            "till": TILL,
            "business_date": day,
            "at": self.now,
            "card": self.members[wish.card].card,
        }
        points = self.points(self.purses[wish.card], wish.points) if wish.points else 0
        if wish.yen is None:
            return Spend(**envelope, points=points, payable_yen=points)
        envelope |= {"paid_yen": wish.yen, "receipt_no": f"R-{number}"}
        return Purchase(**envelope, points=points) if points else Sale(**envelope)

    def points(self, purse: Purse, wanted: int | str) -> int:
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
        return max(1, wanted if isinstance(wanted, int) else edge[wanted])

    def book(self, asked: list[tuple[int, Shop, Ask]]) -> None:
        """The tills ask at once; what each is told follows from what happened before."""
        self.sound = False
        answers = self.town.run(self.town.book_all([(shop, ask) for _, shop, ask in asked]))
        for (card, shop, ask), answer in zip(asked, answers, strict=True):
            expected = self.expected(self.purses[card], shop, ask)
            if isinstance(expected, str):
                assert (answer.status, slug(answer)) == (409, expected)
            else:
                assert answer.status == 201, answer
                told = json.loads(answer.body)
                assert {key: told.get(key) for key in expected} == expected
            self.told.append(Told(card, shop, ask, answer))

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
        pages, accounts = self.town.run(self.town.read(self.members, self.now))
        assert pages == [page_of(purse, self.today) for purse in self.purses]
        assert sum(accounts.values()) == 0
        expected: Counter[str] = Counter()
        for purse in self.purses:
            expected.update(purse.accounts)
        assert accounts == {account: points for account, points in expected.items() if points}
        self.sound = True

    def teardown(self) -> None:
        """Where nothing else was wrong, every promise of the books is kept."""
        if self.sound:
            assert self.town.run(self.town.mall.broken()) == []


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
        for name, lots_of_one in itertools.groupby(lots, key=lambda lot: lot.rule)
        for grant in [list(lots_of_one)]
    ]


def balance_of(purse: Purse, today: date) -> dict[str, Any]:
    """What the card has now."""
    soonest = purse.soonest(today)
    on = soonest and {"points": soonest[0], "on": soonest[1].isoformat()}
    return {"points": purse.usable(today), "held": 0, "owed": 0, "next_to_expire": on}


def page_of(purse: Purse, today: date) -> Page:
    """What the books must say of a member."""
    in_order = [lot for lot in purse.open_lots() if lot.last_day >= today]
    entries = sorted(purse.entries, key=lambda one: one.kind == "lapse")
    return Page(
        purse.points(),
        [
            (one.shop, one.rule, one.funder, one.points, one.left, one.last_day, one.limited)
            for one in purse.lots
        ],
        [(one.kind, one.points, one.business_date, one.cycle) for one in entries],
        purse.usable(today),
        purse.soonest(today),
        [(lot.left, lot.last_day, lot.limited, lot.rule) for lot in in_order],
    )


def test_a_random_mall_keeps_its_books(given: Given, database: str, tmp_path: Path) -> None:
    wanted = os.environ.get("MEGURI_MALLS")
    profile = settings(
        max_examples=int(wanted or 50),
        stateful_step_count=12,
        derandomize=wanted is None,
        database=None,
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        town = Town(runner, database, given, tmp_path)
        try:
            run_state_machine_as_test(lambda: RandomMall(town), settings=profile)  # type: ignore[arg-type]  # a factory is enough
        finally:
            town.leave()


async def test_points_that_are_over_when_a_late_sale_is_booked_lapse_with_it(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", "takamatsu"), await mall.member()
    day = mall.today
    await mall.campaign("x5", "takamatsu", (day, day), day, 5, {"facility": 1})
    await mall.turn_to(day + DAY)
    late = await bakery.sells(hanako, yen=110, business_date=day.isoformat())
    assert [grant["points"] for grant in late["grants"]] == [1, 4]
    assert late["balance"]["points"] == 1
    assert await mall.value("SELECT points FROM federation.entries WHERE kind = 'lapse'") == -4
