"""突合のAPI: where till, hub and payout do not agree; a tenant's own, or for the operator all."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from settlement.breaks import book
from settlement.breaks.book import Break, Stood
from settlement.breaks.classing import Leg, State
from settlement.settlement_api import NO_STORE
from tenants.answers_api import AS_CSV, CSV, answers
from tenants.callers import Caller

Now = Callable[[], datetime]
Standing = Annotated[State | None, QueryParameter(name="state", required=False)]
Most = Annotated[int, QueryParameter(ge=1, le=200)]


class Breaks(Struct, frozen=True):
    """A page of breaks, the newest business date first; `next` leads to older ones."""

    breaks: tuple[Break, ...]
    next: str | None


class Life(Struct, frozen=True):
    """Everything that became of one break, in order."""

    break_id: str
    states: tuple[Stood, ...]


@get(
    "/v1/settlement/breaks",
    requires="settlement:read",
    cache_control=NO_STORE,
    also=AS_CSV,
    responses=answers(200, Breaks, NotFound, Validation),
)
async def get_breaks(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    standing: Standing = None,
    leg: FromQuery[Leg | None] = None,
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Response[bytes]:
    """Differences between tills, books and payouts, as JSON or CSV by `Accept`. / 突合の差異"""
    found = await book.breaks(
        reader,
        day_of(clock()),
        state=standing,
        leg=leg,
        after=cursor_of(names, caller, after),
        most=limit + 1,
    )
    older = cursor(names, caller, found[limit - 1]) if len(found) > limit else None
    if CSV in request.headers.get("accept", ""):
        return Response(
            book.as_sheet(found[:limit]),
            media_type=CSV,
            headers={"content-disposition": 'attachment; filename="meguri-breaks.csv"'},
        )
    page = Breaks(tuple(found[:limit]), older)
    return Response(msgspec.json.encode(page), media_type="application/json")


@get(
    "/v1/settlement/breaks/{break_id:str}",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_break(break_id: FromPath[str], reader: NamedDependency[AsyncConnection]) -> Life:
    """What became of one break: found, explained, resolved. / 差異の経過"""
    if not break_id.isprintable():  # PostgreSQL has no text with a NUL in it
        raise NotFound
    found = await book.life_of(reader, break_id)
    if not found:
        raise NotFound
    return Life(break_id, tuple(found))


def cursor(names: Names, caller: Caller, last: Break) -> str:
    """The way on from a break, for this caller alone."""
    number = bytes.fromhex(last.break_id.removeprefix("b_"))
    return names.seal("cursor", caller.tenant_id, int.from_bytes(number))


def cursor_of(names: Names, caller: Caller, after: str | None) -> str | None:
    """The break that a page goes on from; another caller's cursor leads nowhere."""
    if after is None:
        return None
    tenant_id, number = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return f"b_{number:016x}"


ROUTES: list[HTTPRouteHandler] = [get_breaks, get_break]
