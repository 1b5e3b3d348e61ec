"""テナントの送信先: where one is told of what happens, what became of each try, and a replay."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from psycopg import AsyncConnection

from auth.people.reception import Reception, confirmed, session_of, to
from auth.people.sign_in_pages import lang_of
from deploy.portal.keys_pages import DO, SEE
from deploy.portal.statement_pages import number_in
from federation.opaque import Names
from federation.refusals import Validation
from tenants.callers import Caller
from tenants.showing import Show
from tenants.webhooks import endpoints
from tenants.webhooks.dead import dead
from tenants.webhooks.endpoints import ID, Wanted, WithSecret
from tenants.webhooks.guard import Allowance
from tenants.webhooks.signing import Vault
from tenants.webhooks.telling import TYPES

Now = Callable[[], datetime]
Asked = Request[Any, Any, Any]
TRIES = 50
DONE = {
    "ping": (
        "試験送信を受け付けました。結果は下の記録に出ます。",
        "A ping is on its way: see below.",
    ),
    "replay": ("再送を始めます。", "It is being sent again."),
    "change": ("変更しました。", "Changed."),
}


@get("/portal/webhooks", **SEE)
async def get_webhooks(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Every endpoint of one's own. / 送信先の一覧"""
    found = await endpoints.listed(reader, caller.tenant_id)
    return show(request, "portal/webhooks.html", endpoints=found, types=TYPES, shown=None)


@post("/portal/webhooks", **DO)
async def post_webhooks(
    request: Asked,
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    reception: NamedDependency[Reception],
    vault: NamedDependency[Vault],
    allowing: NamedDependency[list[Allowance]],
    wall: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A new endpoint; its secret is shown this once. / 送信先の登録"""
    told = await reception.form(request, session_of(request))
    name = told.get("endpoint", "").strip()
    if not re.match(ID, name):
        raise Validation(pointer="/endpoint")
    wanted = wanted_in(told)
    made = await endpoints.put(own, vault, caller.tenant_id, name, wanted, wall(), allowing)
    found = await endpoints.listed(own, caller.tenant_id)
    shown = made if isinstance(made, WithSecret) else None
    return show(request, "portal/webhooks.html", endpoints=found, types=TYPES, shown=shown)


@get("/portal/webhooks/{endpoint:str}", **SEE)
async def get_webhook(
    request: Asked,
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
    after: FromQuery[str | None] = None,
    done: FromQuery[str | None] = None,
) -> Response[bytes]:
    """One endpoint: each try, what was given up, and the way to tell again. / 送信先"""
    return await page(request, caller, reader, names, show, endpoint, after, done)


@post("/portal/webhooks/{endpoint:str}", **DO)
async def post_webhook(
    request: Asked,
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    reception: NamedDependency[Reception],
    names: NamedDependency[Names],
    vault: NamedDependency[Vault],
    allowing: NamedDependency[list[Allowance]],
    wall: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes] | Redirect:
    """Rotate its secret, ping it, tell it again, change it or take it away. / 送信先の操作"""
    told = await reception.form(request, session_of(request))
    tenant_id, now, do = caller.tenant_id, wall(), told.get("do", "")
    match do:
        case "rotate":
            made = await endpoints.rotate(own, vault, tenant_id, endpoint, now)
            return await page(request, caller, own, names, show, endpoint, shown=made)
        case "ping":
            await endpoints.ping(own, names, tenant_id, endpoint, now)
        case "replay":
            after = number_in(told.get("after", ""), "/after")
            await endpoints.replay(own, tenant_id, endpoint, after)
        case "change":
            await endpoints.one(own, tenant_id, endpoint)
            wanted = wanted_in(told)
            await endpoints.put(own, vault, tenant_id, endpoint, wanted, now, allowing)
        case "remove":
            confirmed(told, endpoint)
            await endpoints.remove(own, tenant_id, endpoint)
            return to("/portal/webhooks", lang=lang_of(request))
        case _:
            raise Validation(pointer="/do")
    return to(f"/portal/webhooks/{endpoint}", lang=lang_of(request), done=do)


async def page(
    request: Asked, caller: Caller, conn: AsyncConnection, names: Names, show: Show, endpoint: str,
    after: str | None = None, done: str | None = None, shown: WithSecret | None = None,
) -> Response[bytes]:  # fmt: skip
    """One endpoint, and what is shown this once."""
    one = await endpoints.one(conn, caller.tenant_id, endpoint)
    tried = await endpoints.attempts(conn, names, caller.tenant_id, endpoint, after, TRIES)
    return show(
        request, "portal/webhook.html", one=one, tried=tried, shown=shown,
        dead=await dead(conn, caller.tenant_id, endpoint), done=DONE.get(done or ""),
    )  # fmt: skip


def wanted_in(told: dict[str, str]) -> Wanted:
    """The endpoint that a form wants."""
    said = {
        "url": told.get("url", "").strip(), "description": told.get("description", "").strip(),
        "enabled": told.get("state", "enabled") == "enabled",
    }  # fmt: skip
    types = [one for one in TYPES if told.get(f"type-{one}")]
    try:
        return msgspec.convert({**said, **({"types": types} if types else {})}, Wanted)
    except msgspec.ValidationError as fault:
        _, _, at = str(fault).partition("`$.")
        raise Validation(pointer="/" + at.rstrip("`")) from None


ROUTES: list[HTTPRouteHandler] = [get_webhooks, post_webhooks, get_webhook, post_webhook]
