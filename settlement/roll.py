"""累計を進める: one roller folds what the journal has into what each cycle has come to so far.

Whole entries, in the order of their numbers, a slice and the mark behind it in one transaction:
whoever is killed leaves a slice undone or done, and the next goes on behind the mark. What is not
folded yet is `settlement.unfolded`; both together are the cycle, at any instant.
"""

from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.counting import PUTS
from settlement.statement import LATE

WAITS = statement(__file__, "roll_waits")
NEXT = statement(__file__, "roll_next")
ROLL = statement(__file__, "roll")
FORGET = statement(__file__, "roll_forget")

# Whoever folds holds this lock, which gives its transaction no number: the sealer never waits for
# a reader of the journal, only for the short while in which the counters are written.
LOCK = {"lock": 0x6D6567726F6C}
TRY = "SELECT pg_try_advisory_xact_lock(%(lock)s)"
WAIT = "SELECT pg_advisory_xact_lock(%(lock)s)"
MOST = 10_000


async def roll(conn: AsyncConnection, most: int = MOST) -> int:
    """Fold the next entries, in a transaction of its own; how many they were. None where nothing
    waits or another is at it."""
    if not await waits(conn):
        return 0
    async with conn.transaction():
        got = await (await conn.execute(TRY, LOCK)).fetchone()
        return await fold(conn, most) if got is not None and got[0] else 0


async def catch_up(conn: AsyncConnection, most: int = MOST) -> int:
    """Fold what has a number by now, slice by slice, after whoever is at it; how many entries."""
    whole, folded = 0, most
    while folded == most:
        async with conn.transaction():
            await conn.execute(WAIT, LOCK)
            folded = await fold(conn, most)
        whole += folded
    return whole


async def waits(conn: AsyncConnection) -> bool:
    """Whether anything has a number and is not folded."""
    async with conn.transaction():
        return bool((await rows(conn, WAITS, {}))[0]["waits"])


async def fold(conn: AsyncConnection, most: int) -> int:
    """Fold one slice, by whoever holds the lock; how many entries."""
    for due in await rows(conn, NEXT, {"most": most}):
        # Planned each time: its instants say which months there are to look into.
        done = await conn.execute(ROLL, {**due, "puts": PUTS, "late": LATE}, prepare=False)
        assert done.rowcount == 1, "whoever holds the lock finds the mark as it was"
        return int(due["upto"] - due["after"])
    return 0


async def again(conn: AsyncConnection) -> None:
    """Forget all that was folded: the next round begins with the first number."""
    async with conn.transaction():
        await conn.execute(WAIT, LOCK)
        await conn.execute(FORGET)
