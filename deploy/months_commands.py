"""`meguri months`: which months the books have, and the oldest taken out or read back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from psycopg import AsyncConnection

from deploy import months
from deploy.clock import clock
from deploy.months import Month
from deploy.settings import settings
from federation.days import day_of

YEARS = 11
PLACES = {"attached": "帳簿内", "archive": "archive スキーマ", "files": "ファイル"}
T = TypeVar("T")


class OfMonth(click.ParamType[Month]):
    """A month as `2015-04`."""

    name = "month"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Month:
        """Read it."""
        try:
            return Month(date.fromisoformat(f"{value}-01"))
        except ValueError:
            self.fail("2015-04 の形で / as 2015-04", param, ctx)


@click.group("months")
def group() -> None:
    """古い月の切り離しと読み戻し · old months out of the books, and back into them."""


@group.command("list")
def show() -> None:
    """月の一覧 · every month, where it is and how large."""
    for one in _with(months.standing):
        place = f"{PLACES[one.place]} · {one.place}"
        click.echo(f"{Month(one.month_on)}  {place:<28}  {one.entries:>12,}  {one.bytes:>14,} B")


@group.command()
@click.argument("month", type=OfMonth())
@click.option(
    "--keep-years",
    type=click.IntRange(1),
    default=YEARS,
    show_default=True,
    help="残す年度数 · fiscal years that stay",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="書き出す空フォルダー · write it to files in an empty folder, and drop its tables",
)
def detach(month: Month, keep_years: int, to: Path | None) -> None:
    """最も古い月を切り離す · take the oldest month out of the books.

    Without --to its tables stay in the schema `archive`. Old receipts are then answered no more,
    but the journal, the slips and all that members have stay.
    """
    today = day_of(clock(settings().clock)())
    now = datetime.now(UTC)

    async def work(conn: AsyncConnection) -> dict[str, months.Part]:
        parts = await months.detach(conn, month, today, keep_years, now)
        if to is not None:
            await months.write_out(conn, month, to)
        return parts

    click.echo(msgspec.json.encode({"detached": str(month), "parts": _with(work)}).decode())


@group.command()
@click.argument("month", type=OfMonth())
@click.option("--from", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def attach(month: Month, folder: Path | None) -> None:
    """月を読み戻す · bring the month that left last back; it must be what it was."""
    parts = _with(lambda conn: months.attach(conn, month, folder))
    click.echo(msgspec.json.encode({"attached": str(month), "parts": parts}).decode())


def _with(work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Do something as the migrating owner, who alone may."""

    async def connected() -> T:
        url = settings().owners_url
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await work(conn)

    return asyncio.run(connected())
