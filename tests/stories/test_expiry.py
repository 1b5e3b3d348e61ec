"""How long points last: to the end of a fiscal year, as long as somebody buys, to their own day.
True when they are read and when they are spent, job or no job."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.mall import BEGIN, Mall, Member, Shop
from tests.stories.test_holds import undone
from tests.stories.test_returns import brings_back

TODAY = BEGIN.date()  # 2026-06-03
DAY = timedelta(days=1)
A_YEAR_LATER = date(2027, 6, 3)
EVENING = time(23, 59, 59, 999_999)


async def next_day(shop: Shop, member: Member) -> Any:
    """What lapses next, as the till is told."""
    return (await shop.quote(member))["balance"]["next_to_expire"]


@pytest.fixture
async def sliding(mall: Mall) -> Shop:
    """A bakery whose points last a year from the last purchase or use."""
    await mall.expiry(policy="SLIDING", months=12, qualifying=frozenset({"accrual", "redemption"}))
    return await mall.shop("bakery")


async def test_a_purchase_moves_the_day_of_the_whole_balance(mall: Mall, sliding: Shop) -> None:
    hanako = await mall.member()
    first = await sliding.sells(hanako, yen=1_100)
    assert first["grants"][0] == {
        "rule": "base",
        "points": 10,
        "expires_on": None,
        "funders": [{"party": "bakery", "points": 10}],
        "sliding": True,
    }
    assert first["balance"]["next_to_expire"] == {"points": 10, "on": "2027-06-03"}
    await mall.turn_to(date(2027, 6, 3))
    second = await sliding.sells(hanako, yen=550)
    assert second["balance"]["next_to_expire"] == {"points": 15, "on": "2028-06-03"}
    await mall.turn_to(date(2027, 7, 1))
    spent = await sliding.accepts(hanako, 3)
    assert spent["lots"] == [{"points": 3, "expires_on": "2028-07-01", "own": True}]
    assert spent["balance"]["next_to_expire"] == {"points": 12, "on": "2028-07-01"}


async def test_what_does_not_qualify_moves_nothing(mall: Mall, sliding: Shop) -> None:
    hanako = await mall.member()
    bought = await sliding.sells(hanako, yen=2_200)
    await mall.turn_to(TODAY + DAY)
    below = await sliding.sells(hanako, yen=109)
    assert below["points"] == 0
    await brings_back(sliding, bought, returned_yen=1_100)
    assert await next_day(sliding, hanako) == {"points": 10, "on": "2027-06-03"}


async def test_sliding_points_lapse_all_together_at_midnight(mall: Mall, sliding: Shop) -> None:
    hanako, taro = await mall.members(2)
    for member in (hanako, taro):
        await sliding.sells(member, yen=1_100)
    await mall.turn_to(A_YEAR_LATER, EVENING)
    await sliding.accepts(taro, 1)
    assert (await sliding.quote(hanako))["balance"]["points"] == 10
    await mall.turn_to(A_YEAR_LATER + DAY, time(0))
    assert (await sliding.quote(hanako))["balance"]["points"] == 0
    refused = await sliding.post("/v1/redemptions", **sliding.spending(hanako, 1))
    assert refused.slug == "not-enough-points"
    assert (await sliding.quote(taro))["balance"]["points"] == 9
    on = "SELECT business_date FROM federation.entries WHERE kind = 'lapse'"
    assert await mall.value(on) == A_YEAR_LATER


async def test_undoing_a_purchase_puts_the_day_back(mall: Mall, sliding: Shop) -> None:
    hanako = await mall.member()
    await sliding.sells(hanako, yen=1_100)
    await mall.turn_to(TODAY + DAY)
    later = await sliding.sells(hanako, yen=1_100)
    assert (await next_day(sliding, hanako))["on"] == "2027-06-04"
    await undone(sliding, later["slip"])
    assert await next_day(sliding, hanako) == {"points": 10, "on": "2027-06-03"}


async def test_a_late_sale_never_shortens_the_day(mall: Mall, sliding: Shop) -> None:
    hanako = await mall.member()
    await mall.turn_to(TODAY + DAY)
    await sliding.sells(hanako, yen=1_100)
    await sliding.sells(hanako, yen=1_100, business_date=TODAY.isoformat())
    assert await next_day(sliding, hanako) == {"points": 20, "on": "2027-06-04"}


async def test_limited_points_do_not_slide_beside_those_that_do(mall: Mall, sliding: Shop) -> None:
    until = TODAY + 10 * DAY
    await mall.campaign("x3", "tokushima", (TODAY, TODAY), until, 3, {"facility": 1})
    hanako = await mall.member()
    bought = await sliding.sells(hanako, yen=1_100)
    assert bought["balance"]["next_to_expire"] == {"points": 20, "on": until.isoformat()}
    await mall.turn_to(until)
    spent = await sliding.accepts(hanako, 25)
    assert [lot["points"] for lot in spent["lots"]] == [20, 5]
    assert spent["balance"]["next_to_expire"] == {"points": 5, "on": "2027-06-13"}


async def test_a_change_of_policy_leaves_points_that_were_given_as_they_are(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    change = TODAY + DAY
    await mall.expiry(from_on=change, policy="FIXED_MONTHS", months=1, month_end=True)
    await mall.turn_to(change)
    after = await bakery.sells(hanako, yen=1_100)
    assert after["grants"][0]["expires_on"] == "2026-07-31"
    lots = await bakery.get(f"/v1/members/{(await bakery.quote(hanako))['member']}/lots")
    days = [(lot["points"], lot["expires_on"]) for lot in lots.json["lots"]]
    assert days == [(10, "2026-07-31"), (10, "2028-03-31")]


async def test_sliding_points_go_on_by_the_rule_in_force_at_the_next_purchase(
    mall: Mall, sliding: Shop
) -> None:
    hanako = await mall.member()
    await sliding.sells(hanako, yen=1_100)
    change = TODAY + DAY
    await mall.expiry(from_on=change, policy="FISCAL_YEAR")
    await mall.turn_to(change)
    bought = await sliding.sells(hanako, yen=550)
    assert bought["grants"][0]["expires_on"] == "2028-03-31"
    assert bought["balance"]["next_to_expire"] == {"points": 10, "on": "2027-06-03"}


async def test_the_job_lapses_what_nobody_visits_and_goes_on_where_it_stopped(
    mall: Mall, sliding: Shop
) -> None:
    crowd = await mall.members(5)
    for member in crowd:
        await sliding.sells(member, yen=1_100)
    await mall.turn_to(A_YEAR_LATER + DAY)
    assert await mall.hub.desk.lapse_due(A_YEAR_LATER) == 5
    assert await mall.hub.desk.lapse_due(A_YEAR_LATER) == 0
    breakage = "SELECT sum(points)::bigint FROM federation.draws WHERE kind = 'lapse'"
    assert await mall.value(breakage) == 50
    assert await mall.points_of(crowd[0]) == 0
