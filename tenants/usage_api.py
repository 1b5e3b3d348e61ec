"""従量: terminals, members and calls per tenant and month, for the operator's invoices."""

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from federation.refusals import Validation
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.reading_api import NO_STORE
from tenants.usage import Usage, as_csv, used


@get(
    "/v1/admin/usage",
    requires="usage:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Usage, Validation),
)
async def get_usage(
    request: Request[Any, Any, Any],
    auditor: NamedDependency[AsyncConnection],
    month: FromQuery[str],
) -> Response[bytes]:
    """What each tenant used the hub for in a month, as JSON or CSV by `Accept`. / 月別の利用量"""
    usage = await used(auditor, month)
    if CSV in request.headers.get("accept", ""):
        name = f'attachment; filename="meguri-usage-{usage.month}.csv"'
        return Response(
            as_csv(usage),
            media_type=CSV,
            headers={"content-disposition": name},
        )
    return Response(msgspec.json.encode(usage), media_type="application/json")


ROUTES: list[HTTPRouteHandler] = [get_usage]
