"""The booking desk: the one way to write to the books.

Slips wait in a queue. When the last commit has returned, what waits is booked in ONE transaction:
the locks first, in a statement of their own (`line_up.sql`; one that locks and reads uses a
snapshot older than its lock), then one look (`stands.sql`); slips already known are answered from
their bytes, the rules are asked, and one statement writes it all (`post.sql`), the slips with the
very bytes that are answered. No timer: a lone till waits for nothing, a crowd shares a commit.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from operator import attrgetter
from time import perf_counter
from typing import Any

import psycopg
from msgspec import structs
from psycopg import AsyncConnection

from federation import days, gauges
from federation.booking import Books, Gone, Recheck, let_go
from federation.exchange import rollback
from federation.fingerprint import fingerprint
from federation.looking import receipts_of
from federation.opaque import Names
from federation.pins import Pins
from federation.refusals import Broken, Busy
from federation.slips import About, Answer, Asked, ReceiptKey, Rule
from federation.sql import array, statement
from federation.turns import SlipKey, Turn

DUE = statement(__file__, "due")
ELSEWHERE = statement(__file__, "elsewhere")
KIN = statement(__file__, "kin")
RECEIPTS = statement(__file__, "receipts")
WHOSE = statement(__file__, "whose")
BATCH = 250
WAITING = 2_000
AT_ONCE = 100
RETRY_AFTER = 1
NOBODY = frozenset((None, ""))  # what a slip is not about

log = logging.getLogger("meguri.desk")

Connect = Callable[[], Awaitable[AsyncConnection]]
Job = Callable[[AsyncConnection], Awaitable[int]]


class Desk:
    """One desk per process, on one connection of its own."""

    def __init__(
        self,
        connect: Connect,
        clock: Callable[[], datetime],
        names: Names,
        pins: Pins,
        recheck: Recheck,
        doors_moved: Callable[[], None],
        gone: Gone = let_go,
    ) -> None:
        """`gone` is told of members who left or became one with another, once that is booked."""
        self._connect = connect
        self._clock = clock
        self._books = Books(names, pins, recheck, doors_moved, gone)
        self._sealed = lambda pin: pins.digest("", pin).hex()
        self._queue: deque[Turn] = deque()
        self._asked: dict[SlipKey, Turn] = {}  # whoever waits, by slip
        self._jobs: deque[tuple[Job, asyncio.Future[int]]] = deque()
        self._wake = asyncio.Event()
        self._conn: AsyncConnection | None = None
        self._open = True
        self._task: asyncio.Task[None] | None = None
        self.commits = 0

    def start(self) -> None:
        """Begin to book; once per process."""
        gauges.waits_at(self)
        self._task = asyncio.create_task(self._work(), name="booking desk")

    async def drain(self, seconds: float = 5.0) -> None:
        """Take nothing new, book what waits, and leave; what cannot be booked in time is busy."""
        self._open = False
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for turn in self._queue:
            turn.refuse(Busy(retry_after=RETRY_AFTER))
        if self._conn is not None:
            await self._conn.close()

    @property
    def moved(self) -> int:
        """The doors' counter as the last batch saw it."""
        return self._books.moved

    @property
    def waiting(self) -> int:
        """How many slips wait."""
        return len(self._queue)

    async def book(
        self,
        ask: Asked,
        rule: Rule,
        till: Any,
        about: About | None = None,
        *,
        offline: bool = False,
    ) -> Answer:
        """Book one slip by its rule, or answer what it was answered before."""
        if not self._open or len(self._queue) >= WAITING:
            raise Busy(retry_after=RETRY_AFTER)
        print_of = fingerprint(ask, about.path if about else "", self._sealed)
        turn = Turn(ask, rule, till, about, print_of, offline)
        with gauges.span(ask.call):
            answer = await self._answered(turn)
        outcome = "again" if answer.replayed else "booked" if answer.status < 400 else "refused"
        gauges.answered(ask.call, outcome)
        return answer

    async def _answered(self, turn: Turn) -> Answer:
        """The answer of a slip, once it is booked; a copy of one that waits hears the same, and
        takes nobody's place."""
        first = self._asked.get(turn.slip_key)
        if first is not None and first.is_copied_by(turn):
            await asyncio.wait([first.answered])
            if not first.answered.cancelled():
                answer = first.answered.result()
                return structs.replace(answer, replayed=answer.replayed or first.kept)
        self._asked[turn.slip_key] = turn
        self._queue.append(turn)
        self._wake.set()
        try:
            return await turn.answered
        finally:
            if self._asked.get(turn.slip_key) is turn:
                del self._asked[turn.slip_key]

    async def lapse_due(self, up_to: date) -> int:
        """Book every lapse up to a day, a hundred members at a time; how many members lapsed."""
        done = 0
        while due := await self._ask(DUE, {"up_to": up_to, "now": self._clock()}):
            done += await self._between(lambda conn: self._books.tick(conn, due, self._clock()))
        return done

    async def change_over(self, scheme_id: int) -> int:
        """移行精算: bring what is left under other schemes under this one; the points moved."""
        points, after = 0, 0
        today = days.day_of(self._clock())
        asked = {"scheme_id": scheme_id, "today": today}
        while members := await self._ask(ELSEWHERE, {**asked, "after": after}):
            points += await self._between(
                lambda conn: self._books.change_over(conn, members, scheme_id, self._clock())
            )
            after = members[-1]
        return points

    async def _ask(self, query: str, asked: dict[str, object]) -> list[int]:
        """The next members that a job concerns, found beside the desk's own work."""
        async with await self._connect() as conn:
            rows = await conn.execute(query, {**asked, "most": AT_ONCE})
            return [row[0] for row in await rows.fetchall()]

    async def _between(self, job: Job) -> int:
        """Have the desk do a job between two batches."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._jobs.append((job, done))
        self._wake.set()
        return await done

    async def _work(self) -> None:
        while self._open or self._queue or self._jobs:
            if not self._queue and not self._jobs:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch: list[Turn] = []
            try:
                conn = await self._ready()
                await self._learn(conn)
                batch = self._take()
                if batch:
                    await self._settle(conn, batch)
                if self._jobs:
                    await self._do(conn)
            except (psycopg.Error, OSError) as lost:
                log.warning("the desk lost its connection", extra={"reason": type(lost).__name__})
                await self._give_up(batch)
            except Exception:
                log.exception("the desk stumbled")
                for turn in batch:
                    turn.refuse(Broken())

    async def _ready(self) -> AsyncConnection:
        if self._conn is None or self._conn.closed or self._conn.broken:
            self._conn = await self._connect()
        return self._conn

    async def _give_up(self, batch: Sequence[Turn]) -> None:
        """Nobody hangs: whoever waits is told to send the same slip again."""
        if self._conn is not None:
            await self._conn.close()
            self._conn = None
        waiting, self._queue = [*batch, *self._queue], deque()
        for turn in waiting:
            turn.refuse(Busy(retry_after=RETRY_AFTER))
        while self._jobs:
            _, done = self._jobs.popleft()
            done.set_exception(Busy(retry_after=RETRY_AFTER))
        await asyncio.sleep(0.05)

    async def _learn(self, conn: AsyncConnection) -> None:
        """Find what the next slips are about, where they name others."""
        turns = [turn for turn, _ in zip(self._queue, range(BATCH), strict=False)]
        await self._learn_originals(conn, [turn for turn in turns if turn.ask.original is not None])

    async def _learn_originals(self, conn: AsyncConnection, turns: Sequence[Turn]) -> None:
        """Find whom the slips and receipts that are asked about concern, and who has become one
        with them; asked each time, since they may just arrive."""
        if not turns:
            return
        asked = receipts_of(turns)
        earned = await conn.execute(RECEIPTS, asked, prepare=True)
        receipts = {(row[0], ReceiptKey(*row[1:4])): (row[5], row[4]) async for row in earned}
        for turn in turns:
            if turn.original_receipt is not None:
                turn.original = receipts.get(turn.original_receipt)
            else:
                turn.original = (turn.till.shop_id, str(turn.ask.original))
        originals = [turn.original for turn in turns if turn.original is not None]
        asked = {
            "shops": array([shop for shop, _ in originals]),
            "slips": array([slip for _, slip in originals]),
        }
        rows = await conn.execute(WHOSE, asked, prepare=True)
        found = {(shop, slip): member async for shop, slip, member in rows}
        kin = await conn.execute(KIN, {"members": sorted(set(found.values()))}, prepare=True)
        heirs = {row[0]: row[1] async for row in kin}
        for turn in turns:
            member_id = found.get(turn.original) if turn.original else None
            heir = heirs.get(member_id, member_id) if member_id else None
            merged = sorted(one for one, other in heirs.items() if other == heir)
            turn.members = (heir, *merged) if heir else ()
            turn.looked_up = True

    def _take(self) -> list[Turn]:
        """The next batch: nobody twice, no slip twice, no receipt twice; the second waits. Whom a
        card leads to is seen later; so where one waits whom nobody in the batch stands for, the
        batch ends: it might be overtaken by a slip for the same member."""
        batch: list[Turn] = []
        later: list[Turn] = []
        taken: set[object] = set()
        here: set[object] = set()  # carriers and members of the batch
        while self._queue and len(batch) < BATCH:
            turn = self._queue.popleft()
            wants = {turn.slip_key, turn.original, turn.receipt_key, turn.carrier, *turn.members}
            wants.add(turn.original_receipt)
            # One that came in during the look is not judged by what was not looked up.
            waits = not (taken.isdisjoint(wants) and turn.looked_up)
            taken |= wants  # also of who waits: nobody overtakes a slip that it concerns
            taken -= NOBODY
            if waits:
                later.append(turn)
                if turn.looked_up and here.isdisjoint((turn.carrier, *turn.members)):
                    break
                continue
            here.update(turn.members, (turn.carrier,) if turn.carrier else ())
            turn.begin()
            batch.append(turn)
        self._queue.extendleft(reversed(later))
        return batch

    async def _settle(self, conn: AsyncConnection, batch: list[Turn]) -> None:
        """Book a batch; if it fails, one slip at a time, so that a bad one fails alone."""
        try:
            await self._transact(conn, batch)
        except Exception as failed:
            if conn.closed or conn.broken:
                raise
            await rollback(conn)
            if len(batch) > 1:
                for turn in batch:
                    turn.begin()
                    await self._settle(conn, [turn])
                return
            self._fail(batch[0], failed)

    def _fail(self, turn: Turn, failed: Exception) -> None:
        """One slip that cannot be booked: tried again where another desk was first, else told."""
        turn.tries += 1
        if isinstance(failed, psycopg.errors.UniqueViolation) and turn.tries < 3:
            self._line_up_again([turn])  # the same slip or receipt: next time it is known
        elif isinstance(
            failed,
            psycopg.errors.LockNotAvailable
            | psycopg.errors.QueryCanceled
            | psycopg.errors.OperationalError,
        ):
            turn.refuse(Busy(retry_after=RETRY_AFTER))
        else:
            log.error("a slip could not be booked", exc_info=failed)
            turn.refuse(Broken())

    async def _transact(self, conn: AsyncConnection, batch: list[Turn]) -> None:
        began = perf_counter()
        moved_on = await self._books.book(conn, batch, self._clock())
        self.commits += 1
        gauges.commit_seconds.record(perf_counter() - began)
        gauges.batch_slips.record(len(batch))
        self._line_up_again(moved_on)

    def _line_up_again(self, turns: Sequence[Turn]) -> None:
        """Those whose turn it was not, after all, stand where they stood: before all who came
        later."""
        if turns:
            self._queue = deque(sorted((*turns, *self._queue), key=attrgetter("number")))

    async def _do(self, conn: AsyncConnection) -> None:
        """One job, in a transaction of its own; if it fails, whoever asked is told."""
        job, done = self._jobs.popleft()
        try:
            done.set_result(await job(conn))
        except Exception as failed:
            done.set_exception(failed)
            if conn.closed or conn.broken:
                raise
            await rollback(conn)
