"""Is it alive, is it ready: for the balancer, and for whoever is on call at 3 a.m."""

from collections.abc import Callable

import psycopg
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from deploy import soundness
from deploy.clock import Clock, FileClock
from deploy.migrate import names
from deploy.pools import Pools
from deploy.sealer import Sealer
from federation.desk import Desk

APPLIED = "SELECT name FROM deploy.migrations"


class Ready(Struct, frozen=True):
    """Whether this process serves, and if not, why not; which clock it goes by; and whether heads
    of the journal leave the database, signed, or nowhere."""

    ready: bool
    clock: str
    heads: str
    reasons: tuple[str, ...] = ()


class Alive(Struct, frozen=True):
    """This process answers."""

    alive: bool = True


@get("/health/live", requires="anyone", sync_to_thread=False)
def get_live() -> Alive:
    """This process answers. / 生存確認"""
    return Alive()


@get(
    "/health/ready",
    requires="anyone",
    responses={503: ResponseSpec(Ready, description="not ready", generate_examples=False)},
)
async def get_ready(
    pools: NamedDependency[Pools],
    desk: NamedDependency[Desk],
    clock: NamedDependency[Clock],
    sealer: NamedDependency[Sealer],
    draining: NamedDependency[Callable[[], bool]],
) -> Response[Ready]:
    """This process takes requests: its database is safe, its role has no powers. / 準備確認"""
    reasons = ["draining"] if draining() else await unfit(pools)
    named = "file" if isinstance(clock, FileClock) else "system"
    heads = "signed" if sealer.signs else "off"
    told = Ready(not reasons, named, heads, tuple(reasons))
    return Response(told, status_code=200 if told.ready else 503)


async def unfit(pools: Pools) -> list[str]:
    """What makes this instance unfit: an unsafe setting, a role with powers, no database, or a
    schema that lacks what this version was made for. One that has more is a newer version's."""
    try:
        async with pools.use("gate") as conn:
            reasons = await soundness.faults(conn)
        applied = await known_migrations(pools)
    except Exception:
        return ["database"]
    if not names() <= applied:
        reasons.append("schema")
    return reasons


async def known_migrations(pools: Pools) -> set[str]:
    """What was applied; nothing, where the schema is too old to be asked."""
    try:
        async with pools.use("gate") as conn:
            return {row[0] for row in await (await conn.execute(APPLIED)).fetchall()}
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable):
        return set()


ROUTES: list[HTTPRouteHandler] = [get_live, get_ready]
