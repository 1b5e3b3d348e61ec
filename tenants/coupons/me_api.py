"""会員アプリのクーポンAPI: what a member has; opening one, and starting a timed one."""

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.coupons.refusals import CouponNotYet, CouponOver, CouponUsed
from tenants.coupons.showing import Screen, Shown, Wallet
from tenants.mall import Mall
from tenants.me_api import NO_STORE, me

Now = Callable[[], datetime]
ANY_TAP = (NotFound, Validation, TooLarge, UnsupportedMediaType)


async def screen(caller: Caller, mall: Mall, names: Names, now: datetime) -> Screen:
    """The screen of the member in whose name is asked."""
    return Screen(me(names, caller), await mall.coupons(), names, now)


@get(
    "/v1/me/coupons",
    requires="member:coupons",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound),
)
async def get_my_coupons(
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Wallet:
    """What the member has: where, until when, and the code to scan. / クーポン一覧"""
    return await (await screen(caller, mall, names, clock())).wallet(counter)


@get(
    "/v1/me/coupons/{coupon:str}",
    requires="member:coupons",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_my_coupon(
    coupon: FromPath[str],
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Shown:
    """One coupon of the member. / クーポン詳細"""
    own = await screen(caller, mall, names, clock())
    return own.shown(*await own.one(counter, coupon))


@post(
    "/v1/me/coupons/{coupon:str}/show",
    requires="member:coupons",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_TAP),
)
async def post_shown(
    coupon: FromPath[str],
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Shown:
    """Open a coupon on the screen, for staff to take. / クーポンを見せる"""
    return await (await screen(caller, mall, names, clock())).show(counter, coupon)


@post(
    "/v1/me/coupons/{coupon:str}/activate",
    requires="member:coupons",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_TAP, CouponNotYet, CouponOver, CouponUsed),
)
async def post_started(
    coupon: FromPath[str],
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Shown:
    """Start the countdown of a timed coupon; again changes nothing. / 利用開始"""
    return await (await screen(caller, mall, names, clock())).start(counter, coupon)


ROUTES: list[HTTPRouteHandler] = [get_my_coupons, get_my_coupon, post_shown, post_started]
