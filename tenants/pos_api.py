"""What a till may ask: quotes, accruals, redemptions, purchases, and what became of a slip."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from litestar import Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation import days
from federation.answers import Receipt, ReturnReceipt, Reversed
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import (
    AlreadyReturned,
    AlreadyReversed,
    CodeExpired,
    CodeUsed,
    NeedsMemberCode,
    NotArrived,
    NotEnoughPoints,
    NotReversible,
    OverLimit,
    PointsOwed,
    ReceiptAlreadyBooked,
    ReturnExceedsOriginal,
    RingFenced,
    WrongPin,
)
from federation.slips import SLIP_NUMBER, TILL_CODE, Answer, Asked, Rule
from tenants.answers_api import ANY_BODY, ANY_SLIP, ANY_TILL, answers
from tenants.callers import Caller
from tenants.earning import Sale, earn
from tenants.mall import Mall
from tenants.quotes import Ask, Quote, quote
from tenants.refusals import GrantingStopped, SpendsTooFast
from tenants.returning import BringBack, bring_back
from tenants.spending import Purchase, Spend, buy, spend
from tenants.stored import stored
from tenants.till_facts import TillFacts, offline, open_date, till_facts
from tenants.undoing import Undo, undo

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
ANY_SPENDING = (
    NotEnoughPoints,
    PointsOwed,
    CodeExpired,
    CodeUsed,
    WrongPin,
    NeedsMemberCode,
    OverLimit,
    RingFenced,
    SpendsTooFast,
)


class Plain(Struct, frozen=True):
    """A route that books what it is asked by one rule: the lean way in takes it (style 19)."""

    asks: type[Asked]
    rule: Rule
    requires: frozenset[str]


PLAIN = {
    "/v1/accruals": Plain(Sale, earn, frozenset({"points:accrue"})),
    "/v1/redemptions": Plain(Spend, spend, frozenset({"points:redeem"})),
    "/v1/purchases": Plain(Purchase, buy, frozenset({"points:accrue", "points:redeem"})),
    "/v1/reversals": Plain(Undo, undo, frozenset({"points:reverse"})),
    "/v1/returns": Plain(BringBack, bring_back, frozenset({"points:return"})),
}


def told(answer: Answer) -> Response[bytes]:
    """An answer of the desk as HTTP: its very bytes, and whether they were said before."""
    problem = answer.status >= 400
    headers = {"cache-control": "no-store"}
    if answer.replayed:
        headers["idempotent-replayed"] = "true"
    if answer.status == 401:
        headers["www-authenticate"] = 'Bearer error="invalid_token"'
    if answer.retry_after is not None:
        headers["retry-after"] = str(answer.retry_after)
    return Response(
        answer.body,
        status_code=answer.status,
        media_type="application/problem+json" if problem else "application/json",
        headers=headers,
    )


@post(
    "/v1/accruals",
    requires="points:accrue",
    responses=answers(201, Receipt, *ANY_SLIP, CodeExpired, GrantingStopped, ReceiptAlreadyBooked),
)
async def post_accrual(
    data: JSONBody[Sale],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Give a member the points that this purchase earned. / 付与"""
    return told(await desk.book(data, earn, await mall.till(caller, data.till)))


@post(
    "/v1/redemptions",
    requires="points:redeem",
    responses=answers(201, Receipt, *ANY_SLIP, *ANY_SPENDING),
)
async def post_redemption(
    data: JSONBody[Spend],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Spend a member's points as yen. / 利用"""
    return told(await desk.book(data, spend, await mall.till(caller, data.till)))


@post(
    "/v1/purchases",
    requires="points:accrue points:redeem",
    responses=answers(
        201, Receipt, *ANY_SLIP, *ANY_SPENDING, GrantingStopped, ReceiptAlreadyBooked
    ),
)
async def post_purchase(
    data: JSONBody[Purchase],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Pay part of a sale with points and earn on the rest, in one step. / 利用と付与"""
    return told(await desk.book(data, buy, await mall.till(caller, data.till)))


@post(
    "/v1/reversals",
    requires="points:reverse",
    responses=answers(201, Reversed, *ANY_SLIP, AlreadyReversed, AlreadyReturned, NotReversible),
)
async def post_reversal(
    data: JSONBody[Undo],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Undo a whole slip on its business date; one that has not arrived never will be. / 取消"""
    return told(await desk.book(data, undo, await mall.till(caller, data.till)))


@post(
    "/v1/returns",
    requires="points:return",
    responses=answers(
        201,
        ReturnReceipt,
        *ANY_SLIP,
        NotArrived,
        AlreadyReversed,
        AlreadyReturned,
        ReturnExceedsOriginal,
        NotEnoughPoints,
    ),
)
async def post_return(
    data: JSONBody[BringBack],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Take goods back, whole or in part: points that paid come back, points earned go. / 返品"""
    return told(await desk.book(data, bring_back, await mall.till(caller, data.till)))


@post(
    "/v1/quotes",
    requires="points:quote",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_BODY, CodeExpired),
)
async def post_quote(
    data: JSONBody[Ask],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Quote:
    """Say what a sale would earn and how many points may be spent; books nothing. / 見積"""
    return await quote(counter, data, await mall.till(caller, data.till), names, clock())


@get(
    "/v1/slips",
    requires="points:read",
    responses=answers(201, Receipt, *ANY_TILL, NotArrived),
)
async def get_slip(
    till: Annotated[str, QueryParameter(pattern=TILL_CODE)],
    slip: Annotated[str, QueryParameter(pattern=SLIP_NUMBER)],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    reader: NamedDependency[AsyncConnection],
) -> Response[bytes]:
    """The stored answer of a slip, or that it has not arrived. / 伝票照会"""
    return told(await stored(reader, await mall.till(caller, till), slip))


@get(
    "/v1/tills/{till:str}",
    requires="points:quote",
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_TILL),
)
async def get_till(
    till: FromPath[str],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> TillFacts:
    """What a till should know about itself: time, business date, unit, limits. / レジ情報"""
    now = clock()
    own = await mall.till(caller, till)
    business_date = open_date(own, now, days.day_of(now))
    offline_facts = await offline(reader, own.tenant_id, own.till, business_date)
    return till_facts(own, now, business_date, offline_facts)


ROUTES: list[HTTPRouteHandler] = [
    post_accrual,
    post_redemption,
    post_purchase,
    post_reversal,
    post_return,
    post_quote,
    get_slip,
    get_till,
]
