"""リマインド: points that will lapse, birthdays, members who have not come for long. Each is a
notice with its occasion, so that it is told once however often a job starts."""

from datetime import date, datetime, timedelta

from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement

EXPIRING = statement(__file__, "expiring")
BIRTHDAYS = statement(__file__, "birthdays")
DORMANT = statement(__file__, "dormant")
AGREED = statement(__file__, "agreed")
ANY_DAYS = statement(__file__, "any_days")
AT_ONCE = 500


async def days_of(conn: AsyncConnection, kind: str, on: date) -> list[int]:
    """How many days before or after a reminder of a kind is due, as agreed for a day."""
    return [row["days"] for row in await rows(conn, AGREED, {"kind": kind, "on": on})]


async def all_days(conn: AsyncConnection, kind: str, on: date) -> list[tuple[int, bool]]:
    """The days on which anybody is reminded: those agreed for all, and what members want of their
    own (false)."""
    agreed = await days_of(conn, kind, on)
    wanted = {row["days"] for row in await rows(conn, ANY_DAYS, {"kind": kind})}
    return [(days, days in agreed) for days in sorted({*agreed, *wanted}, reverse=True)]


async def remind_of_expiry(conn: AsyncConnection, on: date, now: datetime) -> int:
    """Tell members how many points will lapse in 60, 30 and 7 days, or on the days that they want,
    as things stand: of lots whose last day that is, or the wallet's sliding day, with what a hold
    keeps till before then."""
    told = 0
    for days, agreed in await all_days(conn, "expiry", on):
        after, lapses_on = 0, on + timedelta(days=days)
        while True:
            asked = {
                "after": after, "most": AT_ONCE, "on": lapses_on, "days": days, "now": now,
                "agreed": agreed,
            }  # fmt: skip
            [found] = await rows(conn, EXPIRING, asked)
            told += found["told"]
            if found["up_to"] is None:
                break
            after = found["up_to"]
    return told


async def greet_birthdays(conn: AsyncConnection, on: date, now: datetime) -> int:
    """Greet whose birthday it is; who was born on 29 February, on the 28th of a common year."""
    days = [f"{on:%m-%d}"]
    if days == ["02-28"] and (on + timedelta(days=1)).day == 1:
        days.append("02-29")
    asked = {"days": days, "year": on.year, "on": on, "now": now}
    return (await conn.execute(BIRTHDAYS, asked)).rowcount


async def miss_the_dormant(conn: AsyncConnection, on: date, now: datetime) -> int:
    """Write to who has not bought anything for so many days: once, until they come again."""
    told = 0
    for days, agreed in await all_days(conn, "dormant", on):
        last_on = on - timedelta(days=days)
        asked = {"last_on": last_on, "days": days, "now": now, "agreed": agreed}
        told += (await conn.execute(DORMANT, asked)).rowcount
    return told
