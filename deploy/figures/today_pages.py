"""今日の状況・会員獲得ボード: this day as it goes, at a desk and on a big screen."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from deploy.figures.asking import Asked, Now, entries_link, is_wide, link, sees_few
from deploy.figures.comparing import reached
from deploy.figures.figures import Days, in_all
from deploy.figures.places import Level, offered, places, spots
from deploy.figures.today import alerts, standing, today_of
from deploy.pools import Pools
from deploy.watch import Watch
from federation.days import day_of
from federation.opaque import Names
from tenants.showing import Show


@get("/console/today", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_today(
    request: Asked, reader: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    watch: NamedDependency[Watch], names: NamedDependency[Names], show: NamedDependency[Show],
    place: FromQuery[str] = "",
) -> Response[bytes]:  # fmt: skip
    """How the day goes. / 今日の状況の画面"""
    now, wide = clock(), is_wide(request)
    seen = await spots(reader)
    at = places(seen, "all", place, exact=sees_few(request))
    stands = await standing(reader, day_of(now)) if wide else None
    waits = await alerts(reader, names, watch.status, now) if wide else []
    return show(
        request, "figures/today.html", day=await today_of(reader, at, now), stands=stands,
        waits=waits, wide=wide, place=place, offered=offered(seen, ("area", "facility", "tenant")),
        now=now, link=link, entries_link=entries_link,
    )  # fmt: skip


@get("/console/board", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_board(
    request: Asked, reader: NamedDependency[AsyncConnection], pools: NamedDependency[Pools],
    clock: NamedDependency[Now], show: NamedDependency[Show],
    level: FromQuery[Level] = "shop", place: FromQuery[str] = "",
) -> Response[bytes]:  # fmt: skip
    """Who joined today, and whom a mail or LINE reaches, by shop. / 会員獲得ボード"""
    now, wide = clock(), is_wide(request)
    seen = await spots(reader)
    here = [one for one in seen if one.facility is not None]
    at = places(here, level, place, exact=sees_few(request))
    days = Days(day_of(now), day_of(now))
    found = await reached(pools, days, at, wide)
    return show(
        request, "figures/board.html", found=found, at_=at, now=now, today=day_of(now), wide=wide,
        stands=await standing(reader, day_of(now)) if wide and not place else None,
        came=await in_all(reader, days, at, "members"),
        asked={"level": level, "place": place}, offered=offered(here, ("area", "facility")),
        link=link, entries_link=entries_link,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_today, get_board]
