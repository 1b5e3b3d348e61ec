"""仕訳のAPI: a party's journals of a cycle or a month, as JSON or CSV by `Accept`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from settlement import reading
from settlement.paper.booking import Asked, Books, csv_of, of_cycle, of_month
from settlement.paper.journals import PointsCost
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)


@get(
    "/v1/settlement/cycles/{cycle_id:str}/journals",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Books, NotFound, Validation),
)
async def get_journals(
    request: Request[Any, Any, Any],
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
    points_cost: FromQuery[PointsCost] = "REVENUE",
    rebook: FromQuery[bool] = False,
) -> Response[bytes]:
    """The journals of a sealed cycle: a party's own, or the hub's for the operator. / 精算仕訳"""
    own = await reading.whose(reader, caller, party)
    asked = Asked(own, points_cost, rebook)
    books = await of_cycle(reader, auditor, cycle_id, day_of(clock()), asked)
    return as_asked(request, books, cycle_id)


@get(
    "/v1/settlement/journals",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Books, NotFound, Validation),
)
async def get_month_journals(
    request: Request[Any, Any, Any],
    month: FromQuery[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
    points_cost: FromQuery[PointsCost] = "REVENUE",
    rebook: FromQuery[bool] = False,
) -> Response[bytes]:
    """The journals of a month (`2026-06`), over its sealed cycles. / 月次仕訳"""
    own = await reading.whose(reader, caller, party)
    asked = Asked(own, points_cost, rebook)
    books = await of_month(reader, auditor, month, day_of(clock()), asked)
    return as_asked(request, books, month)


def as_asked(request: Request[Any, Any, Any], books: Books, name: str) -> Response[bytes]:
    """Journals as JSON, or as CSV where that is asked for."""
    if CSV not in request.headers.get("accept", ""):
        return Response(msgspec.json.encode(books), media_type="application/json")
    named = f'attachment; filename="meguri-journals-{name}-{books.party}.csv"'
    return Response(
        csv_of(books.journals),
        media_type=CSV,
        headers={"content-disposition": named},
    )


ROUTES: list[HTTPRouteHandler] = [get_journals, get_month_journals]
