"""`meguri bonus`: occasions that give points without a sale: laid out, previewed, switched off."""

from datetime import datetime
from typing import Any

import click
import msgspec
from msgspec import structs
from psycopg import AsyncConnection

from deploy.columns import table
from deploy.terms_commands import Day, done, why
from federation.days import day_of
from tenants import layout, occasions
from tenants.layout import Why
from tenants.occasion import Kind, Occasion, Per
from tenants.occasions import Preview
from tenants.occasions_api import Thought, thought_of

KINDS = click.Choice(Kind.__args__)  # type: ignore[attr-defined]  # the words of a Literal
PER = click.Choice(Per.__args__)  # type: ignore[attr-defined]  # likewise
OPTIONS = (
    click.argument("code"),
    click.option("--kind", type=KINDS, required=True, help="種類 · what it is given for"),
    click.option("--name", required=True, help="名称 · its Japanese name"),
    click.option("--name-en", required=True, help="英語名 · its English name"),
    click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day"),
    click.option("--facility", help="施設の符号。なければ全館 · its code; none: everywhere"),
    click.option("--points", type=int, default=0, help="ポイント · whole points"),
    click.option("--friend-points", type=int, default=0, help="紹介された側 · to the friend"),
    click.option("--per", type=PER, default="member", help="一日一回の単位、誕生日は月か日"),
    click.option("--most-per-year", type=int, help="年度の上限回数 · times a fiscal year"),
    click.option("--paid-yen-from", type=int, default=0, help="対象額 円 · yen of the sale"),
    click.option("--stamps", type=int, help="スタンプ数、ラリーは施設数 · of a full card"),
    click.option("--open-days", type=int, help="カードの日数 · days a card is open"),
    click.option("--prize", help="ポイント以外の特典 · what else the last one issues"),
    click.option("--lasts-days", type=int, help="有効日数 · days its points last"),
    click.option("--ring-fenced", is_flag=True, help="その施設でのみ利用 · spent there alone"),
    click.option("--facility-weight", type=int, default=0, help="施設の負担 · its share"),
    click.option("--operator-weight", type=int, default=0, help="運営の負担 · its share"),
    click.option("--tenant-weight", type=int, default=0, help="店舗の負担 · its share"),
)


def thought(command: Any) -> Any:
    """The options of an occasion."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def bonus() -> None:
    """特典 · points without a sale: dated, each with its author and reason."""


@bonus.command("set")
@thought
@click.option("--reason", required=True, help="理由 · why")
def set_command(reason: str, **said: Any) -> None:
    """設定 · lay an occasion out from a day on."""
    one, because = read(said), why(reason)

    async def laid(conn: AsyncConnection, now: datetime) -> Preview:
        known = await thought_of(conn, one)
        await lay(conn, known, because, now)
        return await occasions.preview(conn, known, day_of(now))

    show(done(laid))


@bonus.command("preview")
@thought
def preview_command(**said: Any) -> None:
    """試算 · who would get it, how many points, by funder; nothing is laid out."""
    one = read(said)

    async def tried(conn: AsyncConnection, now: datetime) -> Preview:
        known = await thought_of(conn, one)
        occasions.checked(known, await occasions.versions(conn), day_of(now))
        return await occasions.preview(conn, known, day_of(now))

    show(done(tried))


@bonus.command("off")
@click.argument("code")
@click.option("--reason", required=True, help="理由 · why")
def off_command(code: str, reason: str) -> None:
    """停止 · switch an occasion off at once."""
    because = why(reason)

    async def stopped(conn: AsyncConnection, now: datetime) -> None:
        known = [one for one in await occasions.versions(conn) if one.code == code]
        held = [one for one in known if one.from_on <= day_of(now)] or known
        if not held:
            raise click.ClickException(f"ありません / no such occasion: {code}")
        last = structs.replace(held[-1], running=False, from_on=day_of(now))
        await lay(conn, last, because, now)

    done(stopped)
    click.echo(f"停止しました / off  {code}")


@bonus.command("list")
def list_command() -> None:
    """一覧 · every occasion, all dates."""
    found = done(lambda conn, _: occasions.versions(conn), "auditor")
    rows = [
        (
            one.code, one.kind, str(one.from_on), one.facility or "*", one.points,
            "入" if one.running else "切", one.name,
        )
        for one in found
    ]  # fmt: skip
    head = ("符号 code", "種類 kind", "適用日 from", "施設", "pt", "on", "名称 name")
    for line in list(table(head, rows)) or ["ありません / none"]:
        click.echo(line)


async def lay(conn: AsyncConnection, one: Occasion, because: Why, now: datetime) -> None:
    """Lay it out, and let every till hear of it."""
    await occasions.lay_out(conn, one, because, now, day_of(now))
    await layout.moved(conn)


def read(said: dict[str, Any]) -> Thought:
    """An occasion as it was typed."""
    told = {name: value for name, value in said.items() if value is not None}
    told["from_on"] = said["from_on"].date()
    try:
        return msgspec.convert(told, Thought)
    except msgspec.ValidationError as wrong:
        raise click.ClickException(str(wrong)) from None


def show(seen: Preview) -> None:
    """A preview in a few lines."""
    click.echo(f"{seen.on}  {seen.days} 日 / days")
    click.echo(f"会員 / members {seen.members:,}  回 / times {seen.times:,}")
    click.echo(f"合計 / points {seen.points:,}")
    for funder, points in seen.by_funder.items():
        click.echo(f"  {funder}  {points:,}")
    for warning in seen.warnings:
        click.echo(f"! 景品表示法の確認 / look at the law of premiums: {warning}")
