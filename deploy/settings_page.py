"""設定の画面: for a shop and a day, each setting, which level won, what it overrode, and why."""

from datetime import date
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from federation.days import day_of
from tenants.deciding import places
from tenants.settings_api import Now, settings_of

LEVELS = {
    "operator": ("本部", "Operator"),
    "facility": ("施設", "Facility"),
    "tenant": ("テナント", "Tenant"),
    "shop": ("店舗", "Shop"),
    "default": ("初期値", "Default"),
}


@get("/console/settings", requires="admin:read", page=True, include_in_schema=False)
async def get_settings_page(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    shop: FromQuery[str | None] = None,
    on: FromQuery[date | None] = None,
) -> Response[Any]:
    """The settings of a shop on a day; none before there is a shop. / 設定の継承"""
    every = await places(auditor)
    chosen = shop or (every[0].shop if every else None)
    told = None if chosen is None else await settings_of(auditor, chosen, on or day_of(clock()))
    return reception.page(
        request, "people/settings.html", session_of(request), told=told, shops=every,
        levels=LEVELS,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_settings_page]
