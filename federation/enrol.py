"""一括入会: many members at once, each with what leads to it and who it is; and what is told of
those who are with us already."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.carriers import Led
from federation.sql import statement

CARDS = statement(__file__, "cards")
IN_LINE = statement(__file__, "in_line")
STATES = statement(__file__, "states")
ENROL = statement(__file__, "enrol")
NUMBERS = "SELECT nextval('federation.member_ids') FROM generate_series(1, %(count)s::integer)"


class Member(Struct, frozen=True):
    """A member to be taken in, or `known`: its new carriers by kind, and what is told of it."""

    member_id: int
    known: bool
    rank: str | None
    carriers: list[tuple[str, str]]
    profile: dict[str, Any]


async def leads(conn: AsyncConnection, keys: Sequence[str]) -> dict[str, Led]:
    """Where these carriers lead."""
    rows = await conn.execute(CARDS, {"carriers": list(keys)})
    return {row[0]: Led(*row[1:]) for row in await rows.fetchall()}


async def lock(conn: AsyncConnection, members: Sequence[int]) -> None:
    """Line up for members, in the order in which the desk does."""
    await conn.execute(IN_LINE, {"members": list(members)})


async def states(conn: AsyncConnection, members: Sequence[int]) -> dict[int, str]:
    """Whether these members are with us."""
    rows = await conn.execute(STATES, {"members": list(members)})
    return dict(await rows.fetchall())


async def numbers(conn: AsyncConnection, count: int) -> list[int]:
    """Numbers for new members."""
    rows = await conn.execute(NUMBERS, {"count": count})
    return sorted(row[0] for row in await rows.fetchall())


async def enrol(
    conn: AsyncConnection, members: Sequence[Member], joined_on: date, now: datetime
) -> None:
    """Write all of them at once; the locks of those who are known were taken."""
    if not members:
        return
    carriers = [
        {"member_id": one.member_id, "carrier": key, "kind": kind}
        for one in members
        for key, kind in one.carriers
    ]
    profiles = [{"member_id": one.member_id, **one.profile} for one in members if one.profile]
    asked = {
        "fresh": told([{"member_id": m.member_id, "rank": m.rank} for m in members if not m.known]),
        "ranks": told(
            [{"member_id": m.member_id, "rank": m.rank} for m in members if m.known and m.rank]
        ),
        "carriers": told(carriers),
        "profiles": told(profiles),
        "joined_on": joined_on,
        "now": now,
    }
    await conn.execute(ENROL, asked)


def told(rows: list[dict[str, Any]]) -> str:
    """Rows as a statement takes them."""
    return msgspec.json.encode(rows).decode()
