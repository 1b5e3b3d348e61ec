"""What the random mall has found, each told once more as a story that is always tried."""

import asyncio
import json
from datetime import date, time, timedelta
from typing import Any

from tenants.callers import Caller
from tenants.layout import Caps
from tenants.terms import Till
from tenants.undoing import Undo, undo
from tests.laws.asks import Adjust, adjust
from tests.mall import Mall, Member, Shop
from tests.stories.test_holds import ended, held, undone
from tests.stories.test_returns import brings_back, came_to, returned

DAY = timedelta(days=1)
ACCOUNTS = """
SELECT array_agg(account || ' ' || points ORDER BY account) FROM (
    SELECT account, sum(points) AS points
    FROM federation.postings GROUP BY account HAVING sum(points) <> 0
) AS summed
"""


async def two_kinds(mall: Mall, shop: Shop, member: Member) -> None:
    """Ten limited points that last longer than ten regular ones."""
    await mall.expiry(policy="FIXED_MONTHS", months=1, from_on=mall.today)
    await mall.campaign(
        "x2",
        "tokushima",
        (mall.today, mall.today),
        mall.today + 99 * DAY,
        2,
        {"facility": 1},
    )
    await shop.sells(member, yen=1_100)


async def test_where_limited_points_go_first_a_hold_is_captured_in_that_order(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await mall.programme(spend_order="LIMITED_FIRST", from_on=mall.today)
    await two_kinds(mall, bakery, hanako)
    limited = (mall.today + 99 * DAY).isoformat()
    spent = await bakery.accepts(hanako, 2)
    assert spent["lots"] == [{"points": 2, "expires_on": limited, "own": True}]
    hold = await held(bakery, hanako, 12)
    assert [lot["points"] for lot in hold["lots"]] == [8, 4], "in the order of spending"
    captured = (await ended(bakery, hold, "capture", points=8)).json
    assert captured["lots"] == [{"points": 8, "expires_on": limited, "own": True}]


async def owing(mall: Mall, shop: Shop, member: Member, *debts: int) -> list[Any]:
    """Sales whose points are spent and whose goods come back: the returns leave these owed."""
    await mall.programme(shortage_policy="NEGATIVE_BALANCE", from_on=mall.today)
    sold = [await shop.sells(member, yen=110 * debt) for debt in debts]
    await shop.accepts(member, sum(debts))
    return [
        await brings_back(shop, sale, returned_yen=110 * debt)
        for sale, debt in zip(sold, debts, strict=True)
    ]


async def test_a_debt_whose_return_was_undone_is_not_paid_before_another(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    first, _ = await owing(mall, bakery, hanako, 10, 20)
    back = await undone(bakery, first["slip"])
    assert back.json["balance"]["owed"] == 20
    sold = await bakery.sells(hanako, yen=1_650)
    assert (sold["balance"]["points"], sold["balance"]["owed"]) == (0, 5)
    paid = "SELECT array_agg(points_paid ORDER BY entry_id) FROM federation.shortages"
    assert await mall.value(paid) == [0, 15]


async def test_points_that_are_over_pay_no_debt(mall: Mall) -> None:
    """A sale of yesterday, booked today, whose limited points were good until yesterday."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await owing(mall, bakery, hanako, 8)
    day = mall.today
    await mall.campaign("x2", "tokushima", (day, day), day, 2, {"facility": 1})
    await mall.turn_to(day + DAY)
    late = await bakery.sells(hanako, yen=1_100, business_date=day.isoformat())
    assert (late["points"], late["balance"]["points"], late["balance"]["owed"]) == (20, 2, 0)


async def test_undoing_a_return_gives_back_to_whom_it_took_from(mall: Mall) -> None:
    """Example 1, T5, undone: 29 points of the bookshop's had paid for the bakery's."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=11_000)
    await bookshop.sells_for_points(hanako, points=60, yen=3_240)
    before = await mall.value(ACCOUNTS)
    told = await brings_back(bakery, bought, returned_yen=11_000)
    assert await mall.value(ACCOUNTS) != before
    assert (await undone(bakery, told["slip"])).status == 201
    assert await mall.value(ACCOUNTS) == before


async def test_undoing_an_adjustment_posts_to_the_account_it_came_from(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    before = await mall.value(ACCOUNTS)
    till = await till_of(mall, bakery)
    for last_day in (None, mall.today + DAY):
        asked = adjustment(mall, hanako, 4, last_day)
        assert (await mall.hub.desk.book(asked, adjust, till)).status == 201
        assert await mall.value(ACCOUNTS) != before
        assert (await undone(bakery, asked.slip)).status == 201
        assert await mall.value(ACCOUNTS) == before


async def test_a_return_that_is_undone_has_used_the_campaigns_cap_again(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    day, caps = mall.today, Caps(cap_points_per_member=10)
    await mall.campaign("x2", "tokushima", (day, day), day + DAY, 2, {"facility": 1}, caps=caps)
    bought = await bakery.sells(hanako, yen=1_100)
    told = await brings_back(bakery, bought, returned_yen=1_100)
    assert (await undone(bakery, told["slip"])).status == 201
    assert (await bakery.sells(hanako, yen=1_100))["points"] == 10, "its cap is used up"


async def limited(mall: Mall, points: int) -> tuple[Shop, Member]:
    """A shop and a member with a hundred points, so many of which may be spent a day."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await mall.programme(redemption_limit_points_per_day=points, from_on=mall.today)
    await bakery.sells(hanako, yen=11_000)
    return bakery, hanako


async def test_a_hold_that_the_clock_ended_leaves_the_days_limit_to_who_ends_it(
    mall: Mall,
) -> None:
    bakery, hanako = await limited(mall, 20)
    await held(bakery, hanako, 20, minutes=10)
    over = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1))
    assert over.slug == "over-limit"
    await mall.turn_to(mall.today, time(12, 10))
    await bakery.accepts(hanako, 20)


async def test_what_was_held_before_midnight_counts_for_that_day_when_it_comes_back(
    mall: Mall,
) -> None:
    bakery, hanako = await limited(mall, 20)
    await mall.turn_to(mall.today, time(23, 55))
    hold = await held(bakery, hanako, 20)
    await mall.turn_to(mall.today + DAY, time(0, 5))
    captured = (await ended(bakery, hold, "capture", points=20)).json
    await bakery.accepts(hanako, 20)
    told = await brings_back(bakery, captured, returned_yen=5)
    assert told["restored_points"] == 5
    over = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1))
    assert over.slug == "over-limit", "today's twenty are spent all the same"
    assert (await undone(bakery, told["slip"])).status == 201
    assert (await undone(bakery, captured["slip"])).status == 201
    over = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1))
    assert over.slug == "over-limit"


async def test_the_last_drawn_come_back_first_also_where_sliding_points_moved_on(
    mall: Mall,
) -> None:
    """Sliding points paid first, being the sooner; the purchase itself moved them behind."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    day = mall.today
    sliding = frozenset({"accrual", "redemption"})
    await mall.expiry(from_on=day, policy="SLIDING", months=1, qualifying=sliding)
    await mall.campaign("x2", "tokushima", (day, day), day + 40 * DAY, 2, {"facility": 1})
    await bakery.sells(hanako, yen=550)
    await mall.turn_to(day + 20 * DAY)
    bought = await bakery.sells_for_points(hanako, points=8, yen=0)
    assert [lot["points"] for lot in bought["lots"]] == [5, 3]
    told = await brings_back(bakery, bought, returned_yen=4)
    fixed, slid = (day + 40 * DAY).isoformat(), (day + 50 * DAY).isoformat()
    assert told["lots"] == [
        {"points": 3, "expires_on": fixed},
        {"points": 1, "expires_on": slid},
    ]


async def test_where_a_return_is_refused_for_a_shortage_its_own_points_that_paid_count(
    mall: Mall,
) -> None:
    """The receipt's own limited points had paid for more of it; they come back first."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    day = mall.today
    await mall.programme(shortage_policy="REJECT", from_on=day)
    await mall.campaign("x2", "tokushima", (day, day), day + DAY, 2, {"facility": 1})
    bought = await bakery.sells(hanako, yen=1_100, receipt_no="0042")
    await bakery.accepts(hanako, 10, payable_yen=110, receipt_no="0042")
    told = await brings_back(bakery, bought, returned_yen=1_110)
    assert came_to(told) == (10, 20, 0, 1_100)
    other = await bakery.sells(hanako, yen=1_100)
    await bakery.accepts(hanako, 15)
    assert (await returned(bakery, other, returned_yen=1_100)).slug == "not-enough-points"


async def test_a_shortage_is_taken_from_regular_points_alone(mall: Mall) -> None:
    """Ten limited points last longer than the base, so that the base was spent; they stay."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    day = mall.today
    until = date(2028, 12, 31)
    await mall.campaign("x2", "tokushima", (day, day), until, 2, {"facility": 1})
    await bakery.sells(hanako, yen=1_100)
    await mall.turn_to(day + DAY)
    bought = await bakery.sells(hanako, yen=1_100)
    await bakery.accepts(hanako, 20)
    told = await brings_back(bakery, bought, returned_yen=1_100)
    assert came_to(told) == (0, 0, 10, 1_090)
    assert told["balance"]["next_to_expire"] == {"points": 10, "on": until.isoformat()}


async def test_a_rules_parts_are_taken_back_by_what_is_left_in_them(mall: Mall) -> None:
    """Five each; one of the facility's was spent: of three, one and two, not two and one."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    day, shares = mall.today, {"facility": 1, "tenant": 1}
    await mall.campaign("x2", "tokushima", (day, day), day + DAY, 2, shares)
    bought = await bakery.sells(hanako, yen=1_100)
    await bakery.accepts(hanako, 1)
    await brings_back(bakery, bought, returned_yen=330)
    taken = """
        SELECT array_agg(draws.points ORDER BY lot_part) FROM federation.draws
        WHERE kind = 'return' AND rule = 'campaign:x2'
    """
    assert await mall.value(taken) == [1, 2]


async def test_nobody_overtakes_the_slip_that_it_concerns(mall: Mall) -> None:
    """A slip that waits for its member's turn, and its undoing right behind it."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    till = await till_of(mall, bakery)
    asked = [adjustment(mall, hanako, 1, mall.today) for _ in range(3)]
    waiting = [asyncio.ensure_future(mall.hub.desk.book(one, adjust, till)) for one in asked]
    reversal = Undo(**envelope(mall), of=asked[-1].slip, reason="応答なし")
    undoing = asyncio.ensure_future(mall.hub.desk.book(reversal, undo, till))
    assert [one.status for one in await asyncio.gather(*waiting)] == [201, 201, 201]
    assert json.loads((await undoing).body)["reversed"]["points"] == 1


async def test_what_names_a_sale_does_not_overtake_what_was_asked_by_the_card(mall: Mall) -> None:
    """Whom a card leads to is only seen under the locks; the order in which slips came holds."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sold = await bakery.sells(hanako, yen=1_100)
    till = await till_of(mall, bakery)
    asked = [adjustment(mall, hanako, 1, mall.today) for _ in range(3)]
    waiting = [asyncio.ensure_future(mall.hub.desk.book(one, adjust, till)) for one in asked]
    reversal = Undo(**envelope(mall), of=sold["slip"], reason="打ち間違い")
    waiting.append(asyncio.ensure_future(mall.hub.desk.book(reversal, undo, till)))
    assert [one.status for one in await asyncio.gather(*waiting)] == [201, 201, 201, 201]
    kinds = "SELECT array_agg(kind ORDER BY entry_id) FROM federation.entries"
    assert await mall.value(kinds) == ["accrual", *["adjustment"] * 3, "reversal"]


def envelope(mall: Mall) -> dict[str, Any]:
    """What every request to the desk itself carries."""
    slip = f"A-{next(mall.numbers)}"
    return {"slip": slip, "till": "T01", "business_date": mall.today, "at": mall.now}


def adjustment(mall: Mall, member: Member, points: int, last_day: date | None) -> Adjust:
    """Points given until a day, or taken."""
    return Adjust(**envelope(mall), card=member.card, points=points, last_day=last_day)


async def till_of(mall: Mall, shop: Shop) -> Till:
    """The shop's till as its route knows it."""
    caller = Caller(shop.client_id, shop.tenant_id, frozenset(), None, False, mall.hub.desk.moved)
    return await mall.hub.mall.till(caller, shop.till)
