"""会員のことばのAPI: a member's own language and reminder days."""

from collections.abc import Callable
from datetime import datetime

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.mailing.wishes import Wishes, WishesTold, wish, wished
from tenants.me_api import me
from tenants.reading_api import NO_STORE

Now = Callable[[], datetime]


@get(
    "/v1/me/reminders",
    requires="member:notices",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound),
)
async def get_my_reminders(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> WishesTold:
    """In which language the member is written to and reminded. / 言語とお知らせの日数"""
    return await wished(worker, me(names, caller), day_of(clock()))


@put(
    "/v1/me/reminders",
    requires="member:notices",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, *ANY_JSON),
)
async def put_my_reminders(
    data: JSONBody[Wishes],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> WishesTold:
    """Say both anew; what is left out is as agreed for all. / 言語とお知らせの日数の変更"""
    member_id, now = me(names, caller), clock()
    await wish(worker, member_id, data, now)
    return await wished(worker, member_id, day_of(now))


ROUTES: list[HTTPRouteHandler] = [get_my_reminders, put_my_reminders]
