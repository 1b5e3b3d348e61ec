"""テナントの端末と接続: its tills, each with its own key, and its clients; a lost one is shut out
in one call."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct
from psycopg import AsyncConnection

from auth import clients
from auth.clients import Listed
from auth.people.reception import MOST_BYTES, Reception, confirmed, session_of
from auth.scopes import MEMBER, SCOPES
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from settlement import reading
from tenants import till_keys
from tenants.callers import Caller
from tenants.showing import Show

TILLS = statement(__file__, "tills")
KEYS = "portal-keys"  # what a fresh second factor is shown for, on these pages
OLD_FOR = timedelta(hours=24)
Now = Callable[[], datetime]
Asked = Request[Any, Any, Any]
SEE: dict[str, Any] = {
    "requires": "portal:keys",
    "page": True,
    "placed": True,
    "include_in_schema": False,
}
DO: dict[str, Any] = {
    **SEE,
    "step_up": KEYS,
    "status_code": 200,
    "request_max_body_size": MOST_BYTES,
}


class TillShown(Struct, frozen=True):
    """A till of one's own, where it stands, and since when it has its own key."""

    till: str
    shop: str
    shop_en: str
    state: str
    enrolled_at: datetime | None


class Shown(Struct, frozen=True):
    """What is shown this once: a code or a secret, of what."""

    of: str
    kind: str
    secret: str


@get("/portal/clients", **SEE)
async def get_clients(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """One's own tills and clients. / 端末と接続"""
    return await page(request, caller, reader, worker, show)


@post("/portal/clients", **DO)
async def post_clients(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    reception: NamedDependency[Reception],
    wall: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Enrol or stop a till, rotate or revoke a client. / 端末と接続の操作"""
    told = await reception.form(request, session_of(request))
    own, of, now = await reading.whose(reader, caller, None), told.get("of", ""), wall()
    shown, done = None, told.get("do", "")
    match done:
        case "enrol":
            shown = Shown(of, "enrolment", await till_keys.offer(worker, own.code, of, now))
        case "stop":
            confirmed(told, of)
            await clients.revoke_till(worker, own.code, of)
        case "rotate":
            shown = await rotated(worker, own, of, now)
        case "revoke":
            known = await own_client(worker, own, of)
            confirmed(told, known.name)
            await clients.revoke(worker, known.client_id, now)
        case _:
            raise Validation(pointer="/do")
    return await page(request, caller, reader, worker, show, shown, done)


async def rotated(conn: AsyncConnection, own: reading.Own, client_id: str, now: datetime) -> Shown:
    """Another secret of a client that has one; the old one is believed for a day."""
    known = await own_client(conn, own, client_id)
    if known.method != "client_secret_basic" or known.state != "active":
        raise NotFound
    turned = await clients.turn(conn, client_id, None, now, OLD_FOR)
    assert turned.secret is not None
    return Shown(known.name, "secret", turned.secret)


async def own_client(conn: AsyncConnection, own: reading.Own, client_id: str) -> Listed:
    """A client of one's own; another's does not exist."""
    for one in await clients.listed(conn, own.code):
        if one.client_id == client_id:
            return one
    raise NotFound


DONE = {
    "stop": ("端末を停止しました。次の伝票から受け付けません。", "The till is stopped at once."),
    "revoke": ("接続を停止しました。", "The client is shut out at once."),
}


async def page(
    request: Asked, caller: Caller, reader: AsyncConnection, worker: AsyncConnection, show: Show,
    shown: Shown | None = None, done: str = "",
) -> Response[bytes]:  # fmt: skip
    """The tills and clients, and what is shown this once."""
    own = await reading.whose(reader, caller, None)
    found = [one for one in await clients.listed(worker, own.code) if one.audience != MEMBER]
    tills = [TillShown(**row) for row in await rows(reader, TILLS, {})]
    return show(
        request, "portal/clients.html", own=own, clients=found, tills=tills, shown=shown,
        scopes=SCOPES, done=DONE.get(done),
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [
    get_clients,
    post_clients,
]
