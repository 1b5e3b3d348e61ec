"""What an operator does with members at the command line: bring a file of them in, and say whether
this instance holds personal data."""

import asyncio
import getpass
from datetime import datetime
from pathlib import Path

import click
import msgspec
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.files_in import read_in
from deploy.hub import Hub
from deploy.settings import settings
from federation.days import day_of
from federation.refusals import Refusal, titles
from tenants import imports, privacy
from tenants.imports import ImportTold
from tenants.layout import Why
from tenants.mailing.wishes import Days, Lang, Wishes, WishesTold, wish, wished
from tenants.member_rows import REASONS, rows_of
from tenants.personal_file import add_notice

SHOWN = 50
LOOK_EVERY_SECONDS = 0.2


@click.group()
def members() -> None:
    """会員の一括登録と個人情報の扱い · files of members, and whether personal data are held."""


@members.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="検査だけ · look at every row, keep nothing")
def import_file(file: Path, dry_run: bool) -> None:
    """一括登録 · take in the members of a CSV file; the same file again changes nothing.

    Balances wait for an operator's client to approve them; then run it again to see how far it is.
    """
    hub, content = Hub(settings()), read_in(file)
    try:
        asyncio.run(looked_at(hub, content) if dry_run else taken_in(hub, content))
    except Refusal as refused:
        said = " · ".join(titles(type(refused)))
        raise click.ClickException(f"{said} {refused.extra}") from None


async def looked_at(hub: Hub, content: bytes) -> None:
    """What would become of each row, as far as the file alone says."""
    async with hub.pools:
        parties = await hub.mall.parties()
        async with hub.pools.use("worker") as conn:
            forbidden = await privacy.forbids(conn)
    today = day_of(hub.clock())
    found = rows_of(content, parties, today, no_personal_data=forbidden)
    bad = [one for one in found if one.faults]
    for one in bad[:SHOWN]:
        for column, reason in one.faults:
            ja, en = REASONS[reason]
            click.echo(f"✗ {one.line}: {column} {ja} / {en}")
    points = sum(one.row.points for one in found if not one.faults)
    click.echo(f"{len(found) - len(bad):,} 件 / rows · ✗ {len(bad):,} · {points:,} pt")


async def taken_in(hub: Hub, content: bytes) -> None:
    """Keep the file, work it off where nobody must approve it, and say what became of it."""
    who = f"cli:{getpass.getuser()}"
    async with hub.running():
        parties = await hub.mall.parties()
        async with hub.pools.use("worker") as conn:
            found, _ = await imports.receive(conn, content, parties, who, hub.clock())
        if found.state == "approved":
            hub.importing.wake()
            found = await followed(hub, found)
    say(found, hub)


async def followed(hub: Hub, found: ImportTold) -> ImportTold:
    """How far it is, as a bar, until it is done."""
    with click.progressbar(length=found.rows, label="登録 / importing") as bar:
        done = 0
        while True:
            async with hub.pools.use("worker") as conn:
                found = await imports.read(conn, found.file, most=SHOWN)
            bar.update(found.booked + found.refused - done)
            done = found.booked + found.refused
            if found.state == "settled":
                return found
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def say(found: ImportTold, hub: Hub) -> None:
    """What became of a file, and what is left to do."""
    for row in found.refusals:
        for fault in row.faults:
            click.echo(f"✗ {row.line}: {fault.column} {fault.ja} / {fault.en}")
    for one in found.totals:
        click.echo(
            f"{one.funder}  {one.file_points:,} pt = 計上 / booked {one.booked_points:,} "
            f"+ 不可 / refused {one.refused_points:,} + 待ち / waiting {one.waiting_points:,}"
        )
    click.echo(f"{found.booked:,} 件 / rows · ✗ {found.refused:,} · {found.state}")
    if found.state == "proposed" and found.proposal_id is not None:
        proposal = hub.names.seal("proposal", 0, found.proposal_id)
        click.echo(f"承認待ち / to be approved: POST /v1/admin/proposals/{proposal}/approve")


@members.command("personal-data")
@click.argument("word", type=click.Choice(["on", "off"]))
@click.option("--reason", required=True, help="理由 · why")
def personal_data(word: str, reason: str) -> None:
    """個人情報を持つか · may this instance hold personal data; `off` needs none to be kept."""
    instance = settings()
    why = Why(f"cli:{getpass.getuser()}", reason)

    async def done() -> None:
        async with await AsyncConnection.connect(instance.url("worker")) as conn:
            await privacy.switch(conn, word == "off", why, clock(instance.clock)())

    try:
        asyncio.run(done())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
    click.echo(f"個人情報 / personal data: {word}")


@members.command()
@click.argument("member")
@click.option("--lang", type=click.Choice(["ja", "en"]), help="言語 · in which it is written to")
@click.option("--expiry-days", help="失効前の日数 · 30,7; `none`, or `agreed` for what all have")
@click.option("--dormant-days", help="ご無沙汰の日数 · likewise, after the last visit")
def wishes(
    member: str, lang: Lang | None, expiry_days: str | None, dormant_days: str | None
) -> None:
    """会員のことば · a member's own language and reminder days; what is left out stays."""
    hub = Hub(settings())

    async def done() -> WishesTold:
        async with hub.pools:
            now = hub.clock()
            _, member_id = hub.names.open("member", member)
            async with hub.pools.use("worker") as conn:
                known = await wished(conn, member_id, day_of(now))
                said = Wishes(
                    lang or known.lang,
                    own_days(expiry_days, known.expiry_days),
                    own_days(dormant_days, known.dormant_days),
                )
                await wish(conn, member_id, said, now)
                return await wished(conn, member_id, day_of(now))

    try:
        told = asyncio.run(done())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
    for name, own, agreed in (
        ("失効前 / before points lapse", told.expiry_days, told.agreed_expiry_days),
        ("ご無沙汰 / after the last visit", told.dormant_days, told.agreed_dormant_days),
    ):
        shown = ", ".join(map(str, agreed if own is None else own)) or "–"
        click.echo(f"{told.lang}  {name}: {shown}{' (agreed)' if own is None else ''}")


def own_days(said: str | None, known: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Days as they are written at the command line; nothing said leaves them as they are."""
    if said is None:
        return known
    if said in ("agreed", "none"):
        return None if said == "agreed" else ()
    try:
        days = [int(one) for one in said.split(",")]
        return msgspec.convert(days, Days)
    except (ValueError, msgspec.ValidationError):
        raise click.BadParameter(said) from None


@members.command()
@click.argument("name")
@click.option("--from", "from_on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="適用日")
@click.option("--words", required=True, help="本文 · what members are told, in Japanese")
@click.option("--words-en", required=True, help="英文 · in English")
@click.option("--reason", required=True, help="理由 · why")
def notice(name: str, from_on: datetime, words: str, words_en: str, reason: str) -> None:
    """通知の改版 · the next version of a notice, such as `joint-use`; older ones stay."""
    instance, why = settings(), Why(f"cli:{getpass.getuser()}", reason)

    async def done() -> int:
        async with await AsyncConnection.connect(instance.url("worker")) as conn:
            return await add_notice(conn, name, from_on.date(), (words, words_en), why)

    click.echo(f"{name} {asyncio.run(done())}")
