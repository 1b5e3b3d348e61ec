"""`meguri whatif`: a period under another scheme: who gains and who loses, how much, and why."""

import asyncio
import csv
import sys
from functools import partial
from typing import IO, Any

import click
import msgspec
from psycopg import AsyncConnection
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deploy.clock import clock
from deploy.settings import settings
from federation.opaque import Names
from federation.refusals import Refusal, titles
from settlement.whatif.compare import PartyTold
from settlement.whatif.simulate import Simulated, Simulation, simulate
from settlement.whatif.thought import Thought

SHARES, TERMS = "shares.", "terms"


@click.command("whatif")
@click.argument("cycles", nargs=-1, required=True)
@click.option(
    "--terms", "file", type=click.File("rb"), help="試算の条件 (JSON) · what is thought, as JSON"
)
@click.option("--set", "said", multiple=True, metavar="NAME=VALUE", help="条件を一つ · one of it")
@click.option("--json", "as_json", is_flag=True, help="JSON で · as JSON")
@click.option("--csv", "as_csv", is_flag=True, help="CSV で · as CSV")
def whatif(
    cycles: tuple[str, ...],
    file: IO[bytes] | None,
    said: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
) -> None:
    """試算 · replay cycles (by their first days) under another scheme; nothing is written.

    \b
    --set funding=at-issue              負担方式 (at-issue, at-redemption, redeemer-bears)
    --set shares.base=tenant:1,facility:1    負担割合（折半）· by rule or kind of rule
    --set attribution=PROPORTIONAL      充当方式 (FIFO, PROPORTIONAL)
    --set breakage=HUB_REVENUE          失効方針
    --set calendar=MONTHLY              締め周期
    --set cap_points=500                一回の付与の上限
    --set tax_bp=800                    消費税率
    --set terms.point_fee_milliyen=500  全員と · with all
    --set terms@bakery.minimum_yen=0    一者と · with one party
    """
    thought = thought_of(file, said, cycles[0])
    found = answered(Simulation(cycles, thought), quiet=as_json or as_csv)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    elif as_csv:
        write_csv(found)
    else:
        show(found)
    if not found.agrees:
        click.echo(
            "注意: 現行どおりの再計算が帳簿と一致しません / as things were, the replay differs: "
            + ", ".join(found.differing),
            err=True,
        )
        raise SystemExit(1)


def answered(asked: Simulation, *, quiet: bool) -> Simulated:
    """The replay, with its progress on a terminal; a refusal in both languages."""
    instance = settings()

    async def run(bar: Progress) -> Simulated:
        task = bar.add_task("再計算 / replaying", total=None)

        def moved(done: int, whole: int) -> None:
            bar.update(task, completed=done, total=whole)

        url = instance.url("auditor")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            now, names = clock(instance.clock)(), Names(instance.secret)
            return await simulate(conn, asked, now, partial(names.seal, "entry"), progress=moved)

    try:
        with Progress(console=Console(stderr=True), transient=True, disable=quiet) as bar:
            return asyncio.run(run(bar))
    except Refusal as refused:
        said = " · ".join(titles(type(refused)))
        raise click.ClickException(f"{said} {refused.extra or ''}".strip()) from None


def thought_of(file: IO[bytes] | None, said: tuple[str, ...], first: str) -> Thought:
    """What is thought, from a file and from words upon it."""
    try:
        told: dict[str, Any] = msgspec.json.decode(file.read()) if file is not None else {}
        for one in said:
            name, equals, value = one.partition("=")
            if not equals:
                raise click.UsageError(f"NAME=VALUE: {one}")
            put(told, name, value, first)
        return msgspec.convert(told, Thought, strict=True)
    except (msgspec.ValidationError, msgspec.DecodeError) as wrong:
        raise click.UsageError(str(wrong)) from None


def put(told: dict[str, Any], name: str, value: str, first: str) -> None:
    """One word of it."""
    if name.startswith(SHARES):
        pairs = [one.rpartition(":") for one in value.split(",")]
        shares = {whose: number(weight) for whose, _, weight in pairs}
        told.setdefault("shares", {})[name.removeprefix(SHARES)] = shares
    elif name.startswith(TERMS):
        whose, _, word = name.removeprefix(TERMS).rpartition(".")
        party = whose.removeprefix("@") or None
        offers = told.setdefault("terms", [])
        for offer in offers:
            if offer.get("party") == party:
                offer[word] = number(value)
                return
        named = {} if party is None else {"party": party}
        offers.append({"from_on": first, word: number(value), **named})
    else:
        told[name] = number(value)


def number(value: str) -> int | bool | str:
    """A whole number or yes and no, where it is one."""
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isascii() and value.isdigit() else value


def show(found: Simulated) -> None:
    """A table to be read, with the reasons under each party."""
    table = Table(title=f"試算 what-if · {found.cycles[0]} … {found.cycles[-1]}")
    table.add_column("当事者 party")
    for name in ("現行 live", "試算 thought", "差 difference"):
        table.add_column(name, justify="right")
    table.add_column("理由 why")
    for one in found.parties:
        table.add_row(
            f"{one.party}\n{one.name}",
            f"{one.live_yen:+,}",
            f"{one.thought_yen:+,}",
            f"{one.difference_yen:+,}",
            "\n".join(why(one)),
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    whole = sum(one.difference_yen for one in found.parties)
    console.print(f"差の合計 / differences sum to {whole} 円 · 記帳 {found.entries:,} entries")
    for cycle, seal in found.seals.items():
        console.print(f"封印を一字違わず再現 / sealed again byte for byte: {cycle} {seal}")
    if found.unreached_points:
        console.print(
            f"試算では届かないポイント / points out of reach in thought: {found.unreached_points:,}"
        )


def why(one: PartyTold) -> list[str]:
    """The reasons of one party, a line each."""
    said = []
    for reason in one.why:
        said.append(f"{reason.name} {reason.name_en}: {reason.yen:+,}")
        said += [f"  {line.code} {line.name}: {line.yen:+,}" for line in reason.lines]
        said += [f"  ⇄ {other.party}: {other.yen:+,}" for other in reason.facing]
    return said


def write_csv(found: Simulated) -> None:
    """A row for each line that differs, and why it does."""
    sheet = csv.writer(sys.stdout, lineterminator="\r\n")
    sheet.writerow(
        ["party", "live_yen", "thought_yen", "difference_yen", "because", "code", "line", "yen"]
    )
    for one in found.parties:
        for reason in one.why:
            for line in reason.lines:
                figures = one.live_yen, one.thought_yen, one.difference_yen
                said = reason.because, line.code, line.name, line.yen
                sheet.writerow([one.party, *figures, *said])
