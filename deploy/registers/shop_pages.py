"""店舗とレジの画面: areas, facilities, tenants and shops; the tills of each, opened, stopped and
enrolled; what is agreed with a shop."""

from datetime import date, timedelta
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from auth import clients
from auth.people.reception import MOST_BYTES, Asked, Reception, confirmed, session_of
from auth.scopes import SCOPES, TILL
from deploy.registers import forms, laying, places
from deploy.registers.forms import onward, struct_of
from deploy.registers.places import MOST, shop_of
from deploy.sheets import listing
from federation.days import day_of
from federation.reading import rows
from federation.refusals import Refusal, Validation
from tenants import till_keys
from tenants.callers import Caller
from tenants.showing import Show

LIST = "/console/shops"
COLUMNS = {"shop": "店舗", "name": "名称", "name_en": "名称（英語）", "facility": "施設",
           "area": "エリア", "state": "状態", "trade": "業種", "tills": "レジ台数",
           "tills_on": "稼働中のレジ", "began_on": "開始日"}  # fmt: skip
TERMS = (
    "SELECT from_on, yen_per_point, static_card_limit_points, tax_treatment, author, reason"
    " FROM tenants.terms WHERE shop_id = %(shop_id)s ORDER BY from_on DESC"
)
LATELY = timedelta(days=31)
TillCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,15}$(?!\n)")]


class TillAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """A till by its code."""

    till: TillCode


@get(LIST, requires="admin:read", page=True, include_in_schema=False)
async def get_list(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
    facility: FromQuery[str | None] = None,
    words: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Every shop, with facilities, areas and tenants. / 店舗一覧"""
    return await listed(request, auditor, show, {}, (facility, words, after))


async def listed(
    request: Asked,
    conn: AsyncConnection,
    show: Show,
    told: dict[str, str],
    sought: tuple[str | None, str | None, str | None] = (None, None, None),
    why: Refusal | None = None,
) -> Response[bytes]:
    """The list, with what was written so far."""
    facility, words, after = (one or None for one in sought)
    found = await places.shops(conn, facility=facility, words=words, after=after or "")
    shown = show(
        request, "registers/shops.html", shops=found[:MOST], told=told, facility=facility,
        words=words, next=found[MOST - 1].shop if len(found) > MOST else None,
        facilities=await places.facilities(conn), areas=await places.areas(conn),
        tenants=await places.tenants(conn),
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


@get(f"{LIST}.csv", requires="admin:read", page=True, include_in_schema=False)
async def get_sheet(auditor: NamedDependency[AsyncConnection]) -> Response[bytes]:
    """All shops as a sheet. / 店舗のCSV"""
    found: list[places.Shop] = []
    while more := await places.shops(auditor, after=found[-1].shop if found else ""):
        found += more
    return listing(found, COLUMNS, "shops")


@post(
    LIST, requires="admin:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_new(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Lay out an area, a facility, a tenant or a shop. / 登録"""
    told = await reception.form(request, session_of(request))
    today = day_of(clock())
    why = await forms.tried(worker, lambda: laying.lay_out(worker, told, caller.client_id, today))
    if why is not None:
        return await listed(request, worker, show, told, why=why)
    return onward(request, LIST, "made")


@get(f"{LIST}/{{tenant:str}}/{{code:str}}", requires="admin:read", page=True,
     include_in_schema=False)  # fmt: skip
async def get_one(
    request: Asked,
    tenant: FromPath[str],
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A shop: its tills and its terms. / 店舗"""
    return await shown(request, auditor, show, f"{tenant}/{code}", day_of(clock()))


async def shown(
    request: Asked, conn: AsyncConnection, show: Show, name: str, today: date, **once: Any
) -> Response[bytes]:
    """A shop, with what is shown this once."""
    shop = await shop_of(conn, name)
    agreed = await rows(conn, TERMS, {"shop_id": shop.shop_id})
    people = await forms.names_of(conn, {row["author"] for row in agreed})
    return show(
        request, "registers/shop.html", shop=shop, terms=agreed, names=people, today=today,
        tills=await places.tills_of(conn, shop, today - LATELY), **{**forms.said(request), **once},
    )  # fmt: skip


@post(f"{LIST}/{{tenant:str}}/{{code:str}}/tills", requires="admin:write", page=True,
      status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_till(
    request: Asked,
    tenant: FromPath[str],
    code: FromPath[str],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    wall: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Add, stop or open a till; an enrolment code or a client for it, shown this once. / レジ"""
    told = await reception.form(request, session_of(request))
    shop = await shop_of(worker, f"{tenant}/{code}")
    once: dict[str, Any] = {}
    does = told.get("do", "")

    async def act() -> None:
        till = struct_of(TillAsked, {"till": told.get("till", "").strip()}).till
        match does:
            case "add":
                await laying.add_till(worker, shop, till)
            case "stop":
                confirmed(told, till)
                await clients.revoke_till(worker, tenant, till)
            case "open":
                await laying.open_till(worker, shop, till)
            case "enrol":
                await laying.known(worker, shop, till)
                once["code"] = await till_keys.offer(worker, tenant, till, wall())
            case "client":
                await laying.known(worker, shop, till)
                once["client"] = await clients.add(
                    worker, tenant=tenant, name=f"{shop.shop} {till}", audience=TILL,
                    scopes=sorted(n for n, one in SCOPES.items() if TILL in one.audiences),
                    tills=[till], jwk=None, now=wall(),
                )  # fmt: skip
            case _:
                raise Validation(pointer="/do")

    why = await forms.tried(worker, act)
    if once and why is None:
        name = f"{tenant}/{code}"
        return await shown(request, worker, show, name, day_of(clock()), till=told["till"], **once)
    done = {"stop": "stopped", "open": "opened"}.get(does, "made")
    return onward(request, f"{LIST}/{tenant}/{code}", done, why)


@post(f"{LIST}/{{tenant:str}}/{{code:str}}/terms", requires="admin:write", page=True,
      status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_terms(
    request: Asked,
    tenant: FromPath[str],
    code: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Agree to terms with a shop from a day on. / 契約条件"""
    told = await reception.form(request, session_of(request))
    shop = await shop_of(worker, f"{tenant}/{code}")
    today = day_of(clock())
    why = await forms.tried(
        worker, lambda: laying.agree(worker, shop, told, caller.client_id, today)
    )
    return onward(request, f"{LIST}/{tenant}/{code}", "kept", why)


ROUTES: list[HTTPRouteHandler] = [get_list, get_sheet, post_new, get_one, post_till, post_terms]
