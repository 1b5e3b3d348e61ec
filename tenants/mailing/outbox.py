"""郵便物: one letter per notice, sent at least once; what cannot be sent is tried again, later each
time, and then given up. Addresses are read for the sending and written down nowhere."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from tenants.noticing import choose

LAY_OUT = statement(__file__, "lay_out")
DUE = statement(__file__, "due")
SETTLE = statement(__file__, "settle")
LAPSES = statement(__file__, "lapses")
STANDS = statement(__file__, "letters_stand")

AT_ONCE = 50
MOST_TRIES = 8
FIRST_WAIT = timedelta(minutes=1)
State = Literal["waiting", "sent", "dropped", "dead"]


class Due(Struct, frozen=True):
    """A letter that is due: to whom, of what, and whether they want it."""

    notice_id: int
    member_id: int
    occasion: str
    kind: str
    facts: dict[str, Any]
    tries: int
    email: str | None
    name: str | None
    lang: Literal["ja", "en"]
    wanted: bool
    state: str

    @property
    def words(self) -> str:
        """Which words it is written in: those of the first part of its occasion."""
        return self.occasion.partition("/")[0]


class Stands(Struct, frozen=True):
    """How many letters wait, and how many were given up."""

    waiting: int
    dead: int


async def lay_out(conn: AsyncConnection, words: list[str], now: datetime) -> int:
    """A letter for each new notice for which there are words; how many."""
    return (await conn.execute(LAY_OUT, {"words": words, "now": now})).rowcount


async def due(conn: AsyncConnection, now: datetime) -> list[Due]:
    """The next letters."""
    return [Due(**row) for row in await rows(conn, DUE, {"now": now, "most": AT_ONCE})]


async def settle(
    conn: AsyncConnection, letter: Due, state: State, now: datetime, reason: str | None = None
) -> None:
    """What became of a letter; one that waits on is tried again, each time twice as late."""
    tries = letter.tries + (state in ("waiting", "sent"))
    if state == "waiting" and tries >= MOST_TRIES:
        state = "dead"
    asked = {
        "notice_id": letter.notice_id, "state": state, "tries": tries, "reason": reason,
        "due_at": now + FIRST_WAIT * 2**tries, "now": now,
    }  # fmt: skip
    async with conn.transaction():
        await conn.execute(SETTLE, asked)


async def lapses(conn: AsyncConnection, member_id: int, on: date) -> int:
    """What of a member's points lapses at the end of a day, as things stand now."""
    [found] = await rows(conn, LAPSES, {"member_id": member_id, "on": on})
    return int(found["points"])


async def stands(conn: AsyncConnection) -> Stands:
    """How the letters stand."""
    return Stands(**(await rows(conn, STANDS, {}))[0])


async def refuse(conn: AsyncConnection, member_id: int, kind: str, now: datetime) -> None:
    """A member wants no mails of a kind any more."""
    await choose(conn, member_id, kind, False, now)
