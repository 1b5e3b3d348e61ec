"""クーポンとキャンペーン: what a member has, how it is used, what runs where, stamp cards."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.card_pages import drawn, member_here
from auth.people.reception import MOST_BYTES, Asked, Reception, to
from auth.people.sessions import Session
from auth.people.sign_in_pages import lang_of, refused
from deploy.member_site import own
from deploy.member_site.brands import Now
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import Refusal
from tenants.coupons.showing import Screen
from tenants.mall import Mall

STATES = {
    "ready": ("使えます", "Ready"),
    "to-start": ("使えます（開始してからお使いください）", "Ready once you start it"),
    "soon": ("もうすぐ", "Soon"),
    "used": ("使用済み", "Used"),
    "over": ("時間切れ", "Time is up"),
    "sold-out": ("配布終了", "None left"),
}
WEEKDAYS = (None, ("月", "Mon"), ("火", "Tue"), ("水", "Wed"), ("木", "Thu"), ("金", "Fri"),
            ("土", "Sat"), ("日", "Sun"))  # fmt: skip


@get("/member/coupons", requires="anyone", page=True, include_in_schema=False)
async def get_coupons(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What the member has, the first to end first. / クーポン一覧"""
    session, member_id = await member_here(request, reception)
    own_screen = Screen(member_id, await mall.coupons(), names, clock())
    wallet = await own_screen.wallet(counter)
    return reception.page(
        request, "members/coupons.html", session, found=wallet.coupons, states=STATES
    )


@get("/member/coupons/{coupon:str}", requires="anyone", page=True, include_in_schema=False)
async def get_coupon(
    coupon: FromPath[str],
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """One coupon. / クーポン"""
    session, member_id = await member_here(request, reception)
    own_screen = Screen(member_id, await mall.coupons(), names, clock())
    return await _coupon(request, reception, counter, session, own_screen, coupon)


@post(
    "/member/coupons/{coupon:str}", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_coupon(
    coupon: FromPath[str],
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Show it to staff, or start its countdown. / クーポンを使う"""
    session, member_id = await member_here(request, reception)
    said = await reception.form(request, session)
    own_screen = Screen(member_id, await mall.coupons(), names, clock())
    try:
        if said.get("do") == "start":
            await own_screen.start(counter, coupon)
        else:
            await own_screen.show(counter, coupon)
    except Refusal as why:
        if why.status == 404:
            raise
        return await _coupon(request, reception, counter, session, own_screen, coupon, why)
    return to(f"/member/coupons/{coupon}", lang=lang_of(request), shown="yes")


@get("/member/campaigns", requires="anyone", page=True, include_in_schema=False)
async def get_campaigns(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What runs and what begins soon; the member's stamp cards. / キャンペーンとスタンプカード"""
    session, member_id = await member_here(request, reception)
    today = day_of(clock())
    return reception.page(
        request, "members/campaigns.html", session,
        found=await own.offers(auditor, member_id, today),
        stamps=await own.stamp_cards(worker, member_id, today),
    )  # fmt: skip


async def _coupon(
    request: Asked, reception: Reception, counter: AsyncConnection[Any], session: Session,
    screen: Screen, name: str, why: Refusal | None = None,
) -> Response[Any]:  # fmt: skip
    one = screen.shown(*await screen.one(counter, name))
    open_ = request.query_params.get("shown") == "yes"
    code = drawn(one.scan) if one.scan and open_ else {}
    return refused(
        reception, request, "members/coupon.html", why, session, one=one, states=STATES,
        weekdays=WEEKDAYS, open=open_, **code,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_coupons, get_coupon, post_coupon, get_campaigns]
