"""退会した会員の許可: what a member allowed an app ends when the member leaves, or becomes one with
another: no refresh token, no code and no access token of it holds any more."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from federation.sql import statement
from tenants.layout import moved

END_GRANTS_OF = statement(__file__, "end_grants_of")
AGAIN_SECONDS = 1.0

log = logging.getLogger("meguri.doors")

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]


async def end_grants_of(
    conn: AsyncConnection[Any], members: Sequence[int] | None, now: datetime
) -> int:
    """End what these members allowed, or all, if they are gone; how many grants that was."""
    async with conn.transaction():
        asked = {"members": None if members is None else list(members), "now": now}
        ended = (await conn.execute(END_GRANTS_OF, asked)).rowcount
        if ended:
            await moved(conn)
        return ended


class Leavers:
    """Members who were just booked as gone, in one process; whom it forgets when it dies, the
    hourly round finds."""

    def __init__(
        self, connect: Connect, now: Callable[[], datetime], ended: Callable[[], None]
    ) -> None:
        """`ended` is called where something ended: who comes in is asked afresh."""
        self._connect = connect
        self._now = now
        self._ended = ended
        self._waiting: asyncio.Queue[Sequence[int]] = asyncio.Queue()

    def gone(self, members: Sequence[int]) -> None:
        """These were booked as gone."""
        self._waiting.put_nowait(members)

    async def done(self) -> None:
        """Wait until everything ended of those who are known to be gone."""
        await self._waiting.join()

    async def keep_ending(self) -> None:
        """End what they allowed, for as long as the process lives."""
        while True:
            members = await self._waiting.get()
            if not await self._end(members):
                await asyncio.sleep(AGAIN_SECONDS)
                self.gone(members)
            self._waiting.task_done()

    async def _end(self, members: Sequence[int]) -> bool:
        """Whether it could be done."""
        try:
            async with self._connect() as conn:
                if await end_grants_of(conn, members, self._now()):
                    self._ended()
        except (psycopg.Error, PoolTimeout, OSError) as missed:
            log.warning("grants wait for the database", extra={"reason": type(missed).__name__})
            return False
        return True
