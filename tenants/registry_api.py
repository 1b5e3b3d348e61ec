"""端末台帳のAPI: every till and its key; and a till that was lost, stopped for whoever has it."""

from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants import layout
from tenants.answers_api import answers
from tenants.codes_api import ANY_JSON
from tenants.reading_api import NO_STORE, Most
from tenants.undoing import Reason

REGISTRY = statement(__file__, "till_registry")


class TillListed(Struct, frozen=True, omit_defaults=True):
    """One till: where it stands, whether it is on, and the key it signs with."""

    tenant: str
    till: str
    shop: str
    state: str
    kid: str | None = None
    enrolled_at: datetime | None = None


class Registry(Struct, frozen=True):
    """A page of tills by tenant and code; `next` is the `after` of the following one."""

    tills: tuple[TillListed, ...]
    next: str | None


class Lost(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a till is stopped."""

    reason: Reason


@get(
    "/v1/admin/tills",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_tills(
    auditor: NamedDependency[AsyncConnection],
    tenant: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Registry:
    """Every till with its shop, state and key. / 端末台帳"""
    if not ((tenant or "") + (after or "")).isprintable():
        raise NotFound
    after_tenant, _, after_till = (after or "").partition("/")
    asked = {
        "tenant": tenant, "after_tenant": after_tenant, "after_till": after_till,
        "most": limit + 1,
    }  # fmt: skip
    async with auditor.cursor(row_factory=class_row(TillListed)) as cursor:
        await cursor.execute(REGISTRY, asked)
        found = await cursor.fetchall()
    last = found[limit - 1] if len(found) > limit else None
    return Registry(tuple(found[:limit]), f"{last.tenant}/{last.till}" if last else None)


@post(
    "/v1/admin/tills/{tenant:str}/{till:str}/revoke",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, NotFound, *ANY_JSON),
)
async def post_till_revoked(
    tenant: FromPath[str],
    till: FromPath[str],
    data: JSONBody[Lost],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """Stop a till that was lost; the desk refuses its next slip. / 紛失端末の停止"""
    assert data.reason  # which the trail keeps
    known = (tenant + till).isprintable()
    if not known or await layout.stop_till(worker, tenant, till) is None:
        raise NotFound
    await layout.moved(worker)


ROUTES: list[HTTPRouteHandler] = [get_tills, post_till_revoked]
