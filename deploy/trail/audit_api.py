"""監査証跡のAPI: who did what, searched as finance searches, a page at a time or as CSV."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from deploy.trail.reading import Asked, Noted, csv_of, find
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller
from tenants.reading_api import Most

Wall = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
MOST_ROWS = 50_000


class Acts(Struct, frozen=True):
    """A page of the trail, newest first; `next` leads to what is older."""

    acts: tuple[Noted, ...]
    next: str | None


async def provide_asked(
    from_on: FromQuery[date | None] = None,
    to_on: FromQuery[date | None] = None,
    actor: FromQuery[str | None] = None,
    tenant: FromQuery[str | None] = None,
    verb: FromQuery[str | None] = None,
    kind: FromQuery[str | None] = None,
    object_: Annotated[str | None, QueryParameter(name="object")] = None,
    party: FromQuery[str | None] = None,
    cycle: FromQuery[str | None] = None,
    least_yen: FromQuery[int | None] = None,
    most_yen: FromQuery[int | None] = None,
    refused: FromQuery[bool] = False,
) -> Asked:
    """What is looked for, as the query says it."""
    words = (actor, tenant, verb, kind, object_, party, cycle)
    if any(word is not None and ("\0" in word or not word.isprintable()) for word in words):
        raise NotFound
    if any(yen is not None and abs(yen) >= 2**63 for yen in (least_yen, most_yen)):
        raise Validation(pointer="/least_yen")
    return Asked(
        from_on=from_on, to_on=to_on, actor=actor, tenant=tenant, verb=verb, kind=kind,
        object=object_, party=party, cycle=cycle, least_yen=least_yen, most_yen=most_yen,
        refused=refused,
    )  # fmt: skip


@get(
    "/v1/admin/audit",
    requires="audit:read",
    cache_control=NO_STORE,
    dependencies={"asked": provide_asked},
    also=AS_CSV,
    responses=answers(200, Acts, NotFound, Validation),
)
async def get_audit(
    request: Request[Any, Any, Any],
    asked: NamedDependency[Asked],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    wall: NamedDependency[Wall],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Response[bytes]:
    """Who did what: by day, amount, party, actor, object; as CSV by `Accept`. / 監査証跡"""
    before, today = cursor_of(names, caller, after), day_of(wall())
    if CSV in request.headers.get("accept", ""):
        return as_file(csv_of(await find(auditor, asked, today, MOST_ROWS, before)))
    found = await find(auditor, asked, today, limit + 1, before)
    older = None
    if len(found) > limit:
        older = names.seal("cursor", caller.tenant_id, found[limit - 1].act_id)
    told = Acts(tuple(found[:limit]), older)
    return Response(msgspec.json.encode(told), media_type="application/json")


def as_file(rows: bytes) -> Response[bytes]:
    """The trail as a spreadsheet opens it."""
    return Response(
        rows,
        media_type=CSV,
        headers={"content-disposition": 'attachment; filename="meguri-audit.csv"'},
    )


def cursor_of(names: Names, caller: Caller, after: str | None) -> int | None:
    """The act that a page begins before; another caller's cursor leads nowhere."""
    if after is None:
        return None
    tenant_id, act_id = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return act_id


ROUTES: list[HTTPRouteHandler] = [get_audit]
