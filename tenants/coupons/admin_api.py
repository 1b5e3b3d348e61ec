"""運営者のクーポンAPI: draft, preview, publish, pause, end, and what became of a coupon."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody, PathParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.campaigns.refusals import NotFromHere
from tenants.codes_api import ANY_JSON
from tenants.coupons import drafting
from tenants.coupons.coupon import Coupon, State
from tenants.coupons.drafting import Draft, Figures, Preview
from tenants.coupons.premiums import Finding, found
from tenants.coupons.reading import read
from tenants.coupons.refusals import CouponKnown
from tenants.layout import Why
from tenants.mall import Mall
from tenants.reading_api import NO_STORE
from tenants.undoing import Reason

Now = Callable[[], datetime]
CouponPath = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]


class Because(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a coupon steps on."""

    reason: Reason


class Stands(Struct, frozen=True):
    """Where a coupon stands, and what the law on premiums says of it."""

    code: str
    state: State
    findings: tuple[Finding, ...]


class Coupons(Struct, frozen=True):
    """Every coupon, the oldest first."""

    coupons: tuple[Coupon, ...]


def stands(coupon: Coupon) -> Stands:
    """A coupon in few words."""
    return Stands(coupon.code, coupon.state, found(coupon))


@get(
    "/v1/admin/coupons",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_coupons(auditor: NamedDependency[AsyncConnection]) -> Coupons:
    """Every coupon, drafted, live or over. / クーポン一覧"""
    return Coupons(tuple(await read(auditor, drafts=True)))


@post(
    "/v1/admin/coupons",
    requires="admin:write",
    responses=answers(201, None, CouponKnown, *ANY_JSON),
)
async def post_coupon(
    data: JSONBody[Draft],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Stands:
    """Draft a coupon; nobody sees it yet. / クーポンの起案"""
    await drafting.draft(worker, data, caller.client_id, clock())
    return stands(await drafting.one(worker, data.code))


@get(
    "/v1/admin/coupons/{code:str}/preview",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_preview(
    code: CouponPath,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Preview:
    """To how many a coupon would be shown, and what the law says. / 公開前の確認"""
    return await drafting.preview(auditor, code, day_of(clock()))


@get(
    "/v1/admin/coupons/{code:str}/figures",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_figures(code: CouponPath, auditor: NamedDependency[AsyncConnection]) -> Figures:
    """What became of a coupon so far. / クーポンの実績"""
    return await drafting.figures(auditor, code)


async def stepped(
    worker: AsyncConnection, mall: Mall, caller: Caller, code: str, to: tuple[State, str, datetime]
) -> Stands:
    """A coupon after a step."""
    state, reason, now = to
    coupon = await drafting.step(worker, code, state, Why(caller.client_id, reason), now)
    mall.forget()
    return stands(coupon)


@post(
    "/v1/admin/coupons/{code:str}/publish",
    requires="admin:write",
    status_code=200,
    responses=answers(200, None, NotFound, NotFromHere, *ANY_JSON),
)
async def post_published(
    code: CouponPath,
    data: JSONBody[Because],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    clock: NamedDependency[Now],
) -> Stands:
    """Let a coupon go live, or go on after a pause. / 公開"""
    return await stepped(worker, mall, caller, code, ("live", data.reason, clock()))


@post(
    "/v1/admin/coupons/{code:str}/pause",
    requires="admin:write",
    status_code=200,
    responses=answers(200, None, NotFound, NotFromHere, *ANY_JSON),
)
async def post_paused(
    code: CouponPath,
    data: JSONBody[Because],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    clock: NamedDependency[Now],
) -> Stands:
    """Stop a coupon for now; the very next use is refused. / 一時停止"""
    return await stepped(worker, mall, caller, code, ("paused", data.reason, clock()))


@post(
    "/v1/admin/coupons/{code:str}/end",
    requires="admin:write",
    status_code=200,
    responses=answers(200, None, NotFound, NotFromHere, *ANY_JSON),
)
async def post_ended(
    code: CouponPath,
    data: JSONBody[Because],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    clock: NamedDependency[Now],
) -> Stands:
    """End a coupon for good. / 終了"""
    return await stepped(worker, mall, caller, code, ("ended", data.reason, clock()))


ROUTES: list[HTTPRouteHandler] = [
    get_coupons,
    post_coupon,
    get_preview,
    get_figures,
    post_published,
    post_paused,
    post_ended,
]
