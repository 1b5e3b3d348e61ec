"""売上の累計を進める: what was booked is folded into hours and visitors, a slice at a time.

A slice is whole transactions, all of them older than any that still runs, so that what is behind
the mark is final. What is before it is read from the entries (`tenants.sales`, `tenants.visits`):
both together are the books at any instant, job or no job.
"""

from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement

SLICE = statement(__file__, "slice")
FOLD = statement(__file__, "fold")
MOST = 20_000


async def follow(conn: AsyncConnection, most: int = MOST) -> int:
    """Fold all that is final by now, each slice in a transaction of its own: how many entries."""
    whole = 0
    while (folded := await fold(conn, most)) is not None:
        whole += folded
    return whole


async def fold(conn: AsyncConnection, most: int = MOST) -> int | None:
    """Fold one slice: how many entries. None where nothing waits."""
    async with conn.transaction():
        [due] = await rows(conn, SLICE, {"most": most})
        if not due["waits"]:
            return None
        [done] = await rows(conn, FOLD, due)
        return int(done["folded"])
