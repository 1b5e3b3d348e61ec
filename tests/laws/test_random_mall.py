"""A random mall: whatever shops and members do, in whatever order and on whatever days, the books
say what some plain Python says.

More malls, and other ones each time: `MEGURI_MALLS=2000 make test ARGS=tests/laws`; longer ones:
`MEGURI_STEPS=200`.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from datetime import date, datetime, time
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

from federation.slips import Answer
from settlement import calendar
from tests.conftest import Given
from tests.laws.asks import RULES
from tests.laws.books import Books, Told
from tests.laws.eras import CAMPAIGNS, END, ERAS, PREMIUM
from tests.laws.lots import TOKYO, Calendar, Cycle, Purse, Refused
from tests.laws.moves import (
    DAY,
    Memory,
    Move,
    Wish,
    cards,
    coupons,
    ends,
    holds,
    old,
    one_each,
    purchases,
    returns,
    sales,
    spendings,
    undoings,
    wishes,
)
from tests.laws.pages import page_of, told_of
from tests.laws.terms import Terms
from tests.laws.town import Town
from tests.mall import Mall

times = st.sampled_from([time(0, 0), time(12, 0), time(23, 59, 59, 999_999)])
MALLS, STEPS = 40, 15
done: Counter[str] = Counter()


class RandomMall(RuleBasedStateMachine):
    """One mall, from the first day of an era on."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town
        self.sound = True

    @initialize(era=st.sampled_from(ERAS[:4]), wished=one_each(sales), at=times)
    def everybody_buys(self, era: Any, wished: tuple[Wish, ...], at: time) -> None:
        members = self.town.run(self.town.begin(era.first, at))
        cycles = calendar.cycles(ERAS[0].first, END)
        months = Calendar(Cycle(one.first_on, one.last_on) for one in cycles)
        purses = [Purse(premium) for premium in PREMIUM]
        self.books = Books(purses, months, Terms(ERAS, CAMPAIGNS))
        self.till = Memory(self.books, members)
        self.told: list[tuple[Move, Answer]] = []
        self.books.now = datetime.combine(era.first, at, TOKYO)
        self.wish(*wished)

    # What can happen.

    @rule(wished=wishes)
    def a_till_asks(self, wished: Wish) -> None:
        self.wish(wished)

    @rule(wished=purchases)
    def a_member_spends_and_earns(self, wished: Wish) -> None:
        self.wish(wished)

    @rule(wished=holds, sold=sales, days=st.sampled_from([0, 0, 1]), ended=ends)
    def points_are_set_aside(self, wished: Wish, sold: Wish, days: int, ended: Wish) -> None:
        """And something is done with a hold, perhaps after midnight."""
        self.wish(wished)
        self.wish(sold)
        self.turn_to(self.today + days * DAY, time(0, 0))
        self.wish(ended)

    @rule(wished=one_each(coupons), undone=st.sampled_from([False, False, True]))
    def everybody_has_a_coupon(self, wished: tuple[Wish, ...], undone: bool) -> None:
        """At once, so that of a few the last goes to one alone; undone, it may be had again."""
        self.wish(*wished)
        if undone:
            self.wish(Wish("undo"))

    @rule(wished=returns)
    def goods_come_back(self, wished: Wish) -> None:
        self.wish(wished)

    @rule(wished=undoings)
    def a_slip_is_undone(self, wished: Wish) -> None:
        self.wish(wished)

    @rule(spent=spendings, wished=returns, sold=sales)
    def a_return_is_undone(self, spent: Wish, wished: Wish, sold: Wish) -> None:
        """Right after it, when what it had earned may have been spent."""
        self.wish(spent)
        self.wish(wished)
        self.wish(Wish("undo"))
        self.wish(sold)

    @rule(wished=one_each(spendings | holds))
    def everybody_spends(self, wished: tuple[Wish, ...]) -> None:
        self.wish(*wished)

    @rule(wished=st.lists(wishes, min_size=2, max_size=5))
    def tills_ask_at_once(self, wished: list[Wish]) -> None:
        self.wish(*wished)

    @rule(wished=wishes, card=cards, at=times, after=st.booleans())
    def a_member_comes_on_the_last_day(
        self, wished: Wish, card: int, at: time, after: bool
    ) -> None:
        """The last day of the points that lapse next, or the day after it."""
        if soonest := self.books.purses[card].soonest(self.today):
            self.turn_to(soonest[1] + after * DAY, at)
        self.wish(wished)

    @precondition(lambda self: self.till.holds)
    @rule(wished=ends | sales, back=old, before=st.booleans())
    def a_hold_is_at_its_end(self, wished: Wish, back: int, before: bool) -> None:
        """Its last instant, or the one at which it is over."""
        held, _ = self.till.holds[-1 - back % len(self.till.holds)]
        assert held.hold is not None
        instant = held.hold.ends.astimezone(TOKYO)
        if before:
            instant -= datetime.resolution
        self.turn_to(instant.date(), instant.time())
        self.wish(wished)

    @precondition(lambda self: self.told)
    @rule(back=old, changed=st.booleans())
    def an_old_slip_comes_again(self, back: int, changed: bool) -> None:
        self.sound = False
        move, first = self.told[-1 - back % len(self.told)]
        ask = structs.replace(move.ask, staff="another") if changed else move.ask
        slip = self.books.slips[move.shop, move.ask.slip]
        if (purse := self.till.concerned(move)) is not None:
            purse.tick(self.books.now, self.books.calendar)
        for again in self.town.run(self.town.book_again((move.shop, ask, move.hold_id))):
            if changed and not slip.cancelled:
                assert (again.status, slug(again)) == (422, "slip-reused")
            else:
                assert (again.status, again.body) == (first.status, first.body)
                assert again.replayed

    @rule(wished=sales | purchases)
    def a_slip_is_cancelled_before_it_arrives(self, wished: Wish) -> None:
        late = self.till.move(wished)
        assert late is not None
        self.book([self.till.cancel(late.shop, late.ask.slip)])
        self.book([late])
        again = self.town.run(self.town.book_again((late.shop, late.ask, None)))
        assert {slug(one) for one in again} == {"slip-cancelled"}

    @precondition(lambda self: self.till.receipts)
    @rule(back=old, card=cards)
    def an_old_receipt_comes_under_another_slip(self, back: int, card: int) -> None:
        _, shop, day, no = self.till.receipts[-1 - back % len(self.till.receipts)]
        move = self.till.sale(Wish("sale", card, shop, 330, late=day < self.today), no)
        self.till.slips.append((shop, move.ask.slip))
        self.book([move])

    @rule(days=st.sampled_from([0, 1, 1, 2, 3, 15]), at=times)
    def time_passes(self, days: int, at: time) -> None:
        self.turn_to(self.today + days * DAY, at)

    @precondition(lambda self: self.books.calendar.over(self.today))
    @rule(lapses_first=st.booleans())
    def a_cycle_is_closed(self, lapses_first: bool) -> None:
        self.sound = False
        cycle = self.books.calendar.over(self.today)
        assert cycle is not None
        if lapses_first:
            moved = 0
            for purse in self.books.purses:
                before = purse.points
                if purse.due(cycle.last, self.books.now):
                    purse.tick(self.books.now, self.books.calendar)
                moved += purse.points != before
            assert self.town.run(self.town.desk.lapse_due(cycle.last)) == moved
        assert self.town.run(self.town.shut(cycle.number, self.books.now)) >= self.books.now
        cycle.closed = True

    @property
    def today(self) -> date:
        return self.books.today

    def turn_to(self, day: date, at: time) -> None:
        """It never goes back, and not past the last cycle."""
        then = datetime.combine(day, at, TOKYO)
        if self.books.now < then and day.year < END.year:
            self.books.now = then
            self.town.run(self.town.turn_to(day, at))

    # What a till is told.

    def wish(self, *wished: Wish) -> None:
        """The tills ask at once."""
        self.book([move for one in wished if (move := self.till.move(one)) is not None])

    def book(self, moves: list[Move]) -> None:
        """What each is told follows from what happened before."""
        self.sound = False
        asked = [(move.shop, move.ask, move.hold_id) for move in moves]
        answers = self.town.run(self.town.book_all(asked))
        for move, answer in zip(moves, answers, strict=True):
            status, slug, expected = said_to(move)
            told = json.loads(answer.body)
            said = str(told.get("type", "")).removeprefix("/problems/")
            assert (answer.status, said) == (status, slug), (move.ask, told)
            assert {key: told.get(key) for key in expected} == expected, move.ask
            done[slug or move.ask.call] += 1
            if answer.status == 201 and move.ask.call == "holds":
                slip = self.books.slips[move.shop, move.ask.slip]
                self.till.holds.append((slip, told["hold_id"]))
            if answer.status in (201, 409):
                self.told.append((move, answer))

    # What is always so.

    @invariant()
    def the_books_say_the_same(self) -> None:
        pages, accounts = self.town.run(self.town.read(self.till.members))
        expected: Counter[str] = Counter()
        for purse, page in zip(self.books.purses, pages, strict=True):
            assert page == page_of(purse)
            expected.update(purse.accounts)
        assert sum(accounts.values()) == 0
        assert accounts == {account: points for account, points in expected.items() if points}
        self.sound = True
        if (turn := sum(done.values()) % 6) < len(pages):  # now and then somebody also reads
            told = self.town.run(self.town.tell(self.till.members[turn], self.books.now))
            assert told == told_of(self.books.purses[turn], self.books.now)

    def teardown(self) -> None:
        """Where nothing else was wrong, every promise of the books is kept."""
        if self.sound:
            assert self.town.run(self.town.mall.broken()) == []
            rolls = self.town.run(self.town.rolls(self.books.now))
            assert [roll.funder for roll in rolls if roll.off] == []
            assert self.town.run(self.town.replays(self.books.now)) == []
        done["malls"] += 1
        if steps() > STEPS and done["malls"] % 25 == 0:
            print(f"▸ {done['malls']} malls: {dict(done)}", file=sys.__stderr__, flush=True)


def said_to(move: Move) -> tuple[int, str, Told]:
    """What the model says to a request: status, a refusal's name, what the answer says."""
    try:
        return 201, "", move.expect()
    except Refused as refused:
        return refused.status, refused.slug, {}


def slug(answer: Answer) -> str:
    """Why it was refused."""
    return str(json.loads(answer.body)["type"]).removeprefix("/problems/")


def steps() -> int:
    """How many steps a mall takes."""
    return int(os.environ.get("MEGURI_STEPS", STEPS))


def test_a_random_mall_keeps_its_books(given: Given, database: str, tmp_path: Path) -> None:
    wanted = os.environ.get("MEGURI_MALLS")
    shrinks = [Phase.shrink] if os.environ.get("MEGURI_SHRINK") != "0" else []
    profile = settings(
        max_examples=int(wanted or MALLS),
        stateful_step_count=steps(),
        derandomize=wanted is None,
        database=None,
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *shrinks],
    )
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        town = Town(runner, database, given, tmp_path)
        try:
            run_state_machine_as_test(lambda: RandomMall(town), settings=profile)  # type: ignore[arg-type]  # a factory is enough
        finally:
            town.leave()
    assert {ask.call for ask in RULES} <= done.keys(), "every verb was asked for and done"


async def test_points_that_are_over_when_a_late_sale_is_booked_lapse_with_it(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", "takamatsu"), await mall.member()
    day = mall.today
    await mall.campaign("x5", "takamatsu", (day, day), day, 5, {"facility": 1})
    await mall.turn_to(day + DAY)
    late = await bakery.sells(hanako, yen=110, business_date=day.isoformat())
    assert [grant["points"] for grant in late["grants"]] == [1, 4]
    assert late["balance"]["points"] == 1
    assert await mall.value("SELECT points FROM federation.entries WHERE kind = 'lapse'") == -4
