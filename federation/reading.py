"""残高・履歴: what a member has and what was booked, read without writing anything."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from federation.answers import Balance, NextToExpire
from federation.refusals import NotFound
from federation.slips import Holder
from federation.sql import statement

BALANCE = statement(__file__, "balance")
LOTS = statement(__file__, "lots")
ENTRIES = statement(__file__, "entries")
PROVENANCE = statement(__file__, "provenance")
HOLDER = statement(__file__, "holder")


class LotRow(Struct, frozen=True):
    """An open lot."""

    entry_id: int
    part: int
    points: int
    points_held: int
    expires_on: date
    usable_from: date
    limited: bool
    facility_id: int | None
    shop_id: int
    rule: str


class EntryRow(Struct, frozen=True):
    """A booked entry."""

    member_id: int
    entry_id: int
    kind: str
    shop_id: int
    till: str
    staff: str | None
    slip: str | None
    points: int
    paid_yen: int | None
    excluded_yen: int | None
    receipt_till: str | None
    receipt_no: str | None
    at: datetime
    business_date: date
    cycle_id: int
    booked_at: datetime


class SourceRow(Struct, frozen=True):
    """One part of where an entry's points came from; what the reader may not see is None."""

    lot_entry_id: int
    lot_part: int
    points: int
    funder_id: int
    rule: str
    scheme_id: int
    entry_id: int | None
    shop_id: int | None
    business_date: date | None
    receipt_till: str | None
    receipt_no: str | None
    slip: str | None


async def rows(conn: AsyncConnection, query: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows of a statement, by column name."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, asked)
        return await cursor.fetchall()


async def balance(conn: AsyncConnection, member_id: int, today: date) -> Balance:
    """What a member has at this day; points past their last day are not there, job or no job."""
    found = await rows(conn, BALANCE, {"member_id": member_id, "today": today})
    if not found:
        raise NotFound
    return balance_of(found[0])


def balance_of(row: dict[str, Any]) -> Balance:
    """A balance from the row of `balance.sql`."""
    on = row["next_expires_on"]
    soonest = NextToExpire(row["next_expiring_points"], on) if on is not None else None
    return Balance(row["points"], row["points_held"], row["points_owed"], soonest)


async def holder(conn: AsyncConnection, carrier: str, today: date) -> tuple[Holder, Balance]:
    """The member behind a carrier, with what a rule may know; for a look, not for a booking."""
    cards = await rows(conn, HOLDER, {"carrier": carrier})
    if not cards:
        raise NotFound(pointer="/card")
    card = cards[0]
    row = (await rows(conn, BALANCE, {"member_id": card["member_id"], "today": today}))[0]
    has = balance_of(row)
    facts = Holder(
        card["member_id"],
        row["rank"],
        has.points,
        has.held,
        has.owed,
        row["state"],
        card["kind"],
        card["state"],
    )
    return facts, has


async def lots(conn: AsyncConnection, member_id: int, today: date) -> list[LotRow]:
    """A member's open lots, the next to be spent first."""
    found = await rows(conn, LOTS, {"member_id": member_id, "today": today})
    return [LotRow(**row) for row in found]


async def entries(
    conn: AsyncConnection,
    *,
    most: int,
    member_id: int | None = None,
    entry_id: int | None = None,
    tenant_id: int | None = None,
    business_date: date | None = None,
    before: int | None = None,
) -> list[EntryRow]:
    """Entries that the reader may see, newest first."""
    asked = {
        "most": most,
        "member_id": member_id,
        "entry_id": entry_id,
        "tenant_id": tenant_id,
        "business_date": business_date,
        "before": before,
    }
    return [EntryRow(**row) for row in await rows(conn, ENTRIES, asked)]


async def provenance(conn: AsyncConnection, member_id: int, entry_id: int) -> list[SourceRow]:
    """The draws of an entry with what granted them."""
    found = await rows(conn, PROVENANCE, {"member_id": member_id, "entry_id": entry_id})
    return [SourceRow(**row) for row in found]
