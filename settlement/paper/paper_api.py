"""紙面のAPI: daily subtotals, and who a party is on paper."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement import reading
from settlement.paper import profiles
from settlement.paper.daily import agreed, day_lines
from settlement.paper.issue import statement_in
from settlement.paper.paper import DayLine
from settlement.paper.profiles import ProfileRow, ProfileWritten
from settlement.refusals import PromiseBroken
from settlement.sheet import day_sheet
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)


class Days(Struct, frozen=True):
    """A party's lines on each business date of a cycle."""

    cycle: str
    party: str
    days: tuple[DayLine, ...]


class ProfileRows(Struct, frozen=True):
    """All that was ever written of a party, newest first."""

    party: str
    profiles: tuple[ProfileRow, ...]


@get(
    "/v1/settlement/cycles/{cycle_id:str}/days",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Days, NotFound, PromiseBroken, Validation),
)
async def get_days(
    request: Request[Any, Any, Any],
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    party: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A sealed cycle's lines by business date, as JSON or CSV by `Accept`. / 日別小計"""
    own = await reading.whose(reader, caller, party)
    body = await reading.statement_of(reader, own, cycle_id)
    told = statement_in(body.decode())
    found = await day_lines(auditor, reading.cycle_id_of(cycle_id), own.party_id)
    if found is None:
        raise NotFound
    days = agreed(told, found.get(own.party_id, []))
    if CSV not in request.headers.get("accept", ""):
        shown = msgspec.json.encode(Days(cycle_id, own.code, days))
        return Response(shown, media_type="application/json")
    named = f'attachment; filename="meguri-{cycle_id}-{own.code}-days.csv"'
    return Response(
        day_sheet(told, days),
        media_type=CSV,
        headers={"content-disposition": named},
    )


@put(
    "/v1/admin/parties/{party:str}/profile",
    requires="admin:write",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation, TooLarge, UnsupportedMediaType),
)
async def put_profile(
    party: FromPath[str],
    data: JSONBody[ProfileWritten],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> ProfileRow:
    """Write who a party is on paper from a day on; nothing is changed. / 請求書情報の登録"""
    return await profiles.write(worker, party, data, caller.client_id, clock())


@get(
    "/v1/admin/parties/{party:str}/profile",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_profile(
    party: FromPath[str], auditor: NamedDependency[AsyncConnection]
) -> ProfileRows:
    """All that was ever written of who a party is on paper, newest first. / 請求書情報"""
    found = await profiles.every_row(auditor, party)
    if not found:
        raise NotFound
    return ProfileRows(party, tuple(found))


ROUTES: list[HTTPRouteHandler] = [get_days, put_profile, get_profile]
