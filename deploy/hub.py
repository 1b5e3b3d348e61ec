"""One process of the hub: everything it holds, started in order and left in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import psycopg
from auth import bell, keys
from auth.gate import Gate
from auth.keys import Keys
from auth.recheck import recheck
from auth.refusals import InvalidToken
from auth.server import TokenServer
from auth.token_api import TokenDesk
from federation.checks import broken
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import Refusal
from psycopg import AsyncConnection
from tenants import mall
from tenants.mall import Mall
from tenants.terms import Till

from deploy.clock import clock, wall
from deploy.pools import Pools
from deploy.settings import Settings

log = logging.getLogger("meguri.hub")
HOUR = 3600.0
MONTHS = 3


class Hub:
    """What a process serves with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = clock(settings.clock)
        self.pools = Pools(settings)
        self.names = Names(settings.secret)
        self.desk = Desk(self.pools.desk, self.clock, self.names, look_again, self.forget)
        self.mall = Mall(lambda: self.pools.use("counter"), lambda: self.desk.moved)
        self.keys = Keys(lambda: self.pools.use("app"), settings.secret, wall)
        self.gate = Gate(
            settings.issuer,
            self.keys,
            lambda: self.pools.use("counter"),
            wall,
            lambda: self.desk.moved,
        )
        server = TokenServer(
            settings.issuer,
            lambda: psycopg.connect(settings.url("app"), autocommit=True),
            wall,
        )
        self.tokens = TokenDesk(server, self.keys)
        self.draining = False

    def forget(self) -> None:
        """A door was shut or a term changed: who comes in, and at which till, is asked afresh."""
        self.gate.forget()
        self.mall.forget()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the pools, keep the months and the keys, begin to book; at the end, book what waits."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.pools)
            await self._keep()
            for work in (self._hourly(), bell.listen(self.settings.redis_url, self.forget)):
                stack.push_async_callback(ended, asyncio.create_task(work))
            self.desk.start()
            stack.push_async_callback(self.desk.drain)
            yield

    async def _hourly(self) -> None:
        while True:
            await asyncio.sleep(HOUR)
            try:
                await self._keep()
            except (psycopg.Error, OSError):
                log.warning("the hourly round was missed")

    async def _keep(self) -> None:
        """Partitions for the months that come, and signing keys that are young enough."""
        async with self.pools.use("worker") as conn:
            await conn.execute(
                "SELECT federation.open_months(%s, %s)", (self.clock().date(), MONTHS)
            )
            await keys.keep(conn, self.settings.secret, wall())

    async def broken(self, conn: AsyncConnection) -> list[str]:
        """The promises of the books that do not hold."""
        return [f"{one.promise}: {one.id} ({one.off:+})" for one in await broken(conn)]


async def look_again(
    conn: AsyncConnection, tills: Sequence[Till], moved: int
) -> list[Till | Refusal]:
    """What the desk asks when a door has moved: is the client still one of ours, the till still on."""
    clients = await recheck(conn, [till.client_id for till in tills])
    found = await mall.again(conn, tills, moved)
    return [
        fresh if clients[till.client_id] else InvalidToken()
        for till, fresh in zip(tills, found, strict=True)
    ]


async def ended(task: asyncio.Task[None]) -> None:
    """Stop a background task and wait until it is gone."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
