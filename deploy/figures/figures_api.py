"""指標のAPI: the figures that the pages show, for programs."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from deploy.figures.asking import Asked, FirstOn, LastOn, Now, sees_few
from deploy.figures.figures import BOOKED, SUMMED, Grain, counted, told, within
from deploy.figures.places import Level, places, spots
from federation.crowd import known
from federation.days import day_of
from federation.refusals import Validation
from tenants.answers_api import answers
from tenants.reading_api import NO_STORE


class Told(Struct, frozen=True):
    """The figures of one place since a day: whole yen, points, receipts and people; no `members`
    where fewer than ten came and the caller looks across tenants."""

    since_on: date
    code: str
    sales_yen: int
    receipts: int
    issued_points: int
    redeemed_points: int
    uses: int
    lapsed_points: int
    members: int | None


class FiguresTold(Struct, frozen=True):
    """Figures between two business dates, by day, week or month and place."""

    first_on: date
    last_on: date
    grain: Grain
    level: Level
    figures: tuple[Told, ...]


@get(
    "/v1/admin/figures",
    requires="totals:read",
    placed=True,
    cache_control=NO_STORE,
    responses=answers(200, FiguresTold, Validation),
)
async def get_figures(
    request: Asked,
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    level: FromQuery[Level] = "all",
    grain: FromQuery[Grain] = "day",
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[Any]:
    """Sales, receipts, points and members by place and day, week or month. / 指標の推移"""
    days = within(first_on, last_on, day_of(clock()), grain)
    at = places(await spots(reader), level, "", exact=sees_few(request))
    counts = await counted(reader, days, at, frozenset(BOOKED))
    found = tuple(
        Told(
            since_on,
            code,
            **{name: told(one, name, exact=True) or 0 for name in SUMMED},  # type: ignore[arg-type]
            members=known(told(one, "members", exact=at.exact)),
        )
        for (since_on, code), one in sorted(counts.items())
    )
    body = msgspec.json.encode(FiguresTold(days.first_on, days.last_on, grain, level, found))
    return Response(body, media_type="application/json")


ROUTES: list[HTTPRouteHandler] = [get_figures]
