"""`make demo`: a hub from nothing, a cycle of real purchases, and the result that proves it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import aiohttp
import click
import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection, sql
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.clock import FileClock
from deploy.demo import federation as demo
from deploy.demo.guests import browser_till, guests, invited
from deploy.demo.layout import LaidOut, lay_out
from deploy.demo.letterbox import letterbox
from deploy.demo.operator import Operator, afternoon_after, end_of
from deploy.demo.purchases import Purchases, load
from deploy.demo.replay import Fleet, Tally
from deploy.embedded import Servers, embedded, secret
from deploy.migrate import migrate
from deploy.settings import Settings
from settlement import calendar
from settlement.verify import examine

DATABASE = "demo"
BUILD = Path("build")
HEADS = BUILD / "heads.ndjson"
SHOW = Console(stderr=True, highlight=False)
READY_WITHIN_SECONDS = 30
OUTSTANDING = "SELECT coalesce(sum(points), 0) FROM federation.wallets"


class Options(Struct, frozen=True):
    """How much is replayed, by which seed and scheme, and whether the hub goes on serving."""

    once: bool
    days: int
    seed: int
    scheme: Literal["redemption", "issue"]
    port: int


class Result(Struct, frozen=True):
    """What a demo run ends with: one JSON object, the last line."""

    receipts: int
    refused: int
    accrued_points: int
    redeemed_points: int
    outstanding_points: int
    tenants: int
    facilities: int
    cycle: str
    nets_sum_yen: int
    seal: str | None
    verified: bool
    ready_seconds: float
    replay_seconds: float
    seconds: float


class Sealed(Struct, frozen=True):
    """What anyone reads in the sealed files of a run."""

    cycle: str
    seal: str | None
    nets_sum_yen: int
    verified: bool


def run(options: Options, folder: Path) -> None:
    """Start the servers, lay the federation out, replay, close, verify, and serve on."""
    began = time.monotonic()
    for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell had them ignored
        signal.signal(ending, signal.default_int_handler)
    with embedded(folder) as servers, nullcontext() if options.once else letterbox() as smtp:
        settings, clock = instance(servers, folder, options, smtp)
        migrate(settings, clock())
        with serving(settings, options.port) as server:
            asyncio.run(until_ready(settings.issuer, server))
            ready_seconds = time.monotonic() - began
            say("起動", "ready", f"{settings.issuer}  {ready_seconds:.1f} s")
            bought = load(options.days)
            laid_out = asyncio.run(laid(settings, bought, options.scheme))
            tally, sealed, replay_seconds = asyncio.run(
                replayed(settings, laid_out, bought, options)
            )
            counted(settings.database_url)
            result = Result(
                receipts=tally.receipts,
                refused=sum(tally.refused.values()),
                accrued_points=tally.accrued_points,
                redeemed_points=tally.redeemed_points,
                outstanding_points=outstanding(settings),
                tenants=len({one.tenant for one in bought.receipts}),
                facilities=len(demo.FACILITIES),
                cycle=sealed.cycle,
                nets_sum_yen=sealed.nets_sum_yen,
                seal=sealed.seal,
                verified=sealed.verified,
                ready_seconds=round(ready_seconds, 2),
                replay_seconds=round(replay_seconds, 2),
                seconds=round(time.monotonic() - began, 2),
            )
            if not options.once:
                clock.set(afternoon_after(clock()))
                click.echo(msgspec.json.encode(result).decode())
                serve_on(settings, laid_out, folder, server)
    if options.once:
        click.echo(msgspec.json.encode(result).decode())


def say(ja: str, en: str, what: str) -> None:
    """One line of what was done."""
    SHOW.print(f"[green]●[/] {ja} / {en}  {what}")


def instance(
    servers: Servers, folder: Path, options: Options, smtp: str | None
) -> tuple[Settings, FileClock]:
    """A fresh demo database each time, so that the same seed gives the same figures."""
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        name = sql.Identifier(DATABASE)
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        conn.execute(sql.SQL("CREATE DATABASE {}").format(name))
    clock_file = (folder / "clock").absolute()
    clock = FileClock(clock_file)
    clock.set(end_of(demo.FIRST_ON))
    settings = Settings(
        database_url=servers.database_url.rpartition("/")[0] + f"/{DATABASE}",
        secret=secret(folder),
        redis_url=servers.redis_url,
        issuer=f"http://localhost:{options.port}",
        clock=f"file:{clock_file}",
        heads=str(HEADS.absolute()),
        smtp=smtp,
    )
    HEADS.unlink(missing_ok=True)  # they were of the database that is gone
    return settings, clock


@contextmanager
def serving(settings: Settings, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server in a process of its own, told to drain at the end."""
    command = [sys.executable, "-m", "deploy.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, **settings.env()})
    try:
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


async def until_ready(issuer: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the hub says that it is ready; a server that died says why on its own."""
    async with aiohttp.ClientSession() as session:
        for _ in range(READY_WITHIN_SECONDS * 50):
            if server.poll() is not None:
                raise click.ClickException("サーバーが起動しません / the server did not start")
            try:
                async with session.get(f"{issuer}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)
    raise click.ClickException("準備が整いません / the server does not become ready")


async def laid(
    settings: Settings, bought: Purchases, scheme: Literal["redemption", "issue"]
) -> LaidOut:
    """The federation of those tenants that sell in the replayed days."""
    shops = {one.tenant for one in bought.receipts}
    tenants = [tenant for code, tenant in demo.tenants().items() if code in shops]
    cards = [
        (demo.card_number(home), demo.PREMIUM.rank if home in bought.premium else "general")
        for home in bought.households
    ]
    async with await AsyncConnection.connect(settings.url("worker")) as conn:
        laid_out = await lay_out(conn, tenants, cards, scheme)
    members = f"{len(cards):,} 会員 / members"
    say("連合", "laid out", f"3 施設 / facilities, {len(tenants)} テナント / tenants, {members}")
    return laid_out


async def replayed(
    settings: Settings, laid_out: LaidOut, bought: Purchases, options: Options
) -> tuple[Tally, Sealed, float]:
    """Replay by HTTP, close each cycle when it is due, and verify what was sealed."""
    sealed: list[tuple[str, bytes]] = []
    to_close = list(calendar.cycles(demo.FIRST_ON, bought.receipts[-1].business_date))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    async with Operator(settings.issuer, laid_out.operator) as operator:
        fleet = Fleet(settings.issuer, settings.issuer, laid_out.tills, options.seed)

        async def new_day(day: date) -> None:
            await operator.new_day(day)
            while to_close and calendar.closes_on(to_close[0]) < day:
                sealed.append(await operator.close(to_close.pop(0)))

        started = time.monotonic()
        with Progress(*columns, console=SHOW) as bar:
            selling = bar.add_task("再生 / replay", total=len(bought.receipts))
            tally = await fleet.replay(
                bought.receipts, new_day, lambda done, _: bar.update(selling, completed=done)
            )
        replay_seconds = time.monotonic() - started
        say("取消", "voided", f"{tally.voided} 件 / slips, by the tills at once")
        for cycle in to_close:
            await operator.set_clock(end_of(calendar.closes_on(cycle) + timedelta(days=0)))
            sealed.append(await operator.close(cycle))
    return tally, verified(sealed), replay_seconds


def verified(sealed: list[tuple[str, bytes]]) -> Sealed:
    """Write the sealed files, and verify each as anyone could."""
    BUILD.mkdir(exist_ok=True)
    sound, nets_sum_yen, seal = True, 0, None
    for cycle, file in sealed:
        path = BUILD / f"meguri-{cycle}.ndjson"
        path.write_bytes(file)
        lines = file.splitlines(keepends=True)
        verdict = examine(lines)
        sound, seal = sound and not verdict.faults, verdict.seal
        nets = [msgspec.json.decode(line).get("line", {}) for line in lines]
        nets_sum_yen += sum(line["yen"] for line in nets if line.get("type") == "net")
        say("締め", "sealed", f"{cycle}  {path}  {verdict.leaves:,} 行 / lines")
    return Sealed(sealed[-1][0], seal, nets_sum_yen, sound)


def counted(database_url: str) -> None:
    """Let the planner know what was loaded, as autovacuum would within the minute: whoever opens a
    page at once is not answered by plans for empty books."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("ANALYZE")


def outstanding(settings: Settings) -> int:
    """The points that members have now."""
    with psycopg.connect(settings.url("auditor")) as conn:
        row = conn.execute(OUTSTANDING).fetchone()
    assert row is not None
    return int(row[0])


def serve_on(
    settings: Settings, laid_out: LaidOut, folder: Path, server: subprocess.Popen[bytes]
) -> None:
    """Say where the hub is and how to come in, and serve until Ctrl-C."""
    env = folder / "env"
    env.touch(mode=0o600)
    env.write_text("".join(f"export {k}='{v}'\n" for k, v in settings.env().items()))
    till = laid_out.curl
    shop = f"{till.tenant}/{till.tenant}"
    coming = asyncio.run(invited(settings, guests(demo.FACILITIES[0].code, shop)))
    click.echo(
        f"\n{settings.issuer}\n"
        f"client_id={till.client_id} client_secret={till.credential}\n"
        f"till={till.till} card={demo.card_number(1)}\n\n"
        "担当者の招待（一度だけ使えます） / people, by links that are good once:"
    )
    for one, link in coming:
        click.echo(f"  {one.ja} / {one.en} ({one.login})  {link}")
    code = asyncio.run(browser_till(settings, till.tenant, till.till))
    click.echo(
        "ブラウザのレジ（コードは10分・一度だけ） / a browser till (a code, once, ten minutes):  "
        f"{settings.issuer}/till  {code}\n"
        "会員になる（手紙はこの画面に届きます） / become a member (letters come here):  "
        f"{settings.issuer}/member/join\n\n"
        f"Ctrl-C で終了 / ends the demo; `. {env}` で meguri コマンドが使えます / for the CLI"
    )
    try:
        server.wait()
    except KeyboardInterrupt:
        click.echo("終了します / ending")
