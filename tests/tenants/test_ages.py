"""Ages and the days that come once a year, by the vectors of domain 5."""

from datetime import date, timedelta

import pytest

from tenants.ages import (
    age_legal_day,
    age_on,
    anniversary,
    birthday,
    birthday_due,
    fiscal_year,
    year_begins,
)

DAY = timedelta(days=1)
# Born, a day, the age at the end of it by law, the everyday age from 00:00 of it.
AGES = [
    ("2008-02-29", "2026-02-27", 17, 17),
    ("2008-02-29", "2026-02-28", 18, 17),
    ("2008-02-29", "2026-03-01", 18, 18),
    ("2008-02-29", "2028-02-28", 20, 19),
    ("2008-02-29", "2028-02-29", 20, 20),
    ("2008-04-01", "2026-03-30", 17, 17),
    ("2008-04-01", "2026-03-31", 18, 17),
    ("2008-04-01", "2026-04-01", 18, 18),
    ("2008-03-01", "2026-02-28", 18, 17),
    ("2008-03-01", "2028-02-28", 19, 19),
    ("2008-03-01", "2028-02-29", 20, 19),
    ("2008-03-01", "2028-03-01", 20, 20),
    ("2026-06-03", "2026-06-03", 0, 0),
]
# Born, joined, today, by month: the day on which it fell due; by day: likewise.
DUE = [
    ("1990-07-20", "2020-04-01", "2026-06-30", None, None),
    ("1990-07-20", "2020-04-01", "2026-07-01", "2026-07-01", None),
    ("1990-07-20", "2020-04-01", "2026-07-20", "2026-07-01", "2026-07-20"),
    ("1990-07-20", "2020-04-01", "2026-07-27", "2026-07-01", "2026-07-20"),
    ("1990-07-20", "2020-04-01", "2026-07-28", "2026-07-01", None),
    ("1990-07-20", "2020-04-01", "2026-08-01", None, None),
    # Joined within the month, or on the day: the day after. Later: not before the next year.
    ("1990-07-20", "2026-07-05", "2026-07-05", None, None),
    ("1990-07-20", "2026-07-05", "2026-07-06", "2026-07-06", None),
    ("1990-07-20", "2026-07-01", "2026-07-02", "2026-07-02", None),
    ("1990-07-20", "2026-07-20", "2026-07-20", None, None),
    ("1990-07-20", "2026-07-20", "2026-07-21", "2026-07-21", "2026-07-21"),
    ("1990-07-20", "2026-07-21", "2026-07-22", "2026-07-22", None),
    ("1990-07-20", "2026-08-01", "2026-08-02", None, None),
    # 2/29: its month is February; its day, where there is none, 3/1.
    ("2008-02-29", "2020-04-01", "2026-02-01", "2026-02-01", None),
    ("2008-02-29", "2020-04-01", "2026-02-28", "2026-02-01", None),
    ("2008-02-29", "2020-04-01", "2026-03-01", None, "2026-03-01"),
    ("2008-02-29", "2020-04-01", "2028-02-29", "2028-02-01", "2028-02-29"),
    # The week after a birthday reaches into the next year.
    ("1990-12-30", "2020-04-01", "2027-01-05", None, "2026-12-30"),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("born", "on", "by_law", "everyday"), AGES)
def test_a_year_of_age_is_complete_at_the_end_of_the_eve(
    born: str, on: str, by_law: int, everyday: int
) -> None:
    assert age_legal_day(day(born), day(on)) == by_law
    assert age_on(day(born), day(on)) == everyday
    assert age_on(day(born), day(on) + DAY) == by_law, "the same instant, told of the next day"


@pytest.mark.parametrize(("born", "joined", "today", "by_month", "by_day"), DUE)
def test_the_birthday_benefit_falls_due(
    born: str, joined: str, today: str, by_month: str | None, by_day: str | None
) -> None:
    for expected, whole in ((by_month, True), (by_day, False)):
        found = birthday_due(day(born), day(joined), day(today), by_month=whole)
        assert found == (day(expected) if expected else None)


def test_every_year_has_one_birthday_and_one_anniversary() -> None:
    leap = day("2008-02-29")
    assert [birthday(leap, year).isoformat() for year in (2027, 2028)] == [
        "2027-03-01",
        "2028-02-29",
    ]
    assert [anniversary(leap, year).isoformat() for year in (2027, 2028)] == [
        "2027-02-28",
        "2028-02-29",
    ]


def test_a_fiscal_year_begins_on_the_first_of_april() -> None:
    days = ("2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01")
    assert [fiscal_year(day(one)) for one in days] == [2025, 2026, 2026, 2027]
    assert {year_begins(day(one)) for one in days[1:3]} == {day("2026-04-01")}
