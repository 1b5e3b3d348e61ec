"""`meguri import`: an export into an empty instance, in one transaction; whatever does not come to
the same again leaves nothing behind."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from psycopg import AsyncConnection, sql

from deploy.portability import (
    FORMAT,
    MANIFEST,
    PLAIN,
    Manifest,
    NotMoved,
    TableFile,
    chunks,
    hashed,
    migrations,
    say,
    totals,
)
from deploy.tables import SEEDED, Table, carried
from federation.journal_checks import differences
from settlement.checks import broken

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# Beyond any transaction here: the sealer then looks for entries by their missing number.
FROM_ELSEWHERE = "UPDATE federation.numbered SET xid = '18446744073709551615'"
DOORS = "UPDATE federation.doors SET moved = moved + 1"
SHOWN = 20


async def take_in(url: str, folder: Path) -> Manifest:
    """Load a folder that `take_out` wrote; every file is hashed before the first row."""
    manifest = read_manifest(folder)
    async with await AsyncConnection.connect(url) as conn:
        for setting in PLAIN:
            await conn.execute(setting.encode())
        same_schema(manifest, await migrations(conn))
        tables = await carried(conn, manifest.with_secrets, manifest.with_personal)
        files = same_tables(manifest, tables)
        await must_be_empty(conn, tables)
        same_files(manifest, folder)
        await load(conn, manifest, tables, files, folder)
        await compare(conn, manifest)
        await conn.commit()
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What the folder says of itself."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.MsgspecError) as why:
        raise NotMoved(
            f"{folder} に完全な持ち出しがありません / {folder} holds no whole export"
        ) from why
    if manifest.format != FORMAT:
        raise NotMoved(f"書式 {manifest.format} は読めません / format {manifest.format} is unknown")
    return manifest


def same_schema(manifest: Manifest, here: dict[str, str]) -> None:
    """Both instances stand at the same migrations."""
    if manifest.migrations != here:
        names = sorted(
            name
            for name in {*manifest.migrations, *here}
            if manifest.migrations.get(name) != here.get(name)
        )
        raise NotMoved(
            "スキーマの版が違います。両方を同じ版に移行してください / "
            f"bring both to the same schema first: {', '.join(names)}"
        )


def same_tables(manifest: Manifest, tables: list[Table]) -> dict[str, TableFile]:
    """The files by table; a table or column too many or too few is said."""
    files = {one.table: one for one in manifest.tables}
    if {one.name: one.carried for one in tables} != {
        name: one.columns for name, one in files.items()
    }:
        raise NotMoved("表の一覧が違います / the export has other tables than this schema")
    return files


def same_files(manifest: Manifest, folder: Path) -> None:
    """No file has changed since it was written."""
    for one in manifest.tables:
        path = folder / f"{one.table}.csv"
        if not path.is_file() or hashed(path) != one.sha256:
            raise NotMoved(f"{path.name}: 書き換えられています / was changed since it was written")


async def must_be_empty(conn: AsyncConnection, tables: list[Table]) -> None:
    """Nothing is here but what migrations and a start put there."""
    for table in tables:
        if table.name not in SEEDED:
            found = await conn.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(table.identifier))
            if found.rowcount:
                raise NotMoved(
                    f"このインスタンスは空ではありません（{table.name}） / "
                    f"this instance is not empty ({table.name})"
                )


async def load(
    conn: AsyncConnection,
    manifest: Manifest,
    tables: list[Table],
    files: dict[str, TableFile],
    folder: Path,
) -> None:
    """Every row, every sequence, and the months that they need."""
    if manifest.months is not None:
        asked = (manifest.months.first_on, manifest.months.months)
        await conn.execute("SELECT federation.open_months(%s, %s)", asked)
    for table in reversed(tables):
        if table.name in SEEDED:
            await conn.execute(sql.SQL("DELETE FROM {}").format(table.identifier))
    for table in tables:
        rows = await filled(conn, table, folder)
        if rows != files[table.name].rows:
            raise NotMoved(f"{table.name}: 行数が違います / {rows} rows are not all")
        await conn.execute(sql.SQL("ANALYZE {}").format(table.identifier))
        say(f"▸ {table.name}  {rows:,}")
    for name, last in manifest.sequences.items():
        await conn.execute("SELECT setval(%s::regclass, %s)", (name, last))
    await conn.execute(FROM_ELSEWHERE)
    await conn.execute(DOORS)


async def filled(conn: AsyncConnection, table: Table, folder: Path) -> int:
    """Copy a file into its table; how many rows."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.carried))
    copy_in = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, HEADER MATCH, ENCODING 'UTF8')")
    async with conn.cursor() as cursor:
        async with cursor.copy(copy_in.format(table.identifier, columns)) as copy:
            for piece in chunks(folder / table.file):
                await copy.write(piece)
        return cursor.rowcount


async def compare(conn: AsyncConnection, manifest: Manifest) -> None:
    """The totals and seals are those of the export, every promise holds, and each entry is what
    its number says."""
    here = await totals(conn)
    wrong = [name for name in manifest.totals if here.get(name) != manifest.totals[name]]
    wrong += [str(one) for one in await broken(conn)]
    wrong += [str(one) async for one in differences(conn, LONG_AGO)]
    if wrong:
        raise NotMoved(
            "取り込んだ内容が一致しません。何も残していません / "
            "it does not come to the same, and nothing was kept:\n" + "\n".join(wrong[:SHOWN])
        )
