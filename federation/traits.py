"""会員の印: plain codes that a member bears for some days, as a rule may know them (in a segment,
treated by a campaign); who writes them is a job, never a till."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.sql import statement

BEAR = statement(__file__, "bear")
SHED = statement(__file__, "shed")
BORNE = statement(__file__, "traits")


class Borne(Struct, frozen=True, array_like=True):
    """One trait of a member, from a day to a day."""

    trait: str
    from_on: date
    to_on: date


def on(borne: Iterable[Borne], day: date) -> frozenset[str]:
    """What is borne on a day."""
    return frozenset(one.trait for one in borne if one.from_on <= day <= one.to_on)


async def bear(
    conn: AsyncConnection, trait: str, members: Sequence[int], days: tuple[date, date]
) -> None:
    """These members bear a trait from the first day to the last."""
    asked = {"trait": trait, "members": list(members), "from_on": days[0], "to_on": days[1]}
    await conn.execute(BEAR, asked)


async def shed(conn: AsyncConnection, trait: str, members: Sequence[int], from_on: date) -> None:
    """From a day on these members bear it no more."""
    await conn.execute(SHED, {"trait": trait, "members": list(members), "from_on": from_on})


async def borne_by(
    conn: AsyncConnection, member_id: int, traits: Collection[str], day: date
) -> frozenset[str]:
    """What a member bears of some traits on a day, for who only asks."""
    if not traits:
        return frozenset()
    rows = await conn.execute(BORNE, {"members": [member_id], "traits": sorted(traits)})
    return on((Borne(*row[1:]) for row in await rows.fetchall()), day)
