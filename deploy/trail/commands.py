"""`meguri audit`: the trail at the command line: searched, as CSV, and its chain verified."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import click
from psycopg import AsyncConnection

from deploy.clock import wall
from deploy.settings import settings
from deploy.trail import of_people
from deploy.trail.of_people import Sought
from deploy.trail.reading import Asked, broken, csv_of, find
from federation.days import TOKYO, day_of
from federation.opaque import Names
from federation.refusals import NotFound
from tenants.signals.signals import OPERATOR_ID

Answer = TypeVar("Answer")
Day = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """監査証跡 · who did what, from where, with which right."""


@audit.command("list")
@click.option("--from", "from_on", type=Day, help="この日から · from this day on")
@click.option("--to", "to_on", type=Day, help="この日まで · up to this day")
@click.option("--actor", help="クライアント・担当者 · a client or a person")
@click.option("--tenant", help="テナントの符号 · the tenant's code")
@click.option("--verb", help="操作の一部 · a part of what was done")
@click.option("--kind", help="対象の種類 · of what kind that is: member, cycle, client…")
@click.option("--object", help="対象 · what it was done to")
@click.option("--party", help="取引先 · the party")
@click.option("--cycle", help="期 · the cycle")
@click.option("--least-yen", type=int, help="この金額以上 · at least so many yen")
@click.option("--most-yen", type=int, help="この金額以下 · at most so many yen")
@click.option("--refused", is_flag=True, help="拒否だけ · what was refused")
@click.option("--most", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="CSV を出力 · the whole of it as CSV")
def list_acts(
    from_on: datetime | None, to_on: datetime | None, most: int, *, as_csv: bool, **asked: Any
) -> None:
    """検索 · search the trail, newest first."""
    sought = Asked(**days(from_on, to_on), **asked)
    found = _run(lambda conn: find(conn, sought, day_of(wall()), most))
    if as_csv:
        click.echo(csv_of(found), nl=False)
        return
    for one in found:
        who = one.person_id or one.actor
        yen = "" if one.amount_yen is None else f" {one.amount_yen:,} 円"
        what = " ".join(filter(None, (one.kind, one.object, one.party, one.cycle)))
        ended = "…" if one.status is None else one.status
        at = one.at.astimezone(TOKYO)
        click.echo(f"{at:%Y-%m-%d %H:%M:%S} {who} {one.address} {one.verb} {ended} {what}{yen}")


@audit.command("people")
@click.option("--from", "from_on", type=Day, help="この日から · from this day on")
@click.option("--to", "to_on", type=Day, help="この日まで · up to this day")
@click.option("--what", help="出来事 · what happened, as signed-in or role-given")
@click.option("--who", help="操作者 · who did it")
@click.option("--person", help="担当者のID・ログイン名 · to whom, by id or login")
@click.option("--member", help="会員の符号 · the member's handle")
@click.option("--address", help="接続元 · from where")
@click.option("--most", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="CSV を出力 · the whole of it as CSV")
def list_of_people(
    from_on: datetime | None, to_on: datetime | None, most: int, *, as_csv: bool, **sought: Any
) -> None:
    """人の記録 · search what was done about people: sign-ins, roles, break-glass."""
    asked = Sought(**days(from_on, to_on), **sought)
    names, today = Names(settings().secret), day_of(wall())
    try:
        found = _run(lambda conn: of_people.find(conn, names, OPERATOR_ID, asked, today, most))
    except NotFound:
        raise click.ClickException("その会員はいません / no such member") from None
    if as_csv:
        click.echo(of_people.csv_of(found), nl=False)
        return
    for one in found:
        whom, at = one.member or one.login or one.person_id or "-", one.at.astimezone(TOKYO)
        told = f"{one.what} {whom} {one.who or '-'} {one.address or '-'} {one.told}"
        click.echo(f"{at:%Y-%m-%d %H:%M:%S} {told}".rstrip())


def days(from_on: datetime | None, to_on: datetime | None) -> dict[str, Any]:
    """The days that were named."""
    told = {"from_on": from_on, "to_on": to_on}
    return {name: day.date() for name, day in told.items() if day is not None}


@audit.command()
def verify() -> None:
    """連鎖の検証 · recompute the chain; 1 if an act was changed or taken away."""
    linked, differ = _run(broken)
    for number, act_id, why in differ:
        click.echo(f"✗ {number}: {act_id} {why}")
    if differ:
        raise SystemExit(1)
    click.echo(f"証跡の連鎖は正しい / the chain of the trail holds: {linked:,}")


def _run(verb: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    async def done() -> Answer:
        async with await AsyncConnection.connect(settings().url("auditor")) as conn:
            return await verb(conn)

    return asyncio.run(done())
