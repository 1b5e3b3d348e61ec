"""What a till sends when it is back: its key, its files; and what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Raw, Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from tenants import batches, till_keys
from tenants.answers_api import Problem, answers
from tenants.batches import Batch, Received, Suspense
from tenants.callers import Caller
from tenants.outcomes import Gap
from tenants.receipts import ReceiptKey
from tenants.refusals import FileNotClean, ScannerAway
from tenants.scanning import Scan
from tenants.till_keys import Enrolled, Enrolment
from tenants.uploads import Uploads

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
Most = Annotated[int, QueryParameter(ge=1, le=200)]


class LineTold(Struct, frozen=True, omit_defaults=True):
    """What became of one line; `answer` or `problem` is what its slip is answered for ever."""

    line: int
    state: Literal["booked", "refused", "repeat", "waiting", "received"]
    seq: int | None = None
    slip: str | None = None
    kind: str | None = None
    status: int | None = None
    answer: Raw | None = None  # as online: a Receipt, or a reversal's Reversed
    problem: Problem | None = None
    borne_points: int = 0
    skew_seconds: int = 0
    gap: Gap | None = None
    signature_ok: bool | None = None
    prev_ok: bool | None = None
    waits_for: Literal["card", "original"] | None = None
    until: date | None = None
    receipt: str | None = None  # the hub's word on it: a JWS, docs/offline.md


class BatchTold(Struct, frozen=True):
    """A batch as the document describes it; the hub sends each outcome as the bytes it kept."""

    batch: str
    lines: int
    state: Literal["open", "settled"]
    received_at: datetime
    counts: dict[str, int]
    borne_points: int
    outcomes: tuple[LineTold, ...]
    next: str | None


@dataclass
class Upload(Operation):
    """The document says what the handler takes as it comes: lines, not JSON."""

    def __post_init__(self) -> None:
        lines = Schema(type=OpenAPIType.STRING, description="docs/offline.md")
        self.request_body = RequestBody(
            content={"application/x-ndjson": OpenAPIMediaType(schema=lines)}, required=True
        )


@post(
    "/v1/till-enrolments",
    requires="anyone",
    cache_control=NO_STORE,
    responses=answers(201, None, NotFound, Validation, TooLarge, UnsupportedMediaType),
)
async def post_enrolment(
    data: JSONBody[Enrolment],
    stranger: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    wall: NamedDependency[Now],
) -> Enrolled:
    """Make a key a till's own, with a code that works once. / レジ鍵の登録"""
    return await till_keys.enrol(stranger, data, wall(), clock())


@post(
    "/v1/batches",
    requires="points:upload",
    status_code=202,
    operation_class=Upload,
    responses=answers(
        202, Received, Validation, TooLarge, UnsupportedMediaType, FileNotClean, ScannerAway
    ),
)
async def post_batch(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    uploads: NamedDependency[Uploads],
    scan: NamedDependency[Scan],
) -> Response[Received]:
    """Send what was booked offline; kept for good when it is answered. / 一括送信"""
    received, is_new = await uploads.receive(caller, await scan(await request.body()))
    headers = {"cache-control": "no-store"}
    if not is_new:
        headers["idempotent-replayed"] = "true"
    return Response(received, status_code=202, headers=headers)


@get(
    "/v1/batches/{batch_id:str}",
    requires="points:upload",
    cache_control=NO_STORE,
    responses=answers(200, BatchTold, NotFound, Validation),
)
async def get_batch(
    batch_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    receipt_key: NamedDependency[ReceiptKey],
    after: FromQuery[str | None] = None,
    limit: Most = 200,
) -> Batch:
    """What became of each line of a file. / 一括送信の結果"""
    return await batches.read(reader, caller, names, receipt_key, batch_id, after, limit)


@get(
    "/v1/suspense",
    requires="points:upload",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_suspense(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Suspense:
    """Lines that wait for a card to become known or for the slip they undo. / 保留一覧"""
    return await batches.suspense(reader, caller, names, after, limit)


ROUTES: list[HTTPRouteHandler] = [post_enrolment, post_batch, get_batch, get_suspense]
