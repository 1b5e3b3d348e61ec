"""科目の内訳: the entries behind a line of a statement, as JSON by pages or as one sheet."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.kinds import KINDS
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from settlement import reading
from settlement.agreeing import stated_under
from settlement.paper.daily import Behind, behind
from settlement.paper.issue import statement_in
from settlement.paper.reckoned import Told, reckoned
from settlement.sheet import as_csv
from settlement.stages import party_ids, standing
from settlement.statement import CATALOGUE
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller

NO_STORE = CacheControlHeader(no_store=True)
Most = Annotated[int, QueryParameter(ge=1, le=200)]
Code = Annotated[int | None, QueryParameter(ge=1, le=999)]
MOST_IN_SHEET = 100_000
HEAD = (
    "期", "当事者", "コード", "科目", "Item", "本来コード", "営業日", "種別", "Kind", "取引番号",
    "施設", "店舗", "端末", "レシート", "伝票", "会員", "日時", "ポイント", "円",
)  # fmt: skip


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


class Asking(Struct, frozen=True):
    """Whose line of which cycle is asked about, of which business date (or all), and by whom."""

    cycle: str
    party_id: int
    party: str
    code: int
    original: int | None
    caller: Caller
    on: date | None = None


@get(
    "/v1/settlement/cycles/{cycle_id:str}/lines/{code:int}/entries",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, EntriesBehind, NotFound, Validation),
)
async def get_line_entries(
    request: Request[Any, Any, Any],
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
) -> Response[bytes]:
    """The entries behind a line, as far as its party may see them, as JSON by pages, or as CSV all
    at once (100,000 at most; `Link` leads to older ones). / 科目の内訳（JSONまたはCSV）"""
    own = await reading.whose(reader, caller, party)
    asking = Asking(cycle_id, own.party_id, own.code, code, original, caller)
    in_sheet = CSV in request.headers.get("accept", "")
    most = MOST_IN_SHEET if in_sheet else limit
    shown, older = await page_of(auditor, names, asking, most, after, wide=caller.wide)
    if in_sheet:
        return as_sheet(asking, shown, request.url.path, older)
    told = EntriesBehind(cycle_id, own.code, code, shown, older)
    return Response(msgspec.json.encode(told), media_type="application/json")


async def page_of(
    auditor: AsyncConnection,
    names: Names,
    asking: Asking,
    most: int,
    after: str | None,
    *,
    wide: bool,
) -> tuple[tuple[EntryBehind, ...], str | None]:
    """The newest entries behind a line, or those before a cursor; and the cursor of older ones."""
    caller = asking.caller
    found = await behind(
        auditor,
        reading.cycle_id_of(asking.cycle),
        asking.party_id,
        (asking.code, asking.original),
        wide=wide,
        most=most + 1,
        before=cursor_of(names, caller, after),
        on=asking.on,
    )
    older = None
    if len(found) > most:
        older = names.seal("cursor", caller.tenant_id, found[most - 1].entry_id)
    return tuple(entry_behind(one, names, caller) for one in found[:most]), older


async def reckoning(conn: AsyncConnection, asking: Asking) -> list[Told]:
    """How a line came about that no entries stand behind; nothing before its cycle is stated."""
    try:
        body = await reading.statement_of(
            conn, reading.Own(asking.party_id, asking.party), asking.cycle
        )
    except NotFound:
        return []
    cycle = await standing(conn, reading.cycle_id_of(asking.cycle))
    agreed = await stated_under(conn, cycle, list(await party_ids(conn)))
    return reckoned(statement_in(body.decode()), asking.code, agreed)


def as_sheet(
    asking: Asking, shown: Iterable[EntryBehind], path: str, older: str | None
) -> Response[bytes]:
    """Entries as a spreadsheet opens them; where there are more than it holds, `Link` says so."""
    named = f"meguri-{asking.cycle}-{asking.party}-{asking.code}.csv"
    headers = {"content-disposition": f'attachment; filename="{named}"'}
    if older is not None:
        more = {
            "party": asking.party, "original": asking.original, "on": asking.on, "after": older,
        }  # fmt: skip
        query = urlencode({name: said for name, said in more.items() if said is not None})
        headers["link"] = f'<{path}?{query}>; rel="next"'
    told = as_csv(HEAD, (row_of(asking, one) for one in shown))
    return Response(told, media_type=CSV, headers=headers)


def row_of(asking: Asking, one: EntryBehind) -> list[str | int]:
    """An entry as a row; what its party may not see of it is empty."""
    at = None if one.at is None else one.at.isoformat()
    known = (
        asking.original, one.business_date.isoformat(), *KINDS.get(one.kind, (one.kind, one.kind)),
        one.entry, one.facility, one.shop, one.till, one.receipt_no, one.slip, one.member, at,
        one.points, one.yen,
    )  # fmt: skip
    cells: list[str | int] = [asking.cycle, asking.party, asking.code, *CATALOGUE[asking.code]]
    return cells + ["" if cell is None else cell for cell in known]


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


ROUTES: list[HTTPRouteHandler] = [get_line_entries]
