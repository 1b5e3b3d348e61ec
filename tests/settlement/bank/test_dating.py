"""Days without a year, and years counted by an era."""

from datetime import date

import pytest

from settlement.bank.dating import era_day, year_of


@pytest.mark.parametrize(
    ("month_day", "around", "day"),
    [
        ("0630", "2026-06-20", "2026-06-30"),
        ("0105", "2026-12-20", "2027-01-05"),
        ("1228", "2027-01-10", "2026-12-28"),
        ("0229", "2028-02-20", "2028-02-29"),
        ("0229", "2026-02-20", None),  # no year near has that day
        ("1332", "2026-02-20", None),
    ],
)
def test_a_day_without_a_year_is_the_nearest(month_day: str, around: str, day: str | None) -> None:
    found = year_of(month_day, date.fromisoformat(around))
    assert found == (None if day is None else date.fromisoformat(day))


@pytest.mark.parametrize(
    ("six", "around", "day"),
    [
        ("080615", "2026-06-20", "2026-06-15"),  # 令和8年
        ("260615", "2026-06-20", "2026-06-15"),  # the western year
        ("010501", "2019-05-07", "2019-05-01"),  # 令和元年
        ("310430", "2019-05-07", "2019-04-30"),  # 平成31年
        ("190430", "2019-05-07", "2019-04-30"),
        ("300615", "2018-06-20", "2018-06-15"),
        ("180615", "2018-06-20", "2018-06-15"),
        ("090101", "2026-12-28", "2027-01-01"),
        ("081332", "2026-06-20", None),
        ("000000", "2026-06-20", None),
        ("      ", "2026-06-20", None),
    ],
)
def test_a_year_is_counted_by_the_era_or_by_the_century(
    six: str, around: str, day: str | None
) -> None:
    found = era_day(six, date.fromisoformat(around))
    assert found == (None if day is None else date.fromisoformat(day))
