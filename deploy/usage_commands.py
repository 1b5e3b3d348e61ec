"""`meguri usage`: a month's terminals, members and slips per tenant, as a table or CSV."""

import asyncio
import sys

import click
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.settings import Settings, settings
from federation.days import day_of
from federation.refusals import Validation
from tenants.usage import HEADER, Usage, as_csv, used


@click.command()
@click.option("--month", help="2026-06 · the month before this one, if not named")
@click.option("--csv", "as_sheet", is_flag=True, help="CSV で · as CSV")
def usage(month: str | None, as_sheet: bool) -> None:
    """月別の利用量 · tills, members and slips per tenant and month, from the books."""
    instance = settings()
    if month is None:
        this = day_of(clock(instance.clock)()).replace(day=1)
        before = this.replace(year=this.year - (this.month == 1), month=(this.month - 2) % 12 + 1)
        month = f"{before:%Y-%m}"
    try:
        found = asyncio.run(_used(instance, month))
    except Validation as wrong:
        told = "2026-06 の形で、切り離していない月を / a month as 2026-06, not a detached one"
        raise click.ClickException(told) from wrong
    if as_sheet:
        sys.stdout.buffer.write(as_csv(found))
        return
    click.echo(f"{found.month}  " + "  ".join(f"{name:>10}" for name in HEADER[1:]))
    for one in (*found.tenants, found.total):
        figures = (one.tills, one.members, one.slips, one.refused)
        click.echo(f"{one.tenant:<20}" + "  ".join(f"{figure:>10,}" for figure in figures))


async def _used(instance: Settings, month: str) -> Usage:
    async with await AsyncConnection.connect(instance.url("auditor"), autocommit=True) as conn:
        return await used(conn, month)
