"""`meguri terms`: what an operator agrees on with tenants: schemes, fees, tax, carries, by day."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click
import msgspec
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.columns import table
from deploy.settings import settings
from federation.days import day_of
from federation.refusals import Refusal, titles
from settlement import agreeing
from settlement.preview import Preview, preview
from settlement.schemes import Agreement, Calendar, NetLevel, Offer, terms_of
from settlement.stages import party_ids
from tenants import layout
from tenants.layout import Attribution, Breakage, Funding, Why

Answer = TypeVar("Answer")
Day = click.DateTime(["%Y-%m-%d"])
WORDS: dict[str, Any] = {
    "calendar": Calendar.__args__,  # type: ignore[attr-defined]  # the words of a Literal
    "net_level": NetLevel.__args__,  # type: ignore[attr-defined]  # likewise
    "funding": Funding.__args__,  # type: ignore[attr-defined]  # likewise
    "attribution": Attribution.__args__,  # type: ignore[attr-defined]  # likewise
    "breakage": Breakage.__args__,  # type: ignore[attr-defined]  # likewise
}


@click.group()
def terms() -> None:
    """精算条件 · schemes, fees, tax and carries: dated, each with its author and reason."""


def offered(command: Callable[..., None]) -> Callable[..., None]:
    """The options of an offer; what is not named stays as it was agreed."""
    for option in reversed(
        [
            click.option("--party", help="当事者の符号。なければ全員 · its code; none: with all"),
            click.option(
                "--from", "from_on", type=Day, required=True, help="適用日 · from this day"
            ),
            click.option(
                "--point-fee", type=int, help="発行1pt当たり 1/1000 円 · milliyen a point"
            ),
            click.option("--redeem-fee", type=int, help="利用額の 1/100 % · basis points"),
            click.option("--monthly-fee", type=int, help="月額（税抜）円 · yen a month"),
            click.option("--terminal-fee", type=int, help="端末月額（税抜）円 · yen a till"),
            click.option("--minimum", type=int, help="最低振込額 円 · yen; less is carried on"),
            click.option("--net-level", type=click.Choice(WORDS["net_level"]), help="差引の単位"),
            click.option("--calendar", type=click.Choice(WORDS["calendar"]), help="締め周期"),
            click.option("--prorated/--whole-months", default=None, help="日割り · by the day"),
            click.option("--joined", "joined_on", type=Day, help="加盟日 · its first day"),
            click.option("--left", "left_on", type=Day, help="脱退日 · its last day"),
        ]
    ):
        command = option(command)
    return command


@terms.command()
@offered
@click.option("--reason", required=True, help="理由 · why")
def agree(reason: str, **said: Any) -> None:
    """合意 · terms hold from a day on; closed cycles stay as they were stated."""
    offer = offer_of(said)
    version = done(lambda conn, now: agreeing.agree(conn, offer, why(reason), now))
    click.echo(f"第 {version} 版 / version {version}  {offer.from_on}")


@terms.command("preview")
@offered
def preview_command(**said: Any) -> None:
    """試算 · what the last stated cycle would have come to; nothing is agreed."""
    offer = offer_of(said)

    async def compared(conn: AsyncConnection, now: datetime) -> Preview:
        return await preview(conn, offer)

    found = done(compared, "auditor")
    click.echo(found.cycle)
    rows = [
        (
            one.party, one.stated.fees_yen, one.offered.fees_yen, one.stated.tax_yen,
            one.offered.tax_yen, one.stated.total_yen, one.offered.total_yen,
        )
        for one in found.parties
    ]  # fmt: skip
    head = ("当事者 party", "手数料 fees", "→", "税 tax", "→", "差引 total", "→")
    for line in list(table(head, rows)) or ["何も変わりません / nothing would change"]:
        click.echo(line)


@terms.command()
@click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day")
@click.option(
    "--rate", type=click.IntRange(0, 10_000), required=True, help="1/100 % · basis points"
)
@click.option("--reason", required=True, help="理由 · why")
def tax(from_on: datetime, rate: int, reason: str) -> None:
    """消費税率 · another rate of tax from a day on."""
    done(lambda conn, _: agreeing.set_tax(conn, from_on.date(), rate, why(reason)))
    click.echo(f"{from_on:%Y-%m-%d}  {rate / 100:g}%")


@terms.command()
@click.option("--funding", type=click.Choice(WORDS["funding"]), required=True, help="負担方式")
@click.option("--breakage", type=click.Choice(WORDS["breakage"]), default="PROMO_FUND")
@click.option(
    "--attribution", type=click.Choice(WORDS["attribution"]), default="FIFO", help="充当方式"
)
@click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day")
@click.option("--reason", required=True, help="理由 · why")
def scheme(funding: Any, breakage: Any, attribution: Any, from_on: datetime, reason: str) -> None:
    """精算方式 · under which points granted from a day on are funded, used and lapse."""
    day = from_on.date()

    async def agreed(conn: AsyncConnection, now: datetime) -> int:
        await agreeing.must_be_open(conn, day)
        scheme_id = await layout.agree_scheme(
            conn, funding, day, why(reason), breakage, attribution
        )
        await layout.moved(conn)
        return scheme_id

    said = f"{funding} {breakage} {attribution}"
    click.echo(f"方式 / scheme {done(agreed)}  {day} {said}")


@terms.command()
@click.option("--on", type=Day, help="この日の条件 · on this day, else today")
def show(on: datetime | None) -> None:
    """照会 · what holds on a day, and all that was ever agreed."""

    async def read(conn: AsyncConnection, now: datetime) -> None:
        day: date = on.date() if on else day_of(now)
        known = await agreeing.agreements(conn)
        for rate in await agreeing.tax_rates(conn):
            click.echo(f"消費税 / tax  {rate.from_on}  {rate.rate_bp / 100:g}%")
        held = terms_of(known, list(await party_ids(conn)), {}, 0, day)
        rows = [
            (
                one.party, f"{one.point_fee_milliyen / 1000:g}円", f"{one.redeem_fee_bp / 100:g}%",
                one.monthly_fee_yen, one.terminal_fee_yen, one.minimum_yen,
            )
            for one in held
        ]  # fmt: skip
        head = ("当事者 party", "1pt", "換金", "月額", "端末/台", "最低振込")
        for line in table(head, rows):
            click.echo(line)
        for one in known:
            click.echo(said_of(one))

    done(read, "auditor")


def said_of(one: Agreement) -> str:
    """A row of what was agreed, in one line."""
    said = {
        name: value
        for name, value in msgspec.to_builtins(one).items()
        if name not in ("version", "party", "from_on", "author", "reason", "agreed_at")
    }
    words = " ".join(f"{name}={value}" for name, value in said.items())
    return f"#{one.version} {one.from_on} {one.party or '*'}: {words} ({one.author}: {one.reason})"


def offer_of(said: dict[str, Any]) -> Offer:
    """An offer as it was typed."""
    named = {
        "from_on": said["from_on"],
        "party": said["party"],
        "point_fee_milliyen": said["point_fee"],
        "redeem_fee_bp": said["redeem_fee"],
        "monthly_fee_yen": said["monthly_fee"],
        "terminal_fee_yen": said["terminal_fee"],
        "minimum_yen": said["minimum"],
        **{name: said[name] for name in ("net_level", "calendar", "prorated")},
        **{name: said[name] for name in ("joined_on", "left_on")},
    }
    told = {
        name: value.date() if isinstance(value, datetime) else value
        for name, value in named.items()
        if value is not None
    }
    try:
        return msgspec.convert(told, Offer)
    except msgspec.ValidationError as wrong:
        raise click.ClickException(str(wrong)) from None


def why(reason: str) -> Why:
    """Who is at the command line, and for what reason."""
    return Why(f"cli:{getpass.getuser()}", reason)


def done(
    work: Callable[[AsyncConnection, datetime], Awaitable[Answer]], role: str = "worker"
) -> Answer:
    """Do it in one transaction; a refusal is said in both languages."""
    instance = settings()

    async def within() -> Answer:
        async with await AsyncConnection.connect(instance.url(role)) as conn:
            return await work(conn, clock(instance.clock)())

    try:
        return asyncio.run(within())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
