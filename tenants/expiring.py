"""失効日の規則: how long points of a kind last, by the policy of their business date. Pure.

What a point was given stays with it; only sliding points (自動延長) move on, all together, by the
rule in force at the next event that qualifies.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from federation.days import fiscal_year_expiry, months_later
from federation.refusals import Refusal
from tenants.terms import Event, ExpiryPolicy, in_force

DAY = timedelta(days=1)
BASE = "base"
SLIDING = "SLIDING"
Slide = tuple[int | None, bool, frozenset[Event]]


class OneSlidingLength(Refusal):
    """自動延長の期間と条件は、同じ日に一つしか使えません
    Only one sliding length and one set of qualifying events can be in force on a day."""

    do = "call"
    staff_text = "自動延長の規則が重複"


class Worked(Struct, frozen=True, omit_defaults=True):
    """A day on which points are earned, the last day they can be used, and since when the policy
    that says so has held; sliding points last longer with each event that qualifies."""

    earned_on: date
    expires_on: date
    policy_from: date
    slides: bool = False


def policy_of(policies: Sequence[ExpiryPolicy], kind: str, business_date: date) -> ExpiryPolicy:
    """The policy of a kind on a business date; a kind without one of its own lasts as base does."""
    own = [one for one in policies if one.kind == kind and one.from_on <= business_date]
    return in_force(own or [one for one in policies if one.kind == BASE], business_date)


def last_day(policy: ExpiryPolicy, business_date: date) -> date:
    """The last day of what is earned on a business date; of sliding points, if nothing follows."""
    if policy.policy == "FISCAL_YEAR":
        return fiscal_year_expiry(business_date)
    if policy.policy == "FIXED_DATE":
        assert policy.expires_on is not None
        return max(policy.expires_on, business_date)
    assert policy.months is not None
    return months_later(business_date, policy.months, month_end=policy.month_end)


def lapses_on(policies: Sequence[ExpiryPolicy], kind: str, business_date: date) -> date | None:
    """The last day of points of a kind earned on a business date; None where they slide."""
    policy = policy_of(policies, kind, business_date)
    return None if policy.policy == SLIDING else last_day(policy, business_date)


def slides_to(policies: Sequence[ExpiryPolicy], business_date: date, event: Event) -> date | None:
    """The last day that an event gives to all sliding points; None where it gives none."""
    for kind in sorted({one.kind for one in policies if one.from_on <= business_date}):
        policy = policy_of(policies, kind, business_date)
        if policy.policy == SLIDING and event in policy.qualifying:
            return last_day(policy, business_date)
    return None


def agreed(policies: Sequence[ExpiryPolicy], new: ExpiryPolicy) -> None:
    """Refuse a sliding rule beside another one on the same days: a wallet has one sliding day."""
    together = [*policies, new]
    for other in policies:
        if (
            new.policy == other.policy == SLIDING
            and other.kind != new.kind
            and slide(other) != slide(new)
            and max(other.from_on, new.from_on) < min(until(other, together), until(new, together))
        ):
            raise OneSlidingLength


def slide(policy: ExpiryPolicy) -> Slide:
    """What makes two sliding rules the same one."""
    return policy.months, policy.month_end, policy.qualifying


def until(policy: ExpiryPolicy, policies: Iterable[ExpiryPolicy]) -> date:
    """The day from which the next policy of the same kind holds."""
    later = [
        one.from_on for one in policies if one.kind == policy.kind and one.from_on > policy.from_on
    ]
    return min(later, default=date.max)


def worked(
    policies: Sequence[ExpiryPolicy], policy: ExpiryPolicy, today: date
) -> tuple[Worked, ...]:
    """What earned on the eve of a change, on its first day, on the next 2/29, 3/31 and 4/1 lapses
    when, by the very functions that book; days on which the policy no longer holds are left out."""
    next_from = max(policy.from_on, today)
    days = [policy.from_on, *(on_or_after(next_from, *one) for one in ((2, 29), (3, 31), (4, 1)))]
    held = {day for day in days if day < until(policy, policies)}
    eve = policy.from_on - DAY
    if any(one.kind in (policy.kind, BASE) and one.from_on <= eve for one in policies):
        held.add(eve)
    return tuple(lapse(policies, policy.kind, day) for day in sorted(held))


def lapse(policies: Sequence[ExpiryPolicy], kind: str, earned_on: date) -> Worked:
    """What points of a kind earned on a day are given, and by which policy."""
    by = policy_of(policies, kind, earned_on)
    slides = lapses_on(policies, kind, earned_on) is None
    gives = slides_to(policies, earned_on, "accrual") if slides else None
    return Worked(earned_on, gives or last_day(by, earned_on), by.from_on, slides)


def on_or_after(day: date, month: int, number: int) -> date:
    """The first such day of a month, today or later; of 2/29 that of the next leap year."""
    for year in range(day.year, day.year + 9):
        try:
            found = date(year, month, number)
        except ValueError:
            continue
        if found >= day:
            return found
    raise AssertionError("every day of the year comes again within eight years")
