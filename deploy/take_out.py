"""`meguri export`: one snapshot of the whole instance, table by table, as it is copied out."""

import hashlib
import os
from datetime import date, datetime
from pathlib import Path
from typing import IO

import msgspec
import psycopg
from psycopg import AsyncConnection, IsolationLevel, sql

from deploy.portability import (
    FORMAT,
    MANIFEST,
    PLAIN,
    Manifest,
    Months,
    NotMoved,
    TableFile,
    migrations,
    say,
    totals,
)
from deploy.tables import Table, carried, rows_of, withheld

SEQUENCES = """
SELECT format('%s.%s', schemaname, sequencename), last_value FROM pg_sequences
WHERE schemaname !~ '^pg_' AND last_value IS NOT NULL ORDER BY 1
"""
BOOKED = """
SELECT min(day), max(day) FROM (
    SELECT (booked_at AT TIME ZONE 'Asia/Tokyo')::date AS day FROM {}
) AS days
"""


async def take_out(
    url: str, folder: Path, with_secrets: bool, now: datetime, *, with_personal: bool = False
) -> Manifest:
    """Write an export into a folder that is empty or not there; the manifest comes last."""
    make_room(folder)
    async with await AsyncConnection.connect(url) as conn:
        await conn.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await conn.set_read_only(True)
        for setting in PLAIN:
            await conn.execute(setting.encode())
        await must_be_whole(conn)
        tables = await carried(conn, with_secrets, with_personal)
        left_out = withheld(with_secrets, with_personal)
        try:
            files = [
                await copied(conn, table, folder, left_out.get(table.name)) for table in tables
            ]
        except psycopg.errors.InsufficientPrivilege as hidden:
            raise NotMoved(
                "全行を読める役割（スーパーユーザーか BYPASSRLS）で実行してください / "
                "run it as a role that sees every row: a superuser, or one with BYPASSRLS"
            ) from hidden
        manifest = Manifest(
            FORMAT,
            now,
            with_secrets,
            with_personal,
            await migrations(conn),
            await months(conn, tables),
            dict(await (await conn.execute(SEQUENCES)).fetchall()),
            files,
            await totals(conn),
        )
    keep(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    return manifest


async def must_be_whole(conn: AsyncConnection) -> None:
    """Every month is here: what is kept elsewhere would be missing there."""
    found = await conn.execute("SELECT month_on FROM federation.detached ORDER BY 1")
    if months_away := [f"{row[0]:%Y-%m}" for row in await found.fetchall()]:
        raise NotMoved(
            "切り離した月を先に戻してください（meguri months attach） / "
            f"attach the detached months first: {', '.join(months_away)}"
        )


async def copied(conn: AsyncConnection, table: Table, folder: Path, only: str | None) -> TableFile:
    """Copy one table into its file, or the rows of it that may leave."""
    copy_out = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')")
    digest = hashlib.sha256()
    with private(folder / table.file) as file:
        async with conn.cursor() as cursor:
            async with cursor.copy(copy_out.format(rows_of(table, only))) as copy:
                async for piece in copy:
                    file.write(piece)
                    digest.update(piece)
            rows = cursor.rowcount
        file.flush()
        os.fsync(file.fileno())
    say(f"▸ {table.name}  {rows:,}")
    return TableFile(table.name, table.carried, rows, digest.hexdigest())


async def months(conn: AsyncConnection, tables: list[Table]) -> Months | None:
    """The months that need partitions."""
    days: list[date] = []
    for table in tables:
        if table.monthly:
            found = await conn.execute(sql.SQL(BOOKED).format(table.identifier))
            row = await found.fetchone()
            days += [day for day in row or () if day is not None]
    if not days:
        return None
    first, last = min(days), max(days)
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    return Months(first.replace(day=1), span)


def make_room(folder: Path) -> None:
    """A folder of our own: nobody else reads it, and nothing is written over."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotMoved(f"{folder} は空ではありません / is not empty")
    folder.chmod(0o700)


def private(path: Path) -> IO[bytes]:
    """A file that only its owner reads."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode=0o600))


def keep(path: Path, content: bytes) -> None:
    """Write a file as a whole, or not at all."""
    draft = path.with_suffix(".draft")
    with private(draft) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
