"""付与: points come into being, funded and dated, in the entry that granted them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from psycopg import AsyncConnection

from federation.answers import Wallet
from federation.sql import statement
from federation.turns import Turn

ACCRUE = statement(__file__, "accrue")


async def accrue(conn: AsyncConnection, turns: Sequence[Turn], booked_at: datetime) -> None:
    """Book every accrual of a batch; each turn then knows its entry and its wallet."""
    asked = [entry_row(turn) for turn in turns]
    lots = [row for turn in turns for row in lot_rows(turn)]
    cursor = await conn.execute(
        ACCRUE,
        {
            "asked": msgspec.json.encode(asked).decode(),
            "lots": msgspec.json.encode(lots).decode(),
            "booked_at": booked_at,
        },
        prepare=True,
    )
    wallets = {row[0]: Wallet(*row[1:]) for row in await cursor.fetchall()}
    assert len(wallets) == len(turns), "every accrual finds its wallet"
    for turn in turns:
        turn.booked.accrual_id = turn.accrual_id
        turn.booked.wallet = wallets[turn.booked.member_id]


def entry_row(turn: Turn) -> dict[str, object]:
    """The entry of one accrual, in the columns that `accrue.sql` names."""
    accrual, ask = turn.order.accrue, turn.ask
    assert accrual is not None
    assert turn.receipt_key is not None, "what earns has a receipt"
    receipt_shop_id, receipt = turn.receipt_key
    return {
        "member_id": turn.booked.member_id,
        "entry_id": turn.accrual_id,
        "tenant_id": turn.till.tenant_id,
        "shop_id": turn.till.shop_id,
        "till": ask.till,
        "staff": ask.staff,
        "slip": ask.slip,
        "points": accrual.points,
        "paid_yen": accrual.paid_yen,
        "excluded_yen": accrual.excluded_yen,
        "receipt_shop_id": receipt_shop_id,
        "receipt_till": receipt.till,
        "receipt_no": receipt.no,
        "lines": accrual.lines,
        "at": ask.at,
        "business_date": ask.business_date,
        "cycle_id": turn.cycle_id,
    }


def lot_rows(turn: Turn) -> list[dict[str, object]]:
    """The lots of one accrual: its parts in the order in which ties are broken."""
    accrual = turn.order.accrue
    assert accrual is not None
    parts = [(grant, part) for grant in accrual.grants for part in grant.parts]
    return [
        {
            "member_id": turn.booked.member_id,
            "entry_id": turn.accrual_id,
            "part": number,
            "points": part.points,
            "shop_id": turn.till.shop_id,
            "funder_id": part.funder_id,
            "scheme_id": accrual.scheme_id,
            "facility_id": grant.facility_id,
            "limited": grant.limited,
            "rule": grant.rule,
            "usable_from": grant.usable_from,
            "expires_on": grant.expires_on,
        }
        for number, (grant, part) in enumerate(parts)
    ]
