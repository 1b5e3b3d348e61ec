"""One batch, one transaction: the statements of a booking, in the order that keeps it right."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from psycopg import AsyncConnection

from federation import days, gauges
from federation.accrue import accrue
from federation.answers import Wallet, answer, reversed_answer
from federation.looking import HOUSE, SHARE_CLOSE, TURN, Seen, holder_of, look
from federation.opaque import Names
from federation.redeem import redeem
from federation.refusals import (
    CardNotActive,
    NotFound,
    ReceiptAlreadyBooked,
    Refusal,
    SlipCancelled,
    SlipReused,
)
from federation.reverse import reverse
from federation.slips import Answer, Holder, Order, Past, Reversal, Till
from federation.sql import statement
from federation.turns import Turn

TICK = statement(__file__, "tick")
CHANGE_OVER = statement(__file__, "change_over")
KEEP = statement(__file__, "keep")

BOOKED = 201
A_MOMENT = timedelta(microseconds=1)
NOTHING_UNDONE = Reversal("", "")

# The clock's own slips are named by the operator's shop (0003_tenants.sql lays it out).
CLERK = {"tenant_id": 1, "shop_id": 1, "till": "clock"}

# Looks again, on the desk's own connection, at who asks: the till afresh, or why not.
Recheck = Callable[[AsyncConnection, Sequence[Any], int], Awaitable[Sequence[Till | Refusal]]]


class Books:
    """Books batches on a connection in autocommit: BEGIN and COMMIT stand here, in plain sight."""

    def __init__(self, names: Names, recheck: Recheck, doors_moved: Callable[[], None]) -> None:
        self._names = names
        self._recheck = recheck
        self._doors_moved = doors_moved
        self.moved = -1

    async def book(self, conn: AsyncConnection, batch: Sequence[Turn], now: datetime) -> list[Turn]:
        """Book or refuse each slip and answer it; one whose card changed hands is given back."""
        today = days.day_of(now)
        seen = await look(conn, batch, today)
        booked_at = after(seen.last_closed_at, now)
        await self._vouch(conn, batch, seen.moved)
        await self._tick_due(conn, seen, booked_at, today)
        again, fresh = [], []
        for turn in batch:
            if (known := self._known(turn, seen)) is not None:
                turn.answer(known)
            elif turn.refused is not None:  # shut out at the door: no rule is asked
                turn.refuse(turn.refused)
            elif self._changed_hands(turn, seen):
                again.append(turn)
            else:
                self._decide(turn, seen, now)
                fresh.append(turn)
        await self._write(conn, fresh, seen, booked_at, today)
        await self._keep(conn, fresh, booked_at)
        return again

    async def _vouch(self, conn: AsyncConnection, batch: Sequence[Turn], moved: int) -> None:
        """Where a door was shut since a till was looked up, look again before booking."""
        doubtful = [turn for turn in batch if turn.till.vouched != moved]
        if doubtful:
            found = await self._recheck(conn, [turn.till for turn in doubtful], moved)
            for turn, till in zip(doubtful, found, strict=True):
                if isinstance(till, Refusal):
                    turn.refused = till
                else:
                    turn.till = till
        if moved != self.moved:
            self.moved = moved
            self._doors_moved()

    async def _tick_due(
        self, conn: AsyncConnection, seen: Seen, booked_at: datetime, today: date
    ) -> None:
        """Book what the clock has decided for the members of this batch."""
        due = [row[0] for row in seen.wallets.values() if row[6] is not None and row[6] < today]
        if due:
            for member_id, wallet in (await self._lapse(conn, due, booked_at, today)).items():
                row = seen.wallets[member_id]
                seen.wallets[member_id] = (*row[:2], wallet.points, *row[3:])

    async def _lapse(
        self, conn: AsyncConnection, members: list[int], booked_at: datetime, today: date
    ) -> dict[int, Wallet]:
        """Book the lapses of these members; the wallets of those who had any."""
        rows = await conn.execute(
            TICK,
            {"members": members, "booked_at": booked_at, "today": today, **CLERK},
            prepare=True,
        )
        return {row[0]: Wallet(*row[1:]) for row in await rows.fetchall()}

    async def tick(self, conn: AsyncConnection, members: list[int], now: datetime) -> int:
        """Lapse what is due for members nobody visited, in a transaction of its own."""
        async with self._alone(conn, members, now) as (booked_at, today):
            return len(await self._lapse(conn, members, booked_at, today))

    async def change_over(
        self, conn: AsyncConnection, members: list[int], scheme_id: int, now: datetime
    ) -> int:
        """Bring what these members have left under other schemes under this one; the points."""
        async with self._alone(conn, members, now) as (booked_at, today):
            asked = {"members": members, "scheme_id": scheme_id, "today": today}
            moved = await conn.execute(CHANGE_OVER, {**asked, "booked_at": booked_at, **CLERK})
            row = await moved.fetchone()
            assert row is not None
            return int(row[1])

    @asynccontextmanager
    async def _alone(
        self, conn: AsyncConnection, members: list[int], now: datetime
    ) -> AsyncIterator[tuple[datetime, date]]:
        """A job's transaction: the same locks in the same order as a batch's."""
        today = days.day_of(now)
        async with conn.transaction():
            await conn.execute(SHARE_CLOSE)
            await conn.execute(TURN, {"members": sorted(members)})
            house = await (await conn.execute(HOUSE, {"today": today})).fetchone()
            assert house is not None
            yield after(house[1], now), today

    def _known(self, turn: Turn, seen: Seen) -> Answer | None:
        """The answer of a slip that was asked before; the till must still be one of ours."""
        known = seen.known.get(turn.slip_key)
        if known is None or turn.refused is not None:
            return None
        if not known.cancelled and known.fingerprint != turn.fingerprint:
            return Answer(SlipReused.status, SlipReused().body())
        return Answer(known.status, known.body.encode(), replayed=True)

    def _changed_hands(self, turn: Turn, seen: Seen) -> bool:
        if turn.original_key is not None:
            original = seen.known.get(turn.original_key)
            leads_to = original.member_id or 0 if original else 0
            return leads_to != turn.booked.member_id
        card = seen.cards.get(turn.carrier)
        return card is not None and card[1] != turn.booked.member_id

    def _decide(self, turn: Turn, seen: Seen, now: datetime) -> None:
        """Ask the rule; what it refuses is refused here, before any statement runs."""
        try:
            days.admit(turn.ask.business_date, turn.ask.at, now, turn.offline)
            turn.order = turn.rule(turn.ask, turn.till, self._facts(turn, seen))
            turn.cycle_id = seen.cycle_of(turn.ask.business_date)
            undone = turn.order.reverse or NOTHING_UNDONE
            if turn.order.redeem is not None or undone.redemption is not None:
                turn.redemption_id = seen.entry_ids.pop(0)
            if turn.order.accrue is not None or undone.accrual is not None:
                turn.accrual_id = seen.entry_ids.pop(0)
        except Refusal as refused:
            turn.refused = refused

    def _facts(self, turn: Turn, seen: Seen) -> Holder | Past:
        """What the rule may know: the holder of the card, or the past of the slip it is about."""
        if turn.original_key is not None:
            known = seen.known.get(turn.original_key)
            return Past(
                arrived=known is not None,
                cancelled=known is not None and known.cancelled,
                refused=known is not None and known.status != BOOKED,
                entries=tuple(seen.originals.get(turn.original_key, ())),
            )
        card = seen.cards.get(turn.carrier)
        if card is None:
            raise NotFound(pointer="/card")
        if card[3] != "active":
            raise CardNotActive
        if (key := turn.receipt_key) is not None and key in seen.receipts:
            slip, at = seen.receipts[key]
            raise ReceiptAlreadyBooked(first_slip=slip, first_at=at.isoformat())
        return holder_of(seen.wallets[turn.booked.member_id], card)

    async def _write(
        self,
        conn: AsyncConnection,
        fresh: Sequence[Turn],
        seen: Seen,
        booked_at: datetime,
        today: date,
    ) -> None:
        """One statement per verb: redemptions first, so that a purchase spends before it earns."""
        spending = [t for t in fresh if t.refused is None and t.order.redeem is not None]
        if spending:
            await redeem(conn, spending, booked_at, today)
        earning = [t for t in fresh if t.refused is None and t.order.accrue is not None]
        if earning:
            await accrue(conn, earning, booked_at)
            await self._lapse_late(conn, earning, booked_at, today)
        undoing = [t for t in fresh if t.refused is None and undoes(t.order)]
        if undoing:
            await reverse(conn, undoing, booked_at)

    async def _lapse_late(
        self, conn: AsyncConnection, earning: Sequence[Turn], booked_at: datetime, today: date
    ) -> None:
        """A late sale may give limited points that are over: they lapse with the sale itself."""
        over = {
            turn.booked.member_id: turn
            for turn in earning
            if turn.order.accrue is not None
            and any(grant.expires_on < today for grant in turn.order.accrue.grants)
        }
        if over:
            for member_id, wallet in (
                await self._lapse(conn, sorted(over), booked_at, today)
            ).items():
                over[member_id].booked.wallet = wallet

    async def _keep(
        self, conn: AsyncConnection, fresh: Sequence[Turn], booked_at: datetime
    ) -> None:
        """Keep each slip with the very bytes it is answered with, commit, and only then answer."""
        answers = [self._answer(turn) for turn in fresh]
        kept = [
            row
            for turn, told in zip(fresh, answers, strict=True)
            if turn.refused is None or (turn.refused.status == 409 and turn.refused.burns)
            for row in kept_rows(turn, told)
        ]
        async with conn.pipeline():
            if kept:
                rows = msgspec.json.encode(kept).decode()
                await conn.execute(KEEP, {"kept": rows, "booked_at": booked_at}, prepare=True)
            await conn.execute("COMMIT")
        for turn, told in zip(fresh, answers, strict=True):
            turn.answer(told)

    def _answer(self, turn: Turn) -> Answer:
        if turn.refused is not None:
            refused = turn.refused
            gauges.refused(refused.slug, turn.till.tenant_id)
            return Answer(refused.status, refused.body(), retry_after=refused.retry_after)
        if turn.order.reverse is not None:
            body = reversed_answer(turn.ask, turn.order.reverse, turn.booked, self._names)
        else:
            body = answer(turn.ask, turn.till, turn.order, turn.booked, self._names)
        return Answer(BOOKED, body)


def after(closed_at: datetime | None, now: datetime) -> datetime:
    """When a batch is booked: now, but always after the last close, also where the clock stands."""
    return now if closed_at is None else max(now, closed_at + A_MOMENT)


def undoes(order: Order) -> bool:
    """Whether there is an entry to undo; a cancellation has none."""
    undone = order.reverse
    return undone is not None and (undone.redemption is not None or undone.accrual is not None)


def kept_rows(turn: Turn, told: Answer) -> list[dict[str, object]]:
    """The slip with its answer; a cancellation also keeps the slip that must never be booked."""
    own = {
        "shop_id": turn.till.shop_id,
        "slip": turn.ask.slip,
        "tenant_id": turn.till.tenant_id,
        "member_id": turn.booked.member_id or None,
        "client_id": turn.till.client_id,
        "fingerprint": turn.fingerprint.hex(),
        "status": told.status,
        "body": told.body.decode(),
        "offline": turn.offline,
    }
    undone = turn.order.reverse
    if turn.refused is not None or undone is None or not undone.cancels:
        return [own]
    never = SlipCancelled()
    cancelled = {
        **own,
        "slip": undone.of,
        "fingerprint": "",
        "status": never.status,
        "body": never.body().decode(),
    }
    return [own, cancelled]
