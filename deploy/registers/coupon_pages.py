"""クーポンの画面: the list, a new one with the card that members will see, stock and use, and its
steps."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, confirmed, session_of
from deploy.registers import forms
from deploy.registers.campaign_form import shares_of
from deploy.registers.campaign_pages import FUNDERS_TOLD, because
from deploy.registers.places import facilities
from deploy.sheets import listing
from federation.days import day_of
from federation.reading import rows
from federation.refusals import Refusal, Validation
from tenants.callers import Caller
from tenants.campaigns import segments
from tenants.coupons import admin_api as api
from tenants.coupons import drafting
from tenants.coupons.admin_api import Because
from tenants.coupons.coupon import Coupon, told
from tenants.coupons.drafting import PLACES, Draft
from tenants.coupons.reading import read
from tenants.mall import Mall
from tenants.showing import Show

LIST = "/console/coupons"
STATES = {"draft": ("下書き", "draft"), "live": ("公開中", "live"),
          "paused": ("一時停止", "paused"), "ended": ("終了", "ended")}  # fmt: skip
KINDS = {"SHOW": ("画面を見せる", "shown at the till"),
         "SCAN": ("バーコードを読む", "scanned at the till"),
         "TIMED": ("使い始めてから時間内", "for some minutes once started")}  # fmt: skip
BENEFITS = {"FIXED": ("定額の値引", "yen off"), "PERCENT": ("率の値引", "percent off"),
            "GIFT": ("品物の進呈", "a gift")}  # fmt: skip
WEEKDAYS = tuple(zip("月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
                     strict=True))  # fmt: skip
FIELDS = (
    "code", "name", "name_en", "kind", "benefit", "from_on", "to_on", "reason", "off_yen",
    "percent", "rounding", "cap_yen", "gift", "gift_en", "gift_worth_yen", "least_yen",
    "from_time", "to_time", "stock", "minutes",
)  # fmt: skip
COLUMNS = {"code": "符号", "name": "名称", "name_en": "名称（英語）", "state": "状態",
           "benefit": "特典", "from_on": "開始日", "to_on": "終了日", "stock": "枚数"}  # fmt: skip
WORDS = {"states": STATES, "kinds": KINDS, "benefits": BENEFITS, "funders": FUNDERS_TOLD,
         "weekdays": WEEKDAYS, "brings": told}  # fmt: skip


@get(LIST, requires="admin:read", page=True, include_in_schema=False)
async def get_list(
    request: Asked, auditor: NamedDependency[AsyncConnection], show: NamedDependency[Show]
) -> Response[bytes]:
    """Every coupon, the newest first. / クーポン一覧"""
    found = (await read(auditor, drafts=True))[::-1]
    return show(request, "registers/coupons.html", coupons=found, **WORDS, **forms.said(request))


@get(f"{LIST}.csv", requires="admin:read", page=True, include_in_schema=False)
async def get_sheet(auditor: NamedDependency[AsyncConnection]) -> Response[bytes]:
    """The same as a sheet. / クーポンのCSV"""
    found = (await read(auditor, drafts=True))[::-1]
    return listing(found, COLUMNS, "coupons", {"state": STATES, "benefit": BENEFITS})


@get(f"{LIST}/new", requires="admin:write", page=True, include_in_schema=False)
async def get_new(
    request: Asked, auditor: NamedDependency[AsyncConnection], show: NamedDependency[Show]
) -> Response[bytes]:
    """A coupon to write. / 新しいクーポン"""
    fresh = {"per_member": "1", "share_operator": "1", "kind": "SCAN", "benefit": "FIXED"}
    return await written(request, auditor, show, fresh)


async def written(
    request: Asked,
    conn: AsyncConnection,
    show: Show,
    fields: dict[str, str],
    why: Refusal | None = None,
) -> Response[bytes]:
    """The form with what was written so far."""
    shown = show(
        request, "registers/coupon_new.html", told=fields, places=await facilities(conn),
        segments=await segments.told(conn), why=forms.titles(why), **WORDS,
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


def draft_of(fields: dict[str, str]) -> Draft:
    """The draft that the form says; only what its benefit needs."""
    said: dict[str, Any] = {name: fields.get(name, "").strip() for name in FIELDS}
    needs = {"FIXED": ("off_yen",), "PERCENT": ("percent", "cap_yen"),
             "GIFT": ("gift", "gift_en", "gift_worth_yen")}  # fmt: skip
    for benefit, names in needs.items():
        if said["benefit"] != benefit:
            said |= dict.fromkeys(names, "")
    if said["kind"] != "TIMED":
        said["minutes"] = ""
    said["weekdays"] = [int(one) for one in forms.marked(fields, "weekday") if one.isdecimal()]
    said["shops"] = forms.listed(fields.get("shops", ""))
    said["facilities"] = forms.listed(fields.get("facilities", ""))
    said["alone"] = "alone" in fields
    said["first_visit"] = "first_visit" in fields
    if fields.get("segment"):
        said["segment"] = f"segment:{fields['segment']}"
    if said["benefit"] != "GIFT":
        said["shares"] = shares_of(fields)
    return forms.struct_of(Draft, {**said, "per_member": fields.get("per_member", "").strip()})


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
    """Keep a coupon as a draft; nobody sees it yet. / 起案"""
    fields = await reception.form(request, session_of(request))

    async def keep() -> None:
        await api.post_coupon.fn(draft_of(fields), caller, worker, clock)

    why = await forms.tried(worker, keep)
    if why is not None:
        return await written(request, worker, show, fields, why)
    return forms.onward(request, f"{LIST}/{fields['code'].strip()}", "kept")


@get(f"{LIST}/{{code:str}}", requires="admin:read", page=True, include_in_schema=False)
async def get_one(
    request: Asked,
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A coupon as members see it, to how many it is shown, its stock and use. / クーポン"""
    found = await drafting.one(auditor, code)
    figures = await drafting.figures(auditor, code)
    names = await forms.names_of(auditor, {one.author for one in figures.steps})
    return show(
        request, "registers/coupon.html", one=found, figures=figures, names=names,
        preview=await drafting.preview(auditor, code, day_of(clock())),
        where=await where(auditor, found), **WORDS, **forms.said(request),
    )  # fmt: skip


async def where(conn: AsyncConnection, coupon: Coupon) -> list[str]:
    """What its places are called; none are all."""
    named = {(row["what"], row["id"]): row["name"] for row in await rows(conn, PLACES, {})}
    found = [("facility", one) for one in coupon.facilities]
    found += [("shop", one) for one in coupon.shops]
    return [named[one] for one in found if one in named]


@post(
    f"{LIST}/{{code:str}}", requires="admin:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_step(
    request: Asked,
    code: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Publish, pause or end a coupon. / 公開・停止・終了"""
    fields = await reception.form(request, session_of(request))
    does = fields.get("do", "")

    async def step() -> None:
        why = forms.struct_of(Because, because(fields))
        asked = (code, why, caller, worker, mall, clock)
        match does:
            case "live":
                await api.post_published.fn(*asked)
            case "paused":
                await api.post_paused.fn(*asked)
            case "ended":
                confirmed(fields, code)
                await api.post_ended.fn(*asked)
            case _:
                raise Validation(pointer="/do")

    refused = await forms.tried(worker, step)
    done = {"live": "started", "paused": "paused", "ended": "ended"}.get(does, "kept")
    return forms.onward(request, f"{LIST}/{code}", done, refused)


ROUTES: list[HTTPRouteHandler] = [get_list, get_sheet, get_new, post_new, get_one, post_step]
