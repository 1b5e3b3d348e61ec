"""利用の速さのAPI: how fast points may move, and whose were kept."""

from datetime import date, datetime
from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.joining_rules import DayDecided
from tenants.layout import Why
from tenants.pace import dated, pace
from tenants.reading_api import NO_STORE, Most
from tenants.terms import Pace
from tenants.undoing import Reason


class SetPace(Struct, frozen=True, forbid_unknown_fields=True):
    """From a business date on: redemptions of a day, minutes between facilities, accruals of a day
    by which a member may earn before the points are kept; not said: any."""

    from_on: date
    reason: Reason
    redemptions: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    apart_minutes: Annotated[int, Meta(ge=1, le=1_440)] | None = None
    accruals: Annotated[int, Meta(ge=1, le=1_000)] | None = None


class Paces(Struct, frozen=True):
    """Every pace, by the day from which it holds."""

    paces: tuple[Pace, ...]


class StopTold(Struct, frozen=True):
    """Points that were kept, by which entry and why; by whom and why they were freed again."""

    member: str
    entry: str
    business_date: date
    why: str
    stopped_at: datetime
    state: str
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None


class Stops(Struct, frozen=True):
    """Whose points were kept, the newest first; `next` leads on."""

    stops: tuple[StopTold, ...]
    next: str | None


@get(
    "/v1/admin/paces",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_paces(worker: NamedDependency[AsyncConnection]) -> Paces:
    """How fast points may move before they are kept. / 利用と付与の速さの上限"""
    return Paces(await dated.paces(worker))


@put(
    "/v1/admin/paces",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, *ANY_JSON, DayDecided),
)
async def put_pace(
    data: JSONBody[SetPace],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """Set it, from a business date on. / 利用の速さの設定"""
    wanted = Pace(data.from_on, data.redemptions, data.apart_minutes, data.accruals)
    await pace.set_pace(worker, wanted, Why(caller.client_id, data.reason))


@get(
    "/v1/admin/pace-stops",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_stops(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Stops:
    """Whose points were kept; the office frees them by `…/unfreeze`. / 確認待ちの会員"""
    before = names.open("stop", after)[1] if after is not None else None
    found = await pace.stops(worker, before=before, most=limit + 1)
    told = tuple(
        StopTold(
            names.seal("member", caller.tenant_id, one.member_id),
            names.seal("entry", one.member_id, one.entry_id),
            one.business_date,
            one.why,
            one.stopped_at,
            one.state,
            one.released_at,
            one.released_by,
            one.release_reason,
        )
        for one in found[:limit]
    )
    more = names.seal("stop", 0, found[limit - 1].stop_id) if len(found) > limit else None
    return Stops(told, more)


ROUTES: list[HTTPRouteHandler] = [get_paces, put_pace, get_stops]
