"""不正の兆候のAPI: what somebody at headquarters should look at."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import Validation
from tenants.answers_api import answers
from tenants.reading_api import NO_STORE
from tenants.signals.signals import Signals, signals

Now = Callable[[], datetime]
A_WEEK = timedelta(days=6)


@get(
    "/v1/admin/signals",
    requires="entries:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_signals(
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    first_on: Annotated[date | None, QueryParameter(name="from", required=False)] = None,
    last_on: Annotated[date | None, QueryParameter(name="to", required=False)] = None,
) -> Signals:
    """What looks odd in the last week, or between two days, each with its entries. / 不正の兆候"""
    today = day_of(clock())
    last = last_on or today
    return await signals(auditor, names, first_on or last - A_WEEK, last, today)


ROUTES: list[HTTPRouteHandler] = [get_signals]
