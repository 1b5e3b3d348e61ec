"""回遊の画面とAPI: the matrix as JSON and CSV, and as a page with its heat, Sankey and chord."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import Validation
from settlement.circulation.crossing import (
    MOST_ON_A_SHEET,
    Circulation,
    Crossing,
    Level,
    Measure,
    Pair,
    Use,
    behind,
    circulation,
    within,
)
from settlement.reports.reports_api import sheet
from settlement.settlement_api import NO_STORE
from settlement.sheet import as_csv
from tenants.answers_api import answers
from tenants.showing import Show

Now = Callable[[], datetime]
FirstOn = Annotated[date | None, QueryParameter(name="from", required=False)]
LastOn = Annotated[date | None, QueryParameter(name="to", required=False)]
Skip = Annotated[int, QueryParameter(ge=0, le=1_000_000_000)]
Asked = Request[Any, Any, Any]
COLUMNS = Crossing.__struct_fields__
HEAD = ("発行した所", "使われた所", "ポイント", "利用回数", "会員数", "支払額（円）")
USES_HEAD = (
    "営業日", "取引番号", "発行した所", "使われた所", "店舗", "Shop", "ポイント", "利用回数",
    "支払額（円）",
)  # fmt: skip


@get(
    "/v1/admin/circulation",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, Circulation, Validation),
)
async def get_circulation(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    level: FromQuery[Level] = "facility",
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """Points by where they were issued and where they were used, the last four weeks or between two
    days, as JSON or CSV by `Accept`. / 回遊"""
    days = within(first_on, last_on, day_of(clock()))
    found = await circulation(auditor, level, days)
    if "text/csv" in request.headers.get("accept", ""):
        return as_sheet(found)
    return Response(msgspec.json.encode(found), media_type="application/json")


@get("/console/circulation", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_page(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    show: NamedDependency[Show],
    level: FromQuery[Level] = "facility",
    measure: FromQuery[Measure] = "points",
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """Who brings whose points where. / 回遊の画面"""
    days = within(first_on, last_on, day_of(clock()))
    found = await circulation(auditor, level, days, with_sales=measure == "sales_yen")
    return show(request, "operator/circulation.html", found=found, measure=measure)


@get("/console/circulation.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_csv(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    level: FromQuery[Level] = "facility",
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """The same as a sheet. / 回遊のCSV"""
    days = within(first_on, last_on, day_of(clock()))
    return as_sheet(await circulation(auditor, level, days), HEAD)


@get(
    "/console/circulation/uses", requires="settlement:read-all", page=True, include_in_schema=False
)
async def get_uses(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
    origin: FromQuery[str | None] = None,
    place: FromQuery[str | None] = None,
    away: FromQuery[bool] = False,
    level: FromQuery[Level] = "facility",
    measure: FromQuery[Measure] = "points",
    skip: FromQuery[Skip] = 0,
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """The uses behind a cell or a sum of the matrix, the newest first. / セルの明細"""
    days, pair = within(first_on, last_on, day_of(clock())), Pair(origin, place, away)
    return show(
        request, "operator/uses.html", pair=pair, level=level, measure=measure, first_on=days[0],
        last_on=days[1], found=await behind(auditor, names, level, days, pair, skip),
    )  # fmt: skip


@get(
    "/console/circulation/uses.csv", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_uses_csv(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    names: NamedDependency[Names],
    origin: FromQuery[str | None] = None,
    place: FromQuery[str | None] = None,
    away: FromQuery[bool] = False,
    level: FromQuery[Level] = "facility",
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """The same as a sheet, the newest 20,000. / セルの明細のCSV"""
    days, pair = within(first_on, last_on, day_of(clock())), Pair(origin, place, away)
    found = await behind(auditor, names, level, days, pair, most=MOST_ON_A_SHEET)
    return sheet(as_csv(USES_HEAD, (as_line(one) for one in found.uses)), "uses")


def as_line(use: Use) -> list[str | int]:
    """A use on a sheet."""
    return [
        told if isinstance(told := getattr(use, name), int) else str(told or "")
        for name in Use.__struct_fields__
    ]


def as_sheet(found: Circulation, head: Sequence[str] = COLUMNS) -> Response[bytes]:
    """The crossings as CSV, as the page tells them."""
    cells = ([getattr(one, name) for name in COLUMNS] for one in found.crossings)
    return sheet(as_csv(head, cells), "circulation")


ROUTES: list[HTTPRouteHandler] = [get_circulation, get_page, get_csv, get_uses, get_uses_csv]
