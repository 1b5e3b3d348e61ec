"""レジの伝票一覧のAPI: what a till booked, for whoever stands at it."""

from datetime import date
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.slips import TILL_CODE
from tenants.answers_api import ANY_TILL, answers
from tenants.callers import Caller
from tenants.mall import Mall
from tenants.reading_api import NO_STORE, Most, Now, cursor_of
from tenants.till_slips import Page, TillSlips, till_slips


@get(
    "/v1/tills/{till:str}/slips",
    requires="points:read",
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_TILL),
)
async def get_till_slips(
    till: FromPath[Annotated[str, Meta(pattern=TILL_CODE)]],
    business_date: FromQuery[date],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    own: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    after: FromQuery[str | None] = None,
    limit: Most = 100,
) -> TillSlips:
    """What a till booked on a business date, the latest first. / レジの伝票一覧"""
    asked = Page(business_date, cursor_of(names, caller, after), limit)
    return await till_slips(own, await mall.till(caller, till), asked, names, clock())


ROUTES: list[HTTPRouteHandler] = [get_till_slips]
