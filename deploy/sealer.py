"""The sealer's place in a hub: one session numbers the journal, every other stands by for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date

import psycopg
from psycopg import AsyncConnection

from deploy.clock import Clock
from deploy.heads import HeadsFile
from federation import journal
from federation.days import day_of
from federation.journal import Head, Rewritten

EVERY_SECONDS = 1.0

log = logging.getLogger("meguri.sealer")


class Sealer:
    """Numbers what was booked, each second, where it holds the lock; else waits until it does."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncConnection]],
        clock: Clock,
        heads: HeadsFile | None,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._heads = heads
        self._ended: date | None = None  # the day up to which heads are written

    @property
    def signs(self) -> bool:
        """Whether the heads of the days leave the database."""
        return self._heads is not None

    async def keep_sealing(self) -> None:
        """Seal as long as the process lives, whatever becomes of the database."""
        if self._heads is None:
            log.warning("MEGURI_HEADS is not set: no head of the journal leaves the database")
        while True:
            try:
                async with await self._connect() as conn:
                    await self._seal(conn)
            except (psycopg.Error, OSError) as lost:
                log.warning("the sealer begins again", extra={"reason": type(lost).__name__})
            except Exception:
                log.exception("the sealer stumbled")
            await asyncio.sleep(EVERY_SECONDS)

    async def _seal(self, conn: AsyncConnection) -> None:
        """Wait for the lock; then number and number again, until the connection is lost."""
        while not await journal.alone(conn):  # noqa: ASYNC110  whoever holds it is elsewhere
            await asyncio.sleep(EVERY_SECONDS)
        self._ended, head = None, None
        while True:
            head = await self._round(conn, head)

    async def _round(self, conn: AsyncConnection, last: Head | None) -> Head:
        """Number what waits, then end the days that are over; with nothing left to do, a second's
        rest. A journal that somebody rewrote is not written on, and the watch calls for people."""
        today = day_of(self._clock())
        try:
            head, numbered = await journal.number(conn, last)
        except Rewritten:
            log.critical("the journal was rewritten while it was being sealed")
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                await conn.execute("SELECT 1")
        if numbered < journal.MOST:
            if self._ended != today:
                await journal.end_days(conn, today)
                if self._heads is not None:
                    known = await asyncio.to_thread(self._heads.last_day)
                    heads = await journal.heads(conn, known)
                    await asyncio.to_thread(self._heads.append, heads)
                self._ended = today
            await asyncio.sleep(EVERY_SECONDS)
        return head
