"""告知: what changed gets its place among the entries, and all up to there may be told.

The journal is the outbox of the entries: nobody writes a second row for a booking. Only notices are
placed between its numbers, by one announcer, behind every entry that was booked before them.
"""

from datetime import datetime

from psycopg import AsyncConnection

from federation.sql import statement

ANNOUNCE = statement(__file__, "announce")
MOST = 1_000
# A statement of its own: what it waits for must be seen by the next.
ALONE = "SELECT pg_advisory_xact_lock(%(lock)s)"
LOCK = 0x616E6E6F756E6365


async def announce(conn: AsyncConnection, now: datetime, most: int = MOST) -> bool:
    """Give the next notices their places; whether there was anything new to tell."""
    async with conn.transaction():
        await conn.execute(ALONE, {"lock": LOCK})
        told = await conn.execute(ANNOUNCE, {"now": now, "most": most})
        return told.rowcount > 0
