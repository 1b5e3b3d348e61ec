"""`meguri earning`: what each level says of earning, by day; a word for all shops; rules tried."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from psycopg import AsyncConnection

from deploy.columns import table
from deploy.settings import settings
from deploy.terms_commands import done, why
from federation.days import day_of
from federation.refusals import Refusal, titles
from tenants import deciding, declaring
from tenants.deciding import Decision, RollOut
from tenants.declaring import Declare
from tenants.previewing import Preview, Previewed, preview
from tenants.settings import LEVELS
from tenants.settings_api import ShopSettings, settings_of

Asked = TypeVar("Asked")
Day = click.DateTime(["%Y-%m-%d"])
MOST_DAYS, MOST_RECEIPTS = 366, 5_000_000


@click.group()
def earning() -> None:
    """付与規則 · rates and multiples of every level: dated, each with its author and reason."""


@earning.command("show")
@click.argument("shop")
@click.option("--on", type=Day, help="営業日 · the day; today without it")
def show(shop: str, on: datetime | None) -> None:
    """設定の照会 · every setting of a shop (tenant/shop): which level won, what it overrode."""

    async def read(conn: AsyncConnection, now: datetime) -> ShopSettings:
        return await settings_of(conn, shop, on.date() if on else day_of(now))

    found = done(read, "auditor")
    head = ("項目 setting", "値 value", "段 level", "理由 why", "上書き overrode")
    rows = [
        (
            one.key,
            said(one.value),
            one.level,
            f"{one.by.from_on} {one.by.author}: {one.by.reason}" if one.by else "",
            " ".join(f"{other.level}={said(other.value)}" for other in one.overrode),
        )
        for one in found.settings
    ]
    for line in table(head, rows):
        click.echo(line)


@earning.command("set")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--level", type=click.Choice(LEVELS), default="operator", show_default=True)
@click.option("--code", help="施設・テナント・店舗の符号 · its code; a shop: tenant/shop")
@click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day")
@click.option("--reason", required=True, help="理由 · why")
def set_command(key: str, value: str | None, reason: str, **where: Any) -> None:
    """設定 · what a level says from a day on (JSON); without a value it inherits again."""
    asked = of(Decision, key, value, reason, where)
    author = why(reason).author

    async def decided(conn: AsyncConnection, now: datetime) -> None:
        await deciding.decide(conn, asked, author, now)

    done(decided)
    click.echo(f"{asked.from_on}  {asked.level} {asked.code or ''}  {key} = {value or '継承'}")


@earning.command("roll-out")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--shop", "shops", multiple=True, help="店舗。なければ全店 · none: all shops")
@click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day")
@click.option("--reason", required=True, help="理由 · why")
def roll_out_command(key: str, value: str | None, reason: str, **where: Any) -> None:
    """一括設定 · one word for all shops, with the result of each; safe to repeat."""
    where["shops"] = list(where["shops"]) or None
    asked = of(RollOut, key, value, reason, where)
    author = why(reason).author

    async def rolled(conn: AsyncConnection, now: datetime) -> deciding.RolledOut:
        return await deciding.roll_out(conn, asked, author, now)

    found = done(rolled)
    for one in found.shops:
        click.echo(f"{one.shop}  {one.result}  {one.because or ''} {one.because_en or ''}".strip())
    click.echo(f"done {found.done}  unchanged {found.unchanged}  refused {found.refused}")


@earning.command("declare")
@click.argument("code")
@click.option("--facility", help="施設の符号。なければ全館 · none: everywhere")
@click.option("--from", "from_at", required=True, help="2026-06-06T14:00:00+09:00")
@click.option("--to", "to_at", required=True, help="2026-06-06T17:00:00+09:00")
@click.option("--tenths", type=int, default=20, show_default=True, help="倍率×10 · 20 is 2倍")
@click.option("--reason", required=True, help="理由 · why")
def declare_command(**told: Any) -> None:
    """宣言 · weather or the like, for a slot; its sales earn a multiple."""
    asked = convert(told, Declare)
    author = why(asked.reason).author

    async def declared(conn: AsyncConnection, now: datetime) -> declaring.Declared:
        return await declaring.declare(conn, asked, author, now)

    kept = done(declared)
    click.echo(f"weather:{kept.code}:{kept.declaration_id}")


@earning.command("declarations")
@click.option("--most", type=click.IntRange(1, 1_000), default=20, show_default=True)
def declarations_command(most: int) -> None:
    """宣言の一覧 · what was declared and withdrawn, the newest first."""

    async def read(conn: AsyncConnection, _: datetime) -> list[declaring.Declared]:
        return await declaring.listed(conn, most=most)

    for one in done(read, "auditor"):
        ended = f"  取下げ withdrawn: {one.withdrawn_for}" if one.withdrawn_at else ""
        click.echo(
            f"#{one.declaration_id} {one.code} {one.facility or '*'} {one.from_at} – {one.to_at} "
            f"×{one.tenths / 10:g} ({one.author}: {one.reason}){ended}"
        )


@earning.command("withdraw")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="理由 · why")
def withdraw_command(number: int, reason: str) -> None:
    """宣言の取下げ · it holds no more; what was booked by it stays."""
    author = why(reason).author

    async def left(conn: AsyncConnection, now: datetime) -> None:
        await declaring.withdraw(conn, number, reason, author, now)

    done(left)


@earning.command("preview")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def preview_command(file: Path) -> None:
    """実施前の試算 · what the rules of a file (JSON) would have given on days that are over."""
    try:
        asked = msgspec.json.decode(file.read_bytes(), type=Preview)
    except msgspec.MsgspecError as wrong:
        raise click.ClickException(str(wrong)) from None
    found = previewed(asked)
    click.echo(f"{found.from_on} – {found.to_on}")
    click.echo(f"伝票 receipts {found.receipts_touched:,} / {found.receipts:,}")
    click.echo(f"会員 members {found.members_touched:,} / {found.members:,}")
    for ja, was, then in (
        ("規則 rule", found.today.by_rule, found.proposed.by_rule),
        ("負担者 funder", found.today.by_funder, found.proposed.by_funder),
    ):
        rows = [(key, was.get(key, 0), then.get(key, 0)) for key in sorted(was.keys() | then)]
        for line in table((ja, "現行 today", "案 proposed"), rows):
            click.echo(line)
    for one in found.largest:
        click.echo(f"{one.points:,}pt {one.rule} {one.shop} {one.business_date} {one.paid_yen:,}円")


def previewed(asked: Preview) -> Previewed:
    """Replay it slice by slice, each read by itself, and say how far it is."""
    instance = settings()

    def progress(receipts: int) -> None:
        click.echo(f"\r{receipts:,} 件 receipts", nl=False, err=True)

    async def within() -> Previewed:
        url = instance.url("auditor")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await preview(
                conn, asked, most_days=MOST_DAYS, most_receipts=MOST_RECEIPTS, progress=progress
            )

    try:
        return asyncio.run(within())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
    finally:
        click.echo("", err=True)


def of(kind: type[Asked], key: str, value: str | None, reason: str, where: Any) -> Asked:
    """A word as it was typed; a bare word is itself, all else is JSON."""
    told = {"key": key, "reason": reason, "inherits": value is None}
    if value is not None:
        try:
            told["value"] = msgspec.json.decode(value)
        except msgspec.DecodeError:
            told["value"] = value
    named = {
        name: one.date().isoformat() if isinstance(one, datetime) else one
        for name, one in where.items()
        if one is not None
    }
    return convert({**told, **named}, kind)


def convert(told: Any, kind: type[Asked]) -> Asked:
    """What was typed, as the words know it."""
    try:
        return msgspec.convert({k: v for k, v in told.items() if v is not None}, kind)
    except msgspec.ValidationError as wrong:
        raise click.ClickException(str(wrong)) from None


def said(value: Any) -> str:
    """A value as it is typed."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
