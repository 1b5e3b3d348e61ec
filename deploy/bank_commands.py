"""`meguri bank`: the operator's bank, its parties' accounts, routes and consents, entered and
shown; and a look into a file that came from the bank."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
import msgspec
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.files_in import read_in
from deploy.settings import settings
from federation.days import day_of
from federation.refusals import Refusal, titles
from settlement.bank import entering, incoming, names
from settlement.bank.kana import Normalised, normalise
from settlement.bank.orders import DEPOSITS, Account, Originator
from settlement.bank.profile import Profile
from settlement.bank.routing import Consent, Route
from tenants.layout import Why

Answer = TypeVar("Answer")
Day = click.DateTime(["%Y-%m-%d"])
LONGEST_HOLDER, LONGEST_ORIGINATOR = 30, 40

place = [
    click.option("--bank", required=True, help="銀行番号 4桁 · bank code"),
    click.option("--branch", required=True, help="支店番号 3桁 · branch code"),
    click.option("--deposit", type=click.Choice(list(DEPOSITS)), default="1", show_default=True),
    click.option("--number", required=True, help="口座番号 7桁 · account number"),
    click.option("--holder", required=True, help="口座名義（カナ） · its holder, in kana"),
]
reasoned = [
    click.option("--from", "from_on", type=Day, required=True, help="適用日 · from this day on"),
    click.option("--reason", required=True, help="理由 · why"),
]
Command = TypeVar("Command", bound=Callable[..., Any])


def asking(*options: list[Callable[[Any], Any]]) -> Callable[[Command], Command]:
    """Options that several commands have."""

    def asked(command: Command) -> Command:
        for option in reversed([one for group in options for one in group]):
            command = option(command)
        return command

    return asked


@click.group()
def bank() -> None:
    """銀行口座・支払経路・相殺合意・銀行設定 · accounts, routes, consents, the bank profile."""


@bank.command()
@click.argument("party")
@click.argument("purpose", type=click.Choice(["payee", "debtor"]))
@asking(place, reasoned)
@click.option("--customer", default="", help="引落の顧客番号 · customer number of its debits")
@click.option("--closed", is_flag=True, help="この口座をもう使わない · it is used no more")
def account(
    party: str, purpose: entering.Purpose, from_on: datetime, reason: str, customer: str,
    closed: bool, **given: str,
) -> None:  # fmt: skip
    """口座を登録する · a party's account from a day on; a mistake is entered anew."""
    held = _account(given, LONGEST_HOLDER)

    async def done(conn: AsyncConnection, now: datetime) -> None:
        await entering.enter_account(
            conn, party, purpose, held, from_on.date(), _why(reason), now,
            customer=customer, closed=closed,
        )  # fmt: skip

    _run(done)
    click.echo(f"{party} {purpose} {names.with_names(held).masked} {held.holder}")


@bank.command()
@click.argument("party")
@click.argument("way", type=click.Choice(get_args(Route)))
@click.option(
    "--payee-fee", type=click.IntRange(0, 5000), default=0,
    help="先方負担の振込手数料 円 · yen that the payee bears; 0: 当方負担",
)  # fmt: skip
@asking(reasoned)
def route(party: str, way: Route, payee_fee: int, from_on: datetime, reason: str) -> None:
    """支払経路を定める · how a party is paid, or pays, from a day on."""
    day, why = from_on.date(), _why(reason)
    _run(lambda conn, now: entering.set_route(conn, party, way, day, why, now, payee_fee))
    click.echo(f"{party} {way}")


@bank.command()
@click.argument("debtor")
@click.option("--creditor", default="operator", show_default=True)
@click.option("--holder", required=True, help="預り金の保有者 · who keeps the deposit")
@click.option("--to", "to_on", type=Day, help="終了日 · its last day")
@click.option("--withdrawn", is_flag=True, help="撤回 · there is none from that day on")
@asking(reasoned)
def consent(
    debtor: str, creditor: str, holder: str, to_on: datetime | None, withdrawn: bool,
    from_on: datetime, reason: str,
) -> None:  # fmt: skip
    """相殺合意を登録する · a consent to offset: debtor, creditor, holder of the deposit."""
    last = None if to_on is None else to_on.date()
    given = Consent(debtor, creditor, holder, from_on.date(), last)
    _run(
        lambda conn, now: entering.enter_consent(
            conn, given, _why(reason), now, withdrawn=withdrawn
        )
    )
    click.echo(f"{debtor} → {creditor} ({holder})")


@bank.command()
@click.option("--code", required=True, help="委託者コード 10桁 · originator code")
@asking(place, reasoned)
@click.option("--transfer-lead", type=int, default=1, show_default=True, help="振込 · bank days")
@click.option("--transfer-until", default="15:00", show_default=True)
@click.option("--debit-lead", type=int, default=9, show_default=True, help="引落 · bank days")
@click.option("--debit-until", default="15:00", show_default=True)
@click.option("--debit-day", type=int, default=27, show_default=True)
@click.option(
    "--payer-fee", "payer_fees", type=int, multiple=True,
    help="差し引かれうる振込手数料（円） · a fee that payers may deduct from a transfer",
)  # fmt: skip
@click.option("--no-line-ends", is_flag=True, help="改行なし · records without CRLF")
@click.option("--test-bank", is_flag=True, help="9999 を許す · take the test bank 9999")
def profile(
    code: str, from_on: datetime, reason: str, transfer_lead: int, transfer_until: str,
    debit_lead: int, debit_until: str, debit_day: int, payer_fees: tuple[int, ...],
    no_line_ends: bool, test_bank: bool, **given: str,
) -> None:  # fmt: skip
    """銀行設定を登録する · what the operator's bank asks for; refused where a file would be due
    before its cycle can be approved."""
    made = Profile(
        Originator(code, _account(given, LONGEST_ORIGINATOR)),
        transfer_lead_bank_days=transfer_lead,
        transfer_until=_time(transfer_until),
        debit_lead_bank_days=debit_lead,
        debit_until=_time(debit_until),
        debit_day=debit_day,
        ending="NONE" if no_line_ends else "CRLF",
        takes_test_bank=test_bank,
        payer_fees_yen=tuple(sorted(set(payer_fees))),
    )
    sound = _sound(made, Profile)
    _run(lambda conn, now: entering.set_profile(conn, sound, from_on.date(), _why(reason), now))
    click.echo(f"{code} {sound.originator.account.masked}")


@bank.command()
@click.option("--on", "day", type=Day, help="この日 · in force on this day; today, if not named")
def show(day: datetime | None) -> None:
    """表示する · what is in force on a day; account numbers are masked."""

    async def done(conn: AsyncConnection, now: datetime) -> list[str]:
        on = day_of(now) if day is None else day.date()
        return await _shown(conn, on)

    for line in _run(done):
        click.echo(line)


@bank.command()
@click.argument("name")
def kana(name: str) -> None:
    """カナを試す · how a name would stand in a bank file, and what is changed."""
    click.echo(_normal(name, LONGEST_HOLDER).text)


@bank.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def read(file: Path) -> None:
    """入金通知・入出金明細を読む · what a file of the bank says, its totals looked at."""

    instance = settings()
    try:
        found = incoming.incoming(read_in(file), day_of(clock(instance.clock)()))
    except Refusal as refused:
        raise _said(refused) from None
    for one in found:
        click.echo(f"{one.bank}-{one.branch} ****{one.account[-3:]} {one.from_on} – {one.to_on}")
        for line in one.lines:
            sign = "+" if line.direction == "in" else "−"
            gone = " 取消 / withdrawn" if line.cancelled else ""
            said = f"{line.payer} {line.edi or line.summary}{gone}"
            click.echo(f"{line.booked_on} {sign}{line.yen:>13,} {said}")


async def _shown(conn: AsyncConnection, on: date) -> list[str]:
    agreed = await entering.agreed(conn, on, names.with_names)
    own = await entering.profile(conn, on, names.with_names)
    lines = []
    if own is not None:
        fees = "・".join(f"{yen:,}" for yen in own.payer_fees_yen)
        told = f" 振込手数料差引 / payers may deduct {fees} 円" if fees else ""
        lines.append(f"operator {own.originator.code} {own.originator.account.masked}{told}")
    lines += [f"{party} {way}" for party, way in sorted(agreed.routes.items())]
    for one in await entering.accounts(conn, on):
        account = names.with_names(one.account)
        state = " 停止 / closed" if one.closed else ""
        entered = f"{one.from_on} {one.author}: {one.reason}"
        lines.append(
            f"{one.party} {one.purpose} {account.masked} {account.holder}{state} ({entered})"
        )
    for consent in agreed.consents.values():
        state = "" if consent.covers(on) else " 期間外 / not in force"
        lines.append(f"{consent.debtor} → {consent.creditor} ({consent.holder}){state}")
    return lines or ["登録がありません / nothing is entered"]


def _account(given: dict[str, str], longest: int) -> Account:
    """The account that was typed, its holder made what a bank file takes; what changed is said, and
    so is a code that no list knows."""
    made = Account(**{**given, "holder": _normal(given["holder"], longest).text})
    sound = _sound(made, Account)
    if not names.known(sound.bank, sound.branch):
        told = f"{sound.bank}-{sound.branch} は一覧にありません / is in no list of branches"
        click.echo(f"! {told}", err=True)
    return sound


def _normal(name: str, longest: int) -> Normalised:
    try:
        found = normalise(name, "party", longest)
    except Refusal as refused:
        raise _said(refused) from None
    for change in found.changes:
        click.echo(change.told, err=True)
    return found


def _sound(made: Answer, kind: type[Answer]) -> Answer:
    try:
        return msgspec.convert(msgspec.to_builtins(made), kind)
    except msgspec.ValidationError as wrong:
        raise click.ClickException(f"形式が違います / not well formed: {wrong}") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"時刻が違います / not a time: {text}") from None


def _why(reason: str) -> Why:
    return Why(f"cli:{getpass.getuser()}", reason)


def _run(done: Callable[[AsyncConnection, datetime], Awaitable[Answer]]) -> Answer:
    instance = settings()

    async def run() -> Answer:
        async with await AsyncConnection.connect(instance.url("worker")) as conn:
            return await done(conn, clock(instance.clock)())

    try:
        return asyncio.run(run())
    except Refusal as refused:
        raise _said(refused) from None


def _said(refused: Refusal) -> click.ClickException:
    extra = "\n".join(f"{name}: {value}" for name, value in refused.extra.items())
    return click.ClickException(" · ".join(titles(type(refused))) + (f"\n{extra}" if extra else ""))
