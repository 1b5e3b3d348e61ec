"""利用の速さ: a stolen card is spent fast. The booking counts, and after so many redemptions of a
business date admits no more; a follower of the journal then keeps the member's points, tells the
member, and leaves a signal. The office makes sure, and frees them. Points that are earned oftener
than a day allows are booked all the same, since their tenant pays for them, and kept likewise.

The count is taken under the member's lock, so no number of tills at once gets past it. How far
apart two redemptions were is seen a second later, by the same follower that tells of each.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation import carriers, codes
from federation.reading import rows
from federation.refusals import AlreadyMerged, MemberWithdrawn
from federation.sql import statement
from tenants import acts
from tenants.callers import HOUSE, Caller
from tenants.joining_rules import DayDecided
from tenants.layout import Why, moved
from tenants.terms import Pace

ADD = statement(__file__, "add_pace")
FAST = statement(__file__, "fast")
STOP = statement(__file__, "stop")
RELEASE = statement(__file__, "release")
STOPS = statement(__file__, "stops")

OPERATOR_ID = 1
WHY = {
    "often": ("一日に何度も利用されました", "spent again and again in one day"),
    "far": ("離れた施設で続けて利用されました", "spent at two facilities within minutes"),
    "earned": ("一日に何度も付与されました", "earned again and again in one day"),
}
WORDS = (
    "{}。念のためポイントのご利用を止めています。窓口でご本人と確認できれば再開します。",
    "Your points were {}. They are kept until the counter has made sure that it was you.",
)


class Stop(Struct, frozen=True):
    """Points that were kept: whose, by which entry, since when; by whom and why they were freed."""

    stop_id: int
    member_id: int
    entry_id: int
    business_date: date
    why: str
    stopped_at: datetime
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None
    state: str


async def set_pace(conn: AsyncConnection[Any], pace: Pace, why: Why) -> None:
    """From a business date on, points may move so fast; `DayDecided` where that day has one."""
    asked = {
        "from_on": pace.from_on, "redemptions": pace.redemptions,
        "apart_minutes": pace.apart_minutes, "accruals": pace.accruals, "author": why.author,
        "reason": why.reason,
    }  # fmt: skip
    if (await conn.execute(ADD, asked)).rowcount != 1:
        raise DayDecided
    await moved(conn)


async def stop_fast(conn: AsyncConnection[Any], most: int) -> None:
    """Keep the points of those who moved too fast in the next slice of the journal, in the
    transaction that moves the follower's mark past it."""
    for found in await rows(conn, FAST, {"most": most}):
        await _stop(conn, **found)


async def _stop(
    conn: AsyncConnection[Any], member_id: int, booked_at: datetime, why: str, **entry: Any
) -> None:
    """Whose points cannot be spent anyway, or who has left meanwhile, stays as they are."""
    try:
        if await carriers.lock(conn, member_id) != "active":
            return
    except (AlreadyMerged, MemberWithdrawn):
        return
    ja, en = WHY[why]
    words = {"words": WORDS[0].format(ja), "words_en": WORDS[1].format(en)}
    asked = {"member_id": member_id, "booked_at": booked_at, "why": why, **entry, **words}
    if (await conn.execute(STOP, asked)).rowcount != 1:
        return  # freed already of what this entry did
    await carriers.freeze(conn, member_id, frozen=True)
    await codes.revoke(conn, member_id, booked_at)
    hub = Caller(HOUSE, OPERATOR_ID, frozenset(), None, wide=False)
    await acts.record(conn, member_id, "frozen", hub, f"{ja} / {en}", booked_at)


async def release(
    conn: AsyncConnection[Any], member_id: int, caller: Caller, reason: str, now: datetime
) -> None:
    """Somebody made sure: the count begins anew, and what went before is held against nobody."""
    asked = {
        "member_id": member_id, "released_by": caller.client_id, "reason": reason, "now": now
    }  # fmt: skip
    await conn.execute(RELEASE, asked)
    await carriers.count_anew(conn, member_id)


async def stops(conn: AsyncConnection[Any], *, before: int | None, most: int) -> Sequence[Stop]:
    """Whose points were kept, the newest first."""
    async with conn.cursor(row_factory=class_row(Stop)) as cursor:
        await cursor.execute(STOPS, {"before": before, "most": most})
        return await cursor.fetchall()
