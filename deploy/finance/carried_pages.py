"""繰越の画面: what was carried over to a later cycle: whose, since when, why, until when."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from deploy.finance.shared import Skip
from settlement.life.carried import carried
from settlement.reports.reports_api import sheet
from settlement.sheet import as_csv, safe

LIST = "/console/carried"
MOST = 100
MOST_IN_SHEET = 100_000


@get(LIST, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_carried_page(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    skip: FromQuery[Skip] = 0,
) -> Response[Any]:
    """What was carried over, the newest first. / 繰越の一覧"""
    found = await carried(auditor, MOST + 1, skip)
    return reception.page(
        request, "finance/carried.html", session_of(request), found=found[:MOST],
        older=skip + MOST if len(found) > MOST else None,
    )  # fmt: skip


@get(f"{LIST}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_carried_csv(auditor: NamedDependency[AsyncConnection]) -> Response[bytes]:
    """The same as a sheet. / 繰越のCSV"""
    head = ("当事者", "円", "理由", "番号", "発生した期", "支払う期", "支払予定日", "状態")
    told = (
        (safe(one.party), one.yen, one.why_told[0], one.reference or "", one.since.isoformat(),
         one.due_in.isoformat(), one.until.isoformat(), one.state_told[0])
        for one in await carried(auditor, MOST_IN_SHEET)
    )  # fmt: skip
    return sheet(as_csv(head, told), "carried")


ROUTES: list[HTTPRouteHandler] = [get_carried_page, get_carried_csv]
