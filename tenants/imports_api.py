"""Files of members come in here, and here they say how far they are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, FromQuery
from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from tenants import imports
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.importing import Importing
from tenants.imports import FunderTotal, ImportTold, RowRefused
from tenants.mall import Mall
from tenants.reading_api import NO_STORE, Most
from tenants.refusals import FileNotClean, ScannerAway
from tenants.scanning import Scan

Now = Callable[[], datetime]


class Import(Struct, frozen=True, omit_defaults=True):
    """A file of members: `file` names it, `proposal` says what another must approve."""

    file: str
    state: str
    rows: int
    booked: int
    refused: int
    waiting: int
    totals: tuple[FunderTotal, ...]
    refusals: tuple[RowRefused, ...]
    next: int | None = None
    proposal: str | None = None


@dataclass
class Csv(Operation):
    """The document says what the handler takes as it comes: a file, not JSON."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, description="UTF-8 or CP932, a header, CRLF or LF")
        self.request_body = RequestBody(
            content={"text/csv": OpenAPIMediaType(schema=schema)}, required=True
        )


def import_told(found: ImportTold, names: Names) -> Import:
    """An import under opaque names."""
    told = structs.asdict(found)
    proposal_id = told.pop("proposal_id")
    proposal = names.seal("proposal", 0, proposal_id) if proposal_id is not None else None
    return Import(**told, proposal=proposal)


@post(
    "/v1/admin/imports",
    requires="members:write points:adjust",
    status_code=202,
    operation_class=Csv,
    responses=answers(
        202, Import, Validation, TooLarge, UnsupportedMediaType, FileNotClean, ScannerAway
    ),
)
async def post_import(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    names: NamedDependency[Names],
    clerk: NamedDependency[AsyncConnection],
    importing: NamedDependency[Importing],
    clock: NamedDependency[Now],
    scan: NamedDependency[Scan],
) -> Response[Import]:
    """Send members with the balances they bring; bad rows hold up nobody. / 会員の一括登録"""
    content, parties = await scan(await request.body()), await mall.parties()
    async with clerk.transaction():
        found, is_new = await imports.receive(clerk, content, parties, caller.client_id, clock())
    importing.wake()
    headers = {"cache-control": "no-store"}
    if not is_new:
        headers["idempotent-replayed"] = "true"
    return Response(import_told(found, names), status_code=202, headers=headers)


@get(
    "/v1/admin/imports/{file:str}",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_import(
    file: FromPath[str],
    names: NamedDependency[Names],
    worker: NamedDependency[AsyncConnection],
    after: FromQuery[int] = 0,
    limit: Most = 200,
) -> Import:
    """How far a file of members is, and which rows were refused. / 一括登録の結果"""
    return import_told(await imports.read(worker, file, after, limit), names)


ROUTES: list[HTTPRouteHandler] = [post_import, get_import]
