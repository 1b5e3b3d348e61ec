"""精算書の確認: a party says that it has no objection to its statement; and the list of them."""

from datetime import date, datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.bank.profile import bank_days_after
from settlement.life.disputes import disputes, still_open
from settlement.life.papers import life, turn
from settlement.life.refusals import AlreadyDisputed
from settlement.reading import Own, cycle_id_of

ACCEPT = statement(__file__, "accept")
STATEMENTS = statement(__file__, "statements")


class Told(Struct, frozen=True):
    """One statement of a party: how far its cycle is, what it comes to, until when a party may
    object (None before it is shown), whether it was accepted, and how many lines are in dispute."""

    cycle: date
    last_on: date
    state: str
    total_yen: int
    objections_until: date | None
    accepted_at: datetime | None
    accepted_by: str | None
    disputes: int

    def may_object(self, today: date) -> bool:
        """Whether its lines may be disputed, and it may be accepted, today."""
        return self.objections_until is not None and today <= self.objections_until


async def statements(
    conn: AsyncConnection,
    own: Own,
    *,
    most: int,
    before: date | None = None,
    cycle_id: int | None = None,
) -> list[Told]:
    """A party's statements, the newest first; or that of one cycle."""
    asked = {"party_id": own.party_id, "before": before, "most": most, "cycle_id": cycle_id}
    found = []
    for row in await rows(conn, STATEMENTS, asked):
        bank_days = row.pop("objection_bank_days")
        until = bank_days_after(row["last_on"], bank_days) if row["state"] == "confirmed" else None
        found.append(Told(**row, objections_until=until))
    return found


async def accept(conn: AsyncConnection, own: Own, cycle: str, who: str, now: datetime) -> None:
    """Say once that a statement is right, while one may still object. `NotFound`, `WrongState`,
    `CycleClosed`, `WindowOver`; `AlreadyDisputed` where a line of it is in dispute."""
    cycle_id = cycle_id_of(cycle)
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.state == "open" or not of.sealed:
            raise NotFound
        still_open(of, now)
        known = await disputes(conn, cycle_id=cycle_id, party_id=own.party_id)
        if any(one.state == "open" for one in known):
            raise AlreadyDisputed
        asked = {"cycle_id": cycle_id, "party_id": own.party_id, "who": who, "now": now}
        if (await conn.execute(ACCEPT, asked)).rowcount != 1:
            raise NotFound
