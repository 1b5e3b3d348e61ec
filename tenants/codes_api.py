"""What the members' app and the operator do for one member: a code for its screen, a PIN."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from litestar import post, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.codes import MemberCode, issue
from federation.opaque import Names
from federation.pins import Pins
from federation.refusals import NotFound, RateLimited, TooLarge, UnsupportedMediaType, Validation
from federation.set_pin import set_pin
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.reading_api import member_of
from tenants.spending import Pin

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
ANY_JSON = (Validation, TooLarge, UnsupportedMediaType)


class CodeFor(Struct, frozen=True, forbid_unknown_fields=True):
    """The member whose screen shall show a code."""

    member: Annotated[str, Meta(min_length=1, max_length=40)]


class SetPin(Struct, frozen=True, forbid_unknown_fields=True):
    """The PIN that a member chose, for each of its cards."""

    pin: Pin


@post(
    "/v1/member-codes",
    requires="members:code",
    cache_control=NO_STORE,
    responses=answers(201, None, NotFound, RateLimited, *ANY_JSON),
)
async def post_member_code(
    data: JSONBody[CodeFor],
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> MemberCode:
    """Give a member a one-time code of 300 seconds for its screen. / 会員コードの発行"""
    return await issue(counter, member_of(names, caller, data.member), clock())


@put(
    "/v1/admin/members/{handle:str}/pin",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, NotFound, *ANY_JSON),
)
async def put_pin(
    handle: FromPath[str],
    data: JSONBody[SetPin],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    pins: NamedDependency[Pins],
) -> None:
    """Set the PIN of a member's cards; wrong tries are forgotten. / 暗証番号の設定"""
    await set_pin(worker, pins, member_of(names, caller, handle), data.pin)


ROUTES: list[HTTPRouteHandler] = [post_member_code, put_pin]
