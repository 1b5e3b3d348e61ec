"""One batch, one transaction: the steps of a booking, in the order that keeps it right."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from federation import days, gauges
from federation.answering import answer
from federation.lapse import CLOCK, OPERATOR, tick
from federation.looking import (
    ENTRY_IDS,
    Card,
    Seen,
    look,
)
from federation.move import change_over
from federation.opaque import Names
from federation.packing import pack
from federation.page import Page, Stamp
from federation.past import Past
from federation.pins import Pins
from federation.post import post
from federation.purse import Purse
from federation.refusals import (
    CardNotActive,
    CodeExpired,
    NotFound,
    ReceiptAlreadyBooked,
    Refusal,
    SlipCancelled,
    SlipReused,
)
from federation.slips import NOTHING_EARLIER, Answer, Holder, Till
from federation.turns import Turn
from federation.verbs import book_order

BOOKED = 201
KNOWN_BY = 16  # bytes of the SHA-256 by which a slip is known again: 2¹²⁸ are enough for one slip
A_MOMENT = timedelta(microseconds=1)
PIN_TRIES = 5
GONE = ("merged", "withdrawn")  # a one-time code may still lead there for a while

# Looks again, on the desk's own connection, at who asks: the till afresh, or why not.
Recheck = Callable[[AsyncConnection, Sequence[Any], int], Awaitable[Sequence[Till | Refusal]]]

# Hears of members who left or became one with another, once that is committed.
Gone = Callable[[Sequence[int]], None]


def let_go(_: Sequence[int]) -> None:
    """Nobody wants to hear who left."""


def gone_by(row: Mapping[str, object]) -> bool:
    """Whether this is what a member became by leaving, or by becoming one with another."""
    return row["state"] in GONE


class Books:
    """Books batches on a connection in autocommit: BEGIN and COMMIT stand here, in plain sight."""

    def __init__(
        self,
        names: Names,
        pins: Pins,
        recheck: Recheck,
        doors_moved: Callable[[], None],
        gone: Gone,
    ) -> None:
        self._names = names
        self._gone = gone
        self._pins = pins
        self._recheck = recheck
        self._doors_moved = doors_moved
        self.moved = -1

    async def book(self, conn: AsyncConnection, batch: Sequence[Turn], now: datetime) -> list[Turn]:
        """Book or refuse each slip and answer it; one whose card changed hands is given back."""
        today = days.day_of(now)
        seen = await look(conn, batch, now, today)
        page = Page(now, after(seen.last_closed_at, now), today, seen.cycle_of)
        page.stocks = seen.stocks
        ill_prepared = await self._vouch(conn, batch, seen)
        await self._number(conn, page, seen, batch)
        for purse in seen.purses.values():
            if purse.next_change_at is not None and purse.next_change_at <= now:
                tick(page, purse)
        again, fresh = [], []
        had: set[int] = set()  # by another carrier, earlier in this batch
        for turn in batch:
            if (known := self._known(turn, seen)) is not None:
                turn.answer(known)
            elif turn.refused is not None:  # shut out at the door: no rule is asked
                turn.refuse(turn.refused)
            elif (
                turn in ill_prepared
                or self._changed_hands(turn, seen)
                or not had.isdisjoint(turn.members)
            ):
                again.append(turn)
            else:
                had.update(turn.members)
                self._decide(turn, seen, page)
                fresh.append(turn)
        await self._keep(conn, fresh, seen, page)
        return again

    async def _vouch(self, conn: AsyncConnection, batch: Sequence[Turn], seen: Seen) -> set[Turn]:
        """Where a door was shut since a till was looked up, look again before booking; those whose
        rules now ask for more than was looked at wait for the next batch."""
        moved = seen.moved
        unread = set()
        doubtful = [turn for turn in batch if turn.till.vouched != moved]
        if doubtful:
            found = await self._recheck(conn, [turn.till for turn in doubtful], moved)
            for turn, till in zip(doubtful, found, strict=True):
                if isinstance(till, Refusal):
                    turn.refused = till
                else:
                    if not turn.ask.counted(till) <= turn.ask.counted(turn.till):
                        unread.add(turn)
                    turn.vouch(till)
        if moved != self.moved:
            self.moved = moved
            self._doors_moved()
        return unread | {
            turn for turn in doubtful if turn.refused is None and not seen.limits.enough_for(turn)
        }

    async def _number(
        self, conn: AsyncConnection, page: Page, seen: Seen, batch: Sequence[Turn]
    ) -> None:
        """Numbers for all entries that the batch could write: most slips write one or two, but what
        the clock decides, an undoing or a merge may write many."""
        page.ids = seen.entry_ids
        more = sum(entries_ahead(purse, page) for purse in seen.purses.values())
        for turn in batch:
            past = seen.pasts.get(turn)
            if past is not None:
                more += len(past.entries) + len(past.lots) + 4
            if len(turn.members) > 1:
                more += 2 + 2 * sum(len(seen.purses[m].lots) for m in turn.members)
            if turn.ask.business_date < page.today:
                more += 4
        more += sum(2 for purse in seen.purses.values() if purse.owed)
        if more:
            rows = await conn.execute(ENTRY_IDS, {"count": more}, prepare=True)
            page.ids += [row[0] for row in await rows.fetchall()]

    def _known(self, turn: Turn, seen: Seen) -> Answer | None:
        """The answer of a slip that was asked before; the till must still be one of ours."""
        known = seen.known.get(turn.slip_key)
        if known is None or turn.refused is not None:
            return None
        if not (known.cancelled or turn.fingerprint.startswith(known.fingerprint)):
            return Answer(SlipReused.status, SlipReused().body())
        return Answer(known.status, known.body, replayed=True)

    def _changed_hands(self, turn: Turn, seen: Seen) -> bool:
        """Whether what it is about leads to somebody else than when it was taken."""
        if turn.original_receipt is not None:
            earned = seen.receipts.get(turn.original_receipt)
            if turn.original != ((earned.shop_id, earned.slip) if earned else None):
                return True
        if turn.original is not None:
            original = seen.known.get(turn.original)
            leads_to = original.member_id or 0 if original else 0
            return leads_to not in (turn.members or (0,))
        if turn.about is not None:
            return False
        card = seen.cards.get(turn.carrier)
        return card is not None and card.member_id != turn.member_id

    def _decide(self, turn: Turn, seen: Seen, page: Page) -> None:
        """Ask the rule and work out what it comes to; what is refused is refused here."""
        ask = turn.ask
        try:
            if turn.offline:
                days.admit_day(ask.business_date, page.now)
            else:
                back = ask.days_back(turn.till)
                days.admit(ask.business_date, ask.at, page.now, back, page.today)
            facts = self._facts(turn, seen, page)
            turn.order = turn.rule(ask, turn.till, facts)
            turn.cycle_id = seen.cycle_of(ask.business_date)
            book_order(page, seen, turn)
        except Refusal as refused:
            turn.refused = refused
            gauges.refused(refused.slug, turn.till.tenant_id)
            body = refused.body()
            turn.told = Answer(refused.status, body, retry_after=refused.retry_after)
        else:
            turn.told = Answer(BOOKED, answer(turn, seen, self._names))

    def _facts(self, turn: Turn, seen: Seen, page: Page) -> Holder | Past:
        """What the rule may know: the holder of the card, or the past of what it is about."""
        if turn.ask.original is not None:
            return seen.pasts.get(turn) or Past(turn.till.shop_id, "", arrived=False)
        if turn.about is not None:
            if turn.member_id not in seen.purses:
                raise NotFound
            return holder_of(seen, turn, Card(turn.member_id, "named", "active"))
        card = seen.cards.get(turn.carrier)
        if card is None:
            raise NotFound(pointer="/card")
        if card.state == "stopped" or seen.purses[card.member_id].state in GONE:
            raise CardNotActive
        as_of = min(turn.ask.at, page.now) if turn.offline else page.now
        if card.expires_at is not None and card.expires_at <= as_of:
            raise CodeExpired
        if (key := turn.receipt_key) is not None and key in seen.receipts:
            earned = seen.receipts[key]
            raise ReceiptAlreadyBooked(first_slip=earned.slip, first_at=earned.at.isoformat())
        pin = self._pin(turn, seen, page)
        return holder_of(seen, turn, card, pin)

    def _pin(self, turn: Turn, seen: Seen, page: Page) -> str:
        """Whether the PIN that was given is the card's; a wrong one counts, over all tills."""
        if turn.ask.secret is None or turn.carrier not in seen.pins:
            return "none"
        digest, wrong = seen.pins[turn.carrier]
        if wrong >= PIN_TRIES:
            return "shut"
        right = self._pins.right(turn.carrier, turn.ask.secret, digest)
        if wrong or not right:
            tries = 0 if right else wrong + 1
            page.add("pins", {"carrier": turn.carrier, "wrong_tries": tries})
        return "right" if right else "wrong"

    async def _keep(
        self, conn: AsyncConnection, fresh: Sequence[Turn], seen: Seen, page: Page
    ) -> None:
        """Write the page, keep each slip with the very bytes it is answered with, commit, and only
        then answer."""
        kept = [
            row
            for turn in fresh
            if turn.refused is None or (turn.refused.status == 409 and turn.refused.burns)
            for row in kept_rows(turn)
        ]
        await post(conn, page, seen.purses.values(), kept)
        if left := [row["member_id"] for row in page.rows.get("members", ()) if gone_by(row)]:
            self._gone(left)
        for turn in fresh:
            assert turn.told is not None
            turn.answer(turn.told)

    async def tick(self, conn: AsyncConnection, members: list[int], now: datetime) -> int:
        """Let the clock's decisions come true for members nobody visited, in a transaction of its
        own; of how many points were moved."""
        async with self._alone(conn, members, now) as (page, seen):
            before = {purse.member_id: purse.points for purse in seen.purses.values()}
            for purse in seen.purses.values():
                tick(page, purse)
            return sum(before[p.member_id] != p.points for p in seen.purses.values())

    async def change_over(
        self, conn: AsyncConnection, members: list[int], scheme_id: int, now: datetime
    ) -> int:
        """Bring what these members have left under other schemes under this one; the points."""
        async with self._alone(conn, members, now) as (page, seen):
            cycle_id = page.cycle_of(page.today)
            stamp = Stamp(OPERATOR, OPERATOR, CLOCK, page.today, cycle_id, page.booked_at)
            return sum(change_over(page, p, scheme_id, stamp) for p in seen.purses.values())

    @asynccontextmanager
    async def _alone(
        self, conn: AsyncConnection, members: list[int], now: datetime
    ) -> AsyncIterator[tuple[Page, Seen]]:
        """A job's transaction: the same locks in the same order as a batch's, the same page."""
        today = days.day_of(now)
        seen = await look(conn, (), now, today, members)
        page = Page(now, after(seen.last_closed_at, now), today, seen.cycle_of)
        page.ids = seen.entry_ids
        more = sum(2 + len(p.lots) + len(p.holds) for p in seen.purses.values())
        rows = await conn.execute(ENTRY_IDS, {"count": more}, prepare=True)
        page.ids += [row[0] for row in await rows.fetchall()]
        yield page, seen
        await post(conn, page, seen.purses.values())


def entries_ahead(purse: Purse, page: Page) -> int:
    """How many entries the clock could cause in a purse, at most."""
    over = {purse.last_day(lot) for lot in purse.lots.values()}
    return len(purse.holds) + sum(day < page.today for day in over)


def after(closed_at: datetime | None, now: datetime) -> datetime:
    """When a batch is booked: now, but always after the last close, also where the clock stands."""
    return now if closed_at is None else max(now, closed_at + A_MOMENT)


def holder_of(seen: Seen, turn: Turn, card: Card, pin: Any = "none") -> Holder:
    """What a rule may know of a member, and of what is left of limited counters."""
    purse = seen.purses[turn.member_id]
    return Holder(
        purse.member_id,
        purse.rank_on(turn.ask.business_date),
        purse.points,
        purse.held,
        purse.owed,
        purse.state,  # type: ignore[arg-type]  # the column's own CHECK
        card.kind,
        card.state,  # type: ignore[arg-type]
        pin,
        purse.used,
        seen.stocks,
        seen.traits_of(turn),
        seen.earlier.get(turn, NOTHING_EARLIER),
    )


def kept_rows(turn: Turn) -> list[dict[str, object]]:
    """The slip with its answer; a cancellation also keeps the slip that must never be booked."""
    assert turn.told is not None
    turn.kept = True
    own = {
        "shop_id": turn.till.shop_id,
        "slip": turn.ask.slip,
        "tenant_id": turn.till.tenant_id,
        "member_id": turn.member_id or None,
        "client_id": turn.till.client_id,
        "fingerprint": turn.fingerprint[:KNOWN_BY],
        "status": turn.told.status,
        "packed": pack(turn.told.body),
        "offline": turn.offline,
    }
    undone = turn.order.reverse
    if turn.refused is not None or undone is None or not undone.cancels:
        return [own]
    never = SlipCancelled()
    cancelled = {
        **own,
        "slip": undone.of,
        "fingerprint": b"",
        "status": never.status,
        "packed": pack(never.body()),
    }
    return [own, cancelled]
