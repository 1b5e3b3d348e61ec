"""What a batch sees: every lock, each a statement of its own, then all that may have changed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection, AsyncCursor

from federation.close import CLOSE_LOCK
from federation.slips import Holder, Original, ReceiptKey
from federation.sql import statement
from federation.turns import Turn

TURN = statement(__file__, "turn")
CARDS = statement(__file__, "cards")
HOUSE = statement(__file__, "house")
KNOWN = statement(__file__, "known")
ORIGINALS = statement(__file__, "originals")
RECEIPTS = statement(__file__, "receipts")
ENTRY_IDS = statement(__file__, "entry_ids")
SHARE_CLOSE = f"SELECT pg_advisory_xact_lock_shared({CLOSE_LOCK})"


class Known(Struct, frozen=True):
    """A slip that was asked before: what for, and with which bytes it was answered."""

    fingerprint: bytes
    status: int
    body: str
    member_id: int | None

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled before it ever arrived."""
        return not self.fingerprint


class Seen(Struct):
    """What stood in the books once every lock was held."""

    wallets: dict[int, tuple[Any, ...]]
    cards: dict[str, tuple[Any, ...]]
    moved: int
    last_closed_at: datetime | None
    cycles: list[tuple[int, date, date]]
    known: dict[tuple[int, str], Known]
    originals: dict[tuple[int, str], list[Original]]
    receipts: dict[tuple[int, ReceiptKey], tuple[str, datetime]]
    entry_ids: list[int]

    def cycle_of(self, business_date: date) -> int:
        """The cycle of the business date if it is still open, else the earliest open one."""
        for cycle_id, first_on, last_on in self.cycles:
            if first_on <= business_date <= last_on:
                return cycle_id
        return self.cycles[0][0]


async def look(conn: AsyncConnection, batch: Sequence[Turn], today: date) -> Seen:
    """Lock, then look: the close shared, members in order, then all that may have changed."""
    members = sorted({turn.booked.member_id for turn in batch})
    carriers = [turn.carrier for turn in batch]
    async with conn.pipeline():
        await conn.execute("BEGIN")
        await conn.execute(SHARE_CLOSE)
        wallets = await conn.execute(TURN, {"members": members}, prepare=True)
        cards = await conn.execute(CARDS, {"carriers": carriers}, prepare=True)
        house = await conn.execute(HOUSE, {"today": today}, prepare=True)
        known = await conn.execute(KNOWN, slips_of(batch), prepare=True)
        undo = [turn for turn in batch if turn.original_key is not None]
        originals = await conn.execute(ORIGINALS, originals_of(undo), prepare=True)
        earned = await conn.execute(RECEIPTS, receipts_of(batch), prepare=True)
        ids = await conn.execute(ENTRY_IDS, {"count": 2 * len(batch)}, prepare=True)
    stands = await house.fetchone()
    assert stands is not None
    return Seen(
        wallets={row[0]: row async for row in wallets},
        cards={row[0]: row async for row in cards},
        moved=stands[0],
        last_closed_at=stands[1],
        cycles=list(zip(stands[2] or (), stands[3] or (), stands[4] or (), strict=True)),
        known={(row[0], row[1]): Known(*row[2:]) async for row in known},
        originals=await grouped(originals),
        receipts={(row[0], ReceiptKey(*row[1:4])): (row[4], row[5]) async for row in earned},
        entry_ids=[row[0] async for row in ids],
    )


def slips_of(batch: Sequence[Turn]) -> dict[str, object]:
    """The slips of a batch and those they are about, for `known.sql`."""
    keys = [turn.slip_key for turn in batch]
    keys += [turn.original_key for turn in batch if turn.original_key is not None]
    return {"shops": [shop for shop, _ in keys], "slips": [slip for _, slip in keys]}


def originals_of(undo: Sequence[Turn]) -> dict[str, object]:
    """The slips that are to be undone, for `originals.sql`."""
    return {
        "members": [turn.booked.member_id for turn in undo],
        "shops": [turn.till.shop_id for turn in undo],
        "slips": [turn.ask.original for turn in undo],
    }


def receipts_of(batch: Sequence[Turn]) -> dict[str, object]:
    """The receipts that want to earn, for `receipts.sql`."""
    wanting = [key for turn in batch if (key := turn.receipt_key) is not None]
    return {
        "shops": [shop for shop, _ in wanting],
        "days": [receipt.business_date for _, receipt in wanting],
        "tills": [receipt.till for _, receipt in wanting],
        "nos": [receipt.no for _, receipt in wanting],
    }


async def grouped(rows: AsyncCursor) -> dict[tuple[int, str], list[Original]]:
    """The entries of each slip that is to be undone."""
    found: dict[tuple[int, str], list[Original]] = {}
    async for shop_id, slip, *entry in rows:
        found.setdefault((shop_id, slip), []).append(Original(*entry))
    return found


def holder_of(wallet: tuple[Any, ...], card: tuple[Any, ...]) -> Holder:
    """What a rule may know, from the rows that were read under the lock."""
    member_id, rank, points, held, owed, state = wallet[:6]
    return Holder(member_id, rank, points, held, owed, state, card[2], card[3])
