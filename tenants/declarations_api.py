"""宣言のAPI: weather and the like, declared for a slot, listed, withdrawn."""

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants import declaring
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.declaring import Declare, Declared
from tenants.reading_api import NO_STORE, Most
from tenants.refusals import AlreadyWithdrawn
from tenants.rules import Funder
from tenants.undoing import Reason

Now = Callable[[], datetime]


class DeclarationTold(Struct, frozen=True, omit_defaults=True):
    """A declaration: the rule that its grants name, its slot, who declared it and why."""

    declaration: str
    rule: str
    code: str
    from_at: datetime
    to_at: datetime
    tenths: int
    funders: dict[Funder, int]
    author: str
    reason: str
    declared_at: datetime
    facility: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_for: str | None = None


class Declarations(Struct, frozen=True):
    """A page of declarations, the newest first; `next` leads to older ones."""

    declarations: tuple[DeclarationTold, ...]
    next: str | None


class Withdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a declaration holds no more."""

    reason: Reason


@post(
    "/v1/admin/declarations",
    requires="admin:write",
    responses=answers(201, None, NotFound, *ANY_JSON),
)
async def post_declaration(
    data: JSONBody[Declare],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> DeclarationTold:
    """Declare rain or the like for a slot: sales in it earn a multiple. / 天候などの宣言"""
    return told(await declaring.declare(worker, data, caller.client_id, clock()), names)


@get(
    "/v1/admin/declarations",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_declarations(
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Declarations:
    """What was declared, and what was withdrawn. / 宣言の一覧"""
    before = names.open("declaration", after)[1] if after is not None else None
    found = await declaring.listed(auditor, before=before, most=limit + 1)
    last = found[limit - 1].declaration_id if len(found) > limit else None
    more = names.seal("declaration", 0, last) if last is not None else None
    return Declarations(tuple(told(one, names) for one in found[:limit]), more)


@post(
    "/v1/admin/declarations/{declaration:str}/withdrawal",
    requires="admin:write",
    status_code=200,
    responses=answers(200, None, NotFound, AlreadyWithdrawn, *ANY_JSON),
)
async def post_declaration_withdrawal(
    declaration: FromPath[str],
    data: JSONBody[Withdrawal],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> DeclarationTold:
    """It holds no more; what was booked by it stays booked. / 宣言の取下げ"""
    _, declaration_id = names.open("declaration", declaration)
    who = caller.client_id
    left = await declaring.withdraw(worker, declaration_id, data.reason, who, clock())
    return told(left, names)


def told(one: Declared, names: Names) -> DeclarationTold:
    """A declaration under an opaque name."""
    return DeclarationTold(
        declaration=names.seal("declaration", 0, one.declaration_id),
        rule=f"weather:{one.code}:{one.declaration_id}",
        code=one.code,
        from_at=one.from_at,
        to_at=one.to_at,
        tenths=one.tenths,
        funders=dict(one.funders),
        author=one.author,
        reason=one.reason,
        declared_at=one.declared_at,
        facility=one.facility,
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=one.withdrawn_by,
        withdrawn_for=one.withdrawn_for,
    )


ROUTES: list[HTTPRouteHandler] = [post_declaration, get_declarations, post_declaration_withdrawal]
