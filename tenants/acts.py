"""何を誰がなぜ: what the office did to a member beside the books, kept with its reason."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.sql import statement
from federation.tell import tell_of_member
from tenants.callers import Caller

ACT = statement(__file__, "add_act")

TOLD = frozenset({"frozen", "unfrozen", "card-replaced"})

What = Literal[
    "card-replaced", "carrier-added", "carrier-removed", "frozen", "unfrozen", "profile-written",
    "registered", "joined",
]  # fmt: skip


class Changed(Struct, frozen=True):
    """What the tenants that know a member read of it."""

    at: datetime


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
    if what in TOLD:
        await tell_of_member(conn, f"member.{what}", member_id, Changed(now))
