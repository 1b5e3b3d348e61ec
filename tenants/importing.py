"""一括登録の実行: approved files are worked off in the background, each by one process."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from federation.days import day_of
from federation.desk import Desk
from federation.reading import rows
from federation.refusals import Refusal
from federation.slips import About, Answer
from federation.sql import statement
from tenants import joining
from tenants.callers import Caller
from tenants.imports import IMPORT, slip_of
from tenants.joining import Waiting
from tenants.mall import Mall
from tenants.office import OFFICE, Carry, carrying
from tenants.terms import Till
from tenants.uploads import EVERY_SECONDS, TRY_LOCK, UNLOCK, Connect, Now

OPEN = statement(__file__, "open_imports")
SETTLE_IMPORT = statement(__file__, "settle_import")
LOCK = 0x696D7074  # "impt"
AT_ONCE = 100
OPERATOR = 1
NOT_TOGETHER = (psycopg.IntegrityError, psycopg.DataError)
LATER = (401, 503)  # the desk had no time, or a door moved meanwhile: the next round asks again

log = logging.getLogger("meguri.imports")


class Importing:
    """Works off files of members in the background of one process."""

    def __init__(self, connect: Connect, desk: Desk, mall: Mall, clock: Now) -> None:
        """`connect` gives a worker's connection in autocommit."""
        self._connect = connect
        self._desk = desk
        self._mall = mall
        self._clock = clock
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A file came, or was approved."""
        self._wake.set()

    async def keep_working(self) -> None:
        """Look every second, and whenever a file comes, as long as the process lives."""
        while True:
            went_on = False
            try:
                went_on = await self.round()
            except (psycopg.Error, PoolTimeout, OSError) as missed:
                reason = type(missed).__name__
                log.warning("files of members wait for the database", extra={"reason": reason})
            except Exception:
                log.exception("a file of members stumbled")
            if not went_on:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), EVERY_SECONDS)
                self._wake.clear()

    async def round(self) -> bool:
        """A slice of each open file; whether there may be more to do at once."""
        async with self._connect() as conn:
            open_ = [row[0] for row in await (await conn.execute(OPEN)).fetchall()]
        return any([await self._alone(import_id) for import_id in open_])

    async def _alone(self, import_id: str) -> bool:
        """Work at a file while no other process does."""
        async with self._connect() as conn:
            lock = (LOCK, int(import_id[:7], 16))
            row = await (await conn.execute(TRY_LOCK, lock)).fetchone()
            if row is None or not row[0]:
                return False
            try:
                return await self._slice(conn, import_id)
            finally:
                if not conn.closed:
                    await conn.execute(UNLOCK, lock)

    async def _slice(self, conn: AsyncConnection, import_id: str) -> bool:
        """Join the next rows, then book their balances, then keep what became of them."""
        file = (await rows(conn, IMPORT, {"import_id": import_id}))[0]
        now = self._clock()
        some = await self._join(conn, import_id, now)
        bringing = [one for one in some if not one.faults and one.row.points]
        till = await self._till(file["client_id"])
        answers = await asyncio.gather(
            *(self._bring(one, import_id, file["approved_at"], till) for one in bringing)
        )
        kept = [
            {"line": one.line, "state": "booked"}
            if answer.status < 400
            else {"line": one.line, "state": "refused", "faults": [("points", slug(answer))]}
            for one, answer in zip(bringing, answers, strict=True)
            if answer.status not in LATER
        ]
        async with conn.transaction():
            await joining.settle(conn, import_id, kept)
            if len(some) < AT_ONCE and len(kept) == len(bringing):
                await conn.execute(SETTLE_IMPORT, {"import_id": import_id})
        return bool(some) and (len(kept) > 0 or not bringing)

    async def _join(self, conn: AsyncConnection, import_id: str, now: datetime) -> list[Waiting]:
        """Join the next rows; where the database will not have them together, one by one, so that
        a bad one fails alone."""
        try:
            async with conn.transaction():
                some = await joining.take(conn, import_id, AT_ONCE)
                await joining.join_all(conn, import_id, some, day_of(now), now)
                return some
        except NOT_TOGETHER:
            pass
        alone = await joining.take(conn, import_id, AT_ONCE)
        for one in alone:
            try:
                async with conn.transaction():
                    await joining.join_all(conn, import_id, [one], day_of(now), now)
            except NOT_TOGETHER:
                one.faults = [("", "broken")]
                await joining.settle(conn, import_id, [joining.settled_row(one)])
        return alone

    async def _till(self, client_id: str) -> Till:
        """The office's till, in the name of whoever brought the file."""
        seen = self._desk.moved
        caller = Caller(client_id, OPERATOR, frozenset(), None, wide=False, vouched=seen)
        return await self._mall.till(caller, OFFICE)

    async def _bring(
        self, one: Waiting, import_id: str, approved_at: datetime, till: Till
    ) -> Answer:
        """Bring one balance over: a lot of its funder, under the slip of its line."""
        assert one.member_id is not None
        assert one.row.funder is not None
        asked = Carry(
            slip=slip_of(import_id, one.line),
            till=OFFICE,
            business_date=day_of(approved_at),
            at=approved_at,
            points=one.row.points,
            funder=one.row.funder,
            expires_on=one.row.expires_on,
        )
        funder = (await self._mall.parties())[one.row.funder]
        rule = carrying(funder, slip_of(import_id, one.line))
        try:
            return await self._desk.book(asked, rule, till, About(import_id, (one.member_id,)))
        except Refusal as refused:
            return Answer(refused.status, refused.body())


def slug(answer: Answer) -> str:
    """The name of a refusal of the books."""
    told: str = msgspec.json.decode(answer.body)["type"]
    return told.rpartition("/")[2]
