"""Days of the mall: Asia/Tokyo, which has had no daylight saving time since 1951."""

import calendar
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from federation.refusals import ClockAhead, TooLate, Validation

TOKYO = ZoneInfo("Asia/Tokyo")
SKEW = timedelta(minutes=5)
OFFLINE_DAYS = timedelta(days=31)


def day_of(now: datetime) -> date:
    """The calendar day in Tokyo at an instant."""
    return now.astimezone(TOKYO).date()


@lru_cache(maxsize=1_000)
def midnight_after(day: date) -> datetime:
    """24:00 of a day in Tokyo: the instant at which what was good on it is over."""
    return datetime.combine(day + timedelta(days=1), time.min, TOKYO)


def admit(
    business_date: date,
    at: datetime,
    now: datetime,
    days_back: int = 1,
    today: date | None = None,
) -> None:
    """Online, a business date is today or yesterday (what may reach further back says how many
    days), a till's clock at most 5 minutes ahead."""
    if at > now + SKEW:
        raise ClockAhead(server_time=now.isoformat(timespec="seconds"))
    today = today or day_of(now)
    if business_date > today:
        raise Validation(pointer="/business_date")
    if business_date < today - timedelta(days=days_back):
        raise TooLate


def admit_day(business_date: date, now: datetime) -> None:
    """No business date lies ahead; how far back an offline one may lie is for its rule to say, and
    its clock is taken as it was."""
    if business_date > day_of(now):
        raise Validation(pointer="/business_date")


def admit_late(business_date: date, received_on: date) -> None:
    """A line of a file reaches back 31 days from the day on which the file came."""
    if business_date < received_on - OFFLINE_DAYS:
        raise TooLate


def fiscal_year_expiry(business_date: date) -> date:
    """年度失効: what is issued in fiscal year y (4/1-3/31) expires on 3/31 of y+2 (domain 5)."""
    fiscal_year = business_date.year if business_date.month >= 4 else business_date.year - 1
    return date(fiscal_year + 2, 3, 31)


def months_until(day: date, months: int) -> date:
    """The first day of so many months that end with a day (2029-02-28 and twelve: 2028-03-01)."""
    return months_later(day + timedelta(days=1), -months)


def months_later(day: date, months: int, *, month_end: bool = False) -> date:
    """The same day of the month so many months later, clipped to the month's end (2024-02-29 and
    twelve months are 2025-02-28), or that month's last day (domain 5)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, last if month_end else min(day.day, last))
