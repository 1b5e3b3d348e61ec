"""昇格・降格: the rank on the wallet is what the promotions give, changed under the member's lock
and dated, so that a late sale finds the rank of its business date."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from psycopg import AsyncConnection

from federation import ranks
from federation.ranks import Ranked
from federation.reading import rows
from federation.sql import statement
from tenants.ranks.rules import Promotion, rank_on, since

PLACES = statement(__file__, "places")
PROMOTIONS = statement(__file__, "promotions")
CONCERNED = statement(__file__, "concerned")
TURNED = statement(__file__, "turned")
AT_ONCE = 100


async def turn_all(conn: AsyncConnection, day: date, now: datetime) -> int:
    """Turn everybody whose rank is another on a day, a hundred members at a time, each hundred in a
    transaction of its own; how many turned. Done again, nobody turns twice."""
    turned, after = 0, 0
    while members := await concerned(conn, day, after):
        async with conn.transaction():
            turned += await turn(conn, members, day, now)
        after = members[-1]
    return turned


async def concerned(conn: AsyncConnection, day: date, after: int) -> list[int]:
    """The next members for whom a promotion has begun or ended of late."""
    asked = {"day": day, "after": after, "most": AT_ONCE}
    return [row["member_id"] for row in await rows(conn, CONCERNED, asked)]


async def turn(conn: AsyncConnection, members: Sequence[int], day: date, now: datetime) -> int:
    """Give members the rank of a day, under their locks, in the caller's transaction; how many have
    another now. A higher one that an operator gave by hand stays."""
    if not members:
        return 0
    places = {row["rank"]: row["place"] for row in await rows(conn, PLACES, {})}
    stand = await ranks.lock(conn, members)
    own: defaultdict[int, list[Promotion]] = defaultdict(list)
    for row in await rows(conn, PROMOTIONS, {"members": list(members)}):
        own[row["member_id"]].append(Promotion(**row))
    turned = 0
    for ranked in stand:
        promotions = own[ranked.member_id]
        changed_on = since(promotions, places, day)
        if changed_on is None:
            continue
        rank = rank_on(promotions, places, day)
        if ranked.since_on is None and places.get(ranked.rank, 0) > places[rank]:
            continue
        if (ranked.rank, ranked.since_on) == (rank, changed_on) or (
            ranked.rank == rank and ranked.since_on is None
        ):
            continue
        was = ranked.rank_on(date.fromordinal(changed_on.toordinal() - 1))
        await ranks.turn(conn, Ranked(ranked.member_id, rank, changed_on, was))
        rule = next((one.rule for one in promotions if one.rank == rank and one.counts_on(day)), "")
        told = {"member_id": ranked.member_id, "was": was, "rank": rank, "since_on": changed_on}
        await conn.execute(TURNED, {**told, "why": rule or "ended", "now": now})
        turned += 1
    return turned
