"""要求の上限: how often a client and a till may ask, kept by one process and shared by all.

No request waits for Redis: a process lets in what its own bucket holds, at most a lease ahead, and
tells the shared buckets ten times a second what it let in; they answer who is shut, and for how
long. Several processes together so exceed a limit by at most a lease each. Without Redis each
keeps the limits alone. What the limits are stands in `tenants.limits`, by client, with a default.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from time import monotonic

import psycopg
import redis
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from deploy.limits.buckets import Buckets, Limit
from federation.sql import statement
from tenants.callers import Caller

LIMITS = statement(__file__, "limits")
SCRIPT = __file__.replace("limits.py", "bucket.lua")
EVERYBODY = ""
DEFAULT = (Limit(2_000, 20_000), Limit(500, 5_000))  # until the first look into the database
A_MOMENT = 0.1  # seconds
PATIENCE = 1.0
LOOK_EVERY = 30.0
AT_ONCE = 500
PREFIX = "meguri:limit:"

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
log = logging.getLogger("meguri.limits")


class Limits:
    """The limits of one process."""

    def __init__(self, redis_url: str | None, connect: Connect) -> None:
        self._redis_url = redis_url
        self._connect = connect
        self._limits: dict[str, tuple[Limit, Limit]] = {EVERYBODY: DEFAULT}
        self._looked = 0.0
        self.buckets = Buckets()

    def client(self, caller: Caller) -> int:
        """One request of a client: 0, or the seconds to wait."""
        limit, _ = self._of(caller)
        return self.buckets.take(f"{PREFIX}client:{caller.client_id}", limit, monotonic())

    def till(self, caller: Caller, till: str) -> int:
        """One request of a till, whoever speaks for it: 0, or the seconds to wait."""
        _, limit = self._of(caller)
        return self.buckets.take(f"{PREFIX}till:{caller.tenant_id}:{till}", limit, monotonic())

    def _of(self, caller: Caller) -> tuple[Limit, Limit]:
        return self._limits.get(caller.client_id) or self._limits[EVERYBODY]

    async def look(self) -> None:
        """Read what was agreed."""
        async with self._connect() as conn:
            found = await (await conn.execute(LIMITS)).fetchall()
        agreed = {who: (Limit(*rest[:2]), Limit(*rest[2:])) for who, *rest in found}
        agreed.setdefault(EVERYBODY, DEFAULT)
        # A limit that stayed is the same object, so that its buckets go on.
        self._limits = {who: self._kept(who, one) for who, one in agreed.items()}

    def _kept(self, who: str, now: tuple[Limit, Limit]) -> tuple[Limit, Limit]:
        before = self._limits.get(who)
        return before if before == now else now

    async def keep_telling(self) -> None:
        """Look what was agreed, and tell the shared buckets, for as long as the process lives."""
        task = asyncio.current_task()
        assert task is not None
        while not task.cancelling():  # a line that is being made swallows a cancellation
            with suppress(psycopg.Error, PoolTimeout, OSError):
                if monotonic() - self._looked > LOOK_EVERY or not self._looked:
                    await self.look()
                    self._looked = monotonic()
            if self._redis_url is None:
                self.buckets.owed()
                await asyncio.sleep(PATIENCE)
                continue
            try:
                async with line(self._redis_url) as shared:
                    await self._tell(shared)
            except (redis.RedisError, OSError):
                if self.buckets.shared:
                    log.warning("limits are kept by each process alone")
                self.buckets.shared = False
                self.buckets.owed()
                await asyncio.sleep(PATIENCE)

    async def _tell(self, shared: Redis) -> None:
        """Tell what was let in, until it is time to look again."""
        with open(SCRIPT, encoding="utf-8") as text:  # noqa: ASYNC230, PTH123  small, and local
            take = shared.register_script(text.read())
        began = monotonic()
        while monotonic() - began < LOOK_EVERY:
            owed = list(self.buckets.owed().items())
            for some in (owed[n : n + AT_ONCE] for n in range(0, len(owed), AT_ONCE)):
                known = [(key, spent, self.buckets.limit_of(key)) for key, spent in some]
                asked = [
                    number
                    for _, spent, limit in known
                    if limit is not None
                    for number in (spent, limit.per_second, limit.burst)
                ]
                keys = [key for key, _, limit in known if limit is not None]
                shut = await take(keys, asked)
                self.buckets.told(dict(zip(keys, shut, strict=True)), monotonic())
            if not owed:
                await shared.ping()
            self.buckets.shared = True
            await asyncio.sleep(A_MOMENT)


def line(redis_url: str) -> Redis:
    """A line to Redis that gives up soon."""
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
