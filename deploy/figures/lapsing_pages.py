"""失効予定の画面: which points lapse within thirty days, down to the entry that gave them."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from deploy.figures.asking import Asked, Now, csv, link
from deploy.figures.lapsing import AHEAD, MOST_ON_A_SHEET, lapsing
from deploy.figures.places import places, spots
from deploy.figures.today import standing
from federation.days import day_of
from federation.opaque import Names
from settlement.sheet import as_csv, safe
from tenants.showing import Show

LAPSING = "/console/lapsing"
HEAD = ("失効日", "ポイント", "付与の取引番号", "店舗", "原資", "規則")


@get(LAPSING, requires="entries:read-all", page=True, include_in_schema=False)
async def get_lapsing(
    request: Asked, reader: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    names: NamedDependency[Names], show: NamedDependency[Show], after: FromQuery[str] = "",
) -> Response[bytes]:  # fmt: skip
    """The lots behind the number on the day's page. / 失効予定の画面"""
    on = day_of(clock())
    at = places(await spots(reader), "shop", "")
    return show(
        request, "figures/lapsing.html", on=on, until=on + AHEAD, after=after, link=link,
        found=await lapsing(reader, names, on, at, after),
        whole=(await standing(reader, on)).lapsing_points,
    )  # fmt: skip


@get(f"{LAPSING}.csv", requires="entries:read-all", page=True, include_in_schema=False)
async def get_lapsing_csv(
    reader: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    names: NamedDependency[Names],
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet, the soonest 20,000. / 失効予定のCSV"""
    at = places(await spots(reader), "shop", "")
    found = await lapsing(reader, names, day_of(clock()), at, "", MOST_ON_A_SHEET)
    rows = (
        (f"{one.lapses_on}", one.points, one.entry, safe(one.shop), safe(one.funder), one.rule)
        for one in found.lots
    )
    return csv(as_csv(HEAD, rows), "lapsing")


ROUTES: list[HTTPRouteHandler] = [get_lapsing, get_lapsing_csv]
