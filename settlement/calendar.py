"""締めと銀行営業日: which cycle a day belongs to, and on which days banks are open.

Cycles are 1-15 and 16-month's end (domain 1.3), or whole months, weeks from Monday to Sunday, or
single days, as was agreed. Banks rest on Saturdays, Sundays, national holidays
and from 12/31 to 1/3 (銀行法15条, 施行令5条).
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

import jpholiday
from msgspec import Struct

from settlement.schemes import Calendar

DAY = timedelta(days=1)
CONFIRMING_BANK_DAYS = 2
# Of weeks and single days: five bank days to object (domain 1.3), one for the file, then the bank.
PAYING_BANK_DAYS = 7
WEEK_DAYS = 7


class Cycle(Struct, frozen=True):
    """One half month, or what else was agreed."""

    first_on: date
    last_on: date

    @property
    def cycle_id(self) -> int:
        """Its number: its first day as yyyymmdd."""
        return number_of(self.first_on)


def cycle_of(day: date, calendar: Calendar = "SEMI_MONTHLY") -> Cycle:
    """The half month, or what else was agreed, that a day belongs to."""
    if calendar == "DAILY":
        return Cycle(day, day)
    if calendar == "WEEKLY":
        monday = day - timedelta(days=day.weekday())
        return Cycle(monday, monday + timedelta(days=WEEK_DAYS - 1))
    if calendar == "SEMI_MONTHLY" and day.day <= 15:
        return Cycle(day.replace(day=1), day.replace(day=15))
    first = 1 if calendar == "MONTHLY" else 16
    return Cycle(day.replace(day=first), _month_end(day))


def half_months(_: date) -> Calendar:
    """The calendar where none was agreed."""
    return "SEMI_MONTHLY"


def cycles(from_on: date, to_on: date) -> Iterator[Cycle]:
    """The half months from one day to another, both included."""
    yield from following(cycle_of(from_on).first_on, to_on)


def following(
    begins_on: date, to_on: date, calendar_on: Callable[[date], Calendar] = half_months
) -> Iterator[Cycle]:
    """The cycles that begin on a day and after it, each by the calendar of the day on which it
    begins: where another was agreed, its first begins where the last of the old one ended."""
    while begins_on <= to_on:
        cycle = Cycle(begins_on, cycle_of(begins_on, calendar_on(begins_on)).last_on)
        yield cycle
        begins_on = cycle.last_on + DAY


def number_of(first_on: date) -> int:
    """The number of the cycle that begins on this day."""
    return first_on.year * 10_000 + first_on.month * 100 + first_on.day


def name_of(cycle_id: int) -> str:
    """The first day of the cycle of a number, as paths and papers name it."""
    name = str(cycle_id)
    return f"{name[:4]}-{name[4:6]}-{name[6:]}"


@cache
def is_bank_day(day: date) -> bool:
    """Whether banks are open."""
    rests = day.weekday() >= 5 or (day.month, day.day) in {(12, 31), (1, 1), (1, 2), (1, 3)}
    return not rests and not jpholiday.is_holiday(day)


def bank_day_from(day: date) -> date:
    """This day if banks are open, else the next day they are: 翌営業日."""
    while not is_bank_day(day):
        day += DAY
    return day


def bank_day_until(day: date) -> date:
    """This day if banks are open, else the last day they were: 前営業日."""
    while not is_bank_day(day):
        day -= DAY
    return day


def closes_on(cycle: Cycle) -> date:
    """The day a cycle is normally closed: two bank days after its last day, for late data."""
    return _bank_days_after(cycle.last_on, CONFIRMING_BANK_DAYS)


def pays_on(cycle: Cycle) -> date:
    """支払日: 15日締 by the last bank day of the month, 末締 by the first from the 15th on; weeks
    and single days seven bank days after their last."""
    if (cycle.last_on - cycle.first_on).days < WEEK_DAYS:
        return _bank_days_after(cycle.last_on, PAYING_BANK_DAYS)
    month_end = _month_end(cycle.last_on)
    if cycle.last_on.day <= 15:
        return bank_day_until(month_end)
    return bank_day_from(month_end + timedelta(days=15))


def file_due_on(pays_on: date) -> date:
    """The last day to hand the bank its file: the bank day before it pays."""
    return bank_day_until(pays_on - DAY)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def _bank_days_after(day: date, count: int) -> date:
    for _ in range(count):
        day = bank_day_from(day + DAY)
    return day
