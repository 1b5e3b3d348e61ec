"""締め: the one instant after which no entry goes to a cycle any more."""

from collections.abc import Sequence
from datetime import date, datetime

from psycopg import AsyncConnection

from federation.sql import statement

# Every booking holds this advisory lock shared; a close takes it alone, for one UPDATE.
CLOSE_LOCK = 0x6D6567757269
SHUT = statement(__file__, "shut")
PLAN = statement(__file__, "plan")


async def shut(conn: AsyncConnection, cycle_id: int, now: datetime) -> datetime:
    """Close a cycle: its `closed_at`, never earlier than the close before; again, the same instant.

    Runs in the caller's transaction, which must commit at once: writers wait for it.
    """
    await conn.execute("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": CLOSE_LOCK})
    row = await (await conn.execute(SHUT, {"cycle_id": cycle_id, "now": now})).fetchone()
    assert row is not None, "the cycle stands in the calendar"
    closed_at: datetime = row[0]
    return closed_at


async def plan(conn: AsyncConnection, cycles: Sequence[tuple[int, date, date]]) -> None:
    """Put cycles (id, first day, last day) into the calendar; those that stand there stay."""
    await conn.execute(
        PLAN,
        {
            "ids": [cycle[0] for cycle in cycles],
            "firsts": [cycle[1] for cycle in cycles],
            "lasts": [cycle[2] for cycle in cycles],
        },
    )
