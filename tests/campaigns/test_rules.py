"""The pure rules of campaigns: premiums, intervals, segments, control groups, corrections."""

from datetime import date

import msgspec
import pytest

from tenants.campaigns.correcting import Corrected, Excess, Given, excesses
from tenants.campaigns.giving import controlled, within_budget
from tenants.campaigns.interval import Group, compared, mean_milli, t_975
from tenants.campaigns.premiums import Kind, Premiums, findings, worst
from tenants.campaigns.segmenting import AllOf, AnyOf, Rank, Rule, depth, named, years_before
from tests.tenants.test_earning import campaign


@pytest.mark.parametrize(
    ("kind", "planned", "rate_bp", "level", "rules"),
    [
        ("own-shop", Premiums(), 2_000, "ok", {"discount"}),
        ("common-points", Premiums(), 1_000, "ok", {"same-amount-voucher"}),
        ("common-points", Premiums(), 2_000, "ok", {"same-amount-voucher"}),
        ("common-points", Premiums(), 2_001, "warn", {"same-amount-voucher", "grant-rate"}),
        ("goods", Premiums(price_yen=999, prize_yen=200), 0, "ok", {"general-premium"}),
        ("goods", Premiums(price_yen=999, prize_yen=201), 0, "block", {"general-premium"}),
        ("goods", Premiums(price_yen=1_000, prize_yen=200), 0, "ok", {"general-premium"}),
        ("goods", Premiums(price_yen=1_500, prize_yen=300), 0, "ok", {"general-premium"}),
        ("goods", Premiums(price_yen=5_004, prize_yen=1_000), 0, "ok", {"general-premium"}),
        ("goods", Premiums(price_yen=5_004, prize_yen=1_001), 0, "block", {"general-premium"}),
        ("goods", Premiums(), 0, "block", {"general-premium"}),
        ("visit", Premiums(fixed_points=200), 0, "ok", {"visit-premium"}),
        ("visit", Premiums(fixed_points=201), 0, "block", {"visit-premium", "fixed-grant"}),
        (
            "common-points", Premiums(fixed_points=201, without_purchase=True), 0, "warn",
            {"same-amount-voucher", "fixed-grant"},
        ),
        ("lottery", Premiums(), 0, "block", {"lottery", "lottery-total"}),
        (
            "lottery",
            Premiums(
                price_yen=4_999, prize_yen=99_980, planned_sales_yen=10_000_000,
                prizes_total_yen=200_000,
            ),
            0, "ok", {"lottery", "lottery-total"},
        ),
        (
            "lottery",
            Premiums(
                price_yen=5_000, prize_yen=100_001, planned_sales_yen=10_000_000,
                prizes_total_yen=200_000,
            ),
            0, "block", {"lottery", "lottery-total"},
        ),
        (
            "joint-lottery",
            Premiums(
                prize_yen=300_000, planned_sales_yen=100_000_000, prizes_total_yen=3_000_000
            ),
            0, "ok", {"joint-lottery", "joint-lottery-total"},
        ),
        (
            "joint-lottery",
            Premiums(
                prize_yen=300_000, planned_sales_yen=100_000_000, prizes_total_yen=3_000_001
            ),
            0, "block", {"joint-lottery", "joint-lottery-total"},
        ),
    ],
)  # fmt: skip
def test_premiums_by_the_table_of_the_law(
    kind: Kind, planned: Premiums, rate_bp: int, level: str, rules: set[str]
) -> None:
    found = findings(kind, planned, rate_bp)
    assert (worst(found), {one.rule for one in found}) == (level, rules)
    assert all(one.ja and one.en and one.source for one in found)


def test_an_interval_is_worked_out_by_hand() -> None:
    """1, 2, 3, 4, 5 against 2, 4, 6, 8, 10: d = -3, se² = 0.5 + 2, 5.88 → 5 degrees, t 2.571."""
    found = compared(Group(5, 15, 55), Group(5, 30, 220))
    assert found is not None
    assert found.difference_milli == -3_000
    assert (found.low_milli, found.high_milli) == (-3_000 - 4_066, -3_000 + 4_066)
    assert compared(Group(1, 15, 225), Group(5, 30, 220)) is None
    same = compared(Group(3, 6, 12), Group(3, 6, 12))
    assert same is not None
    assert (same.low_milli, same.high_milli) == (0, 0)
    assert mean_milli(Group(3, 5, 9)) == 1_667


def test_quantiles_never_grow_with_the_degrees_of_freedom() -> None:
    found = [t_975(n) for n in range(1, 12_000)]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == (12_707, 1_960)


def test_a_control_group_is_the_same_on_every_day_and_about_as_large_as_was_said() -> None:
    group = {n for n in range(10_000) if controlled("x5", n, 1_000)}
    assert len(group) == 1_017
    assert group < {n for n in range(10_000) if controlled("x5", n, 2_000)}
    assert group != {n for n in range(10_000) if controlled("x6", n, 1_000)}
    assert not any(controlled("x5", n, 0) for n in range(100))


def test_rules_of_segments_nest() -> None:
    text = (
        b'{"is":"any","of":[{"is":"rank","any_of":["a"]},{"is":"all","of":[{"is":"rank",'
        b'"any_of":["b"]},{"is":"rank","any_of":["c"]}]}]}'
    )
    rule = msgspec.json.decode(text, type=Rule)
    assert isinstance(rule, AnyOf)
    a, both = rule.of
    assert isinstance(a, Rank)
    assert isinstance(both, AllOf)
    b, c = both.of
    met = {id(a): frozenset({1}), id(b): frozenset({1, 2, 3}), id(c): frozenset({3, 4})}
    assert named(rule, met) == {1, 3}
    assert depth(rule) == 3
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"is":"rank","any_of":["a"],"sql":"1"}', type=Rule)


def test_somebody_of_the_leap_day_has_a_birthday_each_year() -> None:
    assert years_before(date(2024, 2, 29), 20) == date(2004, 2, 29)
    assert years_before(date(2024, 2, 29), 21) == date(2003, 2, 28)


def test_a_budget_is_given_in_part_at_its_end() -> None:
    one = campaign(budget_points=100)
    assert [within_budget(40, one, {one.rule: left}) for left in (100, 30, 0)] == [40, 30, 0]
    assert within_budget(40, one, {}) == 0, "a budget that nobody has laid out gives nothing"
    assert within_budget(40, one, None) == 40, "a sale of the past is worked out without it"
    assert within_budget(40, campaign(), {}) == 40


def test_what_is_too_much_is_carved_as_it_was_granted() -> None:
    sales = [
        Given(1, 10, ((7, 45), (8, 45))),
        Given(1, 1, ((7, 3), (8, 6))),
        Given(2, 5, ((7, 20),)),
    ]
    assert excesses(sales, Corrected(5)) == [Excess(1, 7, 48, 21), Excess(1, 8, 51, 23)]
    assert excesses(sales, Corrected(1)) == [
        Excess(1, 7, 48, 0), Excess(1, 8, 51, 0), Excess(2, 7, 20, 0),
    ]  # fmt: skip
    assert excesses(sales[:1], Corrected(5, 11)) == [Excess(1, 7, 45, 6), Excess(1, 8, 45, 5)]
