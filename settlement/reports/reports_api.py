"""集計のAPI: points issued, and what outside programmes gave in our shops."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from settlement import reading
from settlement.reports import issued
from settlement.reports.issued import Issued
from settlement.settlement_api import NO_STORE
from tenants import foreign
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller
from tenants.foreign import Foreign

Now = Callable[[], datetime]
FirstOn = Annotated[date | None, QueryParameter(name="from", required=False)]
LastOn = Annotated[date | None, QueryParameter(name="to", required=False)]


@get(
    "/v1/reports/issued",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Issued, NotFound, Validation),
)
async def get_issued(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """Points issued by day, shop, facility and kind, this month so far or between two days, as JSON
    or CSV by `Accept`; the operator sees every tenant, or names one. / 発行ポイント集計"""
    last = last_on or day_of(clock())
    everybody = caller.wide and party is None
    own = None if everybody else await reading.whose(reader, caller, party)
    first = first_on or last.replace(day=1)
    found = await issued.issued(auditor, first, last, own.party_id if own else None)
    if CSV in request.headers.get("accept", ""):
        return sheet(issued.as_sheet(found), "issued")
    return Response(msgspec.json.encode(found), media_type="application/json")


@get(
    "/v1/reports/foreign",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Foreign, Validation),
)
async def get_foreign(
    request: Request[Any, Any, Any],
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """What outside programmes gave in the caller's shops, which is never settled here, as JSON or
    CSV by `Accept`. / 他社ポイント集計"""
    last = last_on or day_of(clock())
    found = await foreign.summed(reader, first_on or last.replace(day=1), last)
    if CSV in request.headers.get("accept", ""):
        return sheet(foreign.as_sheet(found), "foreign")
    return Response(msgspec.json.encode(found), media_type="application/json")


def sheet(body: bytes, name: str) -> Response[bytes]:
    """A report as a file that a spreadsheet opens."""
    return Response(
        body,
        media_type=CSV,
        headers={"content-disposition": f'attachment; filename="meguri-{name}.csv"'},
    )


ROUTES: list[HTTPRouteHandler] = [get_issued, get_foreign]
