"""台帳の連番: every entry gets the next number and a link in a chain of hashes, from one sealer.

Numbers have no gaps, and no entry ever comes before one that has a number: the sealer takes only
what is committed and older than any running booking. It finds the next by the transaction that
wrote them, never by their time, which in a demo stands still or leaps.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.journal_hash import BEGINNING, FORMAT, chained, hashed, link
from federation.reading import rows
from federation.sql import statement

STANDING = statement(__file__, "journal_standing")
NEXT = statement(__file__, "journal_next")
ADOPT = statement(__file__, "journal_adopt")
MOVED = statement(__file__, "journal_moved")
SINCE_LINK = statement(__file__, "journal_since_link")
MARK = statement(__file__, "journal_mark")
DAYS = statement(__file__, "journal_days")
END_DAY = statement(__file__, "journal_end_day")
HEADS = statement(__file__, "journal_heads")

# Who holds this lock of a session is the sealer; the others stand by.
LOCK = 0x6D65677572696A
ALONE = "SELECT pg_try_advisory_lock(%(lock)s)"
# By COPY, since many rows then share the words that the log keeps of them.
NUMBER = """
COPY federation.journal (number, member_id, entry_id, booked_at, format, hash, chain) FROM STDIN
"""
ONE_VIEW = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
MOST = 1_000
AT_ONCE = 100  # hashed without a pause: the booking desk is never kept waiting for longer


class Head(Struct, frozen=True):
    """The last number of the journal, and the chain up to it."""

    number: int
    chain: bytes


class DayHead(Struct, frozen=True):
    """The journal's head at the end of a day."""

    day_on: date
    number: int
    chain: bytes


class Named(Struct, frozen=True):
    """An entry by its key."""

    member_id: int
    entry_id: int
    booked_at: datetime


class Taken(Struct, frozen=True):
    """An entry that gets its number: its instant stays as PostgreSQL wrote it."""

    member_id: int
    entry_id: int
    booked_at: str


taken_of = msgspec.json.Decoder(list[Taken]).decode


class Rewritten(Exception):
    """台帳の末尾が、いま書いたものと違います
    The end of the journal is not what was written there a moment ago."""


async def alone(conn: AsyncConnection) -> bool:
    """Whether this connection is the sealer's now, and until it ends."""
    row = await (await conn.execute(ALONE, {"lock": LOCK})).fetchone()
    return row is not None and bool(row[0])


async def number(conn: AsyncConnection, last: Head | None, most: int = MOST) -> tuple[Head, int]:
    """Give the next entries their numbers, in a transaction of its own: the head of the journal
    after them, and how many they were. `last` is the head as this sealer left it."""
    async with conn.transaction():
        await conn.execute(ONE_VIEW)
        standing = (await rows(conn, STANDING, {}))[0]
        head = Head(standing["number"], standing["chain"] or BEGINNING)
        if last is not None and head != last:
            raise Rewritten
        query = ADOPT if standing["moved_house"] else NEXT
        [taken] = await rows(conn, query, {"most": most})
        if taken["asked"] is not None:
            head = await keep(conn, head, taken["asked"], taken["entries"])
        if standing["moved_house"]:
            if taken["entries"] < most:
                await conn.execute(MARK, {"xid": None, "entry_id": 0, "member_id": 0})
        elif taken["asked"] is not None:
            await conn.execute(MARK, msgspec.json.decode(taken["mark"]))
        return head, taken["entries"]


async def keep(conn: AsyncConnection, head: Head, asked: str, entries: int) -> Head:
    """Write so many entries, as they were asked for, behind the head; the new head. The chain
    stands where a sealing ends; between, it follows from the hashes."""
    found = [one for one in await hashes_in(conn, asked, whole=False) if one is not None]
    assert len(found) == entries, "what was taken is there"
    head = Head(head.number + entries, chained(head.chain, found))
    numbers = range(head.number - entries + 1, head.number + 1)
    async with conn.cursor() as cursor, cursor.copy(NUMBER) as copy:
        for number, one, of in zip(numbers, taken_of(asked), found, strict=True):
            chain = head.chain if number == head.number else None
            row = number, one.member_id, one.entry_id, one.booked_at, FORMAT, of, chain
            await copy.write_row(row)
    return head


async def hashes_of(
    conn: AsyncConnection, entries: Sequence[Named], *, whole: bool = True
) -> list[bytes | None]:
    """The hash of each entry as it stands in the books now; None for one that is gone. The sealer
    takes what PostgreSQL works out, most of the time; who checks works out the whole here."""
    return await hashes_in(conn, json(entries), whole=whole)


async def hashes_in(conn: AsyncConnection, asked: str, *, whole: bool) -> list[bytes | None]:
    """The same for entries that were named as JSON."""
    told = await conn.execute(MOVED, {"asked": asked, "whole": whole}, prepare=True)
    found = await told.fetchall()
    hashes: list[bytes | None] = []
    for at in range(0, len(found), AT_ONCE):
        some = found[at : at + AT_ONCE]
        hashes += [hashed(one) if one is not None else ready for one, ready in some]
        await asyncio.sleep(0)
    return hashes


def json(asked: Sequence[object]) -> str:
    """Rows as one parameter of a statement."""
    return msgspec.json.encode(asked).decode()


async def chain_at(conn: AsyncConnection, number: int) -> bytes | None:
    """The chain up to a number, from the last link before it; None where that is not there."""
    found = await rows(conn, SINCE_LINK, {"number": number})
    if not found or found[-1]["number"] != number or number - found[0]["number"] >= len(found):
        return None
    chain = found[0]["chain"] or link(BEGINNING, found[0]["hash"])
    return chained(chain, (one["hash"] for one in found[1:]))


async def end_days(conn: AsyncConnection, today: date) -> None:
    """Write down the head of each day before this one on which something was booked since the last
    that has one."""
    async with conn.transaction():
        for day in await rows(conn, DAYS, {"today": today}):
            await conn.execute(END_DAY, {**day, "chain": await chain_at(conn, day["number"])})


async def heads(conn: AsyncConnection, after: date | None = None) -> list[DayHead]:
    """The heads of the days after a day, or all, the oldest first."""
    return [DayHead(**row) for row in await rows(conn, HEADS, {"after": after})]
