"""`meguri demo`; and, of a demo that runs, its bank and its clock."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal, TypeVar

import click
from psycopg import AsyncConnection

from deploy.commands import FOLDER
from deploy.demo import only
from deploy.demo.bank import Stranger, TooSoon, Trouble, answers, statements
from deploy.demo.run import Options, run
from deploy.serve import free_port
from deploy.settings import settings
from federation.days import TOKYO
from federation.refusals import Refusal, titles
from settlement.bank.debit_results import DONE
from settlement.bank.zengin import read_debits

PORT = 8000
Answer = TypeVar("Answer")
Folder = click.Path(file_okay=False, path_type=Path)
Sent = click.Path(exists=True, file_okay=False, path_type=Path)
CYCLE = re.compile(r"\d{4}-\d{2}-\d{2}")
MOVES = (
    "締め・異議期間・支払日・失効・日次の仕事がこの時計で進みます。招待・トークン・パスキーは実時計のままです。\n"
    "Cycles, objections, pay days, expiry and daily jobs follow this clock; invitations, tokens\n"
    "and passkeys stay with the wall's. It never goes back."
)


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="結果を出して終了 · end after the result")
@click.option("--days", type=click.IntRange(1, 365), default=15, show_default=True)
@click.option("--seed", type=int, default=20250601, show_default=True)
@click.option("--scheme", type=click.Choice(["redemption", "issue"]), default="redemption")
@click.pass_context
def demo(
    ctx: click.Context, once: bool, days: int, seed: int, scheme: Literal["redemption", "issue"]
) -> None:
    """デモ · a hub from nothing, real purchases, a cycle closed and verified."""
    if ctx.invoked_subcommand is None:
        port = free_port(int(os.environ.get("PORT") or PORT))
        run(Options(once, days, seed, scheme, port), FOLDER)


@demo.command()
@click.option("--to", "day", type=click.DateTime(["%Y-%m-%d"]), help="この日へ · to this day")
@click.option(
    "--at", "at", default="10:00", show_default=True, help="その時刻 · its hour, in Tokyo"
)
def clock(day: datetime | None, at: str) -> None:
    """デモの時計 · what day it is in the demo, what cycles wait for; `--to` moves it on."""
    try:
        to = None if day is None else datetime.combine(day.date(), time.fromisoformat(at))
    except ValueError:
        raise click.ClickException(f"時刻が違います / not a time: {at}") from None

    async def done(conn: AsyncConnection) -> list[str]:
        _, own = await only.the_demo(conn)
        moved = [] if to is None else [await only.turned(conn, to)]
        told = [f"{before:%Y-%m-%d %H:%M} → {after:%Y-%m-%d %H:%M}" for before, after in moved]
        now = own().astimezone(TOKYO)
        return [*(told or [f"{now:%Y-%m-%d %H:%M}"]), *await only.waiting(conn, now.date())]

    for line in _run(done):
        click.echo(line)
    if to is not None:
        click.echo(MOVES, err=True)


@demo.command()
@click.argument("sent", type=Sent)
@click.option("--to", "folder", type=Folder, required=True, help="回答の置き場 · where answers go")
@click.option("--unfunded", multiple=True, metavar="PAYMENT", help="資金不足 · a debit that fails")
@click.option("--returned", multiple=True, metavar="PAYMENT", help="組戻し · a transfer comes back")
@click.option(
    "--paid-in", multiple=True, type=(str, click.IntRange(1)), metavar="PAYMENT YEN",
    help="相手からの振込（一部・二重も） · the party transfers, also too little or twice",
)  # fmt: skip
def bank(
    sent: Path, folder: Path, unfunded: tuple[str, ...], returned: tuple[str, ...],
    paid_in: tuple[tuple[str, int], ...],
) -> None:  # fmt: skip
    """デモの銀行 · do what is due of the files in SENT, and answer: results, account statements."""

    async def done(conn: AsyncConnection) -> tuple[date, Trouble]:
        _, own = await only.the_demo(conn)
        today = own().astimezone(TOKYO).date()
        return today, await only.trouble_of(conn, unfunded, returned, paid_in)

    today, trouble = _run(done)
    said = _files(folder) if folder.is_dir() else {}
    try:
        made = answers(_files(sent), said, today, trouble)
    except Stranger as code:
        raise click.ClickException(f"デモの委託者ではありません / not the demo's: {code}") from None
    except TooSoon as day:
        raise click.ClickException(f"組戻しはこの日から / it comes back from {day} on") from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
        for line in _told(folder / name, content, today):
            click.echo(line)
    if not made:
        click.echo(f"{today}: 新しい回答はありません / the bank has nothing new to say")


def _files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file()}


def _told(path: Path, content: bytes, today: date) -> list[str]:
    """What a file says, and how the hub takes it in."""
    if path.name.startswith("statement-"):
        [one] = statements(path.name, content, today)
        came = sum(line.yen for line in one.lines if line.direction == "in")
        went = sum(line.yen for line in one.lines if line.direction == "out")
        said = f"{len(one.lines)} 行 / lines, 入 in {came:,}, 出 out {went:,}"
        return [f"{path}  {said}", f"  meguri settlement statement {path}"]
    debits = [one for batch in read_debits(content, today) for one in batch.debits]
    done = sum(one.result == DONE for one in debits)
    said = f"振替済 / collected {done}, 不能 / failed {len(debits) - done}"
    cycle = CYCLE.match(path.name)
    return [
        f"{path}  {said}",
        f"  meguri settlement results {cycle.group() if cycle else 'CYCLE'} {path}",
    ]


def _run(done: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    async def run_it() -> Answer:
        url = settings().url("worker")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await done(conn)

    try:
        return asyncio.run(run_it())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
