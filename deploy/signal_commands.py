"""`meguri signals`: what looks odd in the books, as a table."""

import asyncio
from datetime import date, datetime, timedelta

import click
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.settings import Settings, settings
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import Validation
from tenants.signals.signals import Signals, signals

Day = click.DateTime(["%Y-%m-%d"])
A_WEEK = timedelta(days=6)


@click.command("signals")
@click.option("--from", "from_on", type=Day, help="この日から · from this day; a week ago")
@click.option("--to", "to_on", type=Day, help="この日まで · to this day; today")
def signals_command(from_on: datetime | None, to_on: datetime | None) -> None:
    """不正の兆候 · what looks odd, and behind each its entries."""
    instance = settings()
    today = day_of(clock(instance.clock)())
    last = to_on.date() if to_on else today
    first = from_on.date() if from_on else last - A_WEEK
    try:
        found = asyncio.run(_seen(instance, first, last, today))
    except Validation as wrong:
        raise click.ClickException("31日以内で / at most 31 days, in their order") from wrong
    for one in found.signals:
        click.echo(f"{one.ja} / {one.en}")
        where = f"{one.tenant}/{one.shop} {one.till} {one.business_date}"
        click.echo(f"  {where}  ×{one.times}  {one.points:,} pt  {one.member or ''}".rstrip())
        click.echo(f"  {' '.join(one.entries[:5])}{' …' if len(one.entries) > 5 else ''}")
    click.echo(f"{found.first_on} – {found.last_on}: {len(found.signals)} 件 / signals")


async def _seen(instance: Settings, first: date, last: date, today: date) -> Signals:
    async with await AsyncConnection.connect(instance.url("auditor"), autocommit=True) as conn:
        return await signals(conn, Names(instance.secret), first, last, today)
