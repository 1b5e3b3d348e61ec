"""`meguri campaigns`: campaigns as they stand, stopped at once where one goes wrong; segments
counted, and what came of it."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import click
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.columns import table
from deploy.settings import settings
from federation.days import day_of
from federation.refusals import Refusal, titles
from tenants.campaigns import foresight, lives, outcome, segments

Answer = TypeVar("Answer")
reasoned = click.option("--reason", required=True, help="理由 · why")


@click.group()
def campaigns() -> None:
    """キャンペーン · how campaigns stand, what they would give and what came of them."""


@campaigns.command("list")
def list_command() -> None:
    """一覧 · every campaign, the latest first."""
    found = done(lambda conn, _: lives.told(conn), "auditor")
    rows = [
        (
            one.code, one.state, f"{one.from_on}–{one.to_on}", f"×{one.multiplier}",
            "–" if one.budget_left_points is None else f"{one.budget_left_points:,}",
        )
        for one in found
    ]  # fmt: skip
    head = ("符号 code", "状態 state", "期間 days", "倍率 rate", "予算残 budget left")
    for line in list(table(head, rows)) or ["キャンペーンはありません / there are none"]:
        click.echo(line)


@campaigns.command()
@click.argument("code")
@reasoned
def pause(code: str, reason: str) -> None:
    """停止 · it gives no more at any till, at once."""
    step(code, "paused", reason)


@campaigns.command()
@click.argument("code")
@reasoned
def resume(code: str, reason: str) -> None:
    """再開 · a paused one gives again."""
    step(code, "live", reason)


def step(code: str, to: str, reason: str) -> None:
    """One step, by whoever sits at this machine."""
    who = f"cli:{getpass.getuser()}"
    done(lambda conn, now: lives.change(conn, code, to, who, reason, now))
    click.echo(f"{code}  {to}")


@campaigns.command("end-over")
def end_over() -> None:
    """期間終了 · the daily job: campaigns of which no late line can come any more have ended."""
    click.echo(done(lambda conn, now: lives.end_over(conn, day_of(now), now)))


@campaigns.command("preview")
@click.argument("code")
@click.option("--days", type=click.IntRange(1, 366), default=30, help="日数 · of the last days")
def preview_command(code: str, days: int) -> None:
    """試算 · what it would have given on the receipts of the last days, and who would have paid."""
    found = done(lambda conn, now: foresight.foresee(conn, code, days, day_of(now)), "auditor")
    click.echo(
        f"{found.points:,}P  {found.receipts:,} 件 / receipts  {found.members:,} 人 / members"
    )
    for cost in found.costs:
        click.echo(f"  {cost.party}  {cost.points:,}P")


@campaigns.command("outcome")
@click.argument("code")
def outcome_command(code: str) -> None:
    """効果測定 · treated against control, per member in thousandths, with the 95 % interval."""
    found = done(lambda conn, now: outcome.outcome(conn, code, day_of(now)), "auditor")
    rows = [
        (name, arm.members, arm.sales_yen, arm.visits, arm.points, arm.mean_milli)
        for name, arm in (("対象 treated", found.treated), ("対照 control", found.control))
    ]
    head = ("群 group", "人 members", "円 yen", "日 visits", "P points", f"{found.metric}/人 ‰")
    for line in table(head, rows):
        click.echo(line)
    if found.difference is not None:
        one = found.difference
        click.echo(f"差 / difference {one.difference_milli} [{one.low_milli}, {one.high_milli}] ‰")


@campaigns.command("count-segments")
def count_segments() -> None:
    """セグメント集計 · the daily job: every segment that was not counted today."""
    click.echo(done(lambda conn, now: segments.count_all(conn, day_of(now)), bare=True))


def done(
    work: Callable[[AsyncConnection, datetime], Awaitable[Answer]],
    role: str = "worker",
    *,
    bare: bool = False,
) -> Answer:
    """Do a piece of work in a transaction (or, `bare`, in several of its own), or say why not."""

    async def working() -> Answer:
        now = clock(settings().clock)()
        url = settings().url(role)
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            if bare:
                return await work(conn, now)
            async with conn.transaction():
                return await work(conn, now)

    try:
        return asyncio.run(working())
    except Refusal as refused:
        raise click.ClickException(" / ".join(titles(type(refused)))) from None
