"""日: months that end with a day, whatever the calendar does."""

from datetime import date

import pytest

from federation.days import months_until


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        ("2026-06-15", 12, "2025-06-16"),
        ("2026-12-31", 12, "2026-01-01"),
        ("2028-02-29", 12, "2027-03-01"),
        ("2029-02-28", 12, "2028-03-01"),  # and not with 29 February of the year before
        ("2026-11-30", 3, "2026-09-01"),
        ("2026-02-28", 1, "2026-02-01"),
    ],
)
def test_so_many_months_that_end_with_a_day(day: str, months: int, first: str) -> None:
    assert months_until(date.fromisoformat(day), months) == date.fromisoformat(first)
