"""What a till tells at the end of its day, and how it stands against the books."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from litestar import get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, JSONBody, QueryParameter
from psycopg import AsyncConnection

from federation.refusals import ClockAhead, TooLarge, TooLate, UnsupportedMediaType
from federation.slips import TILL_CODE
from tenants.answers_api import ANY_TILL, answers
from tenants.callers import Caller
from tenants.daily_totals import DayEnd, daily_totals, declare
from tenants.day_end import DailyTotals
from tenants.mall import Mall

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
ANY_DECLARED = (*ANY_TILL, ClockAhead, TooLate, TooLarge, UnsupportedMediaType)


@post(
    "/v1/daily-totals",
    requires="points:read",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_DECLARED),
)
async def post_daily_totals(
    data: JSONBody[DayEnd],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    own: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> DailyTotals:
    """Declare what a till counted at a close; the same close again replaces it. / 日計の申告"""
    return await declare(own, await mall.till(caller, data.till), data, clock())


@get(
    "/v1/daily-totals",
    requires="points:read",
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_TILL),
)
async def get_daily_totals(
    till: Annotated[str, QueryParameter(pattern=TILL_CODE)],
    business_date: FromQuery[date],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    own: NamedDependency[AsyncConnection],
) -> DailyTotals:
    """Whether till and hub agree on a business date, as it stands now. / 日計の突合"""
    return await daily_totals(own, await mall.till(caller, till), business_date)


ROUTES: list[HTTPRouteHandler] = [post_daily_totals, get_daily_totals]
