"""階層別の集計: what was booked at a person's place, by shop, facility, area and in all."""

from datetime import date

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from tenants.answers_api import answers

TOTALS = statement(__file__, "totals")
MOST_DAYS = 92


class Total(Struct, frozen=True):
    """What was booked at one place; each level adds up the one below."""

    level: str
    area: str | None
    facility: str | None
    tenant: str | None
    shop: str | None
    entries: int
    granted_points: int
    spent_points: int
    sales_yen: int


class Totals(Struct, frozen=True):
    """What was booked at the caller's places, the widest first."""

    first_on: date
    last_on: date
    totals: tuple[Total, ...]


@get(
    "/v1/admin/totals",
    requires="totals:read",
    placed=True,
    cache_control=CacheControlHeader(no_store=True),
    responses=answers(200, None, Validation),
)
async def get_totals(
    first_on: FromQuery[date], last_on: FromQuery[date], reader: NamedDependency[AsyncConnection]
) -> Totals:
    """What was booked on some business dates, by area, facility and shop. / 階層別の集計"""
    if not 0 <= (last_on - first_on).days < MOST_DAYS:
        raise Validation(pointer="/last_on")
    found = await rows(reader, TOTALS, {"first_on": first_on, "last_on": last_on})
    return Totals(first_on, last_on, tuple(Total(**row) for row in found))


ROUTES: list[HTTPRouteHandler] = [get_totals]
