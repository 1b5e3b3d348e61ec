"""`meguri foreign`: what outside programmes gave in our shops, beside our own; never settled."""

import asyncio
import getpass
from datetime import datetime
from pathlib import Path

import click
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.files_in import read_in
from deploy.settings import settings
from federation.refusals import Validation, titles
from tenants.foreign import Foreign, read, record, summed

Day = click.DateTime(["%Y-%m-%d"])


@click.group()
def foreign() -> None:
    """他社ポイント · points of outside programmes: recorded apart, never settled."""


@foreign.command("record")
@click.argument("tenant")
@click.option("--programme", required=True, help="他社プログラムの符号 · its code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def record_report(tenant: str, programme: str, file: Path) -> None:
    """報告を取り込む · CSV: reference, shop, business_date, points, paid_yen."""
    instance, content = settings(), read_in(file)

    async def done() -> int:
        given = read(content)
        url = instance.url("worker")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            who, now = f"cli:{getpass.getuser()}", clock(instance.clock)()
            return await record(conn, tenant, programme, given, who, now)

    try:
        click.echo(f"新規 / new  {asyncio.run(done()):,}")
    except Validation as wrong:
        raise click.ClickException(f"{' · '.join(titles(Validation))} {wrong.extra}") from None


@foreign.command()
@click.option("--from", "first_on", type=Day, required=True, help="初日 · first day")
@click.option("--to", "last_on", type=Day, required=True, help="末日 · last day")
def show(first_on: datetime, last_on: datetime) -> None:
    """集計 · what outside programmes gave, by day and shop."""

    async def done() -> Foreign:
        url = settings().url("auditor")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await summed(conn, first_on.date(), last_on.date())

    for one in (found := asyncio.run(done())).sums:
        click.echo(
            f"{one.programme} {one.business_date} {one.tenant}/{one.shop}"
            f" {one.points:,} pt ({one.sales:,} 件 {one.paid_yen:,} 円)"
        )
    click.echo(f"計 / in all {found.points:,} pt")
