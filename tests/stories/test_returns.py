"""Goods come back: points that paid come back first, points earned are taken back, and what is
short is dealt with as the programme chose (domain 6.4)."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.mall import Answered, Mall, Shop
from tests.stories.test_holds import ended, held, undone

DAY = timedelta(days=1)
LINES = [
    {"amount_yen": 1_100, "category": "food", "quantity": 2, "tax_rate": 8},
    {"amount_yen": 500, "category": "tobacco", "quantity": 1, "tax_rate": 10},
    {"amount_yen": 2_200, "category": "books", "quantity": 1, "tax_rate": 10},
]


async def returned(shop: Shop, of: Any, **more: Any) -> Answered:
    """Take goods back of a slip."""
    number = next(shop.mall.numbers)
    content = {
        "slip": f"B-{number}",
        "till": shop.till,
        "business_date": shop.mall.today.isoformat(),
        "at": shop.mall.now.isoformat(),
        **({"of": of["slip"]} if of else {}),
        **more,
    }
    return await shop.post("/v1/returns", **content)


async def brings_back(shop: Shop, of: Any, **more: Any) -> Any:
    answer = await returned(shop, of, **more)
    assert answer.status == 201, answer
    return answer.json


def came_to(told: Any) -> tuple[int, int, int, int]:
    """Points restored, points taken back, points short, cash refunded."""
    return (
        told["restored_points"],
        told["taken_back_points"],
        told["shortage_points"],
        told["refund_yen"],
    )


@pytest.fixture
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery", excluded_categories=["tobacco"])


async def test_a_full_return_leaves_what_was_before_the_purchase(mall: Mall, bakery: Shop) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    before = await mall.points_of(hanako)
    bought = await bakery.sells_for_points(hanako, points=150, yen=3_300)
    told = await brings_back(bakery, bought, returned_yen=3_450)
    assert came_to(told) == (150, 30, 0, 3_300)
    assert await mall.points_of(hanako) == before
    assert told["lots"] == [{"points": 150, "expires_on": "2028-03-31"}]
    assert (await returned(bakery, bought, returned_yen=1)).slug == "already-returned"


async def test_points_that_paid_come_back_first(mall: Mall, bakery: Shop) -> None:
    """Example 2, E4: 990 of a purchase of 1,980 paid with 180 points and 1,800 in cash."""
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    bought = await bakery.sells_for_points(hanako, points=180, yen=1_800)
    assert bought["points"] == 16
    told = await brings_back(bakery, bought, returned_yen=990)
    assert came_to(told) == (180, 7, 0, 810)


async def test_tobacco_that_comes_back_first_does_not_raise_what_the_rest_earns(
    mall: Mall, bakery: Shop
) -> None:
    """Domain 6.4: 1,000 eligible and 500 of tobacco, paid with 100 points, earn 8 and never 9."""
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    lines = [
        {"amount_yen": 1_000, "category": "food"},
        {"amount_yen": 500, "category": "tobacco"},
    ]
    bought = await bakery.sells_for_points(hanako, points=100, yen=1_400, lines=lines)
    assert bought["points"] == 8
    first = await brings_back(bakery, bought, lines=[{"line": 2, "quantity": 1, "amount_yen": 500}])
    assert came_to(first) == (100, 0, 0, 400)
    rest = await brings_back(
        bakery, bought, lines=[{"line": 1, "quantity": 1, "amount_yen": 1_000}]
    )
    assert came_to(rest) == (0, 8, 0, 1_000)


@pytest.mark.parametrize(
    "parts",
    [(3_800,), (1, 3_799), (1_100, 500, 2_200), (2_200, 500, 1_100), (109, 110, 111, 3_470)],
)
async def test_partial_returns_add_up_to_one_full_return(
    mall: Mall, bakery: Shop, parts: tuple[int, ...]
) -> None:
    day = mall.today
    until = day + 60 * DAY
    await mall.campaign("x5", "tokushima", (day, day), until, 5, {"facility": 1, "tenant": 1})
    hanako = await mall.member("premium")
    await bakery.sells(hanako, yen=5_500)
    before = await mall.points_of(hanako)
    bought = await bakery.sells_for_points(hanako, points=200, yen=3_600)
    told = [await brings_back(bakery, bought, returned_yen=yen) for yen in parts]
    assert sum(one["restored_points"] for one in told) == 200
    assert sum(one["taken_back_points"] for one in told) == bought["points"]
    assert sum(one["refund_yen"] for one in told) == 3_600
    assert await mall.points_of(hanako) == before


async def test_lines_come_back_by_quantity_and_no_more_than_there_were(
    mall: Mall, bakery: Shop
) -> None:
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=3_800, lines=LINES)
    assert bought["points"] == 30
    one = {"line": 1, "quantity": 1, "amount_yen": 550}
    assert came_to(await brings_back(bakery, bought, lines=[one])) == (0, 5, 0, 550)
    assert came_to(await brings_back(bakery, bought, lines=[one])) == (0, 5, 0, 550)
    exceeds = await returned(bakery, bought, lines=[one])
    assert exceeds.slug == "return-exceeds-original"
    for wrong in ([{**one, "line": 4}], [one, one]):
        assert (await returned(bakery, bought, lines=wrong)).slug == "validation"
    rest = [
        {"line": 3, "quantity": 1, "amount_yen": 2_200},
        {"line": 2, "quantity": 1, "amount_yen": 500},
    ]
    assert came_to(await brings_back(bakery, bought, lines=rest)) == (0, 20, 0, 2_700)


async def test_a_receipt_is_enough(mall: Mall, bakery: Shop) -> None:
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=1_100, receipt_no="0042")
    receipt = {"till": "T01", "no": "0042", "business_date": mall.today.isoformat()}
    told = await brings_back(bakery, None, receipt=receipt, returned_yen=1_100)
    assert came_to(told) == (0, 10, 0, 1_100)
    assert told["original"]["slip"] == bought["slip"]
    unknown = await returned(bakery, None, receipt={**receipt, "no": "0043"}, returned_yen=1)
    assert unknown.slug == "not-found"


async def test_a_redemption_of_the_same_receipt_comes_back_with_it(
    mall: Mall, bakery: Shop
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    await bakery.accepts(hanako, 100, payable_yen=1_200, receipt_no="0042")
    bought = await bakery.sells(hanako, yen=1_100, receipt_no="0042")
    told = await brings_back(bakery, bought, returned_yen=1_200)
    assert came_to(told) == (100, 10, 0, 1_100)


async def test_points_that_paid_and_have_lapsed_come_back_and_lapse(
    mall: Mall, bakery: Shop
) -> None:
    day = mall.today
    await mall.campaign("x5", "tokushima", (day, day), day, 5, {"facility": 1})
    hanako = await mall.member()
    await bakery.sells(hanako, yen=1_100)
    bought = await bakery.sells_for_points(hanako, points=45, yen=110)
    assert [lot["points"] for lot in bought["lots"]] == [40, 5]
    await mall.turn_to(day + DAY)
    told = await brings_back(bakery, bought, returned_yen=155)
    assert (told["restored_points"], told["lapsed_points"]) == (45, 40)
    assert await mall.points_of(hanako) == 10 - 4  # the purchase's bonus of 4 had lapsed
    lapsed = "SELECT sum(points)::bigint FROM federation.entries WHERE kind = 'lapse'"
    assert await mall.value(lapsed) == -40 - 4


async def test_what_is_short_is_kept_from_the_refund(mall: Mall, bakery: Shop) -> None:
    """Example 1, T5: 40 of 100 are left, 29 come from another shop's points, 31 are short."""
    bookshop = await mall.shop("bookshop")
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=11_000)
    await bookshop.sells_for_points(hanako, points=60, yen=3_240)
    told = await brings_back(bakery, bought, returned_yen=11_000)
    assert came_to(told) == (0, 69, 31, 10_969)
    assert told["shortage"] == {"deducted_points": 31, "owed_points": 0, "waived_points": 0}
    stead = "SELECT points FROM federation.draws WHERE for_rule = 'base' AND for_funder_id = %s"
    assert await mall.value(stead, bakery.tenant_id) == 29
    assert await mall.points_of(hanako) == 0


async def test_what_the_refund_cannot_cover_is_owed_until_later_points_pay_it(
    mall: Mall,
) -> None:
    jeweller = await mall.shop("jeweller", yen_per_point=1)
    day = mall.today
    await mall.campaign("x5", "tokushima", (day, day), day + DAY, 5, {"facility": 3, "tenant": 1})
    hanako = await mall.member()
    bought = await jeweller.sells(hanako, yen=100)
    assert bought["points"] == 500
    await jeweller.accepts(hanako, 490)
    told = await brings_back(jeweller, bought, returned_yen=100)
    assert came_to(told) == (0, 10, 490, 0)
    assert told["shortage"] == {"deducted_points": 100, "owed_points": 390, "waived_points": 0}
    assert told["balance"]["owed"] == 390
    await mall.turn_to(day + 2 * DAY)
    some = await jeweller.sells(hanako, yen=300)
    assert (some["points"], some["balance"]["points"], some["balance"]["owed"]) == (300, 0, 90)
    refused = await jeweller.post("/v1/redemptions", **jeweller.spending(hanako, 1))
    assert refused.slug == "points-owed"
    more = await jeweller.sells(hanako, yen=100)
    assert (more["balance"]["points"], more["balance"]["owed"]) == (10, 0)
    await jeweller.accepts(hanako, 10)
    paid = "SELECT sum(points)::bigint FROM federation.entries WHERE kind = 'repayment'"
    assert await mall.value(paid) == -390
    assert (await undone(jeweller, some["slip"])).slug == "not-reversible"


async def test_a_return_that_left_a_debt_is_undone_with_it(mall: Mall) -> None:
    jeweller = await mall.shop("jeweller", yen_per_point=1)
    day = mall.today
    await mall.campaign("x5", "tokushima", (day, day), day + DAY, 5, {"facility": 1})
    hanako = await mall.member()
    bought = await jeweller.sells(hanako, yen=100)
    await jeweller.accepts(hanako, 490)
    told = await brings_back(jeweller, bought, returned_yen=100)
    back = await undone(jeweller, told["slip"])
    assert back.json["balance"]["owed"] == 0
    assert await mall.points_of(hanako) == 10
    assert came_to(await brings_back(jeweller, bought, returned_yen=100)) == (0, 10, 490, 0)


async def test_a_return_is_refused_by_name(mall: Mall, bakery: Shop) -> None:
    bookshop = await mall.shop("bookshop")
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=1_100)
    assert (await returned(bakery, {"slip": "NEVER"}, returned_yen=1)).slug == "not-arrived"
    assert (await returned(bookshop, bought, returned_yen=1)).slug == "not-arrived"
    assert (await returned(bakery, bought)).slug == "validation"
    assert (await returned(bakery, None, returned_yen=1)).slug == "validation"
    both = {"returned_yen": 1, "lines": [{"line": 1, "quantity": 1, "amount_yen": 1}]}
    assert (await returned(bakery, bought, **both)).slug == "validation"
    exceeds = await returned(bakery, bought, returned_yen=1_101)
    assert exceeds.slug == "return-exceeds-original"
    await undone(bakery, bought["slip"])
    assert (await returned(bakery, bought, returned_yen=1)).slug == "already-reversed"
    other = await bakery.sells(hanako, yen=1_100)
    await brings_back(bakery, other, returned_yen=1)
    assert (await undone(bakery, other["slip"])).slug == "already-returned"


async def test_a_return_is_undone_exactly_and_can_be_made_again(mall: Mall, bakery: Shop) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    bought = await bakery.sells_for_points(hanako, points=60, yen=5_500)
    before = await mall.points_of(hanako)
    told = await brings_back(bakery, bought, returned_yen=1_160)
    assert came_to(told)[:2] == (60, 10)
    assert (await undone(bakery, told["slip"])).status == 201
    assert await mall.points_of(hanako) == before
    again = await brings_back(bakery, bought, returned_yen=5_560)
    assert came_to(again) == (60, 50, 0, 5_500)


async def test_a_captured_hold_comes_back_like_any_payment(mall: Mall, bakery: Shop) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    hold = await held(bakery, hanako, 50)
    captured = (await ended(bakery, hold, "capture", points=50)).json
    told = await brings_back(bakery, captured, returned_yen=20)
    assert came_to(told) == (20, 0, 0, 0)
    assert await mall.points_of(hanako) == 70


async def test_points_captured_for_a_receipt_come_back_with_it(mall: Mall, bakery: Shop) -> None:
    """Scan, hold, total, tender, capture; then the accrual on what was paid in money."""
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    hold = await held(bakery, hanako, 50)
    await ended(bakery, hold, "capture", points=40, receipt_no="0042")
    bought = await bakery.sells(hanako, yen=1_100, receipt_no="0042")
    told = await brings_back(bakery, bought, returned_yen=1_140)
    assert came_to(told) == (40, 10, 0, 1_100)


async def test_a_return_after_the_cycle_was_closed_names_what_it_undoes(
    mall: Mall, bakery: Shop
) -> None:
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=1_100)
    assert (await mall.close(mall.today)).status < 300
    await mall.turn_to(date(2026, 6, 25), time(12))
    told = await brings_back(bakery, bought, returned_yen=1_100)
    assert told["original"]["closed"] is True
    assert told["original"]["cycle"] == 20260601
    assert told["original"]["entry"] == bought["entry"]
    cycle = "SELECT cycle_id FROM federation.entries WHERE kind = 'return'"
    assert await mall.value(cycle) == 20260616
