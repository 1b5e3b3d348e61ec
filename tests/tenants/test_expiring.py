"""When points lapse: by fiscal year, sliding, after months, on one day; the vectors of domain 5."""

from datetime import date
from typing import Any

import pytest

from federation.days import months_later
from tenants.expiring import (
    OneSlidingLength,
    Worked,
    agreed,
    lapses_on,
    on_or_after,
    slides_to,
    worked,
)
from tenants.terms import Event, ExpiryPolicy, NotYetInForce

LONG_AGO = date(2000, 1, 1)
CHANGE = date(2027, 4, 1)
NEXT = date(2028, 4, 1)
BOTH: frozenset[Event] = frozenset({"accrual", "redemption"})
FISCAL = ExpiryPolicy()


def sliding(kind: str = "base", from_on: date = CHANGE, months: int = 12, **more: Any) -> Any:
    known = {"month_end": False, "qualifying": BOTH, **more}
    return ExpiryPolicy(kind=kind, from_on=from_on, policy="SLIDING", months=months, **known)


def months(number: int, *, month_end: bool = True, **more: Any) -> ExpiryPolicy:
    known = {"from_on": CHANGE, **more}
    return ExpiryPolicy(policy="FIXED_MONTHS", months=number, month_end=month_end, **known)


@pytest.mark.parametrize(
    ("day", "number", "month_end", "last"),
    [
        (date(2024, 2, 29), 12, False, date(2025, 2, 28)),
        (date(2026, 6, 15), 12, True, date(2027, 6, 30)),
        (date(2026, 6, 15), 12, False, date(2027, 6, 15)),
        (date(2026, 1, 31), 1, False, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, False, date(2027, 2, 28)),
        (date(2027, 2, 28), 12, True, date(2028, 2, 29)),
        (date(2027, 2, 28), 12, False, date(2028, 2, 28)),
        (date(2026, 6, 15), 48, True, date(2030, 6, 30)),  # dポイント
        (date(2026, 6, 15), 24, True, date(2028, 6, 30)),  # 三井
        (date(2026, 12, 1), 1, True, date(2027, 1, 31)),
        (date(2026, 1, 1), 11, False, date(2026, 12, 1)),
    ],
)
def test_months_later_is_the_same_day_clipped_or_the_months_end(
    day: date, number: int, month_end: bool, last: date
) -> None:
    assert months_later(day, number, month_end=month_end) == last


@pytest.mark.parametrize(
    ("policies", "kind", "day", "last"),
    [
        ([FISCAL], "base", date(2027, 3, 31), date(2028, 3, 31)),
        ([FISCAL], "base", date(2027, 4, 1), date(2029, 3, 31)),
        ([FISCAL, months(48)], "base", date(2027, 3, 31), date(2028, 3, 31)),  # the eve
        ([FISCAL, months(48)], "base", CHANGE, date(2031, 4, 30)),
        ([FISCAL, sliding()], "base", CHANGE, None),
        ([FISCAL, sliding()], "rank", CHANGE, None),  # a kind without a policy lasts as base does
        ([FISCAL, sliding("rank")], "base", CHANGE, date(2029, 3, 31)),
        ([FISCAL, sliding("rank")], "rank", date(2027, 3, 31), date(2028, 3, 31)),
        ([FISCAL, months(1, kind="campaign")], "campaign", CHANGE, date(2027, 5, 31)),
        ([FISCAL, months(1, kind="campaign")], "birthday", CHANGE, date(2029, 3, 31)),
    ],
)
def test_a_kind_lasts_as_its_policy_of_the_business_date_says(
    policies: list[ExpiryPolicy], kind: str, day: date, last: date | None
) -> None:
    assert lapses_on(policies, kind, day) == last


def test_limited_points_end_on_their_day_and_never_before_they_were_given() -> None:
    fixed = ExpiryPolicy(
        kind="campaign", from_on=CHANGE, policy="FIXED_DATE", expires_on=date(2027, 8, 31)
    )
    assert lapses_on([FISCAL, fixed], "campaign", date(2027, 8, 31)) == date(2027, 8, 31)
    assert lapses_on([FISCAL, fixed], "campaign", date(2027, 9, 1)) == date(2027, 9, 1)


def test_before_any_policy_nothing_is_in_force() -> None:
    with pytest.raises(NotYetInForce):
        lapses_on([FISCAL], "base", date(1999, 12, 31))


WITH_PLAIN = frozenset[Event]({"accrual", "redemption", "sale-without-points"})
EARNING = frozenset[Event]({"accrual"})


@pytest.mark.parametrize(
    ("policies", "day", "event", "last"),
    [
        ([FISCAL], CHANGE, "accrual", None),
        ([FISCAL, sliding()], date(2027, 3, 31), "accrual", None),
        ([FISCAL, sliding()], CHANGE, "accrual", date(2028, 4, 1)),
        ([FISCAL, sliding()], CHANGE, "redemption", date(2028, 4, 1)),
        ([FISCAL, sliding()], CHANGE, "sale-without-points", None),
        ([FISCAL, sliding(qualifying=WITH_PLAIN)], CHANGE, "sale-without-points", date(2028, 4, 1)),
        ([FISCAL, sliding(qualifying=EARNING)], CHANGE, "redemption", None),
        ([FISCAL, sliding(month_end=True)], CHANGE, "accrual", date(2028, 4, 30)),
        ([FISCAL, sliding("rank")], CHANGE, "accrual", date(2028, 4, 1)),
        ([FISCAL, sliding(), months(48, from_on=NEXT)], NEXT, "accrual", None),
        ([FISCAL, sliding(), sliding(from_on=NEXT, months=6)], NEXT, "accrual", date(2028, 10, 1)),
        ([FISCAL, sliding()], date(2028, 2, 29), "accrual", date(2029, 2, 28)),
    ],
)
def test_what_qualifies_gives_all_sliding_points_their_day(
    policies: list[ExpiryPolicy], day: date, event: Event, last: date | None
) -> None:
    assert slides_to(policies, day, event) == last


@pytest.mark.parametrize(
    ("known", "new", "refused"),
    [
        ([FISCAL], sliding(), False),
        ([FISCAL, sliding()], sliding("rank"), False),  # the same rule for another kind
        ([FISCAL, sliding()], sliding("rank", months=6), True),
        ([FISCAL, sliding()], sliding("rank", month_end=True), True),
        ([FISCAL, sliding()], sliding("rank", qualifying=EARNING), True),
        ([FISCAL, sliding()], sliding(from_on=date(2028, 4, 1), months=6), False),  # the next rule
        ([FISCAL, sliding()], sliding("rank", from_on=date(2026, 4, 1), months=6), True),
        ([FISCAL, sliding()], months(6, kind="rank"), False),
        (
            [FISCAL, sliding(), months(48, from_on=date(2028, 4, 1))],
            sliding("rank", from_on=date(2028, 4, 1), months=6),
            False,  # the other has ended the day before
        ),
        (
            [FISCAL, sliding(), months(48, from_on=date(2028, 4, 1))],
            sliding("rank", from_on=date(2028, 3, 31), months=6),
            True,
        ),
        (
            [FISCAL, sliding("rank", months=6), months(6, kind="rank", from_on=date(2027, 4, 2))],
            sliding(from_on=date(2027, 4, 2)),
            False,
        ),
    ],
)
def test_one_sliding_length_is_in_force_on_a_day(
    known: list[ExpiryPolicy], new: ExpiryPolicy, refused: bool
) -> None:
    if refused:
        with pytest.raises(OneSlidingLength):
            agreed(known, new)
    else:
        agreed(known, new)


TODAY = date(2026, 6, 3)


def test_a_change_is_told_by_worked_dates() -> None:
    policies = [FISCAL, sliding(month_end=True)]
    assert worked(policies, policies[1], TODAY) == (
        Worked(date(2027, 3, 31), date(2028, 3, 31), LONG_AGO),  # the eve of the change
        Worked(CHANGE, date(2028, 4, 30), CHANGE, slides=True),
        Worked(date(2028, 2, 29), date(2029, 2, 28), CHANGE, slides=True),
        Worked(date(2028, 3, 31), date(2029, 3, 31), CHANGE, slides=True),
    )
    assert worked(policies, FISCAL, TODAY) == (
        Worked(LONG_AGO, date(2001, 3, 31), LONG_AGO),
        Worked(date(2027, 3, 31), date(2028, 3, 31), LONG_AGO),  # 4/1 and 2/29 are the next rule's
    )


@pytest.mark.parametrize("days", [0, 1, 300, 700, 1_200])
def test_a_worked_date_is_what_a_booking_gives(days: int) -> None:
    policies = [FISCAL, months(48), sliding("rank"), months(3, kind="campaign", month_end=False)]
    today = date.fromordinal(TODAY.toordinal() + days)
    for policy in policies:
        for one in worked(policies, policy, today):
            given = lapses_on(policies, policy.kind, one.earned_on)
            assert one.slides == (given is None)
            assert one.expires_on == (given or slides_to(policies, one.earned_on, "accrual"))


def test_the_next_leap_day_is_found_also_over_a_century_that_has_none() -> None:
    assert on_or_after(date(2096, 3, 1), 2, 29) == date(2104, 2, 29)
    assert on_or_after(date(2028, 2, 29), 2, 29) == date(2028, 2, 29)
