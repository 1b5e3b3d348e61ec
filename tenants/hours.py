"""時間帯の規則: quiet hours and declared weather, as campaigns of the minute a sale was made. Pure.

A sale counts by its own `at`, however late it arrives; a window begins with its first minute and is
over when the last one named begins (14:00–17:00 takes 16:59:59, not 17:00).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from federation.days import TOKYO
from tenants.rules import SLOTS, Declaration, Funder, QuietHours
from tenants.terms import Campaign, Terms, Till, shares_of

A_DAY = timedelta(days=1)


def timed(till: Till, terms: Terms, day: date, at: datetime) -> list[Campaign]:
    """What gives points at a till at an instant, beside the campaigns of its day."""
    found = [hour(code, one, day) for code, one in terms.special.hours.items() if holds(one, at)]
    return found + [weather(one, day) for one in near(till, day) if one.from_at <= at < one.to_at]


def by_name(till: Till, terms: Terms, day: date, names: frozenset[str]) -> Iterator[Campaign]:
    """The same by the rules that a sale was given by; what was withdrawn since counts too."""
    every = [hour(code, one, day) for code, one in terms.special.hours.items()]
    every += [weather(one, day) for one in till.declared]
    return (one for one in every if one.rule in names)


def holds(hours: QuietHours, at: datetime) -> bool:
    """Whether an instant lies in quiet hours, by the clock and the weekday of Japan."""
    there = at.astimezone(TOKYO)
    return (
        there.isoweekday() in hours.weekdays and hours.from_time <= f"{there:%H:%M}" < hours.to_time
    )


def near(till: Till, day: date) -> list[Declaration]:
    """The declarations that stand and may concern a business date's sales, remembered."""
    if not till.declared:
        return []
    asked = "weather", day
    known: list[Declaration] | None = till.worked_out.get(asked)
    if known is None:
        known = till.worked_out[asked] = list(standing(till.declared, day))
    return known


def standing(declared: Iterable[Declaration], day: date) -> Iterator[Declaration]:
    """Those of a day, the next one included: a shop may be open after midnight."""
    first = datetime(day.year, day.month, day.day, tzinfo=TOKYO) - A_DAY
    last = first + 3 * A_DAY
    return (d for d in declared if not d.withdrawn and d.to_at > first and d.from_at < last)


def hour(code: str, hours: QuietHours, day: date) -> Campaign:
    """Quiet hours as a campaign of the day."""
    return campaign("hour", code, day, hours.tenths, hours.stack_group, hours.funders)


def weather(one: Declaration, day: date) -> Campaign:
    """What was declared, as a campaign of the day."""
    return campaign("weather", one.name, day, one.tenths, SLOTS, one.funders)


def campaign(
    kind: str, code: str, day: date, tenths: int, stack_group: str, funders: dict[Funder, int]
) -> Campaign:
    """A multiple of a day without a last day of its own: its points last as a campaign's do."""
    assert kind in ("hour", "weather")
    return Campaign(
        code,
        None,
        day,
        day,
        tenths // 10,
        stack_group,
        None,
        shares_of(funders),
        tenths=tenths % 10,
        kind=kind,  # type: ignore[arg-type]  # said above
    )
