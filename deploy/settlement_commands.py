"""`meguri settlement`: what people do with a cycle after its close: confirm, approve, send, take in
what the bank says; and what a tenant would leave behind.

Approval and bank files are for people: who does it is the user of this machine, and the one who
approves is another than who prepared.
"""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar

import click
import msgspec
from psycopg import AsyncConnection

from auth.people import log as people_log
from deploy.clock import clock
from deploy.columns import table
from deploy.files_in import read_in
from deploy.settings import settings
from federation.days import TOKYO, day_of
from federation.refusals import Refusal, titles
from settlement import proving, reading
from settlement.bank.pain import Message, payment_file
from settlement.bank.routing import WHY
from settlement.fewest import fewest
from settlement.life import board, confirm, disputes, leaving, papers, results, send, winding
from settlement.life.planning import transfers_of
from settlement.life.refusals import NothingCameBack
from settlement.life.states import TOLD
from settlement.reading import cycle_id_of

Answer = TypeVar("Answer")
Day = click.DateTime(["%Y-%m-%d"])
Content = click.Path(exists=True, dir_okay=False, path_type=Path)
REASONS = {str(why): " / ".join(told) for why, told in WHY.items()}
reasoned = click.option("--reason", required=True, help="理由 · why")


@click.group()
def settlement() -> None:
    """締めの後の手続き · what happens to a cycle after its seal."""


@settlement.command("board")
def show_board() -> None:
    """締めの一覧 · every cycle, how far it is, and what waits."""
    found = _run(lambda conn, now: board.board(conn, day_of(now)), "auditor")
    head = ("期 cycle", "状態 state", "支払 out", "入金 in", "異議", "戻り", "未了")
    rows = [
        (
            f"{one.cycle} – {one.last_on:%m-%d}", f"{TOLD[one.state][0]} {one.state}",
            one.paid_out_yen, one.collected_yen, one.disputes, one.failing, one.open,
        )
        for one in found
    ]  # fmt: skip
    _show(table(head, rows), "まだ期がありません / no cycle has begun")


@settlement.command()
@click.argument("cycle")
def show(cycle: str) -> None:
    """支払の明細 · a cycle's payments, and who did what."""

    async def done(conn: AsyncConnection, _: datetime) -> list[str]:
        number = cycle_id_of(cycle)
        steps = [
            (f"{one.at.astimezone(TOKYO):%Y-%m-%d %H:%M}", one.step, one.who)
            for one in await board.steps(conn, number)
        ]
        found = await board.paid(conn, number)
        payments = [
            (
                one.reference, one.party if one.unit is None else f"{one.party}/{one.unit}",
                one.yen, one.route, f"{one.pays_on}", one.state,
            )
            for one in found
        ]  # fmt: skip
        lines = list(table(("日時 when", "段階 step", "誰 who"), steps))
        head = ("番号 payment", "当事者 party", "円 yen", "経路 route", "日 on", "状態 state")
        lines += [*([""] if lines else []), *table(head, payments)]
        told = [
            (one.reference, one.difference or REASONS[one.why])
            for one in found
            if one.difference or one.why != "agreed"
        ]
        told += [
            (one.reference, f"振込手数料（先方負担） −{one.fee_yen:,} / the payee bears the fee")
            for one in found
            if one.fee_yen
        ]
        return lines + ([""] if told else []) + list(table(("番号 payment", "理由 why"), told))

    _show(_run(done, "auditor"), "まだ何もしていません / nothing was done yet")


@settlement.command("confirm")
@click.argument("cycle")
def confirm_cycle(cycle: str) -> None:
    """速報を確定する · show a sealed cycle to its parties; their objections are heard."""
    _tell(_run(lambda conn, now: confirm.confirm(conn, cycle_id_of(cycle), _who(), now)))


@settlement.command()
@click.argument("cycle")
@reasoned
def prepare(cycle: str, reason: str) -> None:
    """支払案を作り直す · work the payments out anew; what changes them voids the approval."""

    async def done(conn: AsyncConnection, now: datetime) -> object:
        told = await confirm.prepare_again(conn, cycle_id_of(cycle), _who(), reason, now)
        await past_the_console(conn, f"prepare {cycle}", now)
        return told

    _tell(_run(done))


@settlement.command()
@click.argument("cycle")
def approve(cycle: str) -> None:
    """承認する · approve what another prepared, byte for byte."""
    _tell(_run(lambda conn, now: confirm.approve(conn, cycle_id_of(cycle), _who(), now)))


@settlement.command("send")
@click.argument("cycle")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
def send_files(cycle: str, folder: Path) -> None:
    """送る · check what was approved, and write the files that the bank takes now to a folder."""

    async def done(
        conn: AsyncConnection, now: datetime
    ) -> tuple[send.Sent, dict[tuple[int, str], bytes]]:
        number = cycle_id_of(cycle)
        sent = await send.send(conn, number, _who(), now)
        await past_the_console(conn, f"send {cycle}", now)
        bodies: dict[tuple[int, str], bytes] = {
            (plan, one.kind): one.body
            for plan in {one.plan for one in sent.files}
            for one in await papers.files(conn, number, plan)
        }
        return sent, bodies

    sent, bodies = _run(done)
    folder.mkdir(parents=True, exist_ok=True)
    for one in sent.files:
        if one.released_at is not None:
            ending = "csv" if one.kind == "offset-csv" else "txt"
            body = bodies[one.plan, one.kind]
            (folder / f"{cycle}-{one.plan}-{one.kind}.{ending}").write_bytes(body)
    _tell(sent)


@settlement.command("plan")
@click.argument("cycle")
@click.option("--fewest", "as_fewest", is_flag=True, help="最少振込 · the fewest transfers")
def show_plan(cycle: str, as_fewest: bool) -> None:
    """精算額と振込案 · the nets of a sealed cycle, or as few transfers as can settle them."""

    async def done(conn: AsyncConnection, _: datetime) -> dict[str, int]:
        found = await papers.stated(conn, cycle_id_of(cycle))
        return {one.party: one.total_yen for one in found if one.total_yen}

    nets = _run(done, "auditor")
    _tell(fewest(nets) if as_fewest else nets)


@settlement.command()
@click.argument("cycle")
def xml(cycle: str) -> None:
    """pain.001 · the transfers of the plan that counts as ISO 20022 XML."""

    async def done(conn: AsyncConnection, _: datetime) -> bytes:
        of = await papers.life(conn, cycle_id_of(cycle))
        if of.plan is None or of.prepared_at is None:
            raise NothingCameBack
        made = await papers.payments(conn, of.cycle_id, of.plan)
        batch = transfers_of(made, await send.profile_of(conn, of))
        if batch is None:
            raise NothingCameBack
        return payment_file(Message(f"{of.cycle_id}-{of.plan}", of.prepared_at), [batch])

    click.echo(_run(done).decode(), nl=False)


@settlement.command("results")
@click.argument("cycle")
@click.argument("file", type=Content)
def take_results(cycle: str, file: Path) -> None:
    """口座振替の結果を取り込む · what the bank collected of a cycle's debits."""
    content = read_in(file)

    async def done(conn: AsyncConnection, now: datetime) -> bytes:
        told = await results.take_results(conn, cycle_id_of(cycle), content, _who(), now)
        await past_the_console(conn, f"results {cycle}", now)
        return told

    told = _run(done)
    click.echo(msgspec.json.format(told).decode())


@settlement.command("statement")
@click.argument("file", type=Content)
def take_statement(file: Path) -> None:
    """入金通知・入出金明細を取り込む · what came in and went out."""
    content = read_in(file)

    async def done(conn: AsyncConnection, now: datetime) -> bytes:
        told = await results.take_statement(conn, content, _who(), now)
        await past_the_console(conn, "bank statement", now)
        return told

    told = _run(done)
    click.echo(msgspec.json.format(told).decode())


@settlement.command()
@click.argument("cycle")
@reasoned
def again(cycle: str, reason: str) -> None:
    """送り直す · a new plan of all that came back, to be approved and sent as any other."""

    async def done(conn: AsyncConnection, now: datetime) -> object:
        told = await send.send_again(conn, cycle_id_of(cycle), _who(), reason, now)
        await past_the_console(conn, f"again {cycle}", now)
        return told

    _tell(_run(done))


@settlement.command()
@click.argument("reference")
def carry(reference: str) -> None:
    """次期へ繰り越す · what is left of a payment is due in the next cycle."""

    async def done(conn: AsyncConnection, now: datetime) -> object:
        told = await send.carry(conn, reference, _who(), now)
        await past_the_console(conn, f"carry {reference}", now)
        return told

    _tell(_run(done))


@settlement.command("disputes")
def show_disputes() -> None:
    """異議の一覧 · disputed lines, the newest first."""
    found = _run(lambda conn, _: disputes.disputes(conn), "auditor")
    head = ("異議 dispute", "期 cycle", "当事者 party", "科目", "円 yen", "状態", "期限 by")
    rows = [
        (
            one.dispute, f"{one.cycle}", one.party,
            f"{one.code}" if one.original is None else f"{one.code}/{one.original}",
            one.yen, one.state, f"{one.deadline_on}",
        )
        for one in found
    ]  # fmt: skip
    _show(table(head, rows), "異議はありません / no line is in dispute")
    for one in found:
        click.echo(f"{one.dispute}: {one.reason}")


@settlement.command()
def overdue() -> None:
    """滞留と督促 · what is overdue, and whom to remind."""
    found = _run(lambda conn, now: results.to_remind(conn, day_of(now)), "auditor")
    head = ("当事者 party", "円 yen", "日数 age", "期日 due", "督促 reminder")
    rows = [(one.party, one.open_yen, one.age, f"{one.oldest_due_on}", one.told) for one in found]
    _show(table(head, rows), "滞留はありません / nothing is overdue")
    for one in found:
        click.echo(f"{one.party}: {' '.join(one.expected)}")


@settlement.command()
@click.argument("cycle")
@click.option("--tenant", required=True, help="当事者の符号 · its code")
@click.option("-o", "to", type=click.File("wb"), required=True)
def proof(cycle: str, tenant: str, to: IO[bytes]) -> None:
    """証明 · a party's own lines of a sealed cycle, for `meguri verify --proof`."""

    async def done(conn: AsyncConnection, _: datetime) -> None:
        own = await reading.of_code(conn, tenant)
        sealed = await proving.sealed_for(conn, own, cycle)
        async for piece in proving.proof(lambda: nullcontext(conn), sealed, own):
            to.write(piece)

    _run(done, "auditor")


@settlement.command("exit")
@click.argument("tenant")
@click.option("--on", "day", type=Day, required=True, help="退店日 · its last day")
def exit_drill(tenant: str, day: datetime) -> None:
    """退店の試算 · what a tenant would leave behind: points, last statement, deposit."""
    told = _run(lambda conn, now: leaving.leaving(conn, tenant, day.date(), day_of(now)), "auditor")
    rows = [
        (
            one.funder, "自店 own" if one.own else "他者 other", one.points,
            f"{one.last_expires_on}", one.funding,
        )
        for one in told.outstanding
    ]  # fmt: skip
    head = ("原資 funder", "誰の whose", "pt", "最終失効 until", "方式 funding")
    _show(table(head, rows), "未使用ポイントはありません / no points are out")
    for said in dict.fromkeys(f"{one.funding}: {one.honoured}" for one in told.outstanding):
        click.echo(said)
    click.echo(
        f"最終の精算書 / last statement: {told.last_cycle}\n"
        f"  締め / closes {told.closes_on} · 支払 / pays {told.pays_on}\n"
        f"今期 / running {told.running_yen:+,} · 未決済 / unsettled {told.unsettled_yen:+,}"
        f" · 異議 / disputes {told.disputes}"
    )
    click.echo(f"必要な預託金 / deposit needed: {told.deposit_yen:,} 円")


@settlement.command("wind-down")
@click.option("--on", "day", type=Day, required=True, help="最終日 · the last day")
def wind_down(day: datetime) -> None:
    """終了の試算 · what the whole programme would leave behind if it ended."""
    told = _run(lambda conn, now: winding.winding(conn, day.date(), day_of(now)), "auditor")
    rows = [
        (one.party, one.points, one.owed_yen, one.prefunded_yen, one.short_yen)
        for one in told.debtors
    ]
    head = ("当事者 party", "負う pt", "未決済 owed", "預託 deposit", "不足 short")
    _show(table(head, rows), "誰にも債務はありません / nobody owes anything")
    click.echo(
        f"未使用 / out: 預り金が払う / FUND pays {told.fund_points:,}"
        f" · 原資負担者が払う / funders pay {told.claimed_points:,}"
        f" · 利用店が負う / shops bear {told.borne_points:,} pt"
        f" · 最終失効 / until {told.last_expires_on or '–'}\n"
        f"最終の精算書 / last statements: {told.last_cycle}"
        f" · 締め / close {told.closes_on} · 支払 / pay {told.pays_on}\n"
        f"未了の期 / cycles not settled {told.unsettled_cycles}"
        f" · 異議 / disputes {told.disputes}\n"
        f"あと必要な預託金 / deposits still needed: {told.short_yen:,} 円\n"
        "帳簿一式の持ち出し / everything in open formats: meguri export"
    )


def _show(lines: Iterable[str], nothing: str) -> None:
    """A table, or that there is nothing in it."""
    for line in list(lines) or [nothing]:
        click.echo(line)


async def past_the_console(conn: AsyncConnection, told: str, now: datetime) -> None:
    """Write down that this was done without the console: shown there at everybody's next sign-in.
    (An approval the database writes down by itself.)"""
    await people_log.record(conn, people_log.BREAK_GLASS, _who(), now, told=told)


def _who() -> str:
    return f"cli:{getpass.getuser()}"


def _tell(told: object) -> None:
    """An answer, a line for each of its words."""
    click.echo(msgspec.json.format(msgspec.json.encode(told)).decode())


def _run(
    done: Callable[[AsyncConnection, datetime], Awaitable[Answer]], role: str = "worker"
) -> Answer:
    instance = settings()

    async def run() -> Answer:
        url = instance.url(role)
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await done(conn, clock(instance.clock)())

    try:
        return asyncio.run(run())
    except Refusal as refused:
        extra = "\n".join(f"{name}: {value}" for name, value in refused.extra.items())
        said = " · ".join(titles(type(refused)))
        raise click.ClickException(said + (f"\n{extra}" if extra else "")) from None
