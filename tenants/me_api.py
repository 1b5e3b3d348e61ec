"""What a member's own app may ask in the member's name: a balance, a code for its screen."""

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from federation.answers import Balance
from federation.as_of import balance_at
from federation.codes import MemberCode, issue
from federation.opaque import Names
from federation.refusals import NotFound, RateLimited, TooLarge, UnsupportedMediaType, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.reading_api import member_of

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)


def me(names: Names, caller: Caller) -> int:
    """The member in whose name the caller asks; whoever asks for itself finds nobody."""
    return member_of(names, caller, caller.subject or "")


@get(
    "/v1/me/balance",
    requires="member:balance",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_my_balance(
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    at: FromQuery[datetime | None] = None,
) -> Balance:
    """What the member has, or had at a past instant, and what lapses next. / 自分の残高"""
    return await balance_at(counter, me(names, caller), at, clock())


@post(
    "/v1/me/codes",
    requires="member:code",
    cache_control=NO_STORE,
    responses=answers(201, None, NotFound, RateLimited, Validation, TooLarge, UnsupportedMediaType),
)
async def post_my_code(
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> MemberCode:
    """Give the member a one-time code of 300 seconds for their screen. / 会員コードの発行"""
    return await issue(counter, me(names, caller), clock())


ROUTES: list[HTTPRouteHandler] = [get_my_balance, post_my_code]
