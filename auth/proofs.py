"""Each proof counts once, in every process: remembered in Redis, and in PostgreSQL without it.

A nonce names the memory in which its proof counts, so that no proof counts in two: when Redis goes
away, or comes back with nothing in it, whoever brings a nonce of the memory that is gone is asked
to make a proof with another.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import redis
from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from auth import dpop
from auth.dpop import MEMORY, Nonces, NotProved
from auth.keys import Reader
from federation.sql import statement

REMEMBER = statement(__file__, "remember_proof")
KEPT = timedelta(seconds=150)  # longer than a proof is good for, before and after its `iat`
NAME = "meguri:dpop:memory"
PATIENCE = 1.0  # seconds
AWAY = 5.0  # seconds during which nobody asks Redis again
TABLE = b"database"
NO_RETRY = Retry(NoBackoff(), 0)

log = logging.getLogger("meguri.proofs")


class Possession(Struct, frozen=True):
    """Whose key was proved, and the nonce for the next proof where the last is growing old."""

    jkt: str
    nonce: str | None


class Memory:
    """What was shown before."""

    def __init__(self, redis_url: str | None, writer: Reader, now: Callable[[], datetime]) -> None:
        self._redis = redis_url and Redis.from_url(
            redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=NO_RETRY
        )
        self._writer = writer
        self._now = now
        self._away_until = 0.0

    async def close(self) -> None:
        """Leave Redis."""
        if self._redis:
            await self._redis.aclose()

    async def name(self) -> bytes:
        """The memory that counts now: Redis as long as it keeps its name, else the table."""
        if self._redis and time.monotonic() >= self._away_until:
            try:
                await self._redis.set(NAME, secrets.token_hex(MEMORY // 2), nx=True)
                named = await self._redis.get(NAME)
                if isinstance(named, bytes) and len(named) == MEMORY:
                    return named
            except (redis.RedisError, OSError):
                self._gone()
        return TABLE

    async def first(self, memory: bytes, jkt: str, jti: str) -> bool | None:
        """Whether this is the first time it is shown; None where that memory is gone."""
        digest = hashlib.sha256(f"{jkt} {jti}".encode()).digest()
        if memory == TABLE:
            row = {"proof_sha256": digest, "expires_at": self._now() + KEPT}
            async with self._writer() as conn:
                return (await conn.execute(REMEMBER, row)).rowcount == 1
        if not self._redis or time.monotonic() < self._away_until:
            return None
        try:
            async with self._redis.pipeline(transaction=True) as both:
                _ = both.get(NAME), both.set(f"meguri:dpop:{digest.hex()}", b"", nx=True, ex=KEPT)
                named, fresh = await both.execute()
        except (redis.RedisError, OSError):
            self._gone()
            return None
        return bool(fresh) if named == memory else None

    def _gone(self) -> None:
        log.warning("proofs are remembered without Redis")
        self._away_until = time.monotonic() + AWAY


class Proofs:
    """Looks at the proofs beside requests, for one process."""

    def __init__(
        self, issuer: str, secret: str, memory: Memory, now: Callable[[], datetime]
    ) -> None:
        self._issuer = issuer
        self._nonces = Nonces(secret)
        self.memory = memory
        self._now = now

    async def check(
        self, headers: Sequence[str], method: str, path: str, token: str | None = None
    ) -> Possession:
        """Whose key is proved for this request, with a nonce of ours, for the first time."""
        now = self._now()
        proved = dpop.prove(headers, method, self._issuer + path, token, now)
        memory = self._nonces.read(proved.nonce, now)
        if memory is None:
            raise NotProved("use_dpop_nonce", await self.nonce())
        match await self.memory.first(memory, proved.jkt, proved.jti):
            case None:
                raise NotProved("use_dpop_nonce", await self.nonce())
            case False:
                raise NotProved("invalid_dpop_proof")
        young = proved.nonce == self._nonces.make(memory, now)
        return Possession(proved.jkt, None if young else await self.nonce())

    async def nonce(self) -> str:
        """A nonce for the next proof."""
        return self._nonces.make(await self.memory.name(), self._now())
