"""過去時点の残高: what a member had, and what was outstanding, at any past instant."""

from datetime import datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.answers import Balance
from federation.days import day_of
from federation.reading import balance, balance_of, rows
from federation.refusals import NotFound, Validation
from federation.sql import statement

AS_OF = statement(__file__, "as_of")
OUTSTANDING = statement(__file__, "outstanding")
DETACHED = statement(__file__, "detached")


class FunderPoints(Struct, frozen=True):
    """What became of the points of one funder: issued is the sum of the others."""

    funder_id: int
    issued_points: int
    outstanding_points: int
    redeemed_points: int
    lapsed_points: int
    taken_back_points: int


async def past(conn: AsyncConnection, at: datetime, now: datetime) -> datetime:
    """An instant that was asked about: one with an offset, not in the future, and not in or before
    a month that was detached."""
    if at.tzinfo is None or at > now:
        raise Validation(pointer="/at")
    [detached] = await rows(conn, DETACHED, {})
    if detached["until_at"] is not None and at < detached["until_at"]:
        raise Validation(pointer="/at")
    return at


async def balance_at(
    conn: AsyncConnection, member_id: int, at: datetime | None, now: datetime
) -> Balance:
    """What a member has now, or had at an instant: last days count by that instant's clock."""
    if at is None:
        return await balance(conn, member_id, now)
    asked = {"member_id": member_id, "at": await past(conn, at, now), "day": day_of(at)}
    found = await rows(conn, AS_OF, asked)
    if not found:
        raise NotFound
    return balance_of(found[0])


async def outstanding_at(
    conn: AsyncConnection, at: datetime | None, now: datetime
) -> list[FunderPoints]:
    """What became of every funder's points up to now, or to an instant."""
    at = now if at is None else await past(conn, at, now)
    found = await rows(conn, OUTSTANDING, {"at": at, "day": day_of(at)})
    return [FunderPoints(**row) for row in found]
