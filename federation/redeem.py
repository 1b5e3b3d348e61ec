"""利用: points are spent as yen, and each yen keeps the name of the lot it came from."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from psycopg import AsyncConnection

from federation.answers import Wallet
from federation.refusals import NotEnoughPoints
from federation.sql import statement
from federation.turns import Turn

REDEEM = statement(__file__, "redeem")


async def redeem(
    conn: AsyncConnection, turns: Sequence[Turn], booked_at: datetime, today: date
) -> None:
    """Book every redemption of a batch; a turn whose points do not reach is refused, whole."""
    cursor = await conn.execute(
        REDEEM,
        {
            "asked": msgspec.json.encode([entry_row(turn) for turn in turns]).decode(),
            "booked_at": booked_at,
            "today": today,
        },
        prepare=True,
    )
    rows = {row[0]: row for row in await cursor.fetchall()}
    for turn in turns:
        row = rows.get(turn.booked.member_id)
        if row is None:
            turn.refused = NotEnoughPoints()
            continue
        turn.booked.redemption_id = turn.redemption_id
        turn.booked.wallet = Wallet(*row[1:6])
        turn.booked.lots = row[6]


def entry_row(turn: Turn) -> dict[str, object]:
    """The entry of one redemption, in the columns that `redeem.sql` names."""
    spent, ask = turn.order.redeem, turn.ask
    assert spent is not None
    return {
        "member_id": turn.booked.member_id,
        "entry_id": turn.redemption_id,
        "tenant_id": turn.till.tenant_id,
        "shop_id": turn.till.shop_id,
        "facility_id": spent.facility_id,
        "till": ask.till,
        "staff": ask.staff,
        "slip": ask.slip,
        "wanted": spent.points,
        "receipt_no": spent.receipt_no,
        "at": ask.at,
        "business_date": ask.business_date,
        "cycle_id": turn.cycle_id,
    }
