"""会員ランク: a plain code on the wallet, with the day from which it counts."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement

IN_LINE = statement(__file__, "in_line")
RANKED = statement(__file__, "ranked")
TURN_RANK = statement(__file__, "turn_rank")


class Ranked(Struct, frozen=True):
    """A member's rank, since when, and which it was before; no day: always."""

    member_id: int
    rank: str
    since_on: date | None
    before: str | None

    def rank_on(self, day: date) -> str:
        """The rank on a day."""
        if self.since_on is None or self.before is None or day >= self.since_on:
            return self.rank
        return self.before


async def lock(conn: AsyncConnection, members: Sequence[int]) -> list[Ranked]:
    """Take the locks of members, in order of id, in the caller's transaction; their ranks."""
    await conn.execute(IN_LINE, {"members": sorted(members)})
    return [Ranked(**row) for row in await rows(conn, RANKED, {"members": sorted(members)})]


async def turn(conn: AsyncConnection, ranked: Ranked) -> None:
    """Write another rank, whose lock the caller has taken."""
    asked = {
        "member_id": ranked.member_id,
        "rank": ranked.rank,
        "since_on": ranked.since_on,
        "before": ranked.before,
    }
    await conn.execute(TURN_RANK, asked)
