"""レジ端末の登録の入口: where a till that shows its code becomes a client."""

from collections.abc import Callable
from datetime import datetime

from litestar import post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from psycopg import AsyncConnection

from auth.enrolments import ClientEnrolled, ClientEnrolment, enrol
from auth.gate import ANYONE
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from tenants.answers_api import answers

Now = Callable[[], datetime]


@post(
    "/v1/client-enrolments",
    requires=ANYONE,
    cache_control=CacheControlHeader(no_store=True),
    responses=answers(201, None, NotFound, Validation, TooLarge, UnsupportedMediaType),
)
async def post_client_enrolment(
    data: JSONBody[ClientEnrolment],
    stranger: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    wall: NamedDependency[Now],
) -> ClientEnrolled:
    """Become a till's client, with a code that works once. / レジ端末の登録"""
    return await enrol(stranger, data, wall(), clock())


ROUTES: list[HTTPRouteHandler] = [post_client_enrolment]
