"""来店のAPI: a till says that a member came; a member's app signs in, shows stamps and code."""

from collections.abc import Callable
from datetime import date, datetime

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.answers import Adjusted, Gifted
from federation.days import day_of
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import Busy, CodeExpired, NotFound, Validation
from tenants.answers_api import ANY_SLIP, answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.gifts import Gifts
from tenants.giving import Visit, visit
from tenants.giving_refusals import AlreadyVisited, BenefitUsedUp, NothingToGive
from tenants.mall import Mall
from tenants.me_api import NO_STORE, me
from tenants.pos_api import told
from tenants.progress import StampCards, stamp_cards
from tenants.referring import code_of
from tenants.refusals import GrantingStopped

Now = Callable[[], datetime]


class Greeted(Struct, frozen=True, omit_defaults=True):
    """What one login benefit gave today, and until when; `used_up` where the year has no more."""

    code: str
    name: str
    name_en: str
    points: int
    expires_on: date | None = None
    used_up: bool = False


class Greeting(Struct, frozen=True):
    """What signing in gave on a day of Tokyo: the same however often it is asked on it."""

    on: date
    points: int
    given: tuple[Greeted, ...]


class Referral(Struct, frozen=True):
    """The code that a friend names when it joins."""

    code: str


@post(
    "/v1/visits",
    requires="points:visit",
    responses=answers(
        201,
        Gifted,
        *ANY_SLIP,
        CodeExpired,
        GrantingStopped,
        AlreadyVisited,
        NothingToGive,
        BenefitUsedUp,
    ),
)
async def post_visit(
    data: JSONBody[Visit],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Give a member what coming here gives, once a business day. / 来店ポイント"""
    return told(await desk.book(data, visit, await mall.till(caller, data.till)))


@post(
    "/v1/me/visits",
    requires="member:visit",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, NothingToGive, Busy, *ANY_JSON),
)
async def post_my_visit(
    caller: NamedDependency[Caller],
    gifts: NamedDependency[Gifts],
    names: NamedDependency[Names],
) -> Greeting:
    """Give the member what signing in gives, once a day of Tokyo. / ログインボーナス"""
    found = await gifts.greet(me(names, caller))
    if not found:
        raise NothingToGive
    if any(answer.status in (401, 503) for _, answer in found):
        raise Busy(retry_after=1)
    given = []
    for one, answer in found:
        said = msgspec.json.decode(answer.body, type=Adjusted) if answer.status == 201 else None
        lasts = said.expires_on if said is not None and said.expires_on else None
        given.append(
            Greeted(
                one.code, one.name, one.name_en, said.points if said else 0, lasts, said is None
            )
        )
    return Greeting(gifts.today, sum(each.points for each in given), tuple(given))


@get(
    "/v1/me/stamps",
    requires="member:balance",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_my_stamps(
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> StampCards:
    """The member's stamp cards and rallies, and how far they have come. / スタンプ"""
    return await stamp_cards(counter, me(names, caller), day_of(clock()))


@get(
    "/v1/me/referral",
    requires="member:balance",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_my_referral(
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Referral:
    """The code by which the member brings friends. / 紹介コード"""
    return Referral(await code_of(counter, me(names, caller), clock()))


ROUTES: list[HTTPRouteHandler] = [post_visit, post_my_visit, get_my_stamps, get_my_referral]
