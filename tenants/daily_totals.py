"""日計: what a till declares at the end of its day is kept, and compared whenever it is asked for.

Nothing of the comparison is stored: a line that comes late changes the hub's side, and the next
answer with it. A business date may reach back as far as an offline line.
"""

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import days
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.slips import SlipNumber, StaffCode, TillCode
from federation.sql import statement
from tenants.day_end import (
    Accruals,
    Close,
    DailyTotals,
    Redemptions,
    Totals,
    compared,
    expected,
)
from tenants.terms import Till

DECLARE = statement(__file__, "declare")
DECLARED = statement(__file__, "declared")
BOOKED = statement(__file__, "booked_at_till")
ARRIVED = statement(__file__, "arrived")
DAYS_BACK = 31

Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Sum = Annotated[int, Meta(ge=0, le=100_000_000_000)]


class AccrualsTold(Struct, frozen=True, forbid_unknown_fields=True):
    """The till's sales of members."""

    count: Count
    points: Sum
    yen: Sum


class RedemptionsTold(Struct, frozen=True, forbid_unknown_fields=True):
    """The till's redemptions."""

    count: Count
    points: Sum


class DayEnd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a till counted at a close; `sales_yen` and `customers` are all sales, members or not.
    Nothing is booked, so a slip may be told and is not needed: `close_no` names the request."""

    till: TillCode
    business_date: date
    at: Annotated[datetime, Meta(tz=True)]
    close_no: Annotated[int, Meta(ge=1, le=9999)]
    accruals: AccrualsTold
    redemptions: RedemptionsTold
    reversals: Count
    returns: Count
    sales_yen: Sum
    customers: Count
    first_slip: SlipNumber | None = None
    last_slip: SlipNumber | None = None
    slip: SlipNumber | None = None
    staff: StaffCode | None = None


async def declare(conn: AsyncConnection, till: Till, told: DayEnd, now: datetime) -> DailyTotals:
    """Keep what a till counted, and say whether the hub counted the same."""
    days.admit(told.business_date, told.at, now, DAYS_BACK)
    if (told.first_slip is None) != (told.last_slip is None):
        raise Validation(pointer="/last_slip")
    await conn.execute(
        DECLARE,
        {
            **{name: getattr(told, name) for name in told.__struct_fields__},
            "tenant_id": till.tenant_id,
            "accruals_count": told.accruals.count,
            "accruals_points": told.accruals.points,
            "accruals_yen": told.accruals.yen,
            "redemptions_count": told.redemptions.count,
            "redemptions_points": told.redemptions.points,
            "declared_at": now,
        },
    )
    return await daily_totals(conn, till, told.business_date)


async def daily_totals(conn: AsyncConnection, till: Till, business_date: date) -> DailyTotals:
    """Both sides of a business date as they stand now; `NotFound` where nothing was declared."""
    asked = {"tenant_id": till.tenant_id, "till": till.till, "business_date": business_date}
    closes = [close_of(row) for row in await rows(conn, DECLARED, asked)]
    if not closes:
        raise NotFound
    found = {row["kind"]: row for row in await rows(conn, BOOKED, asked)}
    booked = frozenset(slip for row in found.values() for slip in row["names"])
    names = sorted(expected(closes) or ())
    known = await rows(conn, ARRIVED, {"shop_id": till.shop_id, "slips": names})
    arrived = frozenset(row["slip"] for row in known)
    return compared(till.till, business_date, closes, totals_of(found), booked, arrived)


def close_of(row: dict[str, Any]) -> Close:
    """A close from its row."""
    return Close(
        Totals(
            Accruals(row["accruals_count"], row["accruals_points"], row["accruals_yen"]),
            Redemptions(row["redemptions_count"], row["redemptions_points"]),
            row["reversals"],
            row["returns"],
        ),
        row["first_slip"],
        row["last_slip"],
    )


def totals_of(found: dict[str, dict[str, int]]) -> Totals:
    """The hub's figures from its rows by kind."""
    nothing = {"slips": 0, "points": 0, "yen": 0}
    accruals = found.get("accrual", nothing)
    redemptions = found.get("redemption", nothing)
    return Totals(
        Accruals(accruals["slips"], accruals["points"], accruals["yen"]),
        Redemptions(redemptions["slips"], -redemptions["points"]),
        found.get("reversal", nothing)["slips"],
        found.get("return", nothing)["slips"],
    )
