"""人の手で: what only people do to a cycle, at the console: prepare, approve what they were shown.

Of one cycle nobody both prepares and approves, and both are people: a machine's preparation is
taken over by a person first. The database says the same (`auth.approval_by_another`).
"""

from datetime import datetime

import psycopg
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.life.confirm import Approved, Prepared, approve, prepared, replan
from settlement.life.papers import life, log, turn
from settlement.life.refusals import FourEyes, NotWhatWasShown, PreparedByNobody, WrongState

LOGGED = statement(__file__, "logged")
PREPARING = frozenset({"confirmed", "prepared"})
MACHINE = "c_"


async def prepare(
    conn: AsyncConnection, cycle_id: int, who: str, reason: str, now: datetime
) -> Prepared:
    """Work the payments out anew, or find that they stand: a person answers for them from now on.
    `WrongState`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.state not in ("confirmed", "approved"):
            raise WrongState(state=of.state)
        await replan(conn, of, who, reason, now)
        if who not in await preparers(conn, cycle_id):
            await log(conn, cycle_id, "prepared", who, now)
        return await prepared(conn, cycle_id)


async def plan_of(conn: AsyncConnection, cycle_id: int) -> Prepared:
    """The plan that counts, with the SHA-256 that an approval names. `WrongState`."""
    of = await life(conn, cycle_id)
    if of.plan is None:
        raise WrongState(state=of.state)
    return await prepared(conn, cycle_id)


async def approve_as_shown(
    conn: AsyncConnection, cycle_id: int, who: str, sha256: str, now: datetime
) -> Approved:
    """Approve, as a person, the very plan that was shown; again, the same answer.
    `NotWhatWasShown`, `FourEyes`, `PreparedByNobody`, and what `approve` refuses."""
    async with turn(conn):
        if (await plan_of(conn, cycle_id)).sha256 != sha256:
            raise NotWhatWasShown
        of, hands = await life(conn, cycle_id), await preparers(conn, cycle_id)
        if of.approved_by is None:
            if who in hands:
                raise FourEyes
            if all(one.startswith(MACHINE) for one in hands):
                raise PreparedByNobody
        try:
            return await approve(conn, cycle_id, who, now)
        except psycopg.errors.CheckViolation:
            raise FourEyes from None


async def preparers(conn: AsyncConnection, cycle_id: int) -> set[str]:
    """Whoever confirmed a cycle or prepared its payments."""
    found = await rows(conn, LOGGED, {"cycle_id": cycle_id, "step": None})
    return {row["who"] for row in found if row["step"] in PREPARING}
