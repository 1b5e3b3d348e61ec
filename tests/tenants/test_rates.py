"""Rates by category, tender, rank, hour; tax, scope and rounding: vectors of domain 6.1, 6.2."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from federation.days import TOKYO
from federation.slips import Accrual
from tenants.earning import Line, Tender
from tenants.extras import Basis
from tenants.rates import added, reached, units, without_tax
from tenants.rules import (
    CategoryRate,
    Declaration,
    Funder,
    QuietHours,
    RankRate,
    Special,
    TenderRate,
)
from tenants.terms import Terms
from tests.tenants.test_earning import (
    DAY,
    LONG_AGO,
    SMOKED,
    TAKAMATSU,
    TERMS,
    campaign,
    earned,
    lines,
    parts,
    sale,
    till,
)

AT = datetime(2026, 6, 6, 14, 30, tzinfo=TOKYO)  # a Saturday
SHOP: dict[Funder, int] = {"tenant": 1}


def terms(**other: Any) -> Terms:
    """Terms of a shop that are not the usual ones."""
    return msgspec.structs.replace(TERMS, **other)


def at(other: Terms, **more: Any) -> Any:
    return till(terms=(other,), **more)


def by_rule(accrual: Accrual) -> dict[str, int]:
    return {grant.rule: grant.points for grant in accrual.grants}


def test_todays_terms_are_plain_and_all_others_are_not() -> None:
    assert TERMS.plain
    for other in ({"earns_on": "TAX_EXCLUDED"}, {"scope": "LINE"}, {"rounding": "CEIL"}):
        assert not terms(**other).plain
    assert not terms(special=Special(tenders={"credit": TenderRate(20)})).plain
    assert terms(special=Special(left_out=frozenset({"x5"}))).plain


@pytest.mark.parametrize(
    ("yen", "rate", "without"),
    [(110, 10, 100), (109, 10, 100), (108, 8, 100), (2_178, 10, 1_980), (108, 10, 99), (7, 0, 7)],
)
def test_the_tax_in_a_price_is_floored(yen: int, rate: int, without: int) -> None:
    assert without_tax(yen, rate) == without


@pytest.mark.parametrize("rate", [8, 10])
def test_a_price_whose_tax_was_floored_gives_back_its_own_yen(rate: int) -> None:
    for yen in range(2_000):
        assert without_tax(yen + yen * rate // 100, rate) == yen


@pytest.mark.parametrize(
    ("programme", "paid_yen", "more", "points"),
    [
        # JR四国SC, 相鉄ジョイナス: 110 円 with tax, per receipt
        ({}, 109, {}, 0),
        ({}, 110, {}, 1),
        ({}, 219, {}, 1),
        ({}, 220, {}, 2),
        ({}, 1_800, {"points": 180}, 16),
        ({}, 3_240, {"points": 60}, 29),
        # 三井ショッピングパーク, くすポイント: 100 円 without tax
        ({"yen_per_point": 100, "earns_on": "TAX_EXCLUDED"}, 109, {}, 1),  # 109 - 9
        ({"yen_per_point": 100, "earns_on": "TAX_EXCLUDED"}, 108, {}, 0),
        ({"yen_per_point": 100, "earns_on": "TAX_EXCLUDED"}, 219, {}, 2),  # 219 - 19
        (
            {"yen_per_point": 100, "earns_on": "TAX_EXCLUDED"},
            108,
            {"lines": [Line(amount_yen=108, tax_rate=8)]},
            1,
        ),
        # 丸の内カード, JRE POINT駅ビル: 100 円 with tax
        ({"yen_per_point": 100}, 199, {}, 1),
        # ローソンPonta, ゲオ, ローゼン: 200 円 without tax, the rest is not carried over
        ({"yen_per_point": 200, "earns_on": "TAX_EXCLUDED"}, 439, {}, 2),  # 439 - 39
        ({"yen_per_point": 200, "earns_on": "TAX_EXCLUDED"}, 438, {}, 1),
        # コープさっぽろ: 330 円 without tax
        ({"yen_per_point": 330, "earns_on": "TAX_EXCLUDED"}, 363, {}, 1),
        ({"yen_per_point": 330, "earns_on": "TAX_EXCLUDED"}, 361, {}, 0),
        # the same receipt by each scope and rounding
        ({"scope": "LINE"}, 110, {"lines": lines((55, "food"), (55, "toys"))}, 0),
        ({"scope": "LINE", "rounding": "ROUND"}, 110, {"lines": lines((55, "a"), (55, "b"))}, 2),
        ({"scope": "LINE", "rounding": "CEIL"}, 110, {"lines": lines((1, "a"), (109, "b"))}, 2),
        ({"scope": "LINE"}, 219, {}, 1),  # nobody named a line: the receipt is one
        ({"rounding": "ROUND"}, 164, {}, 1),
        ({"rounding": "ROUND"}, 165, {}, 2),
        ({"rounding": "CEIL"}, 1, {}, 1),
        ({"rounding": "CEIL"}, 0, {}, 0),
        # points that paid earn nothing, by amount of the goods that earn
        (
            {"scope": "LINE"},
            220,
            {"points": 220, "lines": lines((330, "food"), (110, "toys"), (0, SMOKED))},
            1,  # 165 and 55 are left
        ),
    ],
)
def test_a_sale_earns_by_the_unit_and_the_base_of_its_shop(
    programme: dict[str, Any], paid_yen: int, more: dict[str, Any], points: int
) -> None:
    assert earned(sale(paid_yen, **more), at(terms(**programme))).points == points


def test_the_check_of_rakuten_by_line_at_half_a_times_more() -> None:
    by_line = terms(yen_per_point=100, earns_on="TAX_EXCLUDED", scope="LINE")
    goods = [Line(amount_yen=2_178), Line(amount_yen=220, quantity=2), Line(amount_yen=110)]
    half = campaign("half", 1, tenths=5)
    got = by_rule(earned(sale(2_508, lines=goods), at(by_line, campaigns=(half,))))
    assert got == {"base": 22, "campaign:half": 10}  # 19 + 2 + 1, and 9 + 1 + 0
    (alone,) = lines((2_178, None))
    one = earned(sale(2_178, lines=[alone]), at(by_line, campaigns=(half,)))
    assert by_rule(one) == {"base": 19, "campaign:half": 9}


@pytest.mark.parametrize(
    ("pieces", "tenths", "more"),
    [((19, 2, 1), 15, 10), ((22,), 15, 11), ((10,), 50, 40), ((1,), 19, 0), ((10,), 11, 1)],
)
def test_a_multiple_adds_to_each_piece_its_floored_part(
    pieces: tuple[int, ...], tenths: int, more: int
) -> None:
    assert added(pieces, tenths) == more


CREDIT = terms(special=Special(tenders={"credit": TenderRate(20)}))
OWN = terms(
    yen_per_point=100,
    earns_on="TAX_EXCLUDED",
    special=Special(tenders={"credit:own": TenderRate(20, {"operator": 1})}),
)


@pytest.mark.parametrize(
    ("other", "paid_yen", "tenders", "rules"),
    [
        # JRタワースクエア: 2 pt for each 110 円 by credit, the remainder dropped
        (CREDIT, 219, [Tender("credit", 219)], {"base": 1, "tender:credit": 1}),
        (CREDIT, 330, [Tender("credit", 330)], {"base": 3, "tender:credit": 3}),
        (CREDIT, 330, [Tender("cash", 330)], {"base": 3}),
        (
            CREDIT,
            330,
            [Tender("cash", 111), Tender("credit", 219)],
            {"base": 3, "tender:credit": 1},
        ),
        (CREDIT, 330, [Tender("cash", 221), Tender("credit", 109)], {"base": 3}),
        (CREDIT, 330, None, {"base": 3}),
        # 三井ショッピングパーク: its own credit card 2 pt for each 100 円 without tax
        (OWN, 1_100, [Tender("credit", 1_100, "own")], {"base": 10, "tender:credit:own": 10}),
        (OWN, 1_100, [Tender("credit", 1_100, "other")], {"base": 10}),
    ],
)
def test_a_tender_earns_a_multiple_on_what_it_paid(
    other: Terms, paid_yen: int, tenders: list[Tender] | None, rules: dict[str, int]
) -> None:
    assert by_rule(earned(sale(paid_yen, tenders=tenders), at(other))) == rules


def test_what_earns_nothing_counts_as_paid_by_the_other_tenders() -> None:
    bought = sale(
        610,
        lines=lines((110, "food"), (500, SMOKED)),
        tenders=[Tender("cash", 500), Tender("credit", 110)],
    )
    assert by_rule(earned(bought, at(CREDIT))) == {"base": 1, "tender:credit": 1}


def test_a_category_earns_at_its_own_rate_and_its_funders_pay() -> None:
    rates = {"wine": CategoryRate(3, 200, {"tenant": 1, "facility": 2})}
    bought = sale(1_500, lines=lines((1_000, "wine"), (500, "food")))
    booked = earned(bought, at(terms(special=Special(categories=rates))))
    assert parts(booked) == [
        ("base", (("B", 4),)),
        ("category:wine", (("takamatsu", 10), ("B", 5))),
    ]
    half = earned(sale(399, lines=lines((399, "wine"))), at(terms(special=Special(rates))))
    assert by_rule(half) == {"category:wine": 3}  # whole units of 200 円, three points for each
    twice = campaign("x2", 2)
    both = earned(bought, at(terms(special=Special(rates)), campaigns=(twice,)))
    assert by_rule(both)["campaign:x2"] == 19  # of all that the rates gave


def test_a_shop_may_give_a_rank_another_multiple_than_the_programme() -> None:
    here = terms(special=Special(ranks={"premium": RankRate(25)}))
    assert parts(earned(sale(1_100), at(here), "premium")) == [
        ("base", (("B", 10),)),
        ("rank:premium", (("hub", 15),)),
    ]
    none = terms(special=Special(ranks={"premium": RankRate(10)}))
    assert by_rule(earned(sale(1_100), at(none), "premium")) == {"base": 10}


def test_campaigns_add_up_and_only_a_flagged_one_multiplies() -> None:
    three = campaign("x3", 3)
    twice = campaign("twice", 2, stack_group="other", multiplies=True)
    booked = earned(sale(1_100), till(campaigns=(three, twice)), "premium")
    # 10 of the base, 10 of the rank, 20 of the campaign; and as much again
    assert by_rule(booked) == {
        "base": 10, "rank:premium": 10, "campaign:x3": 20, "campaign:twice": 40,
    }  # fmt: skip
    added = msgspec.structs.replace(twice, multiplies=False)
    plain = earned(sale(1_100), till(campaigns=(three, added)), "premium")
    assert by_rule(plain)["campaign:twice"] == 10


def test_five_times_alone_is_the_base_and_four_times_the_base() -> None:
    booked = earned(sale(1_100), till(campaigns=(campaign(),)))
    assert by_rule(booked) == {"base": 10, "campaign:x5": 40}


QUIET = QuietHours("14:00", "17:00", 20, (6,))


@pytest.mark.parametrize(
    ("hour", "minute", "day", "points"),
    [(13, 59, 6, 10), (14, 0, 6, 20), (16, 59, 6, 20), (17, 0, 6, 10), (14, 30, 5, 10)],
)
def test_quiet_hours_are_told_by_the_sales_own_instant_in_japan(
    hour: int, minute: int, day: int, points: int
) -> None:
    when = datetime(2026, 6, day, hour, minute, tzinfo=TOKYO)
    here = at(terms(special=Special(hours={"tea": QUIET})))
    booked = earned(sale(1_100, at=when, business_date=when.date()), here)
    assert booked.points == points
    assert by_rule(booked).get("hour:tea", 0) == points - 10


def test_quiet_hours_are_told_by_the_clock_of_japan_wherever_the_till_stands() -> None:
    when = datetime(2026, 6, 6, 5, 30, tzinfo=UTC)  # 14:30 in Tokyo
    here = at(terms(special=Special(hours={"tea": QUIET})))
    assert earned(sale(1_100, at=when), here).points == 20


def test_quiet_hours_end_after_they_begin() -> None:
    with pytest.raises(ValueError, match="after"):
        QuietHours("17:00", "17:00", 20)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"from_time": "7:00", "to_time": "24:01", "tenths": 20}, QuietHours)


RAIN = Declaration(9, TAKAMATSU.party_id, "rain", AT, AT + timedelta(hours=2), 20, {"facility": 1})


@pytest.mark.parametrize(
    ("declared", "minutes", "points"),
    [
        (RAIN, 0, 20),
        (RAIN, -1, 10),
        (RAIN, 119, 20),
        (RAIN, 120, 10),
        (msgspec.structs.replace(RAIN, withdrawn=True), 0, 10),
    ],
)
def test_rain_is_declared_for_a_slot_and_a_sale_in_it_names_the_reason(
    declared: Declaration, minutes: int, points: int
) -> None:
    booked = earned(sale(1_100, at=AT + timedelta(minutes=minutes)), till(declared=(declared,)))
    assert booked.points == points
    if points == 20:
        assert parts(booked)[1] == ("weather:rain:9", (("takamatsu", 10),))


def test_what_is_remembered_of_a_till_is_not_given_in_the_rain() -> None:
    here = till(declared=(RAIN,))
    day = date(2026, 7, 1)
    dry = [earned(sale(1_100, business_date=day, at=AT), here) for _ in range(2)]
    assert [one.points for one in dry] == [10, 10]
    assert dry[0].grants is dry[1].grants  # far from any declaration it is worked out once
    wet = [earned(sale(1_100, at=AT + timedelta(hours=by)), here).points for by in (3, 0, 3)]
    assert wet == [10, 20, 10]


def test_of_rain_and_quiet_hours_the_better_one_counts() -> None:
    here = at(terms(special=Special(hours={"tea": QUIET})), declared=(RAIN,))
    assert earned(sale(1_100, at=AT), here).points == 20
    storm = msgspec.structs.replace(RAIN, tenths=30)
    booked = earned(sale(1_100, at=AT), at(here.terms[0], declared=(storm,)))
    assert by_rule(booked) == {"base": 10, "weather:rain:9": 20}
    x5 = earned(sale(1_100, at=AT), at(here.terms[0], campaigns=(campaign(),)))
    assert by_rule(x5) == {"base": 10, "campaign:x5": 40, "hour:tea": 10}  # groups add up


def test_a_shop_that_takes_no_part_gives_nothing_of_a_campaign() -> None:
    out = terms(special=Special(left_out=frozenset({"x5"})))
    x2 = campaign("x2", 2)
    assert by_rule(earned(sale(1_100), at(out, campaigns=(campaign(), x2)))) == {
        "base": 10,
        "campaign:x2": 10,
    }


UNITS = [(size, rounding) for size in (100, 110, 333) for rounding in ("FLOOR", "ROUND", "CEIL")]


@pytest.mark.parametrize(("size", "rounding"), UNITS)
def test_a_unit_is_reached_with_so_many_yen_and_not_with_one_less(size: int, rounding: Any) -> None:
    for points in range(1, 40):
        yen = reached(points, size, rounding)
        assert units(yen, size, rounding) == points
        assert units(yen - 1, size, rounding) == points - 1


@pytest.mark.parametrize(("size", "rounding"), UNITS)
@pytest.mark.parametrize("earns_on", ["TAX_INCLUDED", "TAX_EXCLUDED"])
@pytest.mark.parametrize("rate", [8, 10])
def test_the_hint_is_the_fewest_yen_that_bring_one_point_more(
    size: int, rounding: Any, earns_on: Any, rate: int
) -> None:
    here = at(terms(yen_per_point=size, rounding=rounding, earns_on=earns_on))

    def points(yen: int) -> Accrual:
        return earned(sale(yen, lines=[Line(amount_yen=yen, tax_rate=rate)]), here)

    for yen in (*range(0, 700, 7), 1_098, 1_099, 1_100, 1_101):
        now = points(yen)
        assert now.yen_to_next_point is not None
        there = yen + now.yen_to_next_point
        assert points(there).points == now.points + 1
        assert points(there - 1).points == now.points


@pytest.mark.parametrize(
    ("other", "bought"),
    [
        ({"scope": "LINE"}, {"lines": lines((110, None))}),
        (
            {"earns_on": "TAX_EXCLUDED"},
            {"lines": [Line(amount_yen=50, tax_rate=8), Line(amount_yen=60)]},
        ),
    ],
)
def test_there_is_no_hint_where_it_has_no_meaning(other: Any, bought: Any) -> None:
    assert earned(sale(110, **bought), at(terms(**other))).yen_to_next_point is None


def test_a_basis_of_a_sale_says_nothing_of_what_a_return_asks() -> None:
    assert Basis(DAY, "general", {}).given is None
    assert LONG_AGO < DAY


def test_by_tax_a_receipt_earns_on_each_rates_own_sum() -> None:
    here = at(terms(yen_per_point=100, earns_on="TAX_EXCLUDED"))
    goods = [Line(amount_yen=54, tax_rate=8), Line(amount_yen=54, tax_rate=8)]
    assert earned(sale(108, lines=goods), here).points == 1  # 108 - 8; line by line 50 + 50
    assert date(2026, 6, 6) == DAY
