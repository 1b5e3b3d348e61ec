"""ランク規程, by tables: windows, periods, and what becomes of a promotion."""

from datetime import date

import pytest

from tenants.ranks.rules import (
    Figures,
    Promotion,
    RankRule,
    Window,
    decide,
    in_force,
    period,
    rank_on,
    reached_last,
    since,
    window_of,
)

D = date.fromisoformat
PLACES = {"general": 0, "premium": 10, "gold": 20}


def rule(span: str = "fiscal-year", takes_effect: str = "next-year", **other: object) -> RankRule:
    told = {
        "rule": "r", "from_on": D("2020-04-01"), "rank": "premium", "measure": "spend",
        "span": span, "months": 6 if span == "months" else None, "threshold": 200_000,
        "takes_effect": takes_effect, "lowered": True, **other,
    }  # fmt: skip
    return RankRule(**told)  # type: ignore[arg-type]


def promotion(from_on: str, to_on: str, rank: str = "premium", **other: object) -> Promotion:
    told = {
        "member_id": 1, "rank": rank, "rule": "r", "rule_from_on": D("2020-04-01"),
        "window_on": D("2026-04-01"), "figure": 200_000, "from_on": D(from_on),
        "to_on": D(to_on), **other,
    }  # fmt: skip
    return Promotion(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("span", "day", "first_on", "last_on"),
    [
        ("fiscal-year", "2026-04-01", "2026-04-01", "2027-03-31"),
        ("fiscal-year", "2027-03-31", "2026-04-01", "2027-03-31"),
        ("calendar-year", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("months", "2026-06-15", "2025-12-16", "2026-06-15"),
        ("months", "2026-08-31", "2026-03-01", "2026-08-31"),
    ],
)
def test_a_window(span: str, day: str, first_on: str, last_on: str) -> None:
    assert window_of(rule(span), D(day)) == Window(D(first_on), D(last_on))


@pytest.mark.parametrize(
    ("span", "takes_effect", "today", "from_on", "to_on"),
    [
        ("fiscal-year", "next-year", "2026-06-15", "2027-04-01", "2028-03-31"),
        ("fiscal-year", "at-once", "2026-06-15", "2026-06-15", "2028-03-31"),
        ("fiscal-year", "at-once", "2027-04-02", "2027-04-01", "2028-03-31"),  # a late line
        ("calendar-year", "next-year", "2026-06-15", "2027-01-01", "2027-12-31"),
        ("months", "at-once", "2026-06-15", "2026-06-15", "2026-12-15"),
    ],
)
def test_from_when_to_when_a_rank_is_had(
    span: str, takes_effect: str, today: str, from_on: str, to_on: str
) -> None:
    agreed = rule(span, takes_effect)
    window = window_of(agreed, min(D(today), D("2027-03-31")))
    assert period(agreed, window, D(today)) == Window(D(from_on), D(to_on))


@pytest.mark.parametrize(("yen", "rises"), [(199_999, False), (200_000, True)])
def test_who_reaches_the_threshold_rises(yen: int, rises: bool) -> None:
    agreed, today = rule(), D("2026-06-15")
    window = window_of(agreed, today)
    found = decide(agreed, window, Figures(yen, 3, 9), [], 1, today)
    assert (found is not None) == rises
    if found is not None:
        assert (found.figure, found.rule, found.from_on) == (yen, "r", D("2027-04-01"))


@pytest.mark.parametrize(
    ("measure", "figures"), [("visits", Figures(0, 5, 0)), ("points", Figures(0, 0, 5))]
)
def test_a_rule_looks_at_its_own_figure(measure: str, figures: Figures) -> None:
    agreed, today = rule(measure=measure, threshold=5), D("2026-06-15")
    window = window_of(agreed, today)
    assert decide(agreed, window, figures, [], 1, today) is not None
    assert decide(agreed, window, Figures(9, 4, 4), [], 1, today) is None


@pytest.mark.parametrize(("lowered", "withdrawn_on"), [(True, "2027-06-01"), (False, None)])
def test_a_return_takes_a_rank_away_where_the_rule_says_so(
    lowered: bool, withdrawn_on: str | None
) -> None:
    agreed, today = rule(lowered=lowered), D("2027-06-01")
    window = window_of(agreed, D("2027-03-01"))
    had = [promotion("2027-04-01", "2028-03-31")]
    found = decide(agreed, window, Figures(199_999, 1, 1), had, 1, today)
    assert (found and found.withdrawn_on) == (D(withdrawn_on) if withdrawn_on else None)


def test_what_was_withdrawn_counts_again_when_it_is_reached_again() -> None:
    agreed, today = rule(), D("2026-09-01")
    window = window_of(agreed, today)
    gone = promotion("2027-04-01", "2028-03-31", withdrawn_on=D("2027-04-01"))
    assert decide(agreed, window, Figures(199_999, 1, 1), [gone], 1, today) is None
    found = decide(agreed, window, Figures(210_000, 1, 1), [gone], 1, today)
    assert found is not None
    assert (found.withdrawn_on, found.figure) == (None, 210_000)


def test_rolling_months_go_on_while_they_are_reached() -> None:
    agreed, today = rule("months", "at-once"), D("2026-06-15")
    had = promotion("2026-05-01", "2026-11-01", window_on=D("2026-05-01"))
    window = window_of(agreed, today)
    longer = decide(agreed, window, Figures(200_000, 1, 1), [had], 1, today)
    assert longer is not None
    assert (longer.window_on, longer.to_on) == (D("2026-05-01"), D("2026-12-15"))
    reached = D("2026-05-01")
    assert decide(agreed, window, Figures(1, 1, 1), [had], 1, today, reached) is None


@pytest.mark.parametrize(
    ("reached_on", "lowered", "to_on", "withdrawn_on"),
    [
        ("2026-05-20", True, "2026-11-20", None),  # reached on more days than anybody looked
        ("2026-05-01", True, None, None),  # as it stands
        (
            "2026-04-20",
            True,
            "2026-10-20",
            None,
        ),  # a return: it was reached earlier for the last time
        ("2026-04-20", False, None, None),
        ("2025-12-14", True, "2026-11-01", "2026-06-15"),  # so long ago that it is over
        (None, True, "2026-11-01", "2026-06-15"),
        (None, False, None, None),
    ],
)
def test_a_return_shortens_rolling_months_to_the_last_day_on_which_they_were_reached(
    reached_on: str | None, lowered: bool, to_on: str | None, withdrawn_on: str | None
) -> None:
    agreed, today = rule("months", "at-once", lowered=lowered), D("2026-06-15")
    had = promotion("2026-02-01", "2026-11-01", window_on=D("2026-02-01"))
    day = D(reached_on) if reached_on else None
    found = decide(agreed, window_of(agreed, today), Figures(199_999, 1, 1), [had], 1, today, day)
    if to_on is None:
        assert found is None
    else:
        assert found is not None
        assert (found.to_on, found.from_on) == (D(to_on), had.from_on)
        assert found.withdrawn_on == (D(withdrawn_on) if withdrawn_on else None)


def test_rolling_months_that_a_return_ended_come_back_or_begin_anew() -> None:
    agreed, today = rule("months", "at-once"), D("2026-06-15")
    gone = promotion("2026-02-01", "2026-11-01", withdrawn_on=D("2026-06-10"))
    window = window_of(agreed, today)
    undone = decide(agreed, window, Figures(0, 0, 0), [gone], 1, today, D("2026-05-01"))
    assert undone is not None, "the return was undone: it was reached in May after all"
    assert (undone.from_on, undone.to_on, undone.withdrawn_on) == (
        gone.from_on, D("2026-11-01"), None,
    )  # fmt: skip
    anew = decide(agreed, window, Figures(200_000, 1, 1), [gone], 1, today)
    assert anew is not None
    assert (anew.window_on, anew.from_on, anew.to_on) == (today, today, D("2026-12-15"))


def test_the_last_day_on_which_rolling_months_were_reached() -> None:
    agreed = rule("months", "at-once")
    days = {
        D("2025-12-01"): Figures(100_000, 1, 0), D("2026-02-10"): Figures(99_999, 1, 0),
        D("2026-03-01"): Figures(1, 1, 0),
    }  # fmt: skip
    since_on, today = D("2026-02-10"), D("2026-08-01")
    assert reached_last([agreed], days, since_on, today) == D("2026-05-31")
    days[D("2026-03-01")] = Figures(0, 0, 0)
    assert reached_last([agreed], days, since_on, today) is None
    dear = rule("months", "at-once", from_on=D("2026-04-01"), threshold=300_000)
    days[D("2026-03-01")] = Figures(1, 1, 0)
    assert reached_last([agreed, dear], days, since_on, today) == D("2026-03-31")
    over = rule("months", "at-once", from_on=D("2026-03-20"), threshold=None)
    assert reached_last([agreed, over], days, since_on, today) == D("2026-03-19")


def test_what_would_be_over_already_is_no_promotion() -> None:
    agreed = rule()
    window = window_of(agreed, D("2020-06-01"))
    assert decide(agreed, window, Figures(300_000, 1, 1), [], 1, D("2026-06-01")) is None


def test_the_version_of_a_rule_that_began_last_counts_and_an_end_ends_it() -> None:
    versions = [
        rule(), rule(from_on=D("2026-04-01"), threshold=300_000),
        rule(from_on=D("2027-04-01"), threshold=None),
    ]  # fmt: skip
    assert in_force(versions, D("2026-03-31"))["r"].threshold == 200_000
    assert in_force(versions, D("2026-04-01"))["r"].threshold == 300_000
    assert in_force(versions, D("2027-04-01")) == {}
    assert in_force(versions, D("2020-03-31")) == {}


@pytest.mark.parametrize(
    ("day", "rank", "since_on"),
    [
        ("2027-03-31", "general", None),
        ("2027-04-01", "premium", "2027-04-01"),
        ("2027-05-31", "premium", "2027-04-01"),
        ("2027-06-01", "gold", "2027-06-01"),
        ("2027-08-31", "gold", "2027-06-01"),
        ("2027-09-01", "premium", "2027-09-01"),
        ("2028-04-01", "general", "2028-04-01"),
    ],
)
def test_the_highest_rank_counts_on_each_day(day: str, rank: str, since_on: str | None) -> None:
    had = [
        promotion("2027-04-01", "2028-03-31"),
        promotion("2027-06-01", "2028-12-31", "gold", withdrawn_on=D("2027-09-01")),
    ]
    assert rank_on(had, PLACES, D(day)) == rank
    assert since(had, PLACES, D(day)) == (D(since_on) if since_on else None)
