"""利用量: what each tenant used the hub for in a month, counted from the books."""

import csv
import io
from datetime import date, datetime, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.as_of import DETACHED
from federation.days import TOKYO
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

USAGE = statement(__file__, "usage")
FORMULA = tuple("=+-@\t\r\0＝＋－＠")
HEADER = ("tenant", "tills", "members", "slips", "refused")


class Used(Struct, frozen=True):
    """One tenant, or `*` for all: a member who was at two tenants counts once there."""

    tenant: str
    tills: int
    members: int
    slips: int
    refused: int


class Usage(Struct, frozen=True):
    """A month in Japan: tills that are on now, members who earned or spent, slips that came."""

    month: str
    tenants: tuple[Used, ...]
    total: Used


def first_of(month: str) -> date:
    """The first day of a month such as `2026-06`."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as wrong:
        raise Validation(pointer="/month") from wrong


async def used(conn: AsyncConnection, month: str) -> Usage:
    """What a month was used for; one that was detached cannot be counted."""
    first_on = first_of(month)
    from_at = datetime.combine(first_on, datetime.min.time(), TOKYO)
    until_on = (first_on + timedelta(days=31)).replace(day=1)
    until_at = datetime.combine(until_on, datetime.min.time(), TOKYO)
    [detached] = await rows(conn, DETACHED, {})
    if detached["until_at"] is not None and from_at < detached["until_at"]:
        raise Validation(pointer="/month")
    found = await rows(conn, USAGE, {"from_at": from_at, "until_at": until_at})
    *tenants, total = (Used(**row) for row in found)
    return Usage(month, tuple(tenants), total)


def as_csv(usage: Usage) -> bytes:
    """The same as a spreadsheet reads it, in Japan too."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(("month", *HEADER))
    for one in (*usage.tenants, usage.total):
        tenant = f"'{one.tenant}" if one.tenant.startswith(FORMULA) else one.tenant
        writer.writerow((usage.month, tenant, one.tills, one.members, one.slips, one.refused))
    return written.getvalue().encode("utf-8-sig")
