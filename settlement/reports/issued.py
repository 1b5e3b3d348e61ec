"""発行ポイント集計: points issued by day, shop, facility and kind, as the books have them."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.days import TOKYO
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from settlement.netting import Kind
from settlement.sheet import as_csv, safe

ISSUED = statement(__file__, "issued")
LONGEST = timedelta(days=92)


class Row(Struct, frozen=True):
    """Points of one kind, issued and taken back by one kind of entry at one shop on one day."""

    business_date: date
    facility: str
    tenant: str
    shop: str
    source: str
    kind: Kind
    entries: int
    issued_points: int
    taken_back_points: int


class Issued(Struct, frozen=True):
    """発行ポイント集計 of some days, with its sums."""

    first_on: date
    last_on: date
    issued_points: int
    taken_back_points: int
    rows: tuple[Row, ...]


async def issued(
    conn: AsyncConnection, first_on: date, last_on: date, tenant_id: int | None = None
) -> Issued:
    """What was issued on some business dates, 93 at most: by one tenant or by all."""
    if not timedelta() <= last_on - first_on <= LONGEST:
        raise Validation(pointer="/to")
    asked = {"first_on": first_on, "last_on": last_on, "tenant_id": tenant_id}
    since = datetime.combine(first_on, time(0), TOKYO)
    found = tuple(Row(**row) for row in await rows(conn, ISSUED, {**asked, "since": since}))
    return Issued(
        first_on,
        last_on,
        sum(one.issued_points for one in found),
        sum(one.taken_back_points for one in found),
        found,
    )


def as_sheet(found: Issued) -> bytes:
    """The same as a spreadsheet reads it, in Japan too."""
    return as_csv(Row.__struct_fields__, (cells(one) for one in found.rows))


def cells(one: Row) -> tuple[str | int, ...]:
    """A row as a spreadsheet has it."""
    day, *rest = structs.astuple(one)
    return (day.isoformat(), *(safe(each) if isinstance(each, str) else each for each in rest))
