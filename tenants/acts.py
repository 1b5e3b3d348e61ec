"""何を誰がなぜ: what the office did to a member beside the books, kept with its reason."""

from datetime import datetime
from typing import Literal

from psycopg import AsyncConnection

from federation.sql import statement
from tenants.callers import Caller

ACT = statement(__file__, "add_act")

What = Literal["card-replaced", "carrier-added", "frozen", "unfrozen", "profile-written"]


async def record(
    conn: AsyncConnection, member_id: int, what: What, caller: Caller, reason: str, now: datetime
) -> None:
    """Keep an act in the transaction that does it."""
    asked = {
        "member_id": member_id,
        "what": what,
        "client_id": caller.client_id,
        "reason": reason,
        "now": now,
    }
    await conn.execute(ACT, asked)
