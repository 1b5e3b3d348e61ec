"""会員証の番号: the card that a member's screen shows."""

from typing import Any

from psycopg import AsyncConnection

from federation.refusals import NotFound
from federation.sql import statement

CARDS_OF = statement(__file__, "cards_of")


async def card_of(conn: AsyncConnection[Any], member_id: int) -> str:
    """A member's card that leads to it, the first of several; `NotFound`."""
    found = await (await conn.execute(CARDS_OF, {"member_id": member_id})).fetchall()
    if not found:
        raise NotFound
    return min(str(row[0]) for row in found)
