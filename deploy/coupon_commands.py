"""`meguri coupons`: coupons from a shell: drafted from a file, previewed, published, ended."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.settings import settings
from federation.days import day_of
from federation.refusals import Refusal, titles
from tenants.coupons import drafting
from tenants.coupons.announcing import announce_coupons
from tenants.coupons.coupon import State, told
from tenants.coupons.drafting import Draft
from tenants.coupons.premiums import found
from tenants.coupons.reading import read
from tenants.layout import Why

Answer = TypeVar("Answer")
Work = Callable[[AsyncConnection], Awaitable[Answer]]
Reason = click.option("--reason", required=True, help="なぜ · why")
STEPS: dict[str, State] = {"publish": "live", "pause": "paused", "end": "ended"}


def run(work: Work[Answer]) -> Answer:
    """Do it as the worker, in one transaction; a refusal is told in its own words."""

    async def done() -> Answer:
        async with await AsyncConnection.connect(settings().url("worker")) as conn:
            return await work(conn)

    try:
        return asyncio.run(done())
    except Refusal as wrong:
        raise click.ClickException(f"{' · '.join(titles(type(wrong)))} {wrong.extra}") from None


def who() -> str:
    """Who is at the shell."""
    return f"cli:{getpass.getuser()}"


@click.group()
def coupons() -> None:
    """クーポン · coupons: what takes something off a price."""


@coupons.command("list")
def list_all() -> None:
    """一覧 · every coupon, drafted, live or over."""
    for one in run(lambda conn: read(conn, drafts=True)):
        click.echo(f"{one.code} {one.state} {one.from_on}–{one.to_on} {one.name} {told(one)[0]}")


@coupons.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def draft(file: Path) -> None:
    """起案 · draft a coupon from a JSON file, as POST /v1/admin/coupons takes it."""
    try:
        asked = msgspec.json.decode(file.read_bytes(), type=Draft)
    except msgspec.MsgspecError as wrong:
        raise click.ClickException(str(wrong)) from None
    now = clock(settings().clock)()
    run(lambda conn: drafting.draft(conn, asked, who(), now))
    show(asked.code)


@coupons.command()
@click.argument("code")
def preview(code: str) -> None:
    """公開前の確認 · to how many it is shown, and what the law on premiums says."""
    show(code)


def show(code: str) -> None:
    """A coupon before it goes live."""
    today = day_of(clock(settings().clock)())
    shown = run(lambda conn: drafting.preview(conn, code, today))
    click.echo(f"{shown.code} {shown.state} 対象 / shown to {shown.shown_to:,} / {shown.members:,}")
    for one in shown.findings:
        click.echo(f"[{one.level}] {one.rule}: {one.ja} / {one.en}")


def stepping(word: str, state: State) -> click.Command:
    """The command of one step."""

    @click.argument("code")
    @Reason
    def command(code: str, reason: str) -> None:
        now = clock(settings().clock)()
        coupon = run(lambda conn: drafting.step(conn, code, state, Why(who(), reason), now))
        click.echo(f"{coupon.code} {coupon.state}")
        for one in found(coupon):
            click.echo(f"[{one.level}] {one.rule}: {one.ja}")

    texts = {
        "publish": "公開 · let it go live",
        "pause": "一時停止 · stop it for now",
        "end": "終了 · end it for good",
    }
    return click.command(word, help=texts[word])(command)


for _word, _state in STEPS.items():
    coupons.add_command(stepping(_word, _state))


@coupons.command()
@click.argument("code")
def figures(code: str) -> None:
    """実績 · shown, started, used, and what it took off by shop and funder."""
    done = run(lambda conn: drafting.figures(conn, code))
    click.echo(
        f"{done.code} {done.state} 通知 {done.told:,} 表示 {done.shown:,} 開始 {done.started:,}"
        f" 利用 {done.uses:,} 値引 {done.discount_yen:,}円"
    )
    for one in done.by_place:
        click.echo(f"  {one.shop} {one.funder or '-'} {one.uses:,} 件 {one.yen:,} 円")


@coupons.command()
def announce() -> None:
    """お知らせ · tell members of live coupons, once each; end what is over."""
    instance = settings()
    now = clock(instance.clock)()

    async def done() -> int:
        async with await AsyncConnection.connect(instance.url("worker"), autocommit=True) as conn:
            return await announce_coupons(conn, day_of(now), now)

    click.echo(f"お知らせ / notices  {asyncio.run(done()):,}")
