"""Half months and bank days, by the tables of domain 5."""

from datetime import date, timedelta

import pytest

from settlement.calendar import (
    Cycle,
    bank_day_from,
    bank_day_until,
    closes_on,
    cycle_of,
    cycles,
    file_due_on,
    following,
    is_bank_day,
    number_of,
    pays_on,
)
from settlement.schemes import Calendar

HOLIDAYS = {
    2026: "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23",
    2027: "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23",
}


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("year", HOLIDAYS)
def test_banks_rest_on_weekends_holidays_and_over_the_new_year(year: int) -> None:
    named = {f"{year}-{int(m):02}-{int(d):02}" for m, d in
             (day.split("/") for day in HOLIDAYS[year].split())}  # fmt: skip
    named |= {f"{year}-{day}" for day in ("01-01", "01-02", "01-03", "12-31")}
    days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    open_days = {day for day in days if day.weekday() < 5 and day.isoformat() not in named}
    assert {day for day in days if is_bank_day(day)} == open_days


@pytest.mark.parametrize(
    ("day", "after", "before"),
    [
        ("2026-05-03", "2026-05-07", "2026-05-01"),
        ("2026-09-20", "2026-09-24", "2026-09-18"),
        ("2026-11-15", "2026-11-16", "2026-11-13"),
        ("2026-12-31", "2027-01-04", "2026-12-30"),
        ("2027-01-02", "2027-01-04", "2026-12-30"),
        ("2027-02-28", "2027-03-01", "2027-02-26"),
        ("2026-06-15", "2026-06-15", "2026-06-15"),
    ],
)
def test_the_bank_day_after_and_before(day: str, after: str, before: str) -> None:
    assert (bank_day_from(on(day)), bank_day_until(on(day))) == (on(after), on(before))


# domain 5: last day → pay day (file due)
FISCAL_YEAR_2026 = """
    2026-04-15 2026-04-30 2026-04-28 · 2026-04-30 2026-05-15 2026-05-14
    2026-05-15 2026-05-29 2026-05-28 · 2026-05-31 2026-06-15 2026-06-12
    2026-06-15 2026-06-30 2026-06-29 · 2026-06-30 2026-07-15 2026-07-14
    2026-07-15 2026-07-31 2026-07-30 · 2026-07-31 2026-08-17 2026-08-14
    2026-08-15 2026-08-31 2026-08-28 · 2026-08-31 2026-09-15 2026-09-14
    2026-09-15 2026-09-30 2026-09-29 · 2026-09-30 2026-10-15 2026-10-14
    2026-10-15 2026-10-30 2026-10-29 · 2026-10-31 2026-11-16 2026-11-13
    2026-11-15 2026-11-30 2026-11-27 · 2026-11-30 2026-12-15 2026-12-14
    2026-12-15 2026-12-30 2026-12-29 · 2026-12-31 2027-01-15 2027-01-14
    2027-01-15 2027-01-29 2027-01-28 · 2027-01-31 2027-02-15 2027-02-12
    2027-02-15 2027-02-26 2027-02-25 · 2027-02-28 2027-03-15 2027-03-12
    2027-03-15 2027-03-31 2027-03-30 · 2027-03-31 2027-04-15 2027-04-14
"""
ROWS = [
    tuple(map(on, row.split()))
    for row in FISCAL_YEAR_2026.replace("·", "\n").splitlines()
    if row.split()
]


@pytest.mark.parametrize(("last_on", "pays", "due"), ROWS)
def test_the_pay_days_of_fiscal_year_2026(last_on: date, pays: date, due: date) -> None:
    assert (pays_on(cycle_of(last_on)), file_due_on(pays)) == (pays, due)
    assert cycle_of(last_on).last_on == last_on


@pytest.mark.parametrize(
    ("last_on", "closes"),
    [
        ("2025-06-15", "2025-06-17"),  # a Sunday: Monday, Tuesday
        ("2025-06-30", "2025-07-02"),
        ("2026-04-30", "2026-05-07"),  # 5/1, then Golden Week
        ("2026-12-31", "2027-01-05"),  # 1/4, 1/5
        ("2026-09-15", "2026-09-17"),
    ],
)
def test_a_cycle_closes_two_bank_days_after_its_last_day(last_on: str, closes: str) -> None:
    assert closes_on(cycle_of(on(last_on))) == on(closes)


def test_every_day_belongs_to_one_cycle() -> None:
    """Over four years, leap day included, no day is left out and none stands in two."""
    day = date(2024, 1, 1)
    for cycle in cycles(day, date(2027, 12, 31)):
        assert cycle.first_on == day
        while day <= cycle.last_on:
            assert cycle_of(day) == cycle
            day += timedelta(1)
    assert day == date(2028, 1, 1)


def test_a_cycle_is_named_by_its_first_day() -> None:
    assert cycle_of(date(2024, 2, 29)) == Cycle(date(2024, 2, 16), date(2024, 2, 29))
    assert cycle_of(date(2025, 6, 15)).cycle_id == 20250601
    assert number_of(date(2025, 12, 16)) == 20251216


@pytest.mark.parametrize(
    ("calendar", "day", "first_on", "last_on", "pays"),
    [
        ("SEMI_MONTHLY", "2026-06-20", "2026-06-16", "2026-06-30", "2026-07-15"),
        ("MONTHLY", "2026-06-20", "2026-06-01", "2026-06-30", "2026-07-15"),
        ("MONTHLY", "2027-03-15", "2027-03-01", "2027-03-31", "2027-04-15"),
        ("WEEKLY", "2026-06-20", "2026-06-15", "2026-06-21", "2026-06-30"),
        ("WEEKLY", "2026-05-01", "2026-04-27", "2026-05-03", "2026-05-15"),  # Golden Week
        ("DAILY", "2026-06-20", "2026-06-20", "2026-06-20", "2026-06-30"),
        ("DAILY", "2026-12-31", "2026-12-31", "2026-12-31", "2027-01-13"),
    ],
)
def test_weeks_months_and_days_are_cycles_too(
    calendar: Calendar, day: str, first_on: str, last_on: str, pays: str
) -> None:
    cycle = cycle_of(on(day), calendar)
    assert cycle == Cycle(on(first_on), on(last_on))
    assert pays_on(cycle) == on(pays)


def test_another_calendar_begins_where_the_old_one_ended() -> None:
    """From 6/20 months, from 7/10 weeks, from 8/3 half months: no day twice, none left out."""
    agreed: list[tuple[str, Calendar]] = [
        ("2026-08-03", "SEMI_MONTHLY"), ("2026-07-10", "WEEKLY"), ("2026-06-20", "MONTHLY"),
    ]  # fmt: skip

    def calendar_on(day: date) -> Calendar:
        return next((one for since, one in agreed if on(since) <= day), "SEMI_MONTHLY")

    planned = list(following(on("2026-06-01"), on("2026-08-20"), calendar_on))
    assert [(one.first_on.isoformat(), one.last_on.isoformat()) for one in planned] == [
        ("2026-06-01", "2026-06-15"),
        ("2026-06-16", "2026-06-30"),
        ("2026-07-01", "2026-07-31"),
        ("2026-08-01", "2026-08-02"),
        ("2026-08-03", "2026-08-15"),
        ("2026-08-16", "2026-08-31"),
    ]
