"""一括送信の記帳: what came in files is booked, a hundred lines at a time, through the desk.

One process at a time works for one tenant (an advisory lock). A line is judged, then booked under
its slip, then its outcome is kept: wherever a process dies, the next goes on, and a slip that was
booked already gives its stored answer. So nothing is lost and nothing is booked twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from federation import days
from federation.desk import Desk
from federation.refusals import OverLimit, Refusal
from federation.slips import Answer, Asked, Order, Rule
from federation.sql import statement
from tenants.batches import Received, receive
from tenants.callers import Caller
from tenants.judging import Line, answered, judge, take
from tenants.mall import Mall
from tenants.offline_lines import KINDS
from tenants.outcomes import Settled, settled, waits

OPEN = statement(__file__, "open_batches")
SETTLE_LINES = statement(__file__, "settle_lines")
SETTLE_BATCHES = statement(__file__, "settle_batches")
LOCK = 0x75706C64  # "upld"
TRY_LOCK = "SELECT pg_try_advisory_lock(%s, %s)"
UNLOCK = "SELECT pg_advisory_unlock(%s, %s)"
AT_ONCE = 100
EVERY_SECONDS = 1.0
BUSY = 503
NOT_FOUND = 404

log = logging.getLogger("meguri.uploads")

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Now = Callable[[], datetime]
Own = Callable[[int], AbstractAsyncContextManager[AsyncConnection]]
Active = Callable[[AsyncConnection, Sequence[str]], Awaitable[dict[str, bool]]]


class Uploads:
    """Books files in the background of one process."""

    def __init__(
        self,
        connect: Connect,
        own: Own,
        desk: Desk,
        mall: Mall,
        active: Active,
        clock: Now,
    ) -> None:
        """`connect` gives a worker's connection in autocommit, `own` a transaction that has named
        its tenant; `active` says which clients are."""
        self._connect = connect
        self._own = own
        self._desk = desk
        self._mall = mall
        self._active = active
        self._clock = clock
        self._wake = asyncio.Event()

    async def receive(self, caller: Caller, content: bytes) -> tuple[Received, bool]:
        """Keep a file for good, and begin to book it; and whether it was new."""
        async with self._own(caller.tenant_id) as conn:
            received = await receive(conn, caller, content, self._clock())
        self._wake.set()
        return received

    async def keep_booking(self) -> None:
        """Look every second, and whenever a file comes, as long as the process lives."""
        while True:
            went_on = False
            try:
                went_on = await self.round()
            except (psycopg.Error, PoolTimeout, OSError) as missed:
                log.warning("files wait for the database", extra={"reason": type(missed).__name__})
            except Exception:
                log.exception("an upload stumbled")
            if not went_on:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), EVERY_SECONDS)
                self._wake.clear()

    async def round(self) -> bool:
        """At most a hundred lines of each tenant; whether there may be more to do at once."""
        async with self._connect() as conn:
            open_ = [row[0] for row in await (await conn.execute(OPEN)).fetchall()]
        return any([await self._alone(tenant_id) for tenant_id in open_])

    async def _alone(self, tenant_id: int) -> bool:
        """Work for a tenant while no other process does."""
        async with self._connect() as conn:
            lock = (LOCK, tenant_id % 2**31)
            row = await (await conn.execute(TRY_LOCK, lock)).fetchone()
            if row is None or not row[0]:
                return False
            try:
                return await self._some(conn, tenant_id)
            finally:
                if not conn.closed:
                    await conn.execute(UNLOCK, lock)

    async def _some(self, conn: AsyncConnection, tenant_id: int) -> bool:
        """Judge the next lines, book them, keep what became of them."""
        now = self._clock()
        async with conn.transaction():
            lines = await take(conn, tenant_id, now, AT_ONCE)
            vouched = await self._vouched(conn, lines)
            await judge(conn, tenant_id, lines, self._mall, vouched)
        kept = [settled(line, line.refused) for line in lines if line.refused is not None]
        sound = [line for line in lines if line.refused is None]
        undoing = [line for line in sound if line.asked is not None and line.asked.original]
        doing = [line for line in sound if line.asked is not None and not line.asked.original]
        kept += await self._book_all(doing, now)
        arrived, patient = await self._arrived(conn, undoing, now)
        kept += [waits(line, "original") for line in patient]
        kept += await self._book_all(arrived, now)
        async with conn.transaction():
            if kept:
                rows = msgspec.json.encode(kept).decode()
                await conn.execute(SETTLE_LINES, {"settled": rows})
            if len(lines) < AT_ONCE:
                await conn.execute(SETTLE_BATCHES, {"tenant_id": tenant_id})
        waited = {line.number for line in lines if line.state == "waiting"}
        return any(one.state != "waiting" or one.number not in waited for one in kept)

    async def _vouched(self, conn: AsyncConnection, lines: Sequence[Line]) -> dict[str, int]:
        """The doors' counter at which the clients that brought these lines were active."""
        seen = self._desk.moved
        active = await self._active(conn, sorted({line.client_id for line in lines}))
        return {client: seen for client, is_active in active.items() if is_active}

    async def _arrived(
        self, conn: AsyncConnection, undoing: Sequence[Line], now: datetime
    ) -> tuple[list[Line], list[Line]]:
        """Lines about a slip that has come or never will, and those that wait for it: a reversal
        in a file never cancels a slip that may still be on its way."""
        keys = [original_of(line) for line in undoing]
        known = await answered(conn, keys) if keys else set()
        arrived: list[Line] = []
        patient: list[Line] = []
        for line, key in zip(undoing, keys, strict=True):
            ready = key in known or line.known_before or over(line, now)
            (arrived if ready else patient).append(line)
        return arrived, patient

    async def _book_all(self, lines: Sequence[Line], now: datetime) -> list[Settled]:
        """What became of each; a line for which the desk had no time is left for the next round."""
        kept = await asyncio.gather(*(self._book(line, now) for line in lines))
        return [one for one in kept if one is not None]

    async def _book(self, line: Line, now: datetime) -> Settled | None:
        """One line through the desk, as its till would have asked."""
        assert line.asked is not None
        assert line.signed is not None
        rule = offline(KINDS[line.signed.envelope.kind].rule, line)
        try:
            answer = await self._desk.book(line.asked, rule, line.till, offline=True)
        except Refusal as refused:
            answer = Answer(refused.status, refused.body())
        if answer.status == BUSY:
            return None
        if answer.status == NOT_FOUND and b'"pointer":"/card"' in answer.body:
            return settled(line, answer) if over(line, now) else waits(line, "card")
        return settled(line, answer)


def offline(rule: Rule, line: Line) -> Rule:
    """The rule of a call for a line of a file: in time, within what was agreed, then as ever."""

    def judged(asked: Asked, till: Any, facts: Any) -> Order:
        days.admit_late(asked.business_date, line.received_on)
        if line.over_limit:
            raise OverLimit
        return rule(asked, till, facts)

    return judged


def original_of(line: Line) -> tuple[int, str]:
    """The slip that a reversal or a return is about."""
    assert line.asked is not None
    assert isinstance(line.asked.original, str), "a line names a slip"
    return line.slip_key[0], line.asked.original


def over(line: Line, now: datetime) -> bool:
    """Whether nothing can come any more that a line might wait for."""
    assert line.asked is not None
    return line.asked.business_date < days.day_of(now) - days.OFFLINE_DAYS
