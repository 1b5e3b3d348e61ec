"""設例22 in the journals of cycles: what a seller's own points are worth follows what is expected
of them, and every change of mind stands on a closing day."""

from collections import Counter
from datetime import date

from settlement.paper.estimates import (
    Cohort,
    Told,
    above_yen,
    cohorts,
    liability_yen,
    reviewed,
    without_tax,
)
from settlement.paper.ledger import balances

RATES = [(date(2019, 10, 1), 1_000)]
LONG_AGO, SOLD = date(2020, 4, 1), date(2026, 6, 1)
# Of 10,000 points 4,500 were used within a year, 3,000 in the next; then 2,000, and 500 lapsed: of
# what was open at once 1 in 20 lapsed, after a year 1 in 11, after two 1 in 5.
HISTORY = [
    Told(LONG_AGO, LONG_AGO, False, "issued", 10_000),
    Told(LONG_AGO, date(2021, 4, 1), False, "used", 4_500),
    Told(LONG_AGO, date(2022, 4, 1), True, "moved", 0),
    Told(LONG_AGO, date(2022, 4, 1), False, "used", 3_000),
    Told(LONG_AGO, date(2023, 3, 1), False, "used", 2_000),
    Told(LONG_AGO, date(2023, 4, 1), False, "lapsed", 500),
]
SALE = [
    Told(SOLD, SOLD, True, "sold", 110_000),
    Told(SOLD, SOLD, True, "issued", 10_000),
]
X1 = Told(SOLD, date(2027, 6, 1), True, "used", 4_500)
X2 = Told(SOLD, date(2028, 6, 1), True, "used", 4_000)
X3 = (
    Told(SOLD, date(2029, 3, 1), True, "used", 1_200),
    Told(SOLD, date(2029, 3, 1), True, "lapsed", 300),
)
DAYS = (date(2026, 6, 15), date(2027, 6, 15), date(2028, 6, 15), date(2029, 3, 31))


def test_the_example_of_the_standard_comes_out_of_the_journals_of_cycles() -> None:
    """A yen a point is put by at the sale and taken as points are used or lapse; with what the
    estimates change, revenue is the example's: 91,324, then 4,110, 3,493 and 1,073."""
    known: list[Told] = [*HISTORY]
    above, revenue, liability = 0, [], Counter[str]()
    steps = ([*SALE], [X1], [X2], [*X3])
    for happened, on in zip(steps, DAYS, strict=True):
        known += happened
        now = above_yen(known, on, RATES)
        journals = [one for one in (reviewed(on, "n", above, now),) if one is not None]
        above = now
        assert all(one.on == on for one in journals)
        told = balances(journals)
        put_by = sum(one.amount for one in happened if one.fate == "issued")
        taken = sum(one.amount for one in happened if one.fate in ("used", "lapsed"))
        sold = sum(without_tax(one.amount, 1_000) for one in happened if one.fate == "sold")
        revenue.append(sold - put_by + taken - told.get(("売上高", ""), 0))
        liability["契約負債"] += put_by - taken - told.get(("契約負債", ""), 0)
    assert revenue == [91_324, 4_110, 3_493, 1_073]
    assert liability["契約負債"] == above == 0


def test_a_cohort_without_a_price_is_worth_what_is_expected_to_be_used() -> None:
    gift = Cohort(SOLD, 0, 100, 0, 100)
    assert liability_yen(gift, [], SOLD) == 100
    fates = [one for one in HISTORY if one.fate != "moved"]
    told = [*fates, Told(SOLD, SOLD, True, "issued", 100)]
    assert above_yen(told, date(2026, 6, 15), RATES) == 5


def test_what_came_back_was_never_sold_and_what_moved_away_is_worth_nothing() -> None:
    back = [
        Told(SOLD, SOLD, True, "sold", -110_000),
        Told(SOLD, SOLD, True, "recovered", 10_000),
    ]
    assert above_yen([*HISTORY, *SALE, *back], DAYS[0], RATES) == 0
    over = [Told(SOLD, SOLD, True, "moved", 10_000)]
    assert above_yen([*HISTORY, *SALE, *over], DAYS[0], RATES) == 0


def test_the_tax_in_a_price_is_that_of_its_month() -> None:
    rates = [*RATES, (date(2026, 6, 1), 800)]
    assert without_tax(10_800, 800) == 10_000
    cheap = [Told(SOLD, SOLD, True, "sold", 10_800), Told(SOLD, SOLD, True, "issued", 10_000)]
    dear = [Told(SOLD, SOLD, True, "sold", 11_000), Told(SOLD, SOLD, True, "issued", 10_000)]
    assert above_yen(cheap, DAYS[0], rates) == above_yen(dear, DAYS[0], RATES)


def test_goods_at_the_reduced_rate_are_worth_more_without_their_tax() -> None:
    """10,800 円 of food and 11,000 円 of all else are 20,000 円 without tax."""
    both = [Told(SOLD, SOLD, True, "sold", 11_000), Told(SOLD, SOLD, True, "reduced", 10_800)]
    [cohort] = cohorts([*both, Told(SOLD, SOLD, True, "issued", 198)], RATES)
    assert (cohort.price_yen, cohort.issued) == (20_000, 198)
