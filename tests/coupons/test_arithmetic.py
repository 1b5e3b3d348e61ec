"""クーポンの算式: rounding, caps, carving and hours, as tables."""

from datetime import date, time
from typing import Any

import pytest

from tenants.coupons.coupon import Coupon, Share, carved, off, part_of
from tenants.coupons.premiums import found

DAY = date(2026, 6, 3)  # a Wednesday


def coupon(**terms: Any) -> Coupon:
    given = {"kind": "SHOW", "benefit": "PERCENT", "state": "live", "from_on": DAY, "to_on": DAY}
    return Coupon(**{"coupon_id": 1, "code": "c", "name": "c", "name_en": "c", **given, **terms})


@pytest.mark.parametrize(
    ("yen", "percent", "down", "half_up", "up"),
    [
        (0, 10, 0, 0, 0),
        (9, 10, 0, 1, 1),
        (4, 10, 0, 0, 1),
        (5, 10, 0, 1, 1),
        (999, 10, 99, 100, 100),
        (1_000, 10, 100, 100, 100),
        (1_234, 15, 185, 185, 186),
        (3_333, 33, 1_099, 1_100, 1_100),
        (10_000_000, 1, 100_000, 100_000, 100_000),
        (777, 100, 777, 777, 777),
    ],
)
def test_a_part_of_a_price_is_rounded_as_the_coupon_says(
    yen: int, percent: int, down: int, half_up: int, up: int
) -> None:
    assert part_of(yen, percent, "DOWN") == down
    assert part_of(yen, percent, "HALF_UP") == half_up
    assert part_of(yen, percent, "UP") == up


@pytest.mark.parametrize(
    ("terms", "yen", "taken"),
    [
        ({"benefit": "FIXED", "off_yen": 500}, 499, 499),
        ({"benefit": "FIXED", "off_yen": 500}, 500, 500),
        ({"benefit": "FIXED", "off_yen": 500}, 501, 500),
        ({"percent": 10, "cap_yen": 300}, 2_990, 299),
        ({"percent": 10, "cap_yen": 300}, 3_000, 300),
        ({"percent": 10, "cap_yen": 300}, 3_010, 300),
        ({"percent": 10, "cap_yen": 300, "rounding": "UP"}, 1, 1),
        ({"percent": 100}, 777, 777),
        ({"benefit": "GIFT", "gift": "x"}, 777, 0),
    ],
)
def test_a_coupon_takes_no_more_than_the_price_and_its_cap(
    terms: dict[str, Any], yen: int, taken: int
) -> None:
    assert off(coupon(**terms), yen) == taken


@pytest.mark.parametrize(
    ("yen", "weights", "parts"),
    [
        (500, {"facility": 60, "tenant": 40}, {"facility": 300, "tenant": 200}),
        (505, {"tenant": 40, "facility": 60}, {"facility": 303, "tenant": 202}),
        (1, {"tenant": 50, "facility": 50}, {"facility": 1}),
        (5, {"tenant": 1, "operator": 1}, {"operator": 3, "tenant": 2}),
        (
            100,
            {"facility": 1, "operator": 1, "tenant": 1},
            {"facility": 34, "operator": 33, "tenant": 33},
        ),
    ],
)
def test_a_discount_is_carved_over_its_funders(
    yen: int, weights: dict[Any, int], parts: dict[Any, int]
) -> None:
    shares = tuple(Share(funder, weight) for funder, weight in weights.items())
    assert dict(carved(yen, shares)) == parts


@pytest.mark.parametrize(
    ("terms", "clock", "good"),
    [
        ({}, time(0), True),
        ({"weekdays": (3,)}, time(12), True),
        ({"weekdays": (2, 4)}, time(12), False),
        ({"from_time": time(9), "to_time": time(12)}, time(8, 59, 59), False),
        ({"from_time": time(9), "to_time": time(12)}, time(9), True),
        ({"from_time": time(9), "to_time": time(12)}, time(11, 59, 59), True),
        ({"from_time": time(9), "to_time": time(12)}, time(12), False),
        ({"from_time": time(22), "to_time": time(2)}, time(1, 59), True),
        ({"from_time": time(22), "to_time": time(2)}, time(2), False),
        ({"from_time": time(22), "to_time": time(2)}, time(22), True),
    ],
)
def test_hours_begin_with_their_first_instant_and_end_before_their_last(
    terms: dict[str, Any], clock: time, good: bool
) -> None:
    assert coupon(**terms).at_hour(DAY, clock) is good


@pytest.mark.parametrize(
    ("least_yen", "worth_yen", "level"),
    [
        (0, 200, "ok"),
        (0, 201, "warn"),
        (999, 200, "ok"),
        (999, 201, "warn"),
        (1_000, 200, "ok"),
        (1_000, 201, "warn"),
        (5_000, 1_000, "ok"),
        (5_000, 1_001, "warn"),
    ],
)
def test_goods_beyond_the_cap_on_premiums_are_warned_of(
    least_yen: int, worth_yen: int, level: str
) -> None:
    gift = coupon(benefit="GIFT", gift="x", gift_worth_yen=worth_yen, least_yen=least_yen)
    assert [one.level for one in found(gift)] == [level]


def test_a_discount_for_many_shops_is_outside_the_cap_and_one_shops_is_no_premium() -> None:
    [everywhere] = found(coupon(percent=50))
    [alone] = found(coupon(percent=50, shops=(7,)))
    assert (everywhere.level, everywhere.rule) == ("ok", "総付告示2項3号・運用基準4(2)")
    assert (alone.level, alone.rule) == ("ok", "定義告示1項ただし書（値引）")
