"""Connections: a small pool per serving role, and the desk's own."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from deploy.settings import Settings

# The desk's statements are few and always the same: planning a look takes longer than the look.
DESKS_PLANS = "SET plan_cache_mode = force_generic_plan"
SEALERS_LIMITS = " ".join(
    f"-c {name}={limit}"
    for name, limit in {
        "statement_timeout": "10s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
        "idle_session_timeout": "20s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "2",
    }.items()
)
# So many wait for each connection of a pool; whoever comes then is told 503 at once, and not after
# having waited in vain (T-19). A read takes some milliseconds: the last of these waits a moment.
WAITING_EACH = 64
SIZES = {"app": 7, "gate": 2, "counter": 4, "worker": 3, "auditor": 2, "door": 4}
# Keys and proofs are looked up, and readiness is told, on lines of their own: were they to wait
# behind readers, a crowd of readers would keep tills from booking and the hub out of service.
ROLES = {"gate": "app"}
# Beside the pools: lines of their own, as long as their work takes.
LINES = {"desk": 1, "sealer": 1, "messenger": 1, "queue": 2, "jobs": 3}
CONNECTIONS = sum(SIZES.values()) + sum(LINES.values())  # the most that a process opens


class Pools:
    """The pools of one process; each opens with the process and closes with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pools = {
            name: AsyncConnectionPool(
                settings.url(ROLES.get(name, name)),
                min_size=0,
                max_size=size,
                open=False,
                timeout=5,
                max_waiting=size * WAITING_EACH,
                kwargs={"autocommit": True, "application_name": f"meguri {name}"},
                name=name,
            )
            for name, size in SIZES.items()
            if name != "door"
        }
        self._door = ConnectionPool(
            settings.url("app"),
            min_size=0,
            max_size=SIZES["door"],
            open=False,
            timeout=5,
            kwargs={"autocommit": True, "application_name": "meguri door"},
            name="door",
        )

    async def __aenter__(self) -> "Pools":
        async with AsyncExitStack() as stack:
            self._door.open()
            stack.callback(self._door.close)
            for pool in self._pools.values():
                await pool.open()
                stack.push_async_callback(pool.close)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def door(self) -> AbstractContextManager[Connection]:
        """A connection for the token endpoint, which works in threads."""
        return self._door.connection()

    async def desk(self) -> AsyncConnection:
        """A connection for the booking desk, in autocommit: its BEGIN stands in plain sight."""
        conn = await AsyncConnection.connect(
            self._settings.url("desk"),
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=5,
            application_name="meguri desk",
        )
        await conn.execute(DESKS_PLANS)  # no start-up parameter: poolers refuse those
        return conn

    async def sealer(self) -> AsyncConnection:
        """A connection for the sealer, whose session holds the lock: one that falls silent is ended
        by the server, so that another takes over within the minute."""
        return await AsyncConnection.connect(
            self._settings.url("sealer"),
            autocommit=True,
            connect_timeout=5,
            application_name="meguri sealer",
            options=SEALERS_LIMITS,
        )

    async def messenger(self) -> AsyncConnection:
        """A connection for the messenger, whose session holds a lock as the sealer's does."""
        return await AsyncConnection.connect(
            self._settings.url("worker"),
            autocommit=True,
            connect_timeout=5,
            application_name="meguri messenger",
            options=SEALERS_LIMITS,
        )

    async def job(self) -> AsyncConnection:
        """A connection that holds the lock of a job while it runs."""
        return await AsyncConnection.connect(
            self._settings.url("worker"),
            autocommit=True,
            connect_timeout=5,
            application_name="meguri job",
            options=SEALERS_LIMITS,
        )

    @asynccontextmanager
    async def use(self, name: str) -> AsyncIterator[AsyncConnection]:
        """A connection of a pool, in a transaction of its own."""
        async with self._pools[name].connection() as conn, conn.transaction():
            yield conn

    @asynccontextmanager
    async def bare(self, name: str) -> AsyncIterator[AsyncConnection]:
        """A connection of a pool in autocommit, for work that commits in stages."""
        async with self._pools[name].connection() as conn:
            yield conn

    @asynccontextmanager
    async def reader(self, tenant_id: int) -> AsyncIterator[AsyncConnection]:
        """A reading transaction that has named its tenant: it sees that tenant's rows alone."""
        async with self.use("app") as conn:
            await conn.execute("SELECT set_config('meguri.tenant', %s, true)", (str(tenant_id),))
            yield conn

    @asynccontextmanager
    async def placed(self, shops: frozenset[int]) -> AsyncIterator[AsyncConnection]:
        """A reading transaction that has named its shops: it sees the rows of these alone."""
        async with self.use("app") as conn:
            named = "{" + ",".join(map(str, sorted(shops))) + "}"
            await conn.execute("SELECT set_config('meguri.shops', %s, true)", (named,))
            yield conn
