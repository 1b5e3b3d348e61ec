"""Is it alive, is it ready: for the balancer, and for whoever is on call at 3 a.m."""

from collections.abc import Callable

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from deploy.clock import Clock, FileClock
from deploy.pools import Pools
from deploy.sealer import Sealer
from federation.desk import Desk

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
SETTINGS = (
    "SELECT name, setting FROM pg_settings "
    "WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
)
POWERS = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


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


@get("/health/ready", requires="anyone")
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
    """What makes this instance unfit: an unsafe setting, a role with powers, no database."""
    try:
        async with pools.use("app") as conn:
            settings = dict(await (await conn.execute(SETTINGS)).fetchall())
            powers = await (await conn.execute(POWERS)).fetchone()
    except Exception:
        return ["database"]
    reasons = [name for name, safe in SAFE.items() if settings.get(name) != safe]
    if powers is None or powers[0]:
        reasons.append("role")
    return reasons


ROUTES: list[HTTPRouteHandler] = [get_live, get_ready]
