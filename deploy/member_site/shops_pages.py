"""店舗案内: shops by facility, trade and words; one shop with its hours, campaigns and FAQ."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.card_pages import member_here
from auth.people.reception import Asked, Reception
from deploy.member_site import own
from deploy.member_site.brands import Now
from federation.days import day_of
from tenants.guide import branding, shops

LONGEST = 100


@get("/member/shops", requires="anyone", page=True, include_in_schema=False)
async def get_shops(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    place: FromQuery[str] = "",
    trade: FromQuery[str] = "",
    words: FromQuery[str] = "",
    after: FromQuery[int | None] = None,
) -> Response[Any]:
    """The shop guide. / 店舗をさがす"""
    session, _ = await member_here(request, reception)
    wanted = words.strip()[:LONGEST]
    behind = None if after is None else min(max(after, 0), 2**63 - 1)
    found = await shops.shops(
        counter, facility=place[:LONGEST] or None, trade=trade[:LONGEST] or None,
        words=wanted or None, after=behind, most=shops.MOST + 1,
    )  # fmt: skip
    more = found[shops.MOST - 1].shop_id if len(found) > shops.MOST else None
    return reception.page(
        request, "members/shops.html", session, found=found[: shops.MOST], more=more,
        facilities=await branding.brands(counter, day_of(clock())),
        trades=await shops.trades(counter), place=place, trade=trade, words=wanted,
    )  # fmt: skip


@get("/member/shops/{tenant:str}/{shop:str}", requires="anyone", page=True, include_in_schema=False)
async def get_shop(
    tenant: FromPath[str],
    shop: FromPath[str],
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """One shop. / 店舗の案内"""
    session, member_id = await member_here(request, reception)
    one = await shops.one(counter, tenant, shop)
    today = day_of(clock())
    runs = await own.offers(auditor, member_id, today, one.facility, one.shop_id)
    return reception.page(request, "members/shop.html", session, one=one, offers=runs)


ROUTES: list[HTTPRouteHandler] = [get_shops, get_shop]
