"""入会: members come in, each with a card and an empty wallet."""

from collections.abc import Sequence
from datetime import date

from psycopg import AsyncConnection

from federation.sql import statement

JOIN = statement(__file__, "join")


async def join(
    conn: AsyncConnection, cards: Sequence[tuple[str, str]], joined_on: date
) -> list[int]:
    """Take in a member per (card number, rank); their ids in the same order."""
    rows = await conn.execute(
        JOIN,
        {
            "cards": [card for card, _ in cards],
            "ranks": [rank for _, rank in cards],
            "joined_on": joined_on,
        },
    )
    return [row[0] for row in await rows.fetchall()]
