"""他社ポイント: what an outside programme gave in our shops, taken from its own report, so that
both can be looked at side by side. It touches no wallet and no lot, and is never settled here."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

ADD = statement(__file__, "add_foreign")
SUMMED = statement(__file__, "foreign")
COLUMNS = ("reference", "shop", "business_date", "points", "paid_yen")
LONGEST = timedelta(days=366)
FORMULA = tuple("=+-@\t\r\0＝＋－＠")


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """One sale for which the outside programme gave points, under its own number."""

    reference: Annotated[str, Meta(min_length=1, max_length=64)]
    shop: Annotated[str, Meta(min_length=1, max_length=64)]
    business_date: date
    points: Annotated[int, Meta(ge=1, le=10_000_000)]
    paid_yen: Annotated[int, Meta(ge=0, le=10_000_000)]


class Sum(Struct, frozen=True):
    """What a programme gave in one shop on one day."""

    programme: str
    business_date: date
    tenant: str
    shop: str
    sales: int
    points: int
    paid_yen: int


class Foreign(Struct, frozen=True):
    """他社ポイント集計 of some days."""

    first_on: date
    last_on: date
    points: int
    sums: tuple[Sum, ...]


def read(content: bytes) -> list[Given]:
    """The lines of a report (CSV, UTF-8, with a head that names its columns); `Validation` names
    the first line that is wrong, and one number told twice."""
    try:
        table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Validation(pointer="/1") from None
    found: list[Given] = []
    seen: set[str] = set()
    for number, line in enumerate(table, start=2):
        try:
            one = msgspec.convert(line, Given, strict=False)
        except msgspec.ValidationError:
            raise Validation(pointer=f"/{number}") from None
        if one.reference in seen:
            raise Validation(pointer=f"/{number}/reference")
        seen.add(one.reference)
        found.append(one)
    return found


async def record(
    conn: AsyncConnection,
    tenant: str,
    programme: str,
    given: list[Given],
    author: str,
    now: datetime,
) -> int:
    """Keep a report of one programme about one tenant's shops; how many lines of it are new; of
    the same report again, none. Nothing is kept where a shop is not the tenant's, or a number was
    told otherwise before: `Validation`."""
    async with conn.transaction():
        told = msgspec.json.encode(given).decode()
        asked = {"tenant": tenant, "programme": programme, "author": author, "now": now}
        [came] = await rows(conn, ADD, {**asked, "rows": told})
        if came["told"] != len(given):
            raise Validation(pointer="/shop")
        if came["differs"]:
            raise Validation(pointer="/reference", references=came["differs"][:20])
    return int(came["fresh"])


async def summed(conn: AsyncConnection, first_on: date, last_on: date) -> Foreign:
    """What outside programmes gave on some days, a year at most, as the reader may see it."""
    if not timedelta() <= last_on - first_on <= LONGEST:
        raise Validation(pointer="/to")
    asked = {"first_on": first_on, "last_on": last_on}
    found = tuple(Sum(**row) for row in await rows(conn, SUMMED, asked))
    return Foreign(first_on, last_on, sum(one.points for one in found), found)


def as_sheet(found: Foreign) -> bytes:
    """The same as a spreadsheet reads it, in Japan too."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(Sum.__struct_fields__)
    for one in found.sums:
        cells = [str(cell) for cell in structs.astuple(one)]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return written.getvalue().encode("utf-8-sig")
