"""会員の画面: a member is looked for and seen as far as one reaches; each look is in the audit
trail, since the scope of the door says so."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of, to
from deploy.registers import forms
from deploy.registers.member_seen import everything, fresh_slip
from deploy.sheets import listing
from federation import carriers, profiles, reading
from federation.days import day_of
from federation.kinds import KINDS
from federation.opaque import Names
from federation.refusals import NotFound, Refusal
from tenants import sight_api
from tenants.callers import Caller
from tenants.coupons.reading import published
from tenants.entries import Entry, shown
from tenants.mall import Mall
from tenants.members_api import Sought, sought
from tenants.reading_api import cursor_of, member_of
from tenants.showing import Show
from tenants.sight import GLANCE, seen
from tenants.sight_api import Naming

LIST = "/console/members"
READ = "members:read"
MOST = 50
STATES = {"active": ("利用中", "active"), "frozen": ("利用停止", "frozen"),
          "withdrawn": ("退会", "has left"), "merged": ("統合済み", "merged")}  # fmt: skip
COLUMNS = {
    "entry": "取引番号", "kind": "種別", "points": "ポイント", "paid_yen": "支払額（円）",
    "business_date": "営業日", "till": "レジ", "slip": "伝票", "receipt_no": "レシート",
}  # fmt: skip


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked for: a card, a phone, a member's code (external id), a name, a reading, or the
    handle that stands on another page."""

    card: str | None = None
    phone: str | None = None
    external_id: str | None = None
    name: str | None = None
    kana: str | None = None
    handle: str | None = None


@get(LIST, requires=GLANCE, placed=True, page=True, include_in_schema=False)
async def get_search(request: Asked, show: NamedDependency[Show]) -> Response[bytes]:
    """Where one looks for a member. / 会員検索"""
    return searched(request, show, {}, None)


def searched(
    request: Asked, show: Show, told: dict[str, str], found: Any, why: Refusal | None = None
) -> Response[bytes]:
    """The search with what was asked and found."""
    page = show(
        request, "registers/members.html", told=told, found=found, states=STATES,
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    page.status_code = why.status if why else 200
    return page


@post(
    LIST, requires=GLANCE, placed=True, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_search(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Look for a member; what was looked for stands in no address. / 会員検索"""
    told = await reception.form(request, session_of(request))
    fields = {name: told.get(name, "").strip() for name in Wanted.__struct_fields__}
    try:
        wanted = forms.struct_of(Wanted, fields)
        if wanted.handle is not None and READ in caller.scopes:
            member_of(names, caller, wanted.handle)
            return to(f"{LIST}/{wanted.handle}", lang=request.query_params.get("lang", ""))
        if (wanted.name or wanted.kana) and READ in caller.scopes:
            asked = forms.struct_of(Naming, {"name": wanted.name, "kana": wanted.kana})
            found = await sight_api.post_member_listing.fn(asked, caller, worker, names)
            return searched(request, show, told, found.found)
        led = await carriers.led(worker, sought(as_sought(wanted, caller)))
    except Refusal as why:
        return searched(request, show, told, None, why)
    if led is None:
        return searched(request, show, told, ())
    handle = names.seal("member", caller.tenant_id, led.member_id)
    return to(f"{LIST}/{handle}", lang=request.query_params.get("lang", ""))


def as_sought(wanted: Wanted, caller: Caller) -> Sought:
    """What leads to a member; whoever sees members masked looks by their card alone."""
    if READ not in caller.scopes:
        return forms.struct_of(Sought, {"card": wanted.card})
    fields = {name: getattr(wanted, name) for name in ("card", "phone", "external_id")}
    return forms.struct_of(Sought, fields)


@get(f"{LIST}/{{handle:str}}", requires=GLANCE, placed=True, page=True, include_in_schema=False)
async def get_member(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    counter: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A member, as far as one may see. / 会員"""
    if READ not in caller.scopes:
        found = await profiles.read(worker, member_of(names, caller, handle))
        told = seen(found, handle, caller.scopes, day_of(clock()))
        return show(request, "registers/glance.html", one=told, states=STATES)
    coupons = await published(counter)
    told_all = await everything(worker, counter, handle, (caller, names, coupons), clock())
    return show(
        request, "registers/member.html", one=told_all, slip=fresh_slip(), states=STATES,
        kinds=KINDS, today=day_of(clock()), parties=sorted(await mall.parties()),
        **forms.said(request),
    )  # fmt: skip


@get(f"{LIST}/{{handle:str}}/entries", requires=READ, page=True, include_in_schema=False)
async def get_entries(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """What was booked for a member, newest first. / 会員の明細"""
    found = await entries_of(auditor, handle, caller, names, after, MOST + 1)
    more = found[MOST - 1] if len(found) > MOST else None
    older = None
    if more is not None:
        older = names.seal("cursor", caller.tenant_id, names.open("entry", more.entry)[1])
    return show(
        request, "registers/member_entries.html", handle=handle, entries=found[:MOST], next=older,
        kinds=KINDS,
    )  # fmt: skip


@get(f"{LIST}/{{handle:str}}/entries.csv", requires=READ, page=True, include_in_schema=False)
async def get_entries_sheet(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """The same as a sheet. / 会員の明細のCSV"""
    found = await entries_of(auditor, handle, caller, names, None, 10_000)
    return listing(found, COLUMNS, "member-entries", {"kind": KINDS})


async def entries_of(
    conn: AsyncConnection, handle: str, caller: Caller, names: Names, after: str | None, most: int
) -> list[Entry]:
    """The newest entries of a member."""
    found = await reading.entries(
        conn, most=most, member_id=member_of(names, caller, handle),
        before=cursor_of(names, caller, after),
    )  # fmt: skip
    return [shown(row, names, caller.tenant_id) for row in found]


@get(
    "/console/members/find", requires=READ, page=True, include_in_schema=False
)  # a link of other pages, which know a member by its handle
async def get_found(
    request: Asked, handle: FromQuery[str], caller: NamedDependency[Caller],
    names: NamedDependency[Names],
) -> Response[Any]:  # fmt: skip
    """The member behind a handle. / 会員へ"""
    member_of(names, caller, handle)
    if len(handle) != 26:
        raise NotFound
    return to(f"{LIST}/{handle}", lang=request.query_params.get("lang", ""))


ROUTES: list[HTTPRouteHandler] = [
    get_search, post_search, get_member, get_entries, get_entries_sheet, get_found,
]  # fmt: skip
