"""クーポン利用のAPI: a till takes a coupon, by the member's card or by the code on its screen."""

from collections.abc import Callable
from datetime import datetime

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import structs

from federation.answers import CouponTaken
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import CodeExpired
from federation.slips import About
from tenants.answers_api import ANY_SLIP, answers
from tenants.callers import Caller
from tenants.coupons import codes
from tenants.coupons.reading import Named
from tenants.coupons.refusals import ANY_USE
from tenants.coupons.using import Presented, UseCoupon, using
from tenants.mall import Mall
from tenants.pos_api import told

Now = Callable[[], datetime]


@post(
    "/v1/coupon-uses",
    requires="coupons:use",
    responses=answers(201, CouponTaken, *ANY_SLIP, CodeExpired, *ANY_USE),
)
async def post_coupon_use(
    data: JSONBody[UseCoupon],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """Take a coupon off a total, once. / クーポンの利用"""
    till = await mall.till(caller, data.till)
    scanned = codes.scanned(names, data.scan)
    code, ends_at = await mall.presented(named(data, scanned))
    rule = using(Presented(clock(), ends_at, scanned.serial if scanned else None))
    if scanned is None:
        return told(await desk.book(data, rule, till))
    asked = structs.replace(data, coupon=code)
    return told(await desk.book(asked, rule, till, About("", (scanned.member_id,))))


def named(asked: UseCoupon, scanned: codes.Scanned | None) -> Named:
    """Which coupon of which member a till shows."""
    if scanned is None:
        return Named(code=asked.coupon, card=asked.card)
    return Named(coupon_id=scanned.coupon_id, member_id=scanned.member_id)


ROUTES: list[HTTPRouteHandler] = [post_coupon_use]
