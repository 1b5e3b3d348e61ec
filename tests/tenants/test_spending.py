"""How many points may be spent, where they stop, and how they stand on the receipt. Pure tables."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from federation.fingerprint import fingerprint
from federation.pins import Pins
from federation.refusals import (
    CardNotActive,
    CodeUsed,
    NeedsMemberCode,
    OverLimit,
    PointsOwed,
    Refusal,
    Validation,
    WrongPin,
)
from federation.slips import Holder
from tenants.earning import Line
from tenants.spending import Purchase, Spend, buy, discount_by_rate, spend
from tenants.terms import Party, Programme, Scheme, TaxTreatment, Terms, Till

DAY = date(2026, 6, 6)
LONG_AGO = date(2020, 4, 1)
ASKED: dict[str, Any] = {
    "slip": "S-1",
    "till": "T01",
    "business_date": DAY,
    "at": datetime(2026, 6, 6, 3, tzinfo=UTC),
    "card": "6304123412341232",
}


def terms(from_on: date = LONG_AGO, limit: int = 500, tax: TaxTreatment = "PAYMENT") -> Terms:
    return Terms(from_on, 110, limit, frozenset({"tobacco"}), tax)


def till(*agreed: Terms, daily: int | None = None) -> Till:
    """A till of a bakery in Tokushima."""
    return Till(
        client_id="c_test",
        tenant_id=11,
        shop_id=110,
        till="T01",
        vouched=0,
        shop="bakery",
        tenant=Party(11, "bakery"),
        facility=Party(20, "tokushima"),
        operator=Party(1, "operator"),
        day_starts=time(0),
        terms=agreed or (terms(),),
        schemes=(Scheme(LONG_AGO, 1),),
        rank_bonuses=(),
        campaigns=(),
        programme=(Programme(redemption_limit_points_per_day=daily),),
    )


def member(**other: Any) -> Holder:
    known: dict[str, Any] = {
        "points": 10_000,
        "points_held": 0,
        "points_owed": 0,
        "state": "active",
        "carrier_kind": "card",
        "carrier_state": "active",
    }
    return Holder(member_id=7, rank="general", **{**known, **other})


def spending(points: int, payable_yen: int = 10_000, **more: Any) -> Spend:
    return Spend(points=points, payable_yen=payable_yen, **{**ASKED, **more})


def buying(points: int, paid_yen: int, **more: Any) -> Purchase:
    return Purchase(points=points, paid_yen=paid_yen, receipt_no="0042", **{**ASKED, **more})


def refusal(rule: Any, asked: Any, at: Till, holder: Holder) -> type[Refusal] | None:
    """What a rule refuses with, if it refuses."""
    try:
        rule(asked, at, holder)
    except Refusal as refused:
        return type(refused)
    return None


BASKET = [Line(amount_yen=1_000, category="food"), Line(amount_yen=500, category="tobacco")]


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (spending(100, payable_yen=100), True),
        (spending(101, payable_yen=100), False),
        (spending(1, payable_yen=0), False),
        (buying(100, paid_yen=0), True),
        (buying(500, paid_yen=0, excluded_yen=0), True),
        (buying(1_000, paid_yen=500, lines=BASKET), True),  # all but the tobacco
        (buying(1_001, paid_yen=499, lines=BASKET), False),  # tobacco is never paid with points
        (buying(1, paid_yen=500, excluded_yen=501), False),
        (buying(1, paid_yen=500, excluded_yen=500), True),
    ],
)
def test_points_are_never_more_than_what_is_to_be_paid(asked: Any, allowed: bool) -> None:
    rule: Any = buy if isinstance(asked, Purchase) else spend
    refused = refusal(rule, asked, till(terms(limit=10_000)), member())
    assert refused is (None if allowed else Validation)


@pytest.mark.parametrize(
    ("points", "holder", "refused"),
    [
        (500, member(), None),
        (501, member(), NeedsMemberCode),
        (501, member(carrier_kind="code"), None),
        (1, member(points_owed=1), PointsOwed),
        (1, member(state="frozen"), CardNotActive),
        (501, member(points_owed=1), PointsOwed),  # a debt is told before the card's limit
        (501, member(points_owed=1, state="frozen"), CardNotActive),  # and a stop before a debt
    ],
)
def test_who_may_spend_how_much(points: int, holder: Holder, refused: type[Refusal] | None) -> None:
    assert refusal(spend, spending(points), till(), holder) is refused
    assert refusal(buy, buying(points, 1_000), till(), holder) is refused


SPENT = {("redemption", DAY): 400, ("redemption", date(2026, 6, 5)): 600}
USED_CODE = {"carrier_kind": "code", "carrier_state": "used"}


@pytest.mark.parametrize(
    ("points", "holder", "refused"),
    [  # each line has all that the lines below it are refused for
        (601, member(**USED_CODE, state="frozen", points_owed=1, used=SPENT), CardNotActive),
        (601, member(**USED_CODE, points_owed=1, used=SPENT), PointsOwed),
        (601, member(**USED_CODE, used=SPENT), CodeUsed),
        (601, member(pin="wrong", used=SPENT), WrongPin),
        (601, member(pin="shut", used=SPENT), NeedsMemberCode),
        (601, member(used=SPENT), NeedsMemberCode),
        (601, member(pin="right", used=SPENT), OverLimit),
        (601, member(carrier_kind="code", used=SPENT), OverLimit),
        (600, member(pin="right", used=SPENT), None),
        (600, member(carrier_kind="code", used=SPENT), None),
        (500, member(used=SPENT), None),
        (1, member(pin="wrong"), WrongPin),  # also where the card alone would do
        (500, member(pin="shut"), None),
        (501, member(carrier_kind="phone"), NeedsMemberCode),  # only a code reaches further
        (1_000, member(carrier_kind="code"), None),
        (1_001, member(carrier_kind="code"), OverLimit),
    ],
)
def test_refusals_to_spend_in_their_order(
    points: int, holder: Holder, refused: type[Refusal] | None
) -> None:
    at = till(daily=1_000)
    assert refusal(spend, spending(points), at, holder) is refused
    assert refusal(buy, buying(points, 1_000), at, holder) is refused


def test_a_pin_counts_in_a_fingerprint_and_cannot_be_tried_out_of_it() -> None:
    ours, theirs = (Pins(secret) for secret in ("ours", "theirs"))

    def seal(pins: Pins) -> Callable[[str], str]:
        return lambda pin: pins.digest("", pin).hex()

    for asked in (spending, lambda points, **more: buying(points, 100, **more)):
        mine = fingerprint(asked(10, pin="1234"), "", seal(ours))
        assert mine == fingerprint(asked(10, pin="1234"), "", seal(ours))
        assert mine != fingerprint(asked(10, pin="1235"), "", seal(ours))
        assert mine != fingerprint(asked(10, pin="1234"), "", seal(theirs))


def test_a_copied_card_number_spends_nothing_where_no_limit_was_agreed() -> None:
    strict = till(terms(limit=0))
    assert refusal(spend, spending(1), strict, member()) is NeedsMemberCode
    assert refusal(spend, spending(1), strict, member(carrier_kind="code")) is None
    with pytest.raises(NeedsMemberCode) as told:
        spend(spending(1), strict, member())
    assert told.value.extra == {"limit_points": 0}


@pytest.mark.parametrize("holder", [member(points_owed=1), member(state="frozen")])
def test_who_may_not_spend_still_earns(holder: Holder) -> None:
    order = buy(buying(0, 1_100), till(), holder)
    assert order.redeem is None
    assert order.accrue is not None
    assert order.accrue.points == 10


@pytest.mark.parametrize(
    ("business_date", "allowed"), [(DAY, False), (date(2026, 6, 7), True), (date(2026, 6, 8), True)]
)
def test_the_limit_is_that_of_the_business_date(business_date: date, allowed: bool) -> None:
    at = till(terms(limit=0), terms(date(2026, 6, 7), limit=500))
    refused = refusal(spend, spending(500, business_date=business_date), at, member())
    assert refused is (None if allowed else NeedsMemberCode)


@pytest.mark.parametrize(
    ("points", "paid_yen", "earned"), [(180, 1_800, 16), (60, 3_240, 29), (100, 0, 0), (0, 110, 1)]
)
def test_a_purchase_earns_on_what_was_paid_in_money(
    points: int, paid_yen: int, earned: int
) -> None:
    order = buy(buying(points, paid_yen), till(), member())
    assert order.accrue is not None
    assert order.accrue.points == earned
    assert (order.redeem.points if order.redeem else 0) == points


def test_points_are_spent_at_the_facility_of_the_till_and_named_by_its_receipt() -> None:
    spent = spend(spending(10, receipt_no="0042"), till(), member()).redeem
    bought = buy(buying(10, 100), till(), member()).redeem
    assert spent is not None
    assert bought is not None
    for told in (spent, bought):
        assert (told.points, told.facility_id, told.receipt_no) == (10, 20, "0042")


MIXED = [(3_300, 8), (1_100, 10)]


@pytest.mark.parametrize(
    ("points", "goods", "discount"),
    [
        (400, MIXED, {8: 300, 10: 100}),
        (400, [(1_100, 10), (3_300, 8)], {8: 300, 10: 100}),
        (400, [(1_300, 8), (1_100, 10), (2_000, 8)], {8: 300, 10: 100}),
        (1, [(100, 8), (100, 10)], {8: 0, 10: 1}),  # a tie goes to the higher rate
        (3, [(100, 0), (100, 8), (100, 10)], {0: 1, 8: 1, 10: 1}),
        (2, [(100, 0), (100, 8), (100, 10)], {0: 0, 8: 1, 10: 1}),
        (1, [(201, 8), (100, 10)], {8: 1, 10: 0}),  # the largest remainder first
        (4_400, MIXED, {8: 3_300, 10: 1_100}),
        (7, [(1_000, 8)], {8: 7}),
        (7, [(0, 8)], {}),
        (7, [], {}),
    ],
)
def test_a_discount_is_shared_by_rate(
    points: int, goods: list[tuple[int, Any]], discount: dict[int, int]
) -> None:
    told = discount_by_rate(points, [Line(amount_yen=yen, tax_rate=rate) for yen, rate in goods])
    assert dict(told) == discount
    assert not told or sum(discount.values()) == points


@pytest.mark.parametrize("tax", ["PAYMENT", "DISCOUNT"])
def test_a_receipt_says_whether_points_are_a_payment_or_a_discount(tax: TaxTreatment) -> None:
    goods = [Line(amount_yen=yen, tax_rate=rate) for yen, rate in MIXED]  # type: ignore[arg-type]
    at = till(terms(tax=tax))
    bought = buy(buying(400, 4_000, lines=goods), at, member()).redeem
    spent = spend(spending(400), at, member()).redeem
    assert bought is not None
    assert spent is not None
    assert (bought.tax_treatment, spent.tax_treatment) == (tax, tax)
    assert bought.discount_by_rate == ((8, 300), (10, 100))
