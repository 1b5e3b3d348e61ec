"""レジの伝票一覧: what one till booked on a business date, slip by slip."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.reading import rows
from federation.sql import statement
from tenants.terms import Till

SLIPS = statement(__file__, "till_slips")


class OpenHold(Struct, frozen=True):
    """The hold that a slip made, as it stands now."""

    hold_id: str
    points: int
    state: str
    expires_at: datetime


class TillSlip(Struct, frozen=True, omit_defaults=True):
    """One slip: what it gave, what it took, and whether it was undone or goods came back since."""

    slip: str
    kinds: tuple[str, ...]
    at: datetime
    booked_at: datetime
    points: int
    redeemed_points: int
    paid_yen: int
    reversed: bool
    returned_yen: int
    staff: str | None = None
    receipt_no: str | None = None
    offline: bool = False
    hold: OpenHold | None = None


class TillSlips(Struct, frozen=True):
    """A page of slips, the latest first; `next` leads to earlier ones."""

    slips: tuple[TillSlip, ...]
    next: str | None


class Page(Struct, frozen=True):
    """Which part of a day: after which entry it begins, and how many slips it shows."""

    business_date: date
    before: int | None
    limit: int


async def till_slips(
    conn: AsyncConnection, till: Till, page: Page, names: Names, now: datetime
) -> TillSlips:
    """The slips of a till on a business date, where the connection has named its tenant."""
    asked = {
        "tenant_id": till.tenant_id, "till": till.till, "business_date": page.business_date,
        "before": page.before, "most": page.limit + 1, "now": now,
    }  # fmt: skip
    found = await rows(conn, SLIPS, asked)
    shown = found[: page.limit]
    more = len(found) > page.limit
    upto = names.seal("cursor", till.tenant_id, shown[-1]["last_entry_id"]) if more else None
    return TillSlips(tuple(slip_of(row, names, till.tenant_id) for row in shown), upto)


def slip_of(row: dict[str, Any], names: Names, tenant_id: int) -> TillSlip:
    """A slip from its row."""
    fields = TillSlip.__struct_fields__
    told = {name: row[name] for name in fields if name not in ("kinds", "hold")}
    hold = None
    if row["hold_state"] is not None:
        hold_id = names.seal("hold", row["member_id"], row["hold_entry_id"], tenant_id)
        hold = OpenHold(hold_id, row["held_points"], row["hold_state"], row["held_until"])
    return TillSlip(kinds=tuple(row["kinds"]), hold=hold, **told)
