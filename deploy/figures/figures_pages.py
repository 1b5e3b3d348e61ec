"""推移・店舗比較・来店時刻: figures over time, places side by side, and when people come."""

from collections.abc import Sequence
from typing import Annotated, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from psycopg import AsyncConnection

from deploy.figures import visiting
from deploy.figures.asking import (
    Asked,
    FirstOn,
    LastOn,
    Now,
    csv,
    entries_link,
    is_wide,
    link,
    sees_few,
)
from deploy.figures.comparing import COMPARED, KINDS, compare
from deploy.figures.figures import FIGURES, Figure, Grain, within
from deploy.figures.places import LEVELS, Level, offered, places, spots
from deploy.figures.tables import sorted_by
from deploy.figures.trends import CHOSEN, View, trend
from deploy.pools import Pools
from federation.days import day_of
from federation.refusals import Validation
from tenants.showing import Show

Chosen = Annotated[list[Figure] | None, QueryParameter(name="kpi", required=False)]
Reads = NamedDependency[AsyncConnection]
Form = Literal["page", "csv"]


async def trends(
    request: Asked, reader: AsyncConnection, clock: Now, show: Show, form: Form,
    view: View, grain: Grain, level: Level, place: str, kpi: Sequence[Figure] | None,
    first_on: FirstOn, last_on: LastOn,
) -> Response[bytes]:  # fmt: skip
    """Both the page and its CSV, of one table."""
    view_grain: Grain = "month" if view == "members" else grain
    days = within(first_on, last_on, day_of(clock()), view_grain)
    seen = await spots(reader)
    figures = tuple(dict.fromkeys(kpi or CHOSEN[view]))
    wide = is_wide(request)
    at = places(seen, level, place, exact=sees_few(request))
    table = await trend(reader, view, days, at, figures, wide)
    if form == "csv":
        return csv(table.csv("推移"), "trends")
    asked = {
        "view": view, "grain": days.grain, "level": level, "place": place, "kpi": list(figures),
        "from": str(days.first_on), "to": str(days.last_on),
    }  # fmt: skip
    return show(
        request, "figures/trends.html", table=table, days=days, asked=asked, figures=FIGURES,
        levels=LEVELS, offered=offered(seen, ("area", "facility", "tenant")), wide=wide,
        link=link, entries_link=entries_link,
    )  # fmt: skip


@get("/console/trends", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_trends(
    request: Asked, reader: Reads, clock: NamedDependency[Now], show: NamedDependency[Show],
    view: FromQuery[View] = "kpi", grain: FromQuery[Grain] = "day",
    level: FromQuery[Level] = "shop", place: FromQuery[str] = "", kpi: Chosen = None,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """Figures over time. / 推移の画面"""
    return await trends(
        request, reader, clock, show, "page", view, grain, level, place, kpi, first_on, last_on
    )


@get("/console/trends.csv", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_trends_csv(
    request: Asked, reader: Reads, clock: NamedDependency[Now], show: NamedDependency[Show],
    view: FromQuery[View] = "kpi", grain: FromQuery[Grain] = "day",
    level: FromQuery[Level] = "shop", place: FromQuery[str] = "", kpi: Chosen = None,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 推移のCSV"""
    return await trends(
        request, reader, clock, show, "csv", view, grain, level, place, kpi, first_on, last_on
    )


async def side_by_side(
    request: Asked, reader: AsyncConnection, pools: Pools, clock: Now, show: Show, form: Form,
    level: Level, place: str, sort: str, rising: bool, first_on: FirstOn, last_on: LastOn,
) -> Response[bytes]:  # fmt: skip
    """Both the page and its CSV, of one table."""
    days = within(first_on, last_on, day_of(clock()), None)
    if sort not in COMPARED:
        raise Validation(pointer="/sort")
    seen, wide = await spots(reader), is_wide(request)
    at = places(seen, level, place, exact=sees_few(request))
    table = await compare(reader, pools, days, at, wide)
    table = sorted_by(table, COMPARED.index(sort), rising)
    if form == "csv":
        return csv(table.csv("店舗比較"), "compare")
    asked = {
        "level": level, "place": place, "sort": sort, "rising": "true" if rising else "",
        "from": str(days.first_on), "to": str(days.last_on),
    }  # fmt: skip
    return show(
        request, "figures/compare.html", table=table, days=days, asked=asked, wide=wide,
        sorts=COMPARED, kinds=KINDS, levels=LEVELS, offered=offered(seen, ("area", "facility")),
        link=link, entries_link=entries_link,
    )  # fmt: skip


@get("/console/compare", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_compare(
    request: Asked, reader: Reads, pools: NamedDependency[Pools], clock: NamedDependency[Now],
    show: NamedDependency[Show], level: FromQuery[Level] = "shop", place: FromQuery[str] = "",
    sort: FromQuery[str] = "sales_yen", rising: FromQuery[bool] = False,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """Shops side by side. / 店舗比較の画面"""
    return await side_by_side(
        request, reader, pools, clock, show, "page", level, place, sort, rising, first_on, last_on
    )


@get(
    "/console/compare.csv", requires="totals:read", placed=True, page=True, include_in_schema=False
)
async def get_compare_csv(
    request: Asked, reader: Reads, pools: NamedDependency[Pools], clock: NamedDependency[Now],
    show: NamedDependency[Show], level: FromQuery[Level] = "shop", place: FromQuery[str] = "",
    sort: FromQuery[str] = "sales_yen", rising: FromQuery[bool] = False,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 店舗比較のCSV"""
    return await side_by_side(
        request, reader, pools, clock, show, "csv", level, place, sort, rising, first_on, last_on
    )


@get("/console/visits", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_visits(
    request: Asked, reader: Reads, clock: NamedDependency[Now], show: NamedDependency[Show],
    place: FromQuery[str] = "", measure: FromQuery[visiting.Measure] = "receipts",
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """When people come: hour by weekday. / 来店時刻の画面"""
    days = within(first_on, last_on, day_of(clock()), None)
    seen = await spots(reader)
    at = places(seen, "all", place, exact=sees_few(request))
    table = await visiting.hours(reader, days, at, measure)
    asked = {"place": place, "measure": measure, "from": str(days.first_on),
             "to": str(days.last_on)}  # fmt: skip
    return show(
        request, "figures/visits.html", table=table, days=days, asked=asked,
        measures=visiting.NAMES,
        offered=offered(seen, ("area", "facility", "tenant", "shop")), link=link,
        entries_link=entries_link, most=visiting.most(table),
    )  # fmt: skip


@get("/console/visits.csv", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_visits_csv(
    request: Asked, reader: Reads, clock: NamedDependency[Now],
    place: FromQuery[str] = "", measure: FromQuery[visiting.Measure] = "receipts",
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 来店時刻のCSV"""
    days = within(first_on, last_on, day_of(clock()), None)
    at = places(await spots(reader), "all", place, exact=sees_few(request))
    return csv((await visiting.hours(reader, days, at, measure)).csv("来店時刻"), "visits")


ROUTES: list[HTTPRouteHandler] = [
    get_trends, get_trends_csv, get_compare, get_compare_csv, get_visits, get_visits_csv,
]  # fmt: skip
