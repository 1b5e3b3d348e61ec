"""Days of the mall: Asia/Tokyo, which has had no daylight saving time since 1951."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from federation.refusals import ClockAhead, TooLate, Validation

TOKYO = ZoneInfo("Asia/Tokyo")
SKEW = timedelta(minutes=5)
OFFLINE_DAYS = timedelta(days=31)


def day_of(now: datetime) -> date:
    """The calendar day in Tokyo at an instant."""
    return now.astimezone(TOKYO).date()


def admit(business_date: date, at: datetime, now: datetime, offline: bool = False) -> None:
    """Online, a business date is today or yesterday, a till's clock at most 5 minutes ahead; an
    offline slip is admitted by the day it came (`admit_late`), its clock as it is."""
    if not offline and at > now + SKEW:
        raise ClockAhead(server_time=now.isoformat(timespec="seconds"))
    today = day_of(now)
    if business_date > today:
        raise Validation(pointer="/business_date")
    if not offline and business_date < today - timedelta(days=1):
        raise TooLate


def admit_late(business_date: date, received_on: date) -> None:
    """A line of a file reaches back 31 days from the day on which the file came."""
    if business_date < received_on - OFFLINE_DAYS:
        raise TooLate


def fiscal_year_expiry(business_date: date) -> date:
    """年度失効: what is issued in fiscal year y (4/1-3/31) expires on 3/31 of y+2 (domain 5)."""
    fiscal_year = business_date.year if business_date.month >= 4 else business_date.year - 1
    return date(fiscal_year + 2, 3, 31)
