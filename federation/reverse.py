"""取消: a whole slip is undone, exactly; what it did and what undid it both stand in the books."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from psycopg import AsyncConnection

from federation.answers import Wallet
from federation.sql import statement
from federation.turns import Turn

REVERSE = statement(__file__, "reverse")


async def reverse(conn: AsyncConnection, turns: Sequence[Turn], booked_at: datetime) -> None:
    """Undo every original of a batch; each turn then knows its entries and its wallet."""
    asked = [row for turn in turns for row in entry_rows(turn)]
    cursor = await conn.execute(
        REVERSE,
        {"asked": msgspec.json.encode(asked).decode(), "booked_at": booked_at},
        prepare=True,
    )
    wallets = {row[0]: Wallet(*row[1:]) for row in await cursor.fetchall()}
    assert len(wallets) == len(turns), "every reversal finds its wallet"
    for turn in turns:
        turn.booked.wallet = wallets[turn.booked.member_id]


def entry_rows(turn: Turn) -> list[dict[str, object]]:
    """One reversing entry per original, in the columns that `reverse.sql` names."""
    undone = turn.order.reverse
    assert undone is not None
    turn.booked.redemption_id = turn.redemption_id or None
    turn.booked.accrual_id = turn.accrual_id or None
    pairs = [(turn.redemption_id, undone.redemption), (turn.accrual_id, undone.accrual)]
    return [
        {
            "member_id": turn.booked.member_id,
            "entry_id": entry_id,
            "of_entry_id": original.entry_id,
            "tenant_id": turn.till.tenant_id,
            "shop_id": turn.till.shop_id,
            "till": turn.ask.till,
            "staff": turn.ask.staff,
            "slip": turn.ask.slip,
            "reason": undone.reason,
            "at": turn.ask.at,
            "business_date": turn.ask.business_date,
            "cycle_id": turn.cycle_id,
            "siblings": turn.till.siblings,
        }
        for entry_id, original in pairs
        if original is not None
    ]
