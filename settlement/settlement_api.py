"""精算のAPI: cycles, statements, seals and flows, and the operator's close."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement import reading
from settlement.close import Closed, close
from settlement.paper.issue import MEDIA, Issued, Kind, issued
from settlement.reading import CycleShown, FlowsShown
from settlement.refusals import (
    CycleClosed,
    CycleNotOver,
    EarlierCycleOpen,
    PromiseBroken,
    ReissuedByOperator,
)
from settlement.sealing import read_body
from settlement.sheet import sheet
from settlement.stages import Closing
from settlement.statement import Statement
from tenants.answers_api import CSV, answers
from tenants.callers import Caller

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
Most = Annotated[int, QueryParameter(ge=1, le=200)]
BODY = (NotFound, Validation, TooLarge, UnsupportedMediaType)
NOT_CLOSED = (*BODY, CycleNotOver, EarlierCycleOpen, CycleClosed, PromiseBroken)


class Cycles(Struct, frozen=True):
    """A page of cycles, newest first; `next` leads to older ones."""

    cycles: tuple[CycleShown, ...]
    next: str | None


@get(
    "/v1/settlement/cycles",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_cycles(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Cycles:
    """The cycles that have begun, newest first. / 締め一覧"""
    before = cursor_of(names, caller, after)
    found = await reading.cycles(reader, day_of(clock()), most=limit + 1, before=before)
    return page(found, limit, names, caller)


@get(
    "/v1/settlement/cycles/{cycle_id:str}",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_cycle(
    cycle_id: FromPath[str],
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> CycleShown:
    """How far a cycle is, and its seal. / 締めの状態"""
    return await reading.cycle(reader, day_of(clock()), cycle_id)


@get(
    "/v1/settlement/cycles/{cycle_id:str}/statement",
    requires="settlement:read",
    cache_control=NO_STORE,
    also={200: (CSV, *MEDIA.values())},
    responses={
        **answers(200, None, NotFound, Validation, ReissuedByOperator, PromiseBroken),
        200: ResponseSpec(Statement, description="精算書 / the statement", generate_examples=False),
    },
)
async def get_statement(
    request: Request[Any, Any, Any],
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
    reissue: FromQuery[bool] = False,
) -> Response[bytes]:
    """The caller's statement of a sealed cycle, by `Accept` as JSON, CSV, PDF or XLSX; the operator
    may name another party. The first PDF or XLSX is kept, and the same bytes are given ever after,
    until the operator asks for a `reissue`. / 精算書"""
    own = await reading.whose(reader, caller, party)
    body = await reading.statement_of(reader, own, cycle_id)
    kind = paper_kind(request.headers.get("accept", ""))
    if kind is None:
        return as_asked(body, request.headers.get("accept", ""), f"{cycle_id}-{own.code}")
    if reissue and not caller.wide:
        raise ReissuedByOperator
    number = reading.cycle_id_of(cycle_id)
    found = await issued(
        closing.connect, number, own.party_id, kind, caller.client_id, clock(), again=reissue
    )
    return as_issued(found, kind, f"{cycle_id}-{own.code}")


@get(
    "/v1/settlement/cycles/{cycle_id:str}/seal",
    requires="settlement:read-all",
    media_type="application/x-ndjson",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_seal(
    cycle_id: FromPath[str],
    reader: NamedDependency[AsyncConnection],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
) -> Stream:
    """The sealed file of a cycle, which `meguri verify` checks. / 封印ファイル"""
    cycle = await reading.cycle(reader, day_of(clock()), cycle_id)
    if cycle.seal is None:
        raise NotFound
    return Stream(
        pieces(closing, reading.cycle_id_of(cycle_id)),
        media_type="application/x-ndjson",
        headers={
            "etag": f'"{cycle.seal}"',
            "content-disposition": f'attachment; filename="meguri-{cycle.cycle}.ndjson"',
        },
    )


@post(
    "/v1/admin/cycles/{cycle_id:str}/close",
    requires="cycles:close",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *NOT_CLOSED),
)
async def post_close(
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
) -> Closed:
    """Close a cycle and seal it; again, the same answer. / 締め"""
    return await close(closing, reading.cycle_id_of(cycle_id), caller.client_id, clock())


@get(
    "/v1/flows",
    requires="flows:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_flows(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
) -> FlowsShown:
    """Where the caller's points went, whose points it honoured, what is outstanding. / 送客表"""
    own = await reading.whose(reader, caller, party)
    return await reading.flows_of(reader, auditor, own, day_of(clock()))


def paper_kind(accept: str) -> Kind | None:
    """Which document is asked for, if one is."""
    return next((kind for kind, media in MEDIA.items() if media in accept), None)


def as_issued(found: Issued, kind: Kind, name: str) -> Response[bytes]:
    """A document as it was issued, with its number and what proves its bytes."""
    return Response(
        found.body,
        media_type=MEDIA[kind],
        headers={
            "content-disposition": f'attachment; filename="meguri-{name}.{kind}"',
            "etag": f'"{found.sha256}"',
            "issue-number": str(found.issue),
        },
    )


def as_asked(body: bytes, accept: str, name: str) -> Response[bytes]:
    """A statement as JSON, byte for byte as it was stated, or as CSV where that is asked for."""
    if CSV not in accept:
        return Response(body, media_type="application/json")
    return Response(
        sheet(msgspec.json.decode(body, type=Statement)),
        media_type=CSV,
        headers={"content-disposition": f'attachment; filename="meguri-{name}.csv"'},
    )


async def pieces(closing: Closing, cycle_id: int) -> AsyncIterator[bytes]:
    """A sealed file, piece by piece: no connection waits for a slow reader."""
    piece = 0
    while True:
        async with closing.connect() as conn:
            body = await read_body(conn, cycle_id, piece)
        if not body:
            return
        yield body
        piece += 1


def cursor_of(names: Names, caller: Caller, after: str | None) -> int | None:
    """The cycle that a page begins before; another caller's cursor leads nowhere."""
    if after is None:
        return None
    tenant_id, cycle_id = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return cycle_id


def page(found: list[CycleShown], limit: int, names: Names, caller: Caller) -> Cycles:
    """At most `limit` cycles, and the way to older ones."""
    older = None
    if len(found) > limit:
        last = reading.cycle_id_of(found[limit - 1].cycle)
        older = names.seal("cursor", caller.tenant_id, last)
    return Cycles(tuple(found[:limit]), older)


ROUTES: list[HTTPRouteHandler] = [
    get_cycles,
    get_cycle,
    get_statement,
    get_seal,
    post_close,
    get_flows,
]
