"""The naive hub: one call of the database per request, in a transaction of its own, through a pool.

As one would write it without a booking desk, and well: a typed Litestar handler, the product's own
gate with its remembered tokens, its own tills and its own rule; the database does the rest in one
function (`accrue_one.sql`), which writes the rows that the desk writes.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Response, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from auth.gate import OPT, Gate, provide_caller, requires
from auth.keys import Keys
from bench.options import NAIVE_POOL, PATIENT
from bench.serving import serve
from deploy.clock import wall
from deploy.pools import Pools
from deploy.settings import Settings, settings
from federation.close import CLOSE_LOCK
from federation.fingerprint import fingerprint
from federation.slips import Holder
from tenants.callers import Caller
from tenants.earning import Sale, accrual
from tenants.mall import Mall
from tenants.terms import Till

CALL = (
    "SELECT status, body FROM bench.accrue_one("
    "%s::bigint, %s::bigint, %s::text, %s::text, %s::text, %s::bytea, %s::text, %s::bigint, "
    "%s::bigint, %s::text, %s::date, %s::timestamptz, %s::date, %s::integer, %s::bigint)"
)
# No rank and no campaign: the base is all that a sale of the bench earns.
ANYBODY = Holder(0, "general", 0, 0, 0, "active", "card", "active")


def create_app(instance: Settings) -> Litestar:
    """The naive hub on a database of the bench."""
    pools = Pools(instance)
    tellers = AsyncConnectionPool(
        instance.url("desk"),
        min_size=NAIVE_POOL,
        max_size=NAIVE_POOL,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 0, "options": PATIENT},
    )
    mall = Mall(lambda: pools.use("counter"), lambda: 0)
    gate = Gate(
        instance.issuer,
        Keys(lambda: pools.use("app"), instance.secret, wall),
        lambda: pools.use("counter"),
        wall,
        lambda: 0,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with pools, tellers:
            yield

    @post("/v1/accruals", requires="points:accrue")
    async def post_accrual(
        data: JSONBody[Sale], caller: NamedDependency[Caller]
    ) -> Response[bytes]:
        """Give a member the points that this purchase earned."""
        till = await mall.till(caller, data.till)
        async with tellers.connection() as conn:
            return await booked(conn, data, till)

    app = Litestar(
        [post_accrual],
        guards=[requires],
        opt=dict(OPT),
        dependencies={"caller": Provide(provide_caller)},
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )
    app.state.gate = gate
    return app


async def booked(conn: AsyncConnection, sale: Sale, till: Till) -> Response[bytes]:
    """The rule, then the one call; autocommit makes it a transaction."""
    given = accrual(sale, till, ANYBODY)
    rows = await conn.execute(
        CALL,
        (
            *(till.tenant_id, till.shop_id, till.till, till.client_id, sale.slip),
            *(fingerprint(sale), sale.card, sale.paid_yen, given.points, sale.receipt_no),
            *(sale.business_date, sale.at, given.grants[0].expires_on, given.scheme_id),
            CLOSE_LOCK,
        ),
    )
    row = await rows.fetchone()
    assert row is not None
    return Response(
        row[1].encode(),
        status_code=row[0],
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


if __name__ == "__main__":
    serve(create_app(settings()), int(sys.argv[1]))
