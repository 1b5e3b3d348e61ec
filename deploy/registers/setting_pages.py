"""設定を決める画面: a level says a word with its reason, sees beforehand what it changes shop by
shop, and keeps it; people of a shop change what is delegated to them, nothing else (C24, O3)."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from psycopg import AsyncConnection, Rollback

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.registers import forms
from deploy.settings_page import LEVELS
from federation.days import day_of
from federation.refusals import NotFound, Refusal
from tenants import deciding
from tenants.callers import Caller
from tenants.deciding import Decision, Stands, places
from tenants.mall import words
from tenants.settings import resolved
from tenants.settings_api import NAMES, settings_of
from tenants.showing import Show

EDIT = "/console/settings/edit"
OWN = "/console/shop-settings"
LISTS = ("excluded_categories", "delegated")
FIELDS = ("level", "key", "from_on", "reason", "code")
MOST = 200
Write = Callable[[Decision], Awaitable[None]]


class Becomes(Struct, frozen=True):
    """What a setting is at a shop on the day, and what it would be."""

    shop: str
    name: str
    name_en: str
    was: Any
    value: Any


def decision_of(told: dict[str, str]) -> Decision:
    """The word that a form says."""
    fields: dict[str, Any] = {name: told.get(name, "").strip() for name in FIELDS}
    if "inherits" in told:
        fields["inherits"] = True
    else:
        fields["value"] = value_of(fields["key"], told.get("value", "").strip())
    if fields["level"] == "operator":
        fields["code"] = ""
    told_empty = fields.get("value") == [] and not fields.get("inherits")
    decision = forms.struct_of(Decision, {**fields, **({"value": "-"} if told_empty else {})})
    return msgspec.structs.replace(decision, value=[]) if told_empty else decision


def value_of(key: str, told: str) -> Any:
    """A value as it is typed: words of a list, a number, JSON, or a word."""
    if key in LISTS:
        return forms.listed(told)
    try:
        return msgspec.json.decode(told)
    except msgspec.DecodeError:
        return told


async def foreseen(conn: AsyncConnection, asked: Decision, write: Write) -> list[Becomes]:
    """What would change at which shop: the word is written, read, and taken back."""
    found: list[Becomes] = []
    async with conn.transaction() as trial:
        before = await held(conn, asked)
        await write(asked)
        after = await held(conn, asked)
        found = [
            Becomes(one.shop, one.name, one.name_en, was, after[one.shop][1])
            for one, was in before.values() if after[one.shop][1] != was
        ]  # fmt: skip
        raise Rollback(trial)
    return found


async def held(conn: AsyncConnection, asked: Decision) -> dict[str, tuple[Stands, Any]]:
    """What the setting is at every shop on the day."""
    _, said = await words(conn)
    told = {}
    for one in await places(conn):
        won = resolved(one.place, said, asked.from_on).get(asked.key)
        told[one.shop] = (one, won.value if won else None)
    return told


async def shown(
    request: Asked, show: Show, told: dict[str, str], page: str, **more: Any
) -> Response[bytes]:
    """The form with what was written so far."""
    why: Refusal | None = more.pop("refused", None)
    answer = show(
        request, page, told=told, keys=NAMES, levels=LEVELS,
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {}), **more},
    )  # fmt: skip
    answer.status_code = why.status if why else 200
    return answer


@get(EDIT, requires="admin:write", page=True, include_in_schema=False)
async def get_edit(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    key: FromQuery[str | None] = None,
    shop: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A setting to be said at a level. / 設定の変更"""
    tomorrow = str(day_of(clock()) + timedelta(days=1))
    told = {"level": "shop" if shop else "operator", "key": key or "", "code": shop or "",
            "from_on": tomorrow}  # fmt: skip
    return await shown(request, show, told, "registers/setting_edit.html")


@post(
    EDIT, requires="admin:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_edit(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Foresee what it changes at which shop, or keep it. / 試算・保存"""
    told = await reception.form(request, session_of(request))

    async def write(asked: Decision) -> None:
        await deciding.decide(worker, asked, caller.client_id, clock())

    return await said_or_foreseen(request, worker, show, told, write, EDIT)


async def said_or_foreseen(
    request: Asked, conn: AsyncConnection, show: Show, told: dict[str, str], write: Write, path: str
) -> Response[Any]:
    """Either of the two, by the button that was pressed."""
    page = "registers/setting_edit.html"
    try:
        asked = decision_of(told)
        if told.get("do") != "keep":
            changes = await foreseen(conn, asked, write)
            return await shown(
                request, show, told, page, changes=changes[:MOST], count=len(changes), own=path
            )
        async with conn.transaction():
            await write(asked)
    except Refusal as why:
        return await shown(request, show, told, page, refused=why, own=path)
    return forms.onward(request, path, "kept")


@get(OWN, requires="settings:read", placed=True, page=True, include_in_schema=False)
async def get_own(
    request: Asked,
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    shop: FromQuery[str | None] = None,
    on: FromQuery[date | None] = None,
) -> Response[bytes]:
    """The settings of one's own shop, and what is delegated to it. / 自店の設定"""
    mine = await own_shops(auditor, caller)
    chosen = next((one for one in mine if shop in (None, one.shop)), None)
    if chosen is None:
        raise NotFound
    tomorrow = day_of(clock()) + timedelta(days=1)
    told = await settings_of(auditor, chosen.shop, on or tomorrow)
    return await shown(
        request, show, {"level": "shop", "code": chosen.shop, "from_on": str(tomorrow)},
        "registers/shop_settings.html", settings=told, shops=mine,
    )  # fmt: skip


async def own_shops(conn: AsyncConnection, caller: Caller) -> list[Stands]:
    """The shops where somebody stands; of nobody at headquarters."""
    return [one for one in await places(conn) if one.shop_id in (caller.shops or ())]


@post(
    OWN, requires="settings:write", placed=True, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_own(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Change what is delegated, of a shop of one's own. / 任された設定の変更"""
    told = await reception.form(request, session_of(request))
    mine = {one.shop: one for one in await own_shops(worker, caller)}
    shop = mine.get(told.get("code", ""))
    if shop is None:
        raise NotFound
    tenant_id = shop.tenant_id

    async def write(asked: Decision) -> None:
        await deciding.decide_own(worker, asked, tenant_id, caller.client_id, clock())

    return await said_or_foreseen(request, worker, show, {**told, "level": "shop"}, write, OWN)


ROUTES: list[HTTPRouteHandler] = [get_edit, post_edit, get_own, post_own]
