"""監査記録: what was done about people, and what was done past the console; written once."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.sql import statement

RECORD = statement(__file__, "record")
LOUD = statement(__file__, "loud")
LATELY = statement(__file__, "lately")
BREAK_GLASS = "break-glass"


class Logged(Struct, frozen=True):
    """A line of the log."""

    log_id: int
    at: datetime
    what: str
    who: str
    person_id: str | None
    told: str
    address: str


async def record(
    conn: AsyncConnection[Any],
    what: str,
    who: str,
    now: datetime,
    *,
    person_id: str | None = None,
    member_id: int | None = None,
    told: str = "",
    address: str = "",
) -> None:
    """Write down who did what, to whom, and when."""
    asked = {
        "what": what, "who": who, "now": now, "person_id": person_id, "member_id": member_id,
        "told": told, "address": address,
    }  # fmt: skip
    await conn.execute(RECORD, asked)


async def loud(conn: AsyncConnection[Any], since: int) -> list[Logged]:
    """What was done past the console since a line, the newest first."""
    async with conn.cursor(row_factory=class_row(Logged)) as cursor:
        await cursor.execute(LOUD, {"since": since})
        return await cursor.fetchall()


async def lately(conn: AsyncConnection[Any], person_id: str) -> list[Logged]:
    """What was done to a person, or by them, lately; the newest first."""
    async with conn.cursor(row_factory=class_row(Logged)) as cursor:
        await cursor.execute(LATELY, {"person_id": person_id})
        return await cursor.fetchall()
