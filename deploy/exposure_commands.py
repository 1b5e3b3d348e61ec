"""`meguri exposure`, `meguri give-take`, `meguri reconcile`: caps and deposits, give and take, and
what tills, books and payouts disagree on."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import click
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.settings import settings
from federation.days import day_of
from federation.refusals import Refusal, titles
from settlement.breaks import book
from settlement.breaks.book import Compared, Span
from settlement.breaks.classing import CLASSES, LEGS
from settlement.exposure import caps
from settlement.exposure.caps import Account
from settlement.exposure.levels import Exposure
from settlement.fairness import give_take
from settlement.reading import cycle_id_of, whose
from tenants.callers import Caller
from tenants.layout import Why

Answer = TypeVar("Answer")
Day = click.DateTime(["%Y-%m-%d"])
Yen = click.IntRange(0, 10**12)
reasoned = click.option("--reason", required=True, help="理由 · why")
MARK = {"clear": "  ", "warned": "! ", "refused": "!!"}


@click.group()
def exposure() -> None:
    """与信枠 · what tenants owe of all that is not settled, their caps and deposits."""


@exposure.command("set")
@click.argument("tenant")
@click.option("--warning", type=Yen, help="警告水準 円 · over it, somebody is told")
@click.option("--refusal", type=Yen, help="停止水準 円 · over it, it gives no points of its own")
@click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day")
@reasoned
def set_cap(
    tenant: str, warning: int | None, refusal: int | None, from_on: datetime, reason: str
) -> None:
    """枠を決める · a cap from a day on; without levels, none any more."""

    async def done(conn: AsyncConnection, now: datetime) -> int:
        day = from_on.date()
        version = await caps.agree(conn, tenant, day, warning, refusal, _why(reason), now)
        await caps.look(conn, now)
        return version

    click.echo(f"第 {_run(done)} 版 / version  {tenant} {from_on:%Y-%m-%d}")


@exposure.command()
@click.argument("tenant")
@click.argument("yen", type=int)
@click.option("--on", "moved_on", type=Day, help="入出金日 · the day it moved, else today")
@reasoned
def prefund(tenant: str, yen: int, moved_on: datetime | None, reason: str) -> None:
    """預託金の入出金 · paid in ahead (+), or paid back (after --, -100000)."""

    async def done(conn: AsyncConnection, now: datetime) -> int:
        day = moved_on.date() if moved_on else day_of(now)
        left = await caps.move_deposit(conn, tenant, yen, day, _why(reason), now)
        await caps.look(conn, now)
        return left

    click.echo(f"預託金 / deposit {tenant}: {_run(done):,} 円")


@exposure.command()
@click.argument("tenant", required=False)
@click.option("--on", type=Day, help="この日の枠で · by the cap of this day, else today")
def show(tenant: str | None, on: datetime | None) -> None:
    """照会 · every tenant, or one with its parts, caps, deposit and what it passed."""

    async def done(conn: AsyncConnection, now: datetime) -> list[str]:
        day = on.date() if on else day_of(now)
        if tenant is None:
            return [line_of(one) for one in (await caps.exposures(conn, day)).values()]
        own = await whose(conn, Caller("cli", 1, frozenset(), None, wide=True, vouched=0), tenant)
        return lines_of(await caps.account(conn, (own.party_id, own.code), day))

    for line in _run(done, "auditor"):
        click.echo(line)


def line_of(one: Exposure) -> str:
    """A tenant on one line."""
    levels = f"警告 {_yen(one.warning_yen)} 停止 {_yen(one.refusal_yen)}"
    return (
        f"{MARK[one.level]} {one.party:<20} {one.exposure_yen:>12,} 円"
        f" (未精算 {one.owed_yen:,} − 預託 {one.prefunded_yen:,}; {levels})"
    )


def lines_of(told: Account) -> list[str]:
    """A tenant with all that is known of its cap."""
    lines = [line_of(told.exposure)]
    lines += [f"    {one.cycle} {one.yen:+,} {one.told}" for one in told.exposure.parts]
    lines += [
        f"  枠 v{one.version} {one.from_on} ～ 警告 {_yen(one.warning_yen)}"
        f" 停止 {_yen(one.refusal_yen)} {one.author}: {one.reason}"
        for one in told.caps
    ]
    lines += [
        f"  預託 {one.moved_on} {one.yen:+,} → {one.balance_yen:,} {one.author}: {one.reason}"
        for one in told.prefunding
    ]
    lines += [f"  {one.at:%Y-%m-%d %H:%M} {one.level} {one.reason}" for one in told.levels]
    return lines


@click.group("give-take")
def fairness() -> None:
    """互恵 · points issued for each that was honoured, against the contract's floor."""


@fairness.command("floor")
@click.option("--tenant", help="なければ全員 · none: with all")
@click.option(
    "--floor-bp", type=click.IntRange(0, 1_000_000), help="1/100 % · 10000 is one for one"
)
@click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day")
@reasoned
def set_floor(tenant: str | None, floor_bp: int | None, from_on: datetime, reason: str) -> None:
    """下限を決める · a floor from a day on; without one, none any more."""
    version = _run(
        lambda conn, now: give_take.set_floor(
            conn, tenant, from_on.date(), floor_bp, _why(reason), now
        )
    )
    click.echo(f"第 {version} 版 / version  {from_on:%Y-%m-%d}")


@fairness.command("show")
@click.option("--from", "first_on", type=Day, help="初日 · else the fiscal year's first day")
@click.option("--to", "last_on", type=Day, help="末日 · else today")
@click.option("--csv", "as_csv", is_flag=True, help="CSV で · as CSV")
def show_give_take(first_on: datetime | None, last_on: datetime | None, as_csv: bool) -> None:
    """一覧 · issued, honoured, the ratio and the sales that others' points brought."""

    async def done(conn: AsyncConnection, now: datetime) -> give_take.GivenTaken:
        days = [day.date() if day else None for day in (first_on, last_on)]
        return await give_take.given_taken(conn, give_take.span_of(day_of(now), *days))

    found = _run(done, "auditor")
    if as_csv:
        sys.stdout.buffer.write(give_take.as_sheet(found))
        return
    click.echo(
        f"{found.first_on} – {found.last_on}  発行 / 自店利用 / 他店利用 / 受入 / 比 / 送客売上"
    )
    for one in found.tenants:
        ratio = "–" if one.ratio_bp is None else f"{one.ratio_bp / 100:.2f}%"
        floor = "" if one.floor_bp is None else f" (下限 {one.floor_bp / 100:.2f}% {one.state})"
        click.echo(
            f"{one.party:<20} {one.issued_points:,} / {one.own_here_points:,}"
            f" / {one.own_elsewhere_points:,} / {one.others_here_points:,} / {ratio}{floor}"
            f" / {one.brought_sales_yen:,} 円 ({one.brought_sales:,})"
        )


@click.group(invoke_without_command=True)
@click.option("--on", type=Day, help="この営業日だけ · this business date's tills alone")
@click.option("--cycle", help="この期の精算書と入出金 · this cycle's statements and payouts")
@click.pass_context
def reconcile(ctx: click.Context, on: datetime | None, cycle: str | None) -> None:
    """突合 · compare tills, books and payouts, and write down what differs."""
    if ctx.invoked_subcommand is not None:
        return
    if on is not None and cycle is not None:
        raise click.UsageError("--on か --cycle のどちらか一つ / either --on or --cycle")

    async def done(conn: AsyncConnection, now: datetime) -> Compared:
        cycle_id = cycle_id_of(cycle) if cycle is not None else None
        return await book.compare(conn, now, Span(on.date() if on else None, cycle_id))

    told = _run(done)
    click.echo(
        f"新規 / found {told.found}  変化 / changed {told.changed}"
        f"  解消 / resolved {told.resolved}  未処理 / open {told.open}"
    )


@reconcile.command("list")
@click.option("--all", "everything", is_flag=True, help="解消済みも · resolved ones too")
@click.option("--csv", "as_csv", is_flag=True, help="CSV で · as CSV")
def list_breaks(everything: bool, as_csv: bool) -> None:
    """差異の一覧 · what differs, the newest business date first."""

    async def done(conn: AsyncConnection, now: datetime) -> list[book.Break]:
        return await book.breaks(conn, day_of(now), most=100_000)

    found = [one for one in _run(done, "auditor") if everything or one.state != "resolved"]
    if as_csv:
        sys.stdout.buffer.write(book.as_sheet(found))
        return
    for one in found:
        click.echo(
            f"{one.break_id} {one.business_date} ({one.age} d) {one.party} {LEGS[one.leg][0]}"
            f" {one.subject} {one.figure}: {one.told:,} ≠ {one.found:,}"
            f" {'/'.join(CLASSES[one.kind])} {one.state}: {one.reason}"
        )
        for line in one.behind:
            click.echo(f"    {line}")


@reconcile.command("explain")
@click.argument("break_id")
@reasoned
def explain(break_id: str, reason: str) -> None:
    """説明 · say why it differs; later records resolve it."""
    _run(lambda conn, now: book.explain(conn, break_id, _why(reason), now))
    click.echo(f"{break_id}  explained")


def _yen(yen: int | None) -> str:
    return "–" if yen is None else f"{yen:,}"


def _why(reason: str) -> Why:
    return Why(f"cli:{getpass.getuser()}", reason)


def _run(
    done: Callable[[AsyncConnection, datetime], Awaitable[Answer]], role: str = "worker"
) -> Answer:
    instance = settings()

    async def run() -> Answer:
        url = instance.url(role)
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await done(conn, clock(instance.clock)())

    try:
        return asyncio.run(run())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
