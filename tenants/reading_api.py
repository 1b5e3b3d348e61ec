"""What a shop, or the operator, may read: balances, lots, entries and where points came from."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation import reading
from federation.answers import Balance
from federation.as_of import balance_at
from federation.opaque import Names
from federation.reading import EntryRow, SourceRow
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.entries import Entry, shown

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
CODES = statement(__file__, "codes")
Most = Annotated[int, QueryParameter(ge=1, le=200)]


class Lot(Struct, frozen=True, omit_defaults=True):
    """Points with one last day; who gave them is told to the shop that gave them."""

    points: int
    expires_on: date
    usable_from: date
    limited: bool
    held: int = 0
    sliding: bool = False
    rule: str | None = None
    granted_by: str | None = None


class Lots(Struct, frozen=True):
    """Open lots, the next to be spent first."""

    lots: tuple[Lot, ...]


class Entries(Struct, frozen=True):
    """A page of entries, newest first; `next` leads to older ones."""

    entries: tuple[Entry, ...]
    next: str | None


class Source(Struct, frozen=True, omit_defaults=True):
    """Points of one lot: what granted them is told to whom it concerns."""

    points: int
    funder: str
    rule: str
    entry: str | None = None
    business_date: date | None = None
    receipt_till: str | None = None
    receipt_no: str | None = None
    slip: str | None = None


class Provenance(Struct, frozen=True):
    """Where the points of an entry came from: the caller's own parts, or all for the operator."""

    entry: str
    points: int
    sources: tuple[Source, ...]
    others_points: int


def member_of(names: Names, caller: Caller, handle: str) -> int:
    """The member behind a tenant's own handle; another tenant's handle leads nowhere."""
    tenant_id, member_id = names.open("member", handle)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return member_id


@get(
    "/v1/members/{handle:str}/balance",
    requires="points:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_balance(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    at: FromQuery[datetime | None] = None,
) -> Balance:
    """What a member has, or had at a past instant, and what lapses next. / 残高"""
    return await balance_at(counter, member_of(names, caller, handle), at, clock())


@get(
    "/v1/members/{handle:str}/lots",
    requires="points:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_lots(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    own_shops: NamedDependency[frozenset[int]],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Lots:
    """A member's open lots in the order they are spent. / 有効期限別残高"""
    member_id = member_of(names, caller, handle)
    rows = await reading.lots(counter, member_id, clock())
    return Lots(tuple(lot(row, own_shops, names, member_id) for row in rows))


@get(
    "/v1/members/{handle:str}/entries",
    requires="points:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_member_entries(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Entries:
    """What this tenant booked for a member. / 会員別履歴"""
    member_id = member_of(names, caller, handle)
    before = cursor_of(names, caller, after)
    rows = await reading.entries(reader, most=limit + 1, member_id=member_id, before=before)
    return page(rows, limit, names, caller)


@get(
    "/v1/entries",
    requires="points:read",
    placed=True,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_entries(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    business_date: FromQuery[date | None] = None,
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Entries:
    """What this tenant booked, newest first. / 取引一覧"""
    rows = await reading.entries(
        reader,
        most=limit + 1,
        tenant_id=None if caller.wide or caller.shops is not None else caller.tenant_id,
        business_date=business_date,
        before=cursor_of(names, caller, after),
    )
    return page(rows, limit, names, caller)


@get(
    "/v1/entries/{entry:str}",
    requires="points:read",
    placed=True,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_entry(
    entry: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Entry:
    """One entry, by the id that every party knows it by. / 取引照会"""
    return shown(await one(reader, names, entry), names, caller.tenant_id)


@get(
    "/v1/entries/{entry:str}/provenance",
    requires="points:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_provenance(
    entry: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Provenance:
    """Where the points of an entry came from, to the receipt and the funder. / 原資の来歴"""
    row = await one(reader, names, entry)
    sources = await reading.provenance(reader, counter, row.member_id, row.entry_id)
    own = [source for source in sources if concerns(source, caller)]
    funders = await codes(reader, {source.funder_id for source in own})
    return Provenance(
        entry,
        -row.points,
        tuple(source_of(source, funders, names) for source in own),
        sum(s.points for s in sources) - sum(s.points for s in own),
    )


async def one(reader: AsyncConnection, names: Names, entry: str) -> EntryRow:
    """The entry behind a name; one that the reader may not see does not exist for it."""
    member_id, entry_id = names.sought("entry", entry)
    found = await reading.entries(reader, most=1, member_id=member_id, entry_id=entry_id)
    if not found:
        raise NotFound
    return found[0]


async def codes(reader: AsyncConnection, parties: set[int]) -> dict[int, str]:
    """Under which codes receipts name these parties."""
    rows = await reader.execute(CODES, {"parties": sorted(parties)})
    return dict(await rows.fetchall())


def concerns(source: SourceRow, caller: Caller) -> bool:
    """Whether a part is the caller's: it funds it, or granted it, or may see all."""
    return caller.wide or source.funder_id == caller.tenant_id or source.entry_id is not None


def source_of(source: SourceRow, funders: dict[int, str], names: Names) -> Source:
    """A part of where points came from, with the receipt where the reader may see it."""
    entry = names.seal("entry", source.member_id, source.entry_id) if source.entry_id else None
    return Source(
        source.points,
        funders[source.funder_id],
        source.rule,
        entry,
        source.business_date,
        source.receipt_till,
        source.receipt_no,
        source.slip,
    )


def cursor_of(names: Names, caller: Caller, after: str | None) -> int | None:
    """The entry that a page begins before; another caller's cursor leads nowhere."""
    if after is None:
        return None
    tenant_id, entry_id = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return entry_id


def page(rows: list[EntryRow], limit: int, names: Names, caller: Caller) -> Entries:
    """At most `limit` entries, and the way to more."""
    more = len(rows) > limit
    upto = names.seal("cursor", caller.tenant_id, rows[limit - 1].entry_id) if more else None
    return Entries(tuple(shown(row, names, caller.tenant_id) for row in rows[:limit]), upto)


def lot(row: reading.LotRow, own_shops: frozenset[int], names: Names, member_id: int) -> Lot:
    """An open lot; rule and granting entry are told where the caller's own shop granted it."""
    own = row.shop_id in own_shops
    return Lot(
        row.points,
        row.expires_on,
        row.usable_from,
        row.limited,
        row.points_held,
        row.sliding,
        row.rule if own else None,
        names.seal("entry", member_id, row.entry_id) if own else None,
    )


ROUTES: list[HTTPRouteHandler] = [
    get_balance,
    get_lots,
    get_member_entries,
    get_entries,
    get_entry,
    get_provenance,
]
