"""ポイント残高の報告: liability as of a day, read from the entries: roll-forward, ages, base days,
how much of it will be used, where, and what that will cost."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.as_of import past
from federation.days import day_of, midnight_after, months_until
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from settlement.paper.liability import (
    Age,
    BackTest,
    Cohort,
    Fated,
    Roll,
    Standing,
    aged,
    back_test,
    base_days,
    fiscal_year_opens,
    forecast,
    rolled,
)
from settlement.paper.needs import Need, Used, UsedAt, needs, places
from settlement.passes import JOINED, whole

STANDING = statement(__file__, "standing")
BEGUN = statement(__file__, "begun")
USES = statement(__file__, "uses")
DAY = timedelta(days=1)


class BaseDay(Struct, frozen=True):
    """基準日未使用残高: all of it was given free; paid points are forbidden here."""

    on: date
    points: int
    free_points: int
    paid_points: int = 0


class Tested(Struct, frozen=True):
    """How an earlier forecast turned out, in points and basis points of what was used."""

    as_of: date
    forecast_use: int
    actual_use: int
    error_points: int
    error_bp: int | None
    open_points: int


class Expected(Struct, frozen=True):
    """One month's issue that is still open."""

    issued_month: date
    age_months: int
    outstanding: int
    expected_breakage: int
    expected_use: int


class Liability(Struct, frozen=True):
    """未使用残高と引当: at 24:00 of a day, or now if the day is not over; 1 point is 1 yen."""

    on: date
    at: datetime
    since: date
    roll: tuple[Roll, ...]
    ages: tuple[Age, ...]
    base_days: tuple[BaseDay, ...]
    cohorts: tuple[Expected, ...]
    outstanding: int
    expected_use: int
    back_test: Tested | None
    places: tuple[UsedAt, ...]
    needs: tuple[Need, ...]


async def liability(
    conn: AsyncConnection, on: date | None, since: date | None, now: datetime
) -> Liability:
    """The report of a day (today's, if none is named) over its fiscal year, or from `since` on; as
    the auditor. The future, and months that were detached, are a Validation."""
    today = day_of(now)
    on = on or today
    since = since or fiscal_year_opens(on)
    if on > today or since > on:
        raise Validation(pointer="/on")
    days = base_days(on, 2)
    ends = {day: await end_of(conn, day, now) for day in (on, since - DAY, *days)}
    closing, fates = await read(conn, ends[on], with_fates=True)
    stood = {day: await standings(conn, at) for day, at in ends.items() if day != on} | {
        on: closing
    }
    opening = stood[since - DAY]
    cohorts, outstanding = forecast(fates, on), sum(one.outstanding for one in closing)
    tested = back_test(fates, on)
    expected_use = outstanding - sum(one.expected_breakage for one in cohorts)
    used = await uses(conn, on)
    return Liability(
        on=on,
        at=ends[on],
        since=since,
        roll=tuple(rolled(opening, closing)),
        ages=tuple(aged(closing)),
        base_days=tuple(base_day(day, stood[day]) for day in days),
        cohorts=tuple(expected(one) for one in cohorts),
        outstanding=outstanding,
        expected_use=expected_use,
        back_test=None if tested is None else tested_of(tested),
        places=tuple(places(used, expected_use)),
        needs=tuple(needs(used)),
    )


async def uses(conn: AsyncConnection, on: date) -> list[Used]:
    """What was used in each sealed cycle of the year that ends with a day, by tenant."""
    a_year = {"since": months_until(on, 12), "on": on}
    return [Used(**row) for row in await whole(conn, USES, a_year, JOINED)]


async def end_of(conn: AsyncConnection, day: date, now: datetime) -> datetime:
    """24:00 of a day, or now if the day is not over."""
    return now if day == day_of(now) else await past(conn, midnight_after(day), now)


async def standings(conn: AsyncConnection, at: datetime) -> list[Standing]:
    """What every movement had come to at an instant."""
    return (await read(conn, at, with_fates=False))[0]


async def read(
    conn: AsyncConnection, at: datetime, *, with_fates: bool
) -> tuple[list[Standing], list[Fated]]:
    """The same and, where they are asked for, the fates of each month's points until then, in one
    pass over all lots; none before anything was booked."""
    asked = {"at": at, "day": day_of(at), "with_fates": with_fates}
    [row] = await rows(conn, BEGUN, asked)
    if not row["begun"]:
        return [], []
    stood, fates = [], []
    for row in await whole(conn, STANDING, asked, JOINED):
        if row["fate"] is None:
            stood.append(Standing(**{name: row[name] for name in Standing.__struct_fields__}))
        else:
            fates.append(Fated(**{name: row[name] for name in Fated.__struct_fields__}))
    return stood, fates


def base_day(day: date, found: Iterable[Standing]) -> BaseDay:
    """What was outstanding at the end of a base day."""
    points = sum(one.outstanding for one in found)
    return BaseDay(day, points, points)


def expected(one: Cohort) -> Expected:
    """A cohort with what is expected of it."""
    return Expected(
        one.issued_month, one.age_months, one.outstanding, one.expected_breakage, one.expected_use
    )


def tested_of(one: BackTest) -> Tested:
    """A back-test with its error."""
    return Tested(
        one.as_of,
        one.forecast_use,
        one.actual_use,
        one.error_points,
        one.error_bp,
        one.open_points,
    )
