"""締め出し: five failures in a quarter of an hour, of one account or from one address, and nobody
is let in; whoever asks is told the same as for any wrong password, after the same time.

A try is written down and committed before it is looked at, so that a hundred at once are counted
as a hundred. Accounts are counted whether they exist or not.
"""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from federation.sql import statement

TRY = statement(__file__, "try")
COUNT = statement(__file__, "count_tries")
FORGET = statement(__file__, "forget_tries")
SWEEP = statement(__file__, "sweep_tries")
WINDOW = timedelta(minutes=15)


class Bound(Struct, frozen=True):
    """Whose failures are counted, and how many there may be."""

    whose: bytes
    most: int


async def may_try(conn: AsyncConnection[Any], bounds: list[Bound], now: datetime) -> bool:
    """Write down a try of all these, and say whether it is still within their bounds."""
    whose = [one.whose for one in bounds]
    async with conn.transaction():
        await conn.execute(TRY, {"whose": whose, "now": now})
    async with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(COUNT, {"whose": whose, "since": now - WINDOW})
        tries = {bytes(one): count for one, count in await cursor.fetchall()}
    return all(tries.get(one.whose, 0) <= one.most for one in bounds)


async def forget(
    conn: AsyncConnection[Any],
    at: list[datetime],
    bounds: list[Bound],
    whose: list[bytes] | None = None,
) -> None:
    """These tries were none that failed. Of `whose` all is forgotten, for they came in; never of an
    address, or whoever has one account could wipe out what they tried on another."""
    once = [one.whose for one in bounds]
    await conn.execute(FORGET, {"whose": whose or [], "once": once, "at": at})


async def sweep(conn: AsyncConnection[Any], now: datetime) -> None:
    """Let go of what no longer counts."""
    await conn.execute(SWEEP, {"before": now - WINDOW})
