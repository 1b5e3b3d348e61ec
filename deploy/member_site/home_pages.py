"""会員サイトの入口: the card with its code, the balance and what lapses next, what is new; the same
card for when there is no line."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people.card_pages import drawn, member_here, on_screen
from auth.people.reception import Asked, Reception
from deploy.member_site import own
from deploy.member_site.brands import FACILITY_COOKIE, Now, brand, worn
from federation import reading
from federation.cards import card_of
from federation.days import day_of
from federation.opaque import Names
from tenants import noticing
from tenants.coupons.showing import Screen
from tenants.guide import homes
from tenants.mall import Mall
from tenants.ranks.standing import standing

NEWEST = 3


@get("/member", requires="anyone", page=True, include_in_schema=False)
async def get_home(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The card up front, the balance, what is new. / 会員サイトの入口"""
    session, member_id = await member_here(request, reception)
    now = clock()
    today, wears = day_of(now), await _dress(request, auditor, member_id, now)
    coupons = await Screen(member_id, await mall.coupons(), names, now).wallet(counter)
    notices = await noticing.listed(worker, member_id, now, before=None, most=NEWEST)
    shown = reception.page(
        request, "members/home.html", session,
        **await on_screen(counter, worker, member_id, now),
        balance=await reading.balance(counter, member_id, now),
        rank=await standing(worker, member_id, today),
        coupons=[one for one in coupons.coupons if one.state in ("ready", "to-start")][:NEWEST],
        offers=(await own.offers(auditor, member_id, today))[:NEWEST],
        notices=notices, kinds=noticing.KINDS, today=today,
    )  # fmt: skip
    if wears:
        shown.set_cookie(worn(wears))
    return shown


@get("/member/card/code", requires="anyone", page=True, include_in_schema=False)
async def get_code(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The next code alone, as the open page asks for it each minute. / 次のコード"""
    session, member_id = await member_here(request, reception)
    said = await on_screen(counter, worker, member_id, clock())
    return reception.page(request, "members/code_part.html", session, **said)


@get("/member/offline", requires="anyone", page=True, include_in_schema=False)
async def get_offline(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The card and the balance of now, for a phone without a line. / オフラインの会員証"""
    session, member_id = await member_here(request, reception)
    now = clock()
    return reception.page(
        request, "members/offline.html", session, **drawn(await card_of(worker, member_id)),
        balance=await reading.balance(counter, member_id, now), now=now,
    )  # fmt: skip


@get("/member/more", requires="anyone", page=True, include_in_schema=False)
async def get_more(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """All else that one can do here. / メニュー"""
    session, _ = await member_here(request, reception)
    return reception.page(request, "members/more.html", session)


async def _dress(
    request: Asked, auditor: AsyncConnection[Any], member_id: int, now: Any
) -> str | None:
    """The facility whose colours are to be remembered: the one that the address names, else, where
    none is worn yet, the member's own."""
    worn_now = request.scope["state"].get("brand")
    if worn_now is not None:
        told = request.query_params.get("facility", "")
        return str(worn_now.facility) if told == worn_now.facility else None
    if request.cookies.get(FACILITY_COOKIE):
        return None
    home = await homes.home_of(auditor, member_id)
    if home is not None:
        request.scope["state"]["brand"] = await brand(auditor, now, home)
    return home


ROUTES: list[HTTPRouteHandler] = [get_home, get_code, get_offline, get_more]
