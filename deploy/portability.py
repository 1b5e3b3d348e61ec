"""持ち出しと取り込み: all that is business truth, in open formats, out of one instance and into
another.

A folder of CSV files (RFC 4180, UTF-8, with a header line), one per table, and a manifest
that says what they are, what they hash to, and what the instance comes to."""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from deploy.clock import wall
from deploy.settings import settings
from federation.sql import statement

FORMAT = 1
MANIFEST = "manifest.json"
TOTALS = statement(__file__, "totals")
CHUNK = 1024 * 1024
MIGRATIONS = "SELECT name, sha256 FROM deploy.migrations ORDER BY name"
# The same bytes whatever the server's own settings are; and an error, never a shorter file, where
# a row policy would hide rows.
PLAIN = (
    "SET LOCAL row_security = off",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'iso_8601'",
    "SET LOCAL bytea_output = 'hex'",
)


class NotMoved(click.ClickException):
    """An export or an import that did not take place; the message says why, in both languages."""


class TableFile(Struct, frozen=True):
    """One table: its file, its columns in order, how many rows, and the SHA-256 of the file."""

    table: str
    columns: list[str]
    rows: int
    sha256: str


class Months(Struct, frozen=True):
    """The months in which something was booked."""

    first_on: date
    months: int


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What lies in the folder, and what it must come to again."""

    format: int
    taken_at: datetime
    with_secrets: bool
    with_personal: bool
    migrations: dict[str, str]
    months: Months | None
    sequences: dict[str, int]
    tables: list[TableFile]
    totals: dict[str, object]


async def totals(conn: AsyncConnection) -> dict[str, object]:
    """What the instance comes to."""
    row = await (await conn.execute(TOTALS)).fetchone()
    assert row is not None
    found: dict[str, object] = msgspec.json.decode(row[0])
    return found


async def migrations(conn: AsyncConnection) -> dict[str, str]:
    """Which migrations made this schema; none, where there is none of ours."""
    known = await conn.execute("SELECT to_regclass('deploy.migrations') IS NOT NULL")
    row = await known.fetchone()
    if row is None or not row[0]:
        return {}
    return dict(await (await conn.execute(MIGRATIONS)).fetchall())


def chunks(path: Path) -> Iterator[bytes]:
    """A file, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def hashed(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    for piece in chunks(path):
        digest.update(piece)
    return digest.hexdigest()


def say(text: str) -> None:
    """Progress, beside the result."""
    click.echo(text, err=True)


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--with-secrets", is_flag=True, help="秘密のハッシュと PIN も · client secrets' hashes and PINs"
)
@click.option(
    "--with-personal", is_flag=True, help="会員の個人情報も · who members are, phones and all"
)
def export(folder: Path, with_secrets: bool, with_personal: bool) -> None:
    """すべてを持ち出す · write everything into an empty folder, in open formats.

    The salts of sealed files go along, so that they can be proved elsewhere: keep the folder safe.
    The instance's secret stays; ids on old receipts open only where it is set again.
    """
    from deploy.take_out import take_out

    url = settings().owners_url
    manifest = asyncio.run(take_out(url, folder, with_secrets, wall(), with_personal=with_personal))
    click.echo(summary(manifest))


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def take_in_command(folder: Path) -> None:
    """空のインスタンスに取り込む · load an export into an empty instance, and compare all."""
    from deploy.take_in import take_in

    manifest = asyncio.run(take_in(settings().owners_url, folder))
    click.echo(summary(manifest))
    click.echo(
        "合計・封印・台帳はすべて一致しました / totals, seals and journal are equal\n"
        "MEGURI_HEADS の署名は次の起動時に書かれます / heads are signed anew when the hub starts"
    )


def summary(manifest: Manifest) -> str:
    """What was moved, in a line."""
    told = manifest.totals
    rows = sum(one.rows for one in manifest.tables)
    return (
        f"{len(manifest.tables)} 表 / tables · {rows:,} 行 / rows · "
        f"journal {told['journal_number']} {told['journal_chain']}"
    )
