"""紙面のAPI: daily subtotals, the entries behind a line, and who a party is on paper."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement import reading
from settlement.paper import profiles
from settlement.paper.daily import Behind, agreed, behind, day_lines
from settlement.paper.issue import statement_in
from settlement.paper.paper import DayLine
from settlement.paper.profiles import ProfileRow, ProfileWritten
from settlement.refusals import PromiseBroken
from settlement.sheet import day_sheet
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
Most = Annotated[int, QueryParameter(ge=1, le=200)]
Code = Annotated[int | None, QueryParameter(ge=1, le=999)]


class Days(Struct, frozen=True):
    """A party's lines on each business date of a cycle."""

    cycle: str
    party: str
    days: tuple[DayLine, ...]


class EntryBehind(Struct, frozen=True, omit_defaults=True):
    """An entry behind a line: day, points and place; the rest where the party booked it itself."""

    entry: str
    business_date: date
    kind: str
    points: int
    shop: str
    facility: str | None = None
    yen: int | None = None
    member: str | None = None
    at: datetime | None = None
    till: str | None = None
    receipt_no: str | None = None
    slip: str | None = None


class EntriesBehind(Struct, frozen=True):
    """A page of the entries behind a line, newest first; `next` leads to older ones."""

    cycle: str
    party: str
    code: int
    entries: tuple[EntryBehind, ...]
    next: str | None


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


@get(
    "/v1/settlement/cycles/{cycle_id:str}/lines/{code:int}/entries",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_line_entries(
    cycle_id: FromPath[str],
    code: FromPath[int],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    party: FromQuery[str | None] = None,
    original: Code = None,
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> EntriesBehind:
    """The entries behind a line, as far as its party may see them. / 科目の内訳"""
    own = await reading.whose(reader, caller, party)
    found = await behind(
        auditor,
        reading.cycle_id_of(cycle_id),
        own.party_id,
        (code, original),
        wide=caller.wide,
        most=limit + 1,
        before=cursor_of(names, caller, after),
    )
    older = None
    if len(found) > limit:
        older = names.seal("cursor", caller.tenant_id, found[limit - 1].entry_id)
    shown = tuple(entry_behind(one, names, caller) for one in found[:limit])
    return EntriesBehind(cycle_id, own.code, code, shown, older)


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


def cursor_of(names: Names, caller: Caller, after: str | None) -> int | None:
    """The entry that a page begins before; another caller's cursor leads nowhere."""
    if after is None:
        return None
    tenant_id, entry_id = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return entry_id


def entry_behind(found: Behind, names: Names, caller: Caller) -> EntryBehind:
    """An entry under its opaque id; its member under the caller's own handle, where it may."""
    member = names.seal("member", caller.tenant_id, found.member_id) if found.own else None
    return EntryBehind(
        names.seal("entry", found.member_id, found.entry_id),
        found.business_date,
        found.kind,
        found.points,
        found.shop,
        found.facility,
        found.yen,
        member,
        found.at,
        found.till,
        found.receipt_no,
        found.slip,
    )


ROUTES: list[HTTPRouteHandler] = [get_days, get_line_entries, put_profile, get_profile]
