"""What can be told of a till's day from figures and its first and last slip. Pure tables."""

from datetime import date

import pytest

from tenants.day_end import (
    FURTHEST,
    NAMED,
    Accruals,
    Close,
    Redemptions,
    Totals,
    compared,
    expected,
    numbered,
    summed,
)

DAY = date(2026, 6, 3)


def totals(accruals: int = 0, redemptions: int = 0, reversals: int = 0, returns: int = 0) -> Totals:
    """So many of each, at 10 points and 1,100 yen a sale."""
    return Totals(
        Accruals(accruals, accruals * 10, accruals * 1_100),
        Redemptions(redemptions, redemptions * 5),
        reversals,
        returns,
    )


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("T01-0009", "T01-0011", ["T01-0009", "T01-0010", "T01-0011"]),
        ("T01-9", "T01-11", ["T01-9", "T01-10", "T01-11"]),
        ("9", "10", ["9", "10"]),
        ("T01-0009", "T01-0009", ["T01-0009"]),
        ("same", "same", ["same"]),
        ("T01-0011", "T01-0009", None),  # it counts backwards
        ("T01-0009", "T02-0011", None),
        ("T01-20260603-1", "T01-20260604-2", None),  # the number at the end alone may differ
        ("T01-09", "T01-011", None),  # padded in two ways
        ("first", "last", None),
        ("T01-1", f"T01-{FURTHEST}", [f"T01-{n}" for n in range(1, FURTHEST + 1)]),
        ("T01-1", f"T01-{FURTHEST + 1}", None),
    ],
)
def test_slips_between_are_named_by_the_number_at_their_end(
    first: str, last: str, names: list[str] | None
) -> None:
    assert numbered(first, last) == names


def test_each_close_begins_at_nothing_and_a_day_is_their_sum() -> None:
    closes = [
        Close(totals(2, 1), "T-1", "T-3"),
        Close(totals(0), None, None),
        Close(totals(1, reversals=1, returns=2), "T-8", "T-9"),
    ]
    assert summed(closes) == totals(3, 1, 1, 2)
    assert expected(closes) == {"T-1", "T-2", "T-3", "T-8", "T-9"}
    assert expected([*closes, Close(totals(), "A", "B")]) is None


ALL = {"T-1", "T-2", "T-3"}
ONE_EACH = {"T-1", "T-3", "T-4"}  # one slip is missing on each side


@pytest.mark.parametrize(
    ("told", "hub", "booked", "arrived", "state", "at_hub", "at_till"),
    [
        (totals(3), totals(3), ALL, ALL, "matched", (), ()),
        (totals(2), totals(2), {"T-1", "T-3"}, {"T-1", "T-3"}, "matched", (), ()),  # a quote
        (totals(3), totals(2), {"T-1", "T-3"}, {"T-1", "T-3"}, "differs", ("T-2",), ()),
        (totals(3), totals(2), {"T-1", "T-3"}, ALL, "differs", (), ()),  # T-2 was refused
        (totals(3), totals(4), {*ALL, "T-4"}, ALL, "differs", (), ("T-4",)),  # a late line
        (totals(3), totals(3), ONE_EACH, ONE_EACH - {"T-4"}, "differs", ("T-2",), ("T-4",)),
        (totals(3), totals(3, 1), ALL, ALL, "differs", (), ()),
        (totals(3), totals(3, reversals=1), ALL, ALL, "differs", (), ()),
        (totals(3), totals(3, returns=1), ALL, ALL, "differs", (), ()),
    ],
)
def test_a_day_is_matched_or_differs_by_slips_that_are_named(
    told: Totals,
    hub: Totals,
    booked: set[str],
    arrived: set[str],
    state: str,
    at_hub: tuple[str, ...],
    at_till: tuple[str, ...],
) -> None:
    close = Close(told, "T-1", "T-3")
    day = compared("T01", DAY, [close], hub, frozenset(booked), frozenset(arrived))
    assert (day.state, day.missing_at_hub, day.missing_at_till) == (state, at_hub, at_till)


def test_slips_without_numbers_name_nothing_and_the_figures_decide() -> None:
    close = Close(totals(3), "morning", "evening")
    for hub, state in ((totals(3), "matched"), (totals(4), "differs")):
        day = compared("T01", DAY, [close], hub, frozenset({"x"}), frozenset())
        assert (day.state, day.missing_at_hub, day.missing_at_till) == (state, (), ())


def test_a_till_that_booked_nothing_knows_none_of_what_the_hub_has() -> None:
    day = compared(
        "T01", DAY, [Close(totals(), None, None)], totals(1), frozenset({"T-9"}), frozenset()
    )
    assert (day.state, day.missing_at_till) == ("differs", ("T-9",))


def test_at_most_two_hundred_slips_are_named() -> None:
    close = Close(totals(500), "T-1", "T-500")
    day = compared("T01", DAY, [close], totals(), frozenset(), frozenset())
    assert len(day.missing_at_hub) == NAMED
