"""出来事: what tenants are told, in the order of the journal, as often as they ask, for as long as
the months lie here. It is derived: nothing was written for it when an entry was booked."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import EntryRow, rows
from federation.sql import statement

EVENTS = statement(__file__, "events")
TOLD = "SELECT sequence FROM federation.announced"
MOST_NUMBERS = 2_000  # of the journal, in one walk


class Event(Struct, frozen=True):
    """One thing that a tenant is told: an entry of its own, or a notice with what it says."""

    sequence: int
    tenant_id: int
    kind: str
    member_id: int | None
    at: datetime
    content: str | None
    entry: EntryRow | None


class Walk(Struct, frozen=True):
    """What stood behind a place, and the place that the walk led to: where the next begins."""

    events: tuple[Event, ...]
    here: int


async def told_to(conn: AsyncConnection) -> int:
    """The last sequence that may be told."""
    row = await (await conn.execute(TOLD)).fetchone()
    assert row is not None
    return int(row[0])


async def walk(
    conn: AsyncConnection, tenants: Collection[int], after: int, most: int = MOST_NUMBERS
) -> Walk:
    """What was told to tenants behind a place, as far as so many numbers of the journal lead."""
    asked = {"tenants": sorted(tenants), "after": after, "most": most}
    found = await rows(conn, EVENTS, asked)
    here = max(row["sequence"] for row in found if row["tenant_id"] is None)
    events = tuple(event_of(row) for row in found if row["tenant_id"] is not None)
    return Walk(events, max(here, after))


def event_of(row: dict[str, Any]) -> Event:
    """An event from its row."""
    return Event(
        row["sequence"],
        row["tenant_id"],
        row["kind"],
        row["member_id"],
        row["at"],
        row["content"],
        entry_of(row) if row["entry_id"] is not None else None,
    )


def entry_of(row: dict[str, Any]) -> EntryRow:
    """The entry that an event tells of."""
    own = {name: row[name] for name in EntryRow.__struct_fields__ if name in row}
    kind = row["kind"].partition(".")[2]
    return EntryRow(**{**own, "kind": kind, "at": row["happened_at"], "booked_at": row["at"]})
