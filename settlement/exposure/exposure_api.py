"""与信のAPI: what a tenant stands at, what it gave and took; its own, or for the operator all."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from settlement import reading
from settlement.exposure import caps
from settlement.exposure.caps import Account
from settlement.exposure.levels import Exposure
from settlement.fairness.give_take import GivenTaken, as_sheet, given_taken, span_of
from settlement.settlement_api import NO_STORE
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller

Now = Callable[[], datetime]
FirstOn = Annotated[date | None, QueryParameter(name="from", required=False)]
LastOn = Annotated[date | None, QueryParameter(name="to", required=False)]


class Exposures(Struct, frozen=True):
    """What every tenant stands at that owes or is owed anything, or has a cap."""

    tenants: tuple[Exposure, ...]


@get(
    "/v1/settlement/exposure",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_exposure(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
) -> Account:
    """What the caller owes of all that is not settled, its cap and its deposit. / 与信"""
    own = await reading.whose(reader, caller, party)
    return await caps.account(auditor, (own.party_id, own.code), day_of(clock()))


@get(
    "/v1/admin/exposure",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_exposures(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Exposures:
    """What every tenant stands at, by its number. / 与信一覧"""
    found = await caps.exposures(auditor, day_of(clock()))
    return Exposures(tuple(found.values()))


@get(
    "/v1/settlement/give-take",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, GivenTaken, NotFound, Validation),
)
async def get_give_take(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """Points issued and honoured in the cycles that touch these days, as JSON or CSV by `Accept`;
    the operator sees every tenant, or names one. / 互恵"""
    span = span_of(day_of(clock()), first_on, last_on)
    everybody = caller.wide and party is None
    own = None if everybody else await reading.whose(reader, caller, party)
    found = await given_taken(auditor, span, own.party_id if own else None)
    if CSV in request.headers.get("accept", ""):
        return Response(
            as_sheet(found),
            media_type=CSV,
            headers={"content-disposition": 'attachment; filename="meguri-give-take.csv"'},
        )
    return Response(msgspec.json.encode(found), media_type="application/json")


ROUTES: list[HTTPRouteHandler] = [get_exposure, get_exposures, get_give_take]
