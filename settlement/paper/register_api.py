"""発行簿: which papers were issued, to be found by day, amount and party (電子帳簿保存法)."""

from datetime import date, datetime
from typing import Annotated

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from settlement.paper.issue import Kind
from settlement.paper.paper import Edition
from tenants.answers_api import answers
from tenants.callers import Caller

REGISTER = statement(__file__, "register")
NO_STORE = CacheControlHeader(no_store=True)
Most = Annotated[int, QueryParameter(ge=1, le=200)]
Yen = Annotated[int | None, QueryParameter(ge=-(10**12), le=10**12)]


class PaperIssued(Struct, frozen=True):
    """A paper that was issued: whose, of which closing day, what it comes to, and its SHA-256."""

    cycle: str
    closing_on: date
    party: str
    name: str
    total_yen: int
    kind: Kind
    issue: int
    edition: Edition
    issued_at: datetime
    issued_by: str
    bytes: int
    sha256: str


class Register(Struct, frozen=True):
    """A page of the papers that were issued, oldest first; `next` leads to later ones."""

    papers: tuple[PaperIssued, ...]
    next: str | None


@get(
    "/v1/settlement/papers",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_papers(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    party: FromQuery[str | None] = None,
    from_on: FromQuery[date | None] = None,
    to_on: FromQuery[date | None] = None,
    least_yen: Yen = None,
    most_yen: Yen = None,
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Register:
    """The papers that were issued to the caller, or to all for the operator. / 書類の発行簿"""
    passed = passed_by(names, caller, after)
    asked = {
        "party": party,
        "from_on": from_on,
        "to_on": to_on,
        "least_yen": least_yen,
        "most_yen": most_yen,
        "most": limit + 1,
        "passed": passed,
    }
    found = [issued(**row) for row in await rows(reader, REGISTER, asked)]
    more = len(found) > limit
    later = names.seal("cursor", caller.tenant_id, passed + limit) if more else None
    return Register(tuple(found[:limit]), later)


def issued(cycle_id: int, **rest: object) -> PaperIssued:
    """A row, its cycle named by its first day."""
    name = str(cycle_id)
    cycle = f"{name[:4]}-{name[4:6]}-{name[6:]}"
    return PaperIssued(cycle=cycle, **rest)  # type: ignore[arg-type]  # the statement's columns


def passed_by(names: Names, caller: Caller, after: str | None) -> int:
    """How many a page begins after: papers are only ever added at the end."""
    if after is None:
        return 0
    tenant_id, passed = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return passed


ROUTES: list[HTTPRouteHandler] = [get_papers]
