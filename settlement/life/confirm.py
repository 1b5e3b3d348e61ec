"""確定と承認: a sealed cycle is shown to its parties, and approved by somebody else once they have
had their say."""

from datetime import date, datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.sql import statement
from settlement.life.papers import Life, fingerprint, first_done, life, log, step, turn
from settlement.life.planning import prepare
from settlement.life.refusals import FourEyes, WindowStillOpen, WrongState
from settlement.life.states import UNCONFIRMED

APPROVE = statement(__file__, "approve")


class Confirmed(Struct, frozen=True):
    """速報: since when the parties see their statements as confirmed, and may object until."""

    cycle: date
    confirmed_by: str
    confirmed_at: datetime
    shown_on: date
    objections_until: date


class Prepared(Struct, frozen=True):
    """The plan that counts, and what an approval would be an approval of."""

    cycle: date
    plan: int
    prepared_by: str
    sha256: str
    transfers_on: date
    debits_on: date


class Approved(Struct, frozen=True):
    """Who approved which plan, when, and over which SHA-256."""

    cycle: date
    plan: int
    prepared_by: str
    approved_by: str
    approved_at: datetime
    sha256: str


async def confirm(conn: AsyncConnection, cycle_id: int, who: str, now: datetime) -> Confirmed:
    """Show a sealed cycle to its parties and prepare its payments; again, the same answer.
    `WrongState`, `NoBankProfile`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.state in UNCONFIRMED:
            if of.state != "closed" or not of.sealed:
                raise WrongState(state=of.state)
            await step(conn, cycle_id, "closed", "confirmed", who, now)
            await prepare(conn, of, who, "確定 / confirmed", now)
        by, at = await first_done(conn, cycle_id, "confirmed")
        return Confirmed(of.first_on, by, at, of.shown_on, of.objections_until)


async def prepare_again(
    conn: AsyncConnection, cycle_id: int, who: str, reason: str, now: datetime
) -> Prepared:
    """Work the payments out anew before they are sent; what changes them voids the approval.
    `WrongState`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.state not in ("confirmed", "approved"):
            raise WrongState(state=of.state)
        await replan(conn, of, who, reason, now)
        return await prepared(conn, cycle_id)


async def replan(conn: AsyncConnection, of: Life, who: str, reason: str, now: datetime) -> None:
    """A plan that differs takes the place of the one that counted, and the approval with it."""
    if await prepare(conn, of, who, reason, now):
        if of.state == "approved":
            await step(conn, of.cycle_id, "approved", "confirmed", who, now)
        else:
            await log(conn, of.cycle_id, "prepared", who, now)


async def prepared(conn: AsyncConnection, cycle_id: int) -> Prepared:
    """The plan that counts."""
    of = await life(conn, cycle_id)
    assert of.plan is not None
    assert of.prepared_by is not None
    assert of.transfers_on is not None
    assert of.debits_on is not None
    sha256 = (await fingerprint(conn, cycle_id, of.plan)).hex()
    return Prepared(of.first_on, of.plan, of.prepared_by, sha256, of.transfers_on, of.debits_on)


async def approve(conn: AsyncConnection, cycle_id: int, who: str, now: datetime) -> Approved:
    """Approve the plan that counts, byte for byte, once the window is over; again, the same answer.
    `WrongState`, `WindowStillOpen`, `FourEyes`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.approved_by is None:
            await _approve(conn, of, who, now)
        return approved_of(await life(conn, cycle_id))


async def _approve(conn: AsyncConnection, of: Life, who: str, now: datetime) -> None:
    if of.plan is None or of.state not in ("confirmed", "returned"):
        raise WrongState(state=of.state)
    if of.state == "returned" and not of.again:
        raise WrongState(state=of.state)
    if not of.again and day_of(now) <= of.objections_until:
        raise WindowStillOpen(objections_until=of.objections_until.isoformat())
    if who in (of.prepared_by, of.closed_by):
        raise FourEyes
    asked = {
        "cycle_id": of.cycle_id,
        "plan": of.plan,
        "prepared_by": of.prepared_by,
        "who": who,
        "now": now,
        "sha256": await fingerprint(conn, of.cycle_id, of.plan),
    }
    await conn.execute(APPROVE, asked)
    if of.state == "confirmed":
        await step(conn, of.cycle_id, "confirmed", "approved", who, now)
    else:
        await log(conn, of.cycle_id, "approved", who, now)


def approved_of(of: Life) -> Approved:
    """The approval of the plan that counts."""
    assert of.plan is not None
    assert of.prepared_by is not None
    assert of.approved_by is not None
    assert of.approved_at is not None
    assert of.sha256 is not None
    return Approved(
        of.first_on, of.plan, of.prepared_by, of.approved_by, of.approved_at, of.sha256.hex()
    )
