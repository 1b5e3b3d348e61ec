"""月の切り離し: what was booked in an old month leaves the books, and can be read back into them.

The oldest month goes first. Its three tables are hashed and counted, then detached in one
transaction with the row that says so, and lie in the schema `archive` until they are written to
files. The journal stays whole: it says which entries there were, and what they must hash to again.
"""

import hashlib
import random
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
from click import ClickException
from msgspec import Struct
from psycopg import AsyncConnection, sql

from deploy.portability import PLAIN, chunks, hashed
from deploy.take_out import keep, make_room, private
from federation.days import TOKYO
from federation.journal import MOST, Named, hashes_of
from federation.reading import rows
from federation.sql import statement

NUMBERED_IN = statement(__file__, "months_numbered")
STANDING = statement(__file__, "months_standing")
READINESS = statement(__file__, "months_readiness")
SET_ASIDE = statement(__file__, "months_set_aside")

TABLES = ("answers", "draws", "entries")
KEYS = {
    "answers": "shop_id, slip, booked_at",
    "draws": "member_id, entry_id, lot_entry_id, lot_part, n, booked_at",
    "entries": "member_id, entry_id, booked_at",
}
TO_LOTS = sql.SQL(
    "ALTER TABLE {} ADD CONSTRAINT to_lots FOREIGN KEY (member_id, lot_entry_id, lot_part)"
    " REFERENCES federation.lots NOT VALID"
)
MANIFEST = "month.json"
FORMAT = 1
APRIL = 4
# Whoever books waits no longer than this behind us, and we come again.
TURN = "200ms"
TURNS = 50


class NotDone(ClickException):
    """A month that was not detached or not attached; the message says why, in both languages."""


class Part(Struct, frozen=True):
    """One table of a month: how many rows, and the SHA-256 of them in order of their key."""

    rows: int
    sha256: str


class Month(Struct, frozen=True):
    """One calendar month in Japan."""

    first_on: date

    @property
    def until_on(self) -> date:
        """The first day of the next."""
        return (self.first_on + timedelta(days=31)).replace(day=1)

    @property
    def from_at(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.first_on, datetime.min.time(), TOKYO)

    @property
    def until_at(self) -> datetime:
        """The first instant of the next."""
        return datetime.combine(self.until_on, datetime.min.time(), TOKYO)

    def table(self, whole: str) -> str:
        """The name of its part of a table."""
        return f"{whole}_{self.first_on:%Y%m}"

    def __str__(self) -> str:
        return f"{self.first_on:%Y-%m}"


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """What lies in the folder of a month."""

    format: int
    month_on: date
    parts: dict[str, Part]


class Stands(Struct, frozen=True):
    """Where a month is, and how large."""

    month_on: date
    place: str
    entries: int
    bytes: int


async def standing(conn: AsyncConnection) -> list[Stands]:
    """Every month, the oldest first."""
    return [Stands(**row) for row in await rows(conn, STANDING, {})]


def oldest_kept(today: date, years: int) -> date:
    """The first day of the oldest month that stays: so many fiscal years before this one."""
    begun = today.year if today.month >= APRIL else today.year - 1
    return date(begun - years, APRIL, 1)


async def detach(
    conn: AsyncConnection, month: Month, today: date, years: int, now: datetime
) -> dict[str, Part]:
    """Take a month out of the books, whole and at once; its tables lie in `archive`."""
    if month.until_on > oldest_kept(today, years):
        raise NotDone(
            f"{month} はまだ {years} 年度を過ぎていません / "
            f"{month} is not older than {years} fiscal years"
        )
    [told] = await rows(conn, READINESS, {"from_at": month.from_at, "until_at": month.until_at})
    for reason, holds in {
        "この月はありません / there is no such month": not told["there"],
        "先に古い月があります / an older month comes first": told["older"],
        "連番のない記帳があります / entries without a number": told["unnumbered"],
        "封印していない期があります / a cycle of it is not sealed": told["unsealed"],
    }.items():
        if holds:
            raise NotDone(f"{month}: {reason}")
    parts = {one: await measured(conn, "federation", month.table(one), one) for one in TABLES}

    async def leave() -> None:
        await conn.execute(
            SET_ASIDE,
            {
                "month_on": month.first_on,
                "from_at": month.from_at,
                "until_at": month.until_at,
                "now": now,
                **{one: parts[one].rows for one in TABLES},
                **{f"{one}_sha256": bytes.fromhex(parts[one].sha256) for one in TABLES},
            },
        )
        for whole in TABLES:
            part = sql.Identifier("federation", month.table(whole))
            await conn.execute(
                sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(
                    sql.Identifier("federation", whole), part
                )
            )
            await conn.execute(sql.SQL("ALTER TABLE {} SET SCHEMA archive").format(part))

    await in_turn(conn, leave)
    return parts


async def attach(conn: AsyncConnection, month: Month, folder: Path | None) -> dict[str, Part]:
    """Bring a month back, from `archive` or from its folder; it must be what it was."""
    found = await rows(
        conn, "SELECT * FROM federation.detached WHERE month_on = %(on)s", {"on": month.first_on}
    )
    if not found:
        raise NotDone(f"{month} は切り離されていません / {month} is not detached")
    known = {one: Part(found[0][one], bytes(found[0][f"{one}_sha256"]).hex()) for one in TABLES}
    [last] = await rows(conn, "SELECT max(month_on) AS on FROM federation.detached", {})
    if last["on"] != month.first_on:
        raise NotDone(f"先に {last['on']:%Y-%m} を戻してください / attach {last['on']:%Y-%m} first")
    if folder is not None:
        await read_back(conn, month, folder, known)
    for whole in TABLES:
        if await measured(conn, "archive", month.table(whole), whole) != known[whole]:
            raise NotDone(f"{month.table(whole)}: 書き換えられています / it was changed")
        await bounded(conn, month, month.table(whole))

    async def come_back() -> None:
        for whole in TABLES:
            part = month.table(whole)
            await conn.execute(
                sql.SQL("ALTER TABLE {} SET SCHEMA federation").format(
                    sql.Identifier("archive", part)
                )
            )
            await conn.execute(
                sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                    sql.Identifier("federation", whole),
                    sql.Identifier("federation", part),
                    month.from_at,
                    month.until_at,
                )
            )
            await conn.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT bounds").format(
                    sql.Identifier("federation", part)
                )
            )
        await conn.execute("DELETE FROM federation.detached WHERE month_on = %s", (month.first_on,))

    await in_turn(conn, come_back)
    await must_be_what_the_journal_says(conn, month)
    return known


async def bounded(conn: AsyncConnection, month: Month, part: str) -> None:
    """Let a table say which month it is, so that nobody waits while that is looked at."""
    await conn.execute(
        sql.SQL(
            "ALTER TABLE {} DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds"
            " CHECK (booked_at >= {} AND booked_at < {})"
        ).format(sql.Identifier("archive", part), month.from_at, month.until_at)
    )


async def write_out(conn: AsyncConnection, month: Month, folder: Path) -> None:
    """Write a detached month into an empty folder, read the files again, and drop its tables."""
    make_room(folder)
    parts = {}
    for whole in TABLES:
        with private(folder / f"{whole}.csv") as file:
            parts[whole] = await measured(conn, "archive", month.table(whole), whole, file.write)
    for whole, part in parts.items():
        if hashed(folder / f"{whole}.csv") != part.sha256:
            raise NotDone(f"{whole}.csv が正しく書けません / was not written as it is")
    told = msgspec.json.encode(Written(FORMAT, month.first_on, parts))
    keep(folder / MANIFEST, msgspec.json.format(told, indent=1) + b"\n")
    async with conn.transaction():
        for whole in TABLES:
            gone = sql.Identifier("archive", month.table(whole))
            await conn.execute(sql.SQL("DROP TABLE {}").format(gone))


async def read_back(
    conn: AsyncConnection, month: Month, folder: Path, known: dict[str, Part]
) -> None:
    """Load a month's files into `archive`; its draws lead to their lots again."""
    told = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Written)
    if (told.format, told.month_on, told.parts) != (FORMAT, month.first_on, known):
        raise NotDone(f"{folder} は {month} ではありません / is not {month} as it was detached")
    for whole in TABLES:
        part = sql.Identifier("archive", month.table(whole))
        async with conn.transaction():
            await conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(part))
            like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
            await conn.execute(like.format(part, sql.Identifier("federation", whole)))
            for law in (sql.SQL("ENABLE"), sql.SQL("FORCE")):
                strict = sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY")
                await conn.execute(strict.format(part, law))
            copy_in = sql.SQL("COPY {} FROM STDIN (FORMAT csv, HEADER MATCH, ENCODING 'UTF8')")
            async with conn.cursor() as cursor, cursor.copy(copy_in.format(part)) as copy:
                for piece in chunks(folder / f"{whole}.csv"):
                    await copy.write(piece)
    draws = sql.Identifier("archive", month.table("draws"))

    async def lead_to_lots() -> None:
        await conn.execute(TO_LOTS.format(draws))

    await in_turn(conn, lead_to_lots)
    await conn.execute(sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT to_lots").format(draws))


async def measured(
    conn: AsyncConnection,
    schema: str,
    table: str,
    whole: str,
    write: Callable[[bytes], object] = len,
) -> Part:
    """Count and hash a table in order of its key, as the same bytes wherever it lies."""
    digest = hashlib.sha256()
    copy_out = sql.SQL(
        "COPY (SELECT * FROM {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')"
    ).format(sql.Identifier(schema, table), sql.SQL(KEYS[whole]))
    async with conn.transaction(), conn.cursor() as cursor:
        for setting in PLAIN:
            await cursor.execute(setting.encode())
        async with cursor.copy(copy_out) as copy:
            async for piece in copy:
                digest.update(piece)
                write(bytes(piece))
        return Part(cursor.rowcount, digest.hexdigest())


async def must_be_what_the_journal_says(conn: AsyncConnection, month: Month) -> None:
    """Each entry of the month hashes to what its number was given for."""
    after = 0
    asked = {"from_at": month.from_at, "until_at": month.until_at, "most": MOST}
    while slice_ := await rows(conn, NUMBERED_IN, {**asked, "after": after}):
        entries = [Named(one["member_id"], one["entry_id"], one["booked_at"]) for one in slice_]
        for row, found in zip(slice_, await hashes_of(conn, entries), strict=True):
            if found != row["hash"]:
                number = row["number"]
                raise NotDone(f"連番 {number} と合いません / not what number {number} says")
        after = slice_[-1]["number"]


async def in_turn(conn: AsyncConnection, work: Callable[[], Awaitable[None]]) -> None:
    """Do it in one transaction that never makes others wait: who finds the books taken tries
    again."""
    for turn in range(TURNS):
        try:
            async with conn.transaction():
                await conn.execute(f"SET LOCAL lock_timeout = '{TURN}'")
                await work()
                return
        except psycopg.errors.LockNotAvailable:
            time.sleep(random.uniform(0.05, 0.2) * (turn < TURNS - 1))  # noqa: ASYNC251, S311
    raise NotDone(
        "ほかの処理が使っています。あとでもう一度 / the tables are in use: try again later"
    )
