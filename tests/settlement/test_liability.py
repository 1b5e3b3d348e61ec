"""How many points will be used: learnt from months of issue that have ended."""

from datetime import date

from settlement.paper.liability import (
    Fate,
    Fated,
    Learnt,
    Standing,
    aged,
    back_test,
    base_days,
    fiscal_year_opens,
    forecast,
    learnt,
    months_between,
    rolled,
    tried,
)


def month(n: int) -> date:
    """The first of the n-th month after January 2024."""
    return date(2024 + n // 12, n % 12 + 1, 1)


def fate(issued: int, age: int, what: Fate, points: int) -> Fated:
    return Fated(month(issued), month(issued + age), what, points)


# Issued in January 2024: 1,000; 600 used by month 2, 100 later, 300 lapse in month 12.
ENDED = (
    fate(0, 0, "issued", 1_000), fate(0, 2, "used", 600), fate(0, 5, "used", 100),
    fate(0, 12, "lapsed", 300),
)  # fmt: skip


def test_breakage_is_what_lapsed_of_what_was_open_at_that_age() -> None:
    """At three months 400 were open, of which 300 lapsed."""
    fates = (*ENDED, fate(11, 0, "issued", 800), fate(11, 1, "used", 400))
    [cohort] = forecast(fates, month(14))
    assert (cohort.issued_month, cohort.age_months, cohort.outstanding) == (month(11), 3, 400)
    assert (cohort.expected_breakage, cohort.expected_use) == (300, 100)


def test_what_lapsed_before_an_age_teaches_nothing_about_those_of_that_age() -> None:
    """A campaign's 300 lapsed in the second month; of the 700 open at three months 140 did."""
    fates = (
        fate(0, 0, "issued", 1_000), fate(0, 2, "lapsed", 300), fate(0, 6, "used", 560),
        fate(0, 12, "lapsed", 140), fate(11, 0, "issued", 500),
    )  # fmt: skip
    assert learnt(fates, {month(0)}, 3) == [Learnt(month(0), 700, 140)]
    [cohort] = forecast(fates, month(14))
    assert cohort.expected_breakage == 500 * 140 // 700


def test_a_forecast_is_tried_month_by_month_of_issue() -> None:
    fates = (*ENDED, fate(11, 0, "issued", 800), fate(11, 1, "used", 400))
    [first] = tried(fates, date(2025, 2, 28))
    assert (first.issued_month, first.open_points) == (month(0), 0)
    assert (first.forecast_use, first.actual_use) == (1_000, 700)


def test_a_forecast_knows_nothing_of_what_comes_later() -> None:
    fates = (*ENDED, fate(11, 0, "issued", 800))
    [first, later] = forecast(fates, month(11))
    assert (first.outstanding, first.expected_breakage) == (300, 0), "no month had ended yet"
    assert (later.outstanding, later.expected_breakage) == (800, 0)


def test_without_history_every_point_is_expected_to_be_used() -> None:
    [cohort] = forecast((fate(0, 0, "issued", 70),), month(1))
    assert cohort.expected_use == 70
    assert forecast((), month(1)) == []


def test_an_age_that_no_ended_month_reached_open_goes_by_all_it_issued() -> None:
    fates = (*ENDED, fate(1, 0, "issued", 100))
    [cohort] = forecast(fates, month(20))
    assert cohort.age_months == 19
    assert cohort.expected_breakage == 100 * 300 // 1_000


def test_what_was_taken_back_is_neither_used_nor_lapsed() -> None:
    fates = (
        fate(0, 0, "issued", 100), fate(0, 1, "recovered", 50), fate(0, 3, "lapsed", 50),
        fate(4, 0, "issued", 60), fate(4, 1, "recovered", 10),
    )  # fmt: skip
    [cohort] = forecast(fates, month(5))
    assert (cohort.outstanding, cohort.expected_use) == (50, 0)


def test_the_forecast_of_a_year_before_is_measured_by_what_came() -> None:
    """At the end of March 2025 the second month's 500 were open and ¾ expected to lapse by the
    first's; 200 were used."""
    fates = (
        *ENDED,
        fate(12, 0, "issued", 900), fate(12, 2, "used", 500), fate(12, 8, "used", 200),
        fate(12, 12, "lapsed", 200),
    )  # fmt: skip
    tested = back_test(fates, date(2026, 4, 30))
    assert tested is not None
    assert tested.as_of == date(2025, 3, 31)
    assert (tested.forecast_use, tested.actual_use, tested.open_points) == (100, 200, 0)
    assert (tested.error_points, tested.error_bp) == (-100, -5_000)
    assert back_test(fates, date(2024, 6, 30)) is None


def test_base_days_are_the_last_of_march_and_of_september() -> None:
    assert base_days(date(2026, 6, 15), 2) == [date(2026, 3, 31), date(2025, 9, 30)]
    assert base_days(date(2026, 9, 30), 2) == [date(2026, 9, 30), date(2026, 3, 31)]
    assert fiscal_year_opens(date(2026, 3, 31)) == date(2025, 4, 1)
    assert fiscal_year_opens(date(2026, 4, 1)) == date(2026, 4, 1)
    assert months_between(date(2025, 11, 1), date(2026, 2, 1)) == 3


def test_a_roll_forward_that_misses_the_balance_says_by_how_much() -> None:
    before = [Standing("a", "base", 100, 100, 2025, date(2027, 3, 31))]
    after = [
        Standing("a", "base", 150, 120, 2025, date(2027, 3, 31)), Standing("a", "used", -25),
    ]  # fmt: skip
    [one, every] = rolled(before, after)
    assert (one.opening, one.base, one.used, one.closing, one.off) == (100, 50, -25, 120, 5)
    assert every.off == 5
    assert [(age.issued_year, age.points) for age in aged(after)] == [(2025, 120)]
