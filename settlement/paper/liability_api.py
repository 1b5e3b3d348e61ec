"""残高と引当のAPI: what members have not used yet, for the operator's accounts."""

from collections.abc import Callable
from datetime import date, datetime

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from federation.refusals import Validation
from settlement.paper.balances import Liability, liability
from tenants.answers_api import answers

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)


@get(
    "/v1/admin/liability",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_liability(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    on: FromQuery[date | None] = None,
    since: FromQuery[date | None] = None,
) -> Liability:
    """Outstanding points by age, what moved them, base days, expected use. / 未使用残高と引当"""
    return await liability(auditor, on, since, clock())


ROUTES: list[HTTPRouteHandler] = [get_liability]
