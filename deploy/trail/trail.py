"""記録する: the trail of one process. A write's row stands in the write's own transaction, or
before it where it has none; looks and refusals are kept together in a moment, so
that nobody waits for them.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from deploy.trail.acts import Act
from federation.sql import statement

KEEP = statement(__file__, "keep")
LINK = "SELECT audit.link(1000)"
A_MOMENT = 0.2  # seconds
AGAIN = 1.0
MOST_WAITING = 20_000
AT_ONCE = 500
REFUSALS_A_MINUTE = 60  # of one actor; whoever knocks more often is noted no more often

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
log = logging.getLogger("meguri.trail")


async def keep(conn: AsyncConnection, acts: Sequence[Act]) -> None:
    """Keep acts, in the transaction that there is."""
    await conn.execute(KEEP, {"acts": msgspec.json.encode(acts).decode()})


class Trail:
    """What waits to be kept, and who keeps it."""

    def __init__(self, connect: Connect, now: Callable[[], datetime]) -> None:
        self._connect = connect
        self.now = now
        self._waiting: deque[Act] = deque()
        self._some = asyncio.Event()
        self._turn = asyncio.Lock()
        self._knocks: Counter[str] = Counter()
        self._minute = ""
        self.lost = 0

    async def begin(self, act: Act) -> None:
        """Keep an act before it is done: what cannot be noted is not begun."""
        async with self._connect() as conn:
            await keep(conn, [act])

    def note(self, act: Act) -> None:
        """Keep an act in a moment."""
        if len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            log.error("the audit trail is full", extra={"waiting": len(self._waiting)})
            return
        self._waiting.append(act)
        self._some.set()

    def refused(self, act: Act) -> None:
        """Keep that somebody was refused; so many a minute of each."""
        minute = act.at.isoformat(timespec="minutes")
        if minute != self._minute:
            self._minute = minute
            self._knocks.clear()
        self._knocks[act.actor] += 1
        if self._knocks[act.actor] <= REFUSALS_A_MINUTE:
            self.note(act)

    async def flush(self) -> None:
        """Keep what waits, and link what was kept."""
        async with self._turn:
            while self._waiting:
                some = [self._waiting[n] for n in range(min(AT_ONCE, len(self._waiting)))]
                async with self._connect() as conn:
                    await keep(conn, some)
                for _ in some:
                    self._waiting.popleft()
            async with self._connect() as conn:
                await conn.execute(LINK)

    async def close(self) -> None:
        """Keep what still waits, if the database can be had."""
        if not self._waiting:
            return
        try:
            await self.flush()
        except (psycopg.Error, PoolTimeout, OSError):
            log.error("looks and refusals were not kept", extra={"waiting": len(self._waiting)})

    async def keep_noting(self) -> None:
        """Keep what waits, for as long as the process lives."""
        while True:
            await self._some.wait()
            self._some.clear()
            await asyncio.sleep(A_MOMENT)
            try:
                await self.flush()
            except (psycopg.Error, PoolTimeout, OSError):
                log.warning("the audit trail waits for its database")
                self._some.set()
                await asyncio.sleep(AGAIN)
