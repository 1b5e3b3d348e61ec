"""残高・履歴: what a member has and what was booked, read without writing anything."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import UNSET, Struct
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from federation.answers import Balance, NextToExpire, Pending
from federation.days import day_of
from federation.refusals import CodeExpired, NotFound
from federation.slips import Holder
from federation.sql import statement

BALANCE = statement(__file__, "balance")
LOTS = statement(__file__, "lots")
ENTRIES = statement(__file__, "entries")
PROVENANCE = statement(__file__, "provenance")
HELD = statement(__file__, "held")
ROOTS = statement(__file__, "roots")
GRANTED = statement(__file__, "granted")
HOLDER = statement(__file__, "holder")
SPENDABLE = statement(__file__, "spendable")
USED = statement(__file__, "used")


class LotRow(Struct, frozen=True):
    """An open lot; the day of one that slides is its wallet's."""

    entry_id: int
    part: int
    points: int
    points_held: int
    expires_on: date
    sliding: bool
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

    member_id: int
    lot_entry_id: int
    lot_part: int
    points: int
    funder_id: int
    rule: str
    scheme_id: int
    for_funder_id: int | None
    for_rule: str | None
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


async def balance(conn: AsyncConnection, member_id: int, now: datetime) -> Balance:
    """What a member has at an instant; points past their last day are not there, job or no job."""
    found = await rows(conn, BALANCE, at_once(member_id, now))
    if not found:
        raise NotFound
    return balance_of(found[0])


def balance_of(row: dict[str, Any]) -> Balance:
    """A balance from the row of `balance.sql`."""
    on = row["next_expires_on"]
    soonest = NextToExpire(row["next_expiring_points"], on) if on is not None else None
    later = row["pending_from"]
    pending = Pending(row["pending_points"], later) if later is not None else UNSET
    return Balance(row["points"], row["points_held"], row["points_owed"], soonest, pending)


def at_once(member_id: int, now: datetime) -> dict[str, object]:
    """Whom a statement asks about, and when."""
    return {"member_id": member_id, "now": now, "today": day_of(now)}


async def holder(
    conn: AsyncConnection, carrier: str, now: datetime, counted: Iterable[str] = ()
) -> tuple[Holder, Balance]:
    """The member behind a carrier, with what a rule may know, and what was used of the counted
    rules; for a look, not for a booking."""
    cards = await rows(conn, HOLDER, {"carrier": carrier})
    if not cards:
        raise NotFound(pointer="/card")
    card = cards[0]
    if card["expires_at"] is not None and card["expires_at"] <= now:
        raise CodeExpired
    row = (await rows(conn, BALANCE, at_once(card["member_id"], now)))[0]
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
        used=await used_by(conn, card["member_id"], counted),
    )
    return facts, has


async def used_by(
    conn: AsyncConnection, member_id: int, counted: Iterable[str]
) -> dict[tuple[str, date], int]:
    """The points that a member has used of some rules, by rule and business date."""
    rules = sorted(counted)
    if not rules:
        return {}
    found = await rows(conn, USED, {"members": [member_id], "rules": rules})
    return {(row["rule"], row["used_on"]): row["points"] for row in found}


async def spendable(
    conn: AsyncConnection, member_id: int, facility_id: int | None, now: datetime
) -> int:
    """The points that a member could spend at a shop of this facility at an instant."""
    asked = {**at_once(member_id, now), "facility_id": facility_id}
    return int((await rows(conn, SPENDABLE, asked))[0]["points"])


async def lots(conn: AsyncConnection, member_id: int, now: datetime) -> list[LotRow]:
    """A member's open lots, the next to be spent first."""
    found = await rows(conn, LOTS, at_once(member_id, now))
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


async def provenance(
    reader: AsyncConnection, counter: AsyncConnection, member_id: int, entry_id: int
) -> list[SourceRow]:
    """The draws of an entry with what granted them, also behind a change-over or a merge. What the
    reader may not see is None."""
    asked = {"member_id": member_id, "entry_id": entry_id}
    drawn = await rows(reader, PROVENANCE, asked)
    lots_drawn = {
        "member_id": member_id,
        "entries": [row["lot_entry_id"] for row in drawn],
        "parts": [row["lot_part"] for row in drawn],
    }
    roots = {
        (row["lot_entry_id"], row["lot_part"]): (row["member_id"], row["entry_id"])
        for row in await rows(counter, ROOTS, lots_drawn)
    }
    wanted = sorted(set(roots.values()))
    by_key = {"members": [m for m, _ in wanted], "entries": [e for _, e in wanted]}
    granted = {
        (row["member_id"], row["entry_id"]): row for row in await rows(reader, GRANTED, by_key)
    }
    nothing = dict.fromkeys(
        ("entry_id", "shop_id", "business_date", "receipt_till", "receipt_no", "slip")
    )
    found = []
    for row in drawn:
        root = roots[row["lot_entry_id"], row["lot_part"]]
        found.append(SourceRow(**{**nothing, **row, **granted.get(root, {}), "member_id": root[0]}))
    return found


async def held(
    reader: AsyncConnection, member_id: int, entry_id: int, now: datetime
) -> dict[str, Any]:
    """A hold as it stands, where the reader may see it."""
    asked = {"member_id": member_id, "entry_id": entry_id, "now": now}
    found = await rows(reader, HELD, asked)
    if not found:
        raise NotFound
    return found[0]
