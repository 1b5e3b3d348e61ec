"""人の記録のAPI: what was done about people, a page at a time or as CSV."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from deploy.trail.audit_api import MOST_ROWS, NO_STORE, Wall, as_file, cursor_of
from deploy.trail.of_people import LogLine, Sought, csv_of, find
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller
from tenants.reading_api import Most


class LogPage(Struct, frozen=True):
    """A page of the log, newest first; `next` leads to what is older."""

    lines: tuple[LogLine, ...]
    next: str | None


async def provide_sought(
    from_on: FromQuery[date | None] = None,
    to_on: FromQuery[date | None] = None,
    what: FromQuery[str | None] = None,
    who: FromQuery[str | None] = None,
    person: FromQuery[str | None] = None,
    member: FromQuery[str | None] = None,
    address: FromQuery[str | None] = None,
) -> Sought:
    """What is looked for, as the query says it."""
    words = (what, who, person, member, address)
    if any(word is not None and not word.isprintable() for word in words):
        raise NotFound
    return Sought(
        from_on=from_on, to_on=to_on, what=what, who=who, person=person, member=member,
        address=address,
    )  # fmt: skip


@get(
    "/v1/admin/audit/people",
    requires="audit:people",
    cache_control=NO_STORE,
    dependencies={"sought": provide_sought},
    also=AS_CSV,
    responses=answers(200, LogPage, NotFound, Validation),
)
async def get_audit_of_people(
    request: Request[Any, Any, Any],
    sought: NamedDependency[Sought],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    wall: NamedDependency[Wall],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Response[bytes]:
    """Who signed in, who was refused, who was given which role; as CSV by `Accept`. / 人の記録"""
    before, today = cursor_of(names, caller, after), day_of(wall())
    own = caller.tenant_id
    if CSV in request.headers.get("accept", ""):
        return as_file(csv_of(await find(auditor, names, own, sought, today, MOST_ROWS, before)))
    found = await find(auditor, names, own, sought, today, limit + 1, before)
    older = names.seal("cursor", own, found[limit - 1].log_id) if len(found) > limit else None
    told = LogPage(tuple(found[:limit]), older)
    return Response(msgspec.json.encode(told), media_type="application/json")


ROUTES: list[HTTPRouteHandler] = [get_audit_of_people]
