"""`meguri jobs`: what the hub does by itself, seen, started by hand, or done beside it."""

import asyncio
import signal
from datetime import date, datetime

import click
from msgspec import structs
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.hub import Hub
from deploy.jobs.board import Board, board
from deploy.jobs.runner import Taken
from deploy.jobs.table import named, slot_of
from deploy.settings import Settings, settings
from federation.days import TOKYO, day_of

OUTCOMES = {
    "running": "実行中 · running",
    "ok": "完了 · ok",
    "failed": "失敗 · failed",
    "broken-off": "中断 · broken off",
}


@click.group("jobs", invoke_without_command=True)
@click.pass_context
def jobs(asked: click.Context) -> None:
    """定時処理 · what the hub does by itself."""
    if asked.invoked_subcommand is None:
        asked.invoke(show)


@jobs.command("list")
def show() -> None:
    """一覧 · every job, its last run and its next."""
    for one in asyncio.run(shown(settings())).jobs:
        click.echo(f"{one.name:<16} {one.ja} / {one.en}")
        click.echo(f"    頻度 / how often  {one.when_ja} / {one.when}")
        click.echo(f"    次回 / next  {told(one.next_at)}")
        if one.last is None:
            click.echo("    前回 / last  まだありません / never")
            continue
        done = "" if one.last.done is None else f"{one.last.done:,} 件  "
        ended = told(one.last.ended_at) if one.last.ended_at else ""
        outcome = f"{OUTCOMES[one.last.outcome]} {one.last.reason or ''}".rstrip()
        click.echo(f"    前回 / last  {told(one.last.began_at)} - {ended}  {done}{outcome}")


@jobs.command()
@click.argument("name")
@click.option(
    "--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="対象日（日本時間） · for which day"
)
def run(name: str, on: datetime | None) -> None:
    """いま実行する · do a job now; what it did before is not done twice."""
    done = asyncio.run(ran(settings(), name, on.date() if on else None))
    click.echo(f"{name}  {done:,} 件 / done")


@jobs.command()
def work() -> None:
    """定時処理だけを行う · do the jobs beside the hubs that serve, until SIGTERM."""
    asyncio.run(worked(settings()))


def told(at: datetime) -> str:
    """An instant as it reads in Tokyo."""
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M}"


async def shown(instance: Settings) -> Board:
    """The board, as the auditor sees it."""
    async with await AsyncConnection.connect(instance.url("auditor"), autocommit=True) as conn:
        return await board(conn, clock(instance.clock)())


async def ran(instance: Settings, name: str, on: date | None) -> int:
    """One job, done by a desk of its own."""
    job = named(name)
    if job is None:
        raise click.ClickException(f"{name} という処理はありません / there is no job {name}")
    hub = Hub(structs.replace(instance, jobs="off", webhooks="off"))
    now = hub.clock().astimezone(TOKYO)
    async with hub.running():
        try:
            slot = slot_of(job, on or day_of(now), now)
            return await hub.runner.run(name, slot, asked=True) or 0
        except Taken:
            raise click.ClickException("ほかで実行中です / it runs elsewhere just now") from None


async def worked(instance: Settings) -> None:
    """A hub that serves nobody and does the jobs."""
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    async with Hub(structs.replace(instance, jobs="on", webhooks="off")).running():
        await stop.wait()
